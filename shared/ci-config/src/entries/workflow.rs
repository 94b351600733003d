//! `workflow`.

use std::sync::Arc;

use super::entry::Entry;
use super::rules::{self, OF_WORKFLOW};
use super::value::text_of;
use crate::config::{AutoCancel, AutoCancelOnJobFailure, AutoCancelOnNewCommit, Workflow};

const MAX_NAME_LENGTH: usize = 255;

const ON_NEW_COMMIT: [(&str, AutoCancelOnNewCommit); 3] = [
    ("conservative", AutoCancelOnNewCommit::Conservative),
    ("interruptible", AutoCancelOnNewCommit::Interruptible),
    ("none", AutoCancelOnNewCommit::None),
];

const ON_JOB_FAILURE: [(&str, AutoCancelOnJobFailure); 2] = [
    ("none", AutoCancelOnJobFailure::None),
    ("all", AutoCancelOnJobFailure::All),
];

pub(super) fn read(entry: &Entry<'_>) -> Option<Workflow> {
    if entry.node.as_mapping().is_none() {
        entry.fail("config", "should be a hash");
    }
    entry.allow_keys(&[&["rules", "name", "auto_cancel"]]);
    let name = entry.attribute("name").and_then(text_of);
    if name
        .as_ref()
        .is_some_and(|name| name.chars().count() > MAX_NAME_LENGTH)
    {
        entry.fail(
            "name",
            format_args!("is too long (maximum is {MAX_NAME_LENGTH} characters)"),
        );
    }
    if !entry.is_valid() {
        return None;
    }
    Some(Workflow {
        name: name.map(|name| Arc::from(name.trim())),
        rules: entry.read("rules", |entry| rules::read(entry, &OF_WORKFLOW)),
        auto_cancel: entry.read("auto_cancel", auto_cancel),
    })
}

pub(super) fn auto_cancel(entry: &Entry<'_>) -> Option<AutoCancel> {
    if entry.node.as_mapping().is_none() {
        entry.fail("config", "should be a hash");
    }
    entry.allow_keys(&[&["on_new_commit", "on_job_failure"]]);
    let auto_cancel = AutoCancel {
        on_new_commit: entry.choice(
            "on_new_commit",
            &ON_NEW_COMMIT,
            "must be one of: conservative, interruptible, none",
        ),
        on_job_failure: entry.choice(
            "on_job_failure",
            &ON_JOB_FAILURE,
            "must be one of: none, all",
        ),
    };
    entry.is_valid().then_some(auto_cancel)
}
