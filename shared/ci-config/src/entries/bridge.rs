//! A job that starts a pipeline downstream, or shows the status of one.

use std::sync::Arc;

use super::default::Defaults;
use super::entry::Entry;
use super::needs::{self, Of};
use super::{job, matrix, trigger};
use crate::config::{AllowFailure, Definition, Job, Parallel, When, Work};

const WHEN: [(&str, When); 4] = [
    ("on_success", When::OnSuccess),
    ("on_failure", When::OnFailure),
    ("always", When::Always),
    ("manual", When::Manual),
];

pub(super) fn read(
    entry: &Entry<'_>,
    name: &Arc<str>,
    defaults: &Defaults,
    has_workflow_rules: bool,
) -> Option<Job> {
    job::check(entry, name);
    entry.allow_keys(&[&["trigger", "parallel", "interruptible"], &job::KEYS]);
    let when = job::when(entry, &WHEN);
    let allow_failure = match entry.boolean("allow_failure") {
        Some(true) => AllowFailure::Yes,
        Some(false) => AllowFailure::No,
        None => job::allow_failure_by_default(when),
    };
    if !entry.is_valid() {
        return None;
    }
    let common = job::read(entry, defaults, has_workflow_rules);
    let trigger = entry.read("trigger", trigger::read);
    let needs = entry.read("needs", |entry| needs::read(entry, Of::Bridge));
    let parallel = entry.read("parallel", matrix::matrix_only);
    let (needs, mirrors) =
        needs.map_or((None, Vec::new()), |read| (Some(read.needs), read.mirrors));
    if mirrors.len() > 1 {
        entry.fail("config", "should contain at most one bridge need");
    }
    let mirror = mirrors.into_iter().next();
    if entry.attribute("trigger").is_none() && mirror.is_none() {
        entry.fail(
            "config",
            "should contain either a trigger or a needs:pipeline",
        );
    }
    // A job that mirrors waits for its stage, and for what it needs beside.
    let needs = needs.filter(|needs| mirror.is_none() || !needs.jobs.is_empty());
    let work = match (trigger, mirror) {
        (Some(trigger), _) => Work::Trigger(trigger),
        (None, Some(project)) => Work::Mirror(project),
        (None, None) => return None,
    };
    let rules = common.rules.clone();
    let definition = common.into_definition(entry, work, when, allow_failure);
    Some(Job {
        name: Arc::clone(name),
        copy: None,
        needs,
        rules,
        dependencies: None,
        definition: Arc::new(Definition {
            parallel: parallel.map(Parallel::Matrix),
            ..definition
        }),
    })
}
