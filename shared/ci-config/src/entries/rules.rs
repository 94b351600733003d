//! `rules`, of jobs and of the workflow.

use std::sync::Arc;

use super::entry::Entry;
use super::needs::{self, Of};
use super::value::{flatten, is_blank, string_of, strings_of, text_of};
use super::{variables, workflow};
use crate::config::{Changes, Exists, Rule, Texts, When};
use crate::node::{Node, Value};

const MAX_PATHS: usize = 50;

/// Seconds of a week: the longest delay.
pub(super) const MAX_DELAY: u64 = 7 * 24 * 60 * 60;

/// What rules may say, by where they stand.
pub(super) struct Grammar {
    keys: &'static [&'static str],
    when: &'static [(&'static str, When)],
}

const OF_JOBS: Grammar = Grammar {
    keys: &[
        "if",
        "changes",
        "exists",
        "when",
        "start_in",
        "allow_failure",
        "variables",
        "needs",
        "interruptible",
    ],
    when: &[
        ("on_success", When::OnSuccess),
        ("on_failure", When::OnFailure),
        ("always", When::Always),
        ("never", When::Never),
        ("manual", When::Manual),
        ("delayed", When::Delayed),
    ],
};

pub(super) const OF_WORKFLOW: Grammar = Grammar {
    keys: &[
        "if",
        "changes",
        "exists",
        "when",
        "start_in",
        "allow_failure",
        "variables",
        "needs",
        "auto_cancel",
    ],
    when: &[("always", When::Always), ("never", When::Never)],
};

/// Of `include`.
pub(super) const OF_INCLUDES: Grammar = Grammar {
    keys: &["if", "exists", "when", "changes"],
    when: &[("never", When::Never), ("always", When::Always)],
};

/// Those of a job. Jobs that have them from one template share what was read, unless there
/// is something to be said of each.
pub(super) fn of_job(entry: &Entry<'_>) -> Option<Arc<[Rule]>> {
    let context = entry.context;
    if let Some(known) = context.known_rules(entry.node) {
        return Some(known);
    }
    let before = context.faults();
    let rules = read(entry, &OF_JOBS)?;
    if context.faults() == before {
        context.keep_rules(entry.node, &rules);
    }
    Some(rules)
}

pub(super) fn read(entry: &Entry<'_>, grammar: &Grammar) -> Option<Arc<[Rule]>> {
    if is_blank(entry.node) {
        entry.fail("config", "can't be blank");
    }
    if entry.node.as_sequence().is_none() {
        entry.fail("config", "should be an array");
    }
    if !entry.is_valid() {
        return None;
    }
    let nodes = flatten(entry.node, super::script::MAX_NESTING, &|node| {
        node.as_sequence().is_none()
    });
    let Some(nodes) = nodes else {
        entry.fail(
            "config",
            "should be an array containing hashes and arrays of hashes",
        );
        return None;
    };
    let rules = (nodes.into_iter()).filter_map(|node| rule(&entry.child("rule", node), grammar));
    Some(rules.collect())
}

fn rule(entry: &Entry<'_>, grammar: &Grammar) -> Option<Rule> {
    if entry.node.as_mapping().is_none() {
        entry.fail("config", "should be a hash");
    }
    if is_blank(entry.node) {
        entry.fail("config", "can't be blank");
    }
    let start_in = start_in(entry);
    let condition = entry.attribute("if").and_then(|node| {
        let text = string_of(node).filter(|text| entry.context.is_expression(text));
        if text.is_none() {
            entry.fail("if", "Invalid expression syntax");
        }
        text
    });
    let allow_failure = entry.boolean("allow_failure");
    let interruptible = entry.boolean("interruptible");
    let when = entry.attribute("when").and_then(|node| {
        let text = text_of(node).unwrap_or_default();
        let known = grammar.when.iter().find(|(word, _)| *word == &*text);
        if known.is_none() {
            entry.fail("when", format_args!("unknown value: {text}"));
        }
        known.map(|(_, when)| *when)
    });
    entry.allow_keys(&[grammar.keys]);
    if !entry.is_valid() {
        return None;
    }
    Some(Rule {
        condition,
        changes: entry.read("changes", changes),
        exists: entry.read("exists", exists),
        when,
        start_in,
        allow_failure,
        variables: entry
            .read("variables", variables::plain)
            .unwrap_or_default(),
        needs: entry
            .read("needs", |entry| needs::read(entry, Of::Rule))
            .map(|read| read.needs),
        interruptible,
        auto_cancel: entry.read("auto_cancel", workflow::auto_cancel),
    })
}

/// With `when: delayed`, and only then.
fn start_in(entry: &Entry<'_>) -> Option<u64> {
    let node = entry.attribute("start_in");
    let delayed = entry.attribute("when").and_then(Node::as_str) == Some("delayed");
    if !delayed {
        if entry.node.get("start_in").is_some() {
            entry.disallow_keys(&["start_in"], "contains disallowed keys");
        }
        return None;
    }
    if node.is_none_or(is_blank) {
        entry.fail("start_in", "can't be blank");
    }
    entry.duration("start_in", node, MAX_DELAY)
}

/// A list of globs that is not too long.
fn paths(entry: &Entry<'_>, attribute: &str, node: Option<&Node>) -> Option<Texts> {
    let paths = node.and_then(strings_of);
    if paths.is_none() {
        entry.fail(attribute, "should be an array of strings");
    }
    let length = node.and_then(Node::as_sequence).map_or(0, <[Node]>::len);
    if length > MAX_PATHS {
        entry.fail(
            attribute,
            format_args!("has too many entries (maximum {MAX_PATHS})"),
        );
    }
    paths
}

fn changes(entry: &Entry<'_>) -> Option<Changes> {
    let (paths, compare_to) = match &entry.node.value {
        Value::Sequence(_) => (paths(entry, "config", Some(entry.node)), None),
        Value::Mapping(_) => {
            entry.allow_keys(&[&["paths", "compare_to"]]);
            entry.require_keys(&["paths"]);
            let paths = paths(entry, "paths", entry.attribute("paths"));
            (paths, entry.string("compare_to"))
        }
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Reference(_) => {
            let text = format!("{} should be an array or a hash", entry.location());
            entry.fail_verbatim(entry.node.span, text);
            return None;
        }
    };
    let paths = paths.filter(|_| entry.is_valid())?;
    Some(Changes { paths, compare_to })
}

fn exists(entry: &Entry<'_>) -> Option<Exists> {
    let none = || (None, None);
    let (paths, (project, reference)) = match &entry.node.value {
        Value::String(path) => (Some(Arc::from([Arc::clone(path)])), none()),
        Value::Sequence(_) => (paths(entry, "config", Some(entry.node)), none()),
        Value::Mapping(_) => {
            entry.allow_keys(&[&["paths", "project", "ref"]]);
            entry.require_keys(&["paths"]);
            if entry.attribute("ref").is_some() {
                entry.require_keys(&["project"]);
            }
            let paths = entry.attribute("paths").map_or_else(
                || Some(Texts::default()),
                |node| paths(entry, "paths", Some(node)),
            );
            (paths, (entry.string("project"), entry.string("ref")))
        }
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Reference(_) => {
            let text = format!(
                "{} should be a string, an array of strings, or a hash",
                entry.location()
            );
            entry.fail_verbatim(entry.node.span, text);
            return None;
        }
    };
    let paths = paths.filter(|_| entry.is_valid())?;
    Some(Exists {
        paths,
        project,
        reference,
    })
}
