//! Makes nodes of the parser's events. There is no recursion here, and no deeper nesting
//! than GitLab allows, so that nothing behind it needs to guard its own.

use std::collections::HashMap;
use std::sync::Arc;

use saphyr_parser::{Event, Parser, ScalarStyle, Span as Place, Tag};

use crate::fault::Fault;
use crate::node::{Mapping, Node, Span, Value, float_text};
use crate::yaml::tag::{self, Refused};
use crate::yaml::{MAX_BYTES, MAX_DEPTH, MAX_WARNINGS, Origin, inspect, scalar, syntax};

/// How many keys `<<` may copy in one document: each costs, also one that is replaced at
/// once.
const MAX_MERGED: usize = 500_000;

/// How much text may be made of keys that are collections. Aliases make many from few.
const MAX_KEY_BYTES: usize = MAX_BYTES;

/// The first document of a text, if there is one.
pub(super) fn compose(
    text: &str,
    origin: Origin,
    warnings: &mut Vec<Fault>,
) -> Result<Option<Node>, Fault> {
    let mut composer = Composer {
        origin,
        warnings,
        open: Vec::new(),
        anchors: HashMap::new(),
        merged: 0,
        key_bytes: 0,
        root: None,
    };
    for event in Parser::new_from_str(text) {
        match event {
            Ok((Event::DocumentEnd | Event::StreamEnd, _)) => break,
            Ok((event, place)) => composer.take(event, place)?,
            Err(error) => {
                let open = composer.open.last().map(|open| open.span);
                return Err(syntax::scan_fault(&error, text, origin, open));
            }
        }
    }
    Ok(composer.root)
}

struct Composer<'a> {
    origin: Origin,
    warnings: &'a mut Vec<Fault>,
    /// Collections whose end has not come, the outermost first.
    open: Vec<Open>,
    anchors: HashMap<usize, Composed>,
    merged: usize,
    key_bytes: usize,
    root: Option<Node>,
}

/// A collection that is being read.
struct Open {
    span: Span,
    anchor: usize,
    tag: Option<String>,
    /// Levels of the highest one in it.
    height: usize,
    kind: Kind,
}

enum Kind {
    Sequence(Vec<Node>),
    Mapping {
        keys: Mapping,
        /// Which of them were written here, rather than merged.
        own: Vec<bool>,
        key: Option<Key>,
    },
}

struct Key {
    text: Arc<str>,
    span: Span,
    merges: bool,
}

/// A value, and what there is to know of it.
#[derive(Clone)]
struct Composed {
    node: Node,
    /// Levels of collections; scalars have none.
    height: usize,
    /// Whether it was written with a `!!str`, so that `<<` is no merge.
    is_text: bool,
    is_alias: bool,
}

impl Composer<'_> {
    fn take(&mut self, event: Event<'_>, place: Place) -> Result<(), Fault> {
        let span = self.origin.span(place.start.line(), place.start.col());
        match event {
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
            Event::Alias(id) => {
                // One that is not known yet is inside what it names.
                let Some(known) = self.anchors.get(&id) else {
                    return Err(too_big(span));
                };
                let composed = Composed {
                    node: Node::new(known.node.value.clone(), span),
                    is_alias: true,
                    ..*known
                };
                self.check_depth(composed.height, span)?;
                self.add(composed)
            }
            Event::Scalar(text, style, anchor, tag) => {
                let tag = tag.map(|tag| tag::name_of(&tag));
                let value = scalar_value(&text, style, tag.as_deref())
                    .map_err(|refused| refuse(refused, span))?;
                let composed = Composed {
                    node: Node::new(value, span),
                    height: 0,
                    is_text: tag.as_deref() == Some("tag:yaml.org,2002:str"),
                    is_alias: false,
                };
                self.close(composed, anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.start(span, anchor, tag.as_deref(), Kind::Sequence(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                let kind = Kind::Mapping {
                    keys: Mapping::new(),
                    own: Vec::new(),
                    key: None,
                };
                self.start(span, anchor, tag.as_deref(), kind)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
        }
    }

    fn check_depth(&self, height: usize, span: Span) -> Result<(), Fault> {
        if self.open.len() + height > MAX_DEPTH {
            return Err(too_big(span));
        }
        Ok(())
    }

    fn start(
        &mut self,
        span: Span,
        anchor: usize,
        tag: Option<&Tag>,
        kind: Kind,
    ) -> Result<(), Fault> {
        self.check_depth(1, span)?;
        let tag = tag.map(tag::name_of);
        if let Some(tag) = &tag {
            tag::check_collection(tag).map_err(|refused| refuse(refused, span))?;
        }
        self.open.push(Open {
            span,
            anchor,
            tag,
            height: 0,
            kind,
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), Fault> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let is_reference = open.tag.as_deref() == Some(tag::REFERENCE);
        let value = match open.kind {
            Kind::Sequence(items) if is_reference => {
                tag::reference(items).map_err(|refused| refuse(refused, open.span))?
            }
            Kind::Sequence(items) => Value::Sequence(Arc::new(items)),
            Kind::Mapping { keys, .. } => Value::Mapping(Arc::new(keys)),
        };
        let node = Node::new(value, open.span);
        if is_reference && node.as_mapping().is_some() {
            return Err(refuse(Refused::Reference(inspect(&node)), open.span));
        }
        let composed = Composed {
            node,
            height: open.height + 1,
            is_text: false,
            is_alias: false,
        };
        self.close(composed, open.anchor)
    }

    fn close(&mut self, composed: Composed, anchor: usize) -> Result<(), Fault> {
        if anchor > 0 {
            self.anchors.insert(anchor, composed.clone());
        }
        self.add(composed)
    }

    /// To the collection that it stands in.
    fn add(&mut self, composed: Composed) -> Result<(), Fault> {
        let Some(open) = self.open.last_mut() else {
            self.root = Some(composed.node);
            return Ok(());
        };
        open.height = open.height.max(composed.height);
        let (keys, own, key) = match &mut open.kind {
            Kind::Sequence(items) => {
                items.push(composed.node);
                return Ok(());
            }
            Kind::Mapping { keys, own, key } => (keys, own, key),
        };
        let Some(key) = key.take() else {
            let named = Key::of(&composed);
            if composed.height > 0 {
                self.key_bytes += named.text.len();
                if self.key_bytes > MAX_KEY_BYTES {
                    return Err(too_big(named.span));
                }
            }
            *key = Some(named);
            return Ok(());
        };
        let merged = if key.merges { merged(&composed) } else { None };
        let Some(merged) = merged else {
            let (place, _) = keys.insert_full(Arc::clone(&key.text), composed.node);
            own.resize(keys.len(), false);
            let Some(was_own) = own.get_mut(place) else {
                return Ok(());
            };
            if std::mem::replace(was_own, true) && self.warnings.len() < MAX_WARNINGS {
                let text = format!(
                    "`{}` is given more than once: the last one counts",
                    key.text
                );
                self.warnings.push(Fault::new(text).at(key.span));
            }
            return Ok(());
        };
        for mapping in merged {
            self.merged += mapping.len();
            if self.merged > MAX_MERGED {
                return Err(too_big(key.span));
            }
            for (name, node) in mapping.iter() {
                keys.insert(Arc::clone(name), node.clone());
            }
        }
        own.resize(keys.len(), false);
        Ok(())
    }
}

impl Key {
    fn of(composed: &Composed) -> Self {
        let text: Arc<str> = match &composed.node.value {
            Value::String(text) => Arc::clone(text),
            Value::Null => "".into(),
            Value::Bool(value) => value.to_string().into(),
            Value::Integer(number) => number.to_string().into(),
            Value::Float(number) => float_text(*number).into(),
            Value::Sequence(_) | Value::Mapping(_) | Value::Reference(_) => {
                inspect(&composed.node).into()
            }
        };
        Self {
            merges: &*text == "<<" && !composed.is_text,
            text,
            span: composed.node.span,
        }
    }
}

/// What `<<` brings, in the order in which it is put into the mapping: Psych does that
/// where `<<` stands, over the keys before it and under those behind. Of a list the first
/// one wins. What cannot be merged is the value of a key `<<`.
fn merged(composed: &Composed) -> Option<Vec<&Mapping>> {
    match &composed.node.value {
        Value::Mapping(keys) => Some(vec![keys]),
        Value::Sequence(items) if !composed.is_alias => {
            items.iter().rev().map(Node::as_mapping).collect()
        }
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Sequence(_)
        | Value::Reference(_) => None,
    }
}

fn scalar_value(text: &str, style: ScalarStyle, tag: Option<&str>) -> Result<Value, Refused> {
    match tag {
        None if style != ScalarStyle::Plain => Ok(Value::String(text.into())),
        None | Some("!") => Ok(scalar::resolve(text)?),
        Some(tag) => tag::scalar(tag, text),
    }
}

fn refuse(refused: Refused, span: Span) -> Fault {
    Fault::new(refused.text()).at(span)
}

fn too_big(span: Span) -> Fault {
    Fault::new("The parsed YAML is too big").at(span)
}
