//! `extends`: lays an entry over those it names, each of which may extend others.

use std::collections::HashMap;
use std::sync::Arc;

use crate::budget::Budget;
use crate::fault::Fault;
use crate::merge::deep_merge;
use crate::node::{Mapping, Node, Value};
use crate::text::to_text;

/// How many entries may stand above one that extends.
const MAX_ABOVE: usize = 10;

/// Resolves `extends` everywhere at the top of a configuration in which includes are merged.
/// The keyword itself stays, as in GitLab's merged YAML.
pub fn resolve(root: &Node) -> Result<Node, Fault> {
    let Value::Mapping(keys) = &root.value else {
        return Ok(root.clone());
    };
    let names: Vec<_> = keys.keys().cloned().collect();
    let mut resolver = Resolver {
        entries: Mapping::clone(keys),
        heights: HashMap::new(),
        above: Vec::new(),
        budget: Budget::new(),
    };
    for name in names {
        resolver.extend(&name)?;
    }
    Ok(Node::new(
        Value::Mapping(Arc::new(resolver.entries)),
        root.span,
    ))
}

struct Resolver {
    /// Those that were extended already are as they came out.
    entries: Mapping,
    /// Of those: how many that extend lie under one another, itself counted.
    heights: HashMap<Arc<str>, usize>,
    /// The way from an entry at the top to the one being extended.
    above: Vec<Arc<str>>,
    budget: Budget,
}

impl Resolver {
    /// Extends an entry, unless that was done already, and says its height.
    fn extend(&mut self, name: &Arc<str>) -> Result<usize, Fault> {
        if let Some(&height) = self.heights.get(name) {
            if self.above.len() + height > MAX_ABOVE + 1 {
                return Err(self.too_deep_under(name));
            }
            return Ok(height);
        }
        let Some(entry) = self.entries.get(name).cloned() else {
            return Ok(0);
        };
        let Some(extends) = entry.get("extends") else {
            return Ok(0);
        };
        let fail = |what: &str, which: &[&str]| {
            let which = match which {
                [] => String::new(),
                names => format!(" ({})", names.join(", ")),
            };
            let text = format!("{name}: {what} in `extends`{which}");
            Err(Fault::new(text).at(extends.span))
        };
        let bases = names(extends);
        let unknown = bases_where(&bases, |base| !self.entries.contains_key(base));
        if !unknown.is_empty() {
            return fail("unknown keys", &unknown);
        }
        let invalid = bases_where(&bases, |base| self.entries[base].as_mapping().is_none());
        if !invalid.is_empty() {
            return fail("invalid base hashes", &invalid);
        }
        if self.above.len() > MAX_ABOVE {
            return fail("nesting too deep", &[]);
        }
        if self.above.contains(name) {
            return fail("circular dependency detected", &[]);
        }

        self.above.push(Arc::clone(name));
        let mut height = 0;
        let mut merged = Node::new(Value::Mapping(Arc::default()), entry.span);
        for base in &bases {
            height = height.max(self.extend(base)?);
            if let Some(base) = self.entries.get(base) {
                self.budget.spend_on(base)?;
                merged = deep_merge(merged, base);
            }
        }
        self.above.pop();

        let merged = deep_merge(merged, &entry);
        self.entries.insert(Arc::clone(name), merged);
        self.heights.insert(Arc::clone(name), height + 1);
        Ok(height + 1)
    }

    /// GitLab goes down again each time, and names the first entry that is too deep.
    fn too_deep_under(&self, name: &Arc<str>) -> Fault {
        let mut name = Arc::clone(name);
        let mut depth = self.above.len();
        loop {
            let extends = self
                .entries
                .get(&name)
                .and_then(|entry| entry.get("extends"));
            let height = |base: &Arc<str>| self.heights.get(base).copied().unwrap_or(0);
            let next = (extends.map(names).unwrap_or_default().into_iter())
                .find(|base| depth + 1 + height(base) > MAX_ABOVE + 1);
            let Some(next) = next.filter(|_| depth <= MAX_ABOVE) else {
                let fault = Fault::new(format!("{name}: nesting too deep in `extends`"));
                return match extends {
                    Some(extends) => fault.at(extends.span),
                    None => fault,
                };
            };
            name = next;
            depth += 1;
        }
    }
}

/// Whatever stands there is taken for names.
fn names(extends: &Node) -> Vec<Arc<str>> {
    match &extends.value {
        Value::Null => Vec::new(),
        Value::String(name) => vec![Arc::clone(name)],
        Value::Sequence(nodes) => nodes.iter().map(|node| to_text(node).into()).collect(),
        Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Mapping(_)
        | Value::Reference(_) => vec![to_text(extends).into()],
    }
}

fn bases_where(bases: &[Arc<str>], is_wrong: impl Fn(&str) -> bool) -> Vec<&str> {
    let bases = bases.iter().map(AsRef::as_ref);
    bases.filter(|base| is_wrong(base)).collect()
}
