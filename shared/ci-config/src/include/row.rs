//! What was included, as `includes` of the lint API lists it.

use std::sync::Arc;

use super::Surroundings;
use super::file::File;
use super::location::text_node;
use super::source::Place;
use crate::node::{Mapping, Node, Value};

/// What a row has as its `type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Local,
    /// Of another project.
    File,
    Remote,
    Template,
    Artifact,
    Component,
}

impl Kind {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::File => "file",
            Self::Remote => "remote",
            Self::Template => "template",
            Self::Artifact => "artifact",
            Self::Component => "component",
        }
    }
}

/// One row. Texts are masked.
#[derive(Clone, Debug, PartialEq)]
pub struct Included {
    pub kind: Kind,
    pub location: String,
    /// Where it stands in a repository: `blob` and `raw` are links to that. Components have
    /// no `raw`.
    pub file: Option<(Place, Arc<str>)>,
    /// What `raw` is for remote files.
    pub url: Option<String>,
    pub extra: Mapping,
    /// `context_project` and `context_sha`: where the file stands that includes it.
    pub context: Option<Place>,
}

pub(super) fn rows(files: &[File], surroundings: &dyn Surroundings) -> Vec<Included> {
    files.iter().map(|file| row(file, surroundings)).collect()
}

fn row(file: &File, surroundings: &dyn Surroundings) -> Included {
    let location = surroundings.mask(&file.location);
    let masked = |text: &str| text_node(&surroundings.mask(text), file.span);
    let extra = match file.kind {
        Kind::Local => {
            let params = file.params.iter().filter(|(key, _)| &***key != "local");
            params
                .map(|(key, node)| (Arc::clone(key), masked_node(node, surroundings)))
                .collect()
        }
        Kind::File => {
            let reference = file.reference();
            let reference = reference.as_deref().unwrap_or("HEAD");
            Mapping::from([
                ("project".into(), masked(&file.project())),
                ("ref".into(), masked(reference)),
            ])
        }
        Kind::Artifact => {
            let job = file.params.get("job").and_then(Node::as_str);
            Mapping::from([("job_name".into(), masked(job.unwrap_or_default()))])
        }
        Kind::Remote | Kind::Template | Kind::Component => Mapping::new(),
    };
    Included {
        kind: file.kind,
        url: (file.kind == Kind::Remote).then(|| location.clone()),
        location,
        file: file.found.clone(),
        extra,
        context: file.context.place.clone(),
    }
}

/// GitLab shows these as they are; their variables are replaced, so better not.
fn masked_node(node: &Node, surroundings: &dyn Surroundings) -> Node {
    let value = match &node.value {
        Value::String(text) => return text_node(&surroundings.mask(text), node.span),
        Value::Sequence(nodes) => {
            let nodes = nodes.iter().map(|node| masked_node(node, surroundings));
            Value::Sequence(Arc::new(nodes.collect()))
        }
        Value::Mapping(keys) => {
            let keys = keys.iter();
            let keys = keys.map(|(key, node)| (Arc::clone(key), masked_node(node, surroundings)));
            Value::Mapping(Arc::new(keys.collect()))
        }
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Reference(_) => node.value.clone(),
    };
    Node::new(value, node.span)
}
