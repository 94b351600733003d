//! `needs`.

use std::sync::Arc;

use super::entry::Entry;
use super::matrix;
use super::value::is_blank;
use crate::config::{CrossNeed, Need, Needs};
use crate::node::{Node, Value};

/// GitLab's default limits.
const MAX_CROSS_NEEDS: usize = 5;

/// Where needs stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Of {
    Build,
    Bridge,
    Rule,
}

/// What was read.
pub(super) struct Read {
    pub(super) needs: Needs,
    /// Projects whose status a bridge shows.
    pub(super) mirrors: Vec<Arc<str>>,
}

enum One {
    Job(Need),
    Cross(CrossNeed),
    Mirror(Arc<str>),
}

pub(super) fn read(entry: &Entry<'_>, of: Of) -> Option<Read> {
    let Some(nodes) = list(entry) else {
        entry.fail("config", "can only be a Hash or an Array");
        return None;
    };
    if entry.node.as_mapping().is_some() && is_blank(entry.node) {
        entry.fail("config", "can not be an empty Hash");
    }
    let is_number = |node: &&Node| {
        matches!(
            node.get("parallel").map(|node| &node.value),
            Some(Value::Integer(_) | Value::Float(_))
        )
    };
    if nodes.iter().any(is_number) {
        entry.fail("config", "cannot use \"parallel: <number>\".");
    }
    if !entry.is_valid() {
        return None;
    }
    let mut read = Read {
        needs: Needs::default(),
        mirrors: Vec::new(),
    };
    for node in nodes {
        match one(&entry.child("need", node)) {
            Some(One::Job(need)) => read.needs.jobs.push(need),
            Some(One::Cross(need)) => read.needs.others.push(need),
            Some(One::Mirror(project)) => read.mirrors.push(project),
            None => {}
        }
    }
    check_types(entry, of, &read);
    entry.is_valid().then_some(read)
}

/// One, or a list; lists in it count as if written there.
fn list<'a>(entry: &Entry<'a>) -> Option<Vec<&'a Node>> {
    match &entry.node.value {
        Value::Mapping(_) => Some(vec![entry.node]),
        Value::Sequence(_) => {
            super::value::flatten(entry.node, super::script::MAX_NESTING, &|node| {
                node.as_sequence().is_none()
            })
        }
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Reference(_) => None,
    }
}

fn check_types(entry: &Entry<'_>, of: Of, read: &Read) {
    let mut extra = Vec::new();
    if !read.needs.others.is_empty() && of != Of::Build {
        extra.push("cross_dependency");
    }
    if !read.mirrors.is_empty() && of != Of::Bridge {
        extra.push("bridge");
    }
    if !extra.is_empty() {
        entry.fail(
            "config",
            format_args!("uses invalid types: {}", extra.join(", ")),
        );
    }
    let in_pipelines = (read.needs.others.iter())
        .filter(|need| match need {
            CrossNeed::Pipeline { .. } => true,
            CrossNeed::Project { .. } => false,
        })
        .count();
    if in_pipelines.max(read.needs.others.len() - in_pipelines) > MAX_CROSS_NEEDS {
        entry.fail(
            "config",
            format_args!("must be less than or equal to {MAX_CROSS_NEEDS}"),
        );
    }
}

fn one(entry: &Entry<'_>) -> Option<One> {
    if let Value::String(job) = &entry.node.value {
        if is_blank(entry.node) {
            entry.fail("config", "can't be blank");
            return None;
        }
        return Some(One::Job(Need {
            job: Arc::clone(job),
            artifacts: true,
            optional: false,
            parallel: None,
        }));
    }
    let has = |key| entry.node.get(key).is_some();
    match (has("job"), has("project"), has("pipeline"), has("ref")) {
        (true, false, false, false) => job(entry),
        (true, false, true, _) => in_pipeline(entry),
        (true, true, false, _) => in_project(entry),
        (false, false, true, false) => mirror(entry),
        _ => {
            let text = format!("{} has an unsupported type", entry.location());
            entry.fail_verbatim(entry.node.span, text);
            None
        }
    }
}

fn job(entry: &Entry<'_>) -> Option<One> {
    entry.allow_keys(&[&["job", "artifacts", "optional", "parallel"]]);
    let job = entry.required_string("job");
    let artifacts = entry.boolean("artifacts");
    let optional = entry.boolean("optional");
    if !entry.is_valid() {
        return None;
    }
    Some(One::Job(Need {
        job: job?,
        artifacts: artifacts.unwrap_or(true),
        optional: optional.unwrap_or(false),
        parallel: entry.read("parallel", matrix::matrix_only),
    }))
}

fn in_pipeline(entry: &Entry<'_>) -> Option<One> {
    entry.allow_keys(&[&["pipeline", "job", "artifacts"]]);
    let pipeline = entry.required_string("pipeline");
    let job = entry.required_string("job");
    let artifacts = entry.boolean("artifacts");
    if !entry.is_valid() {
        return None;
    }
    Some(One::Cross(CrossNeed::Pipeline {
        pipeline: pipeline?,
        job: job?,
        artifacts: artifacts.unwrap_or(true),
    }))
}

fn in_project(entry: &Entry<'_>) -> Option<One> {
    entry.allow_keys(&[&["project", "ref", "job", "artifacts"]]);
    let project = entry.required_string("project");
    let reference = entry.required_string("ref");
    let job = entry.required_string("job");
    let artifacts = entry.boolean("artifacts");
    if !entry.is_valid() {
        return None;
    }
    Some(One::Cross(CrossNeed::Project {
        project: project?,
        reference: reference?,
        job: job?,
        artifacts: artifacts.unwrap_or(true),
    }))
}

fn mirror(entry: &Entry<'_>) -> Option<One> {
    entry.allow_keys(&[&["pipeline"]]);
    entry.required_string("pipeline").map(One::Mirror)
}
