//! `retry`.

use std::sync::Arc;

use super::entry::Entry;
use super::value::integer_of;
use crate::config::{Retry, Texts};
use crate::node::{Node, Value};

const MAX: u8 = 2;

/// Failure reasons of jobs, as GitLab stores them, and `always`.
const WHEN: [&str; 42] = [
    "unknown_failure",
    "script_failure",
    "api_failure",
    "stuck_or_timeout_failure",
    "runner_system_failure",
    "missing_dependency_failure",
    "runner_unsupported",
    "stale_schedule",
    "job_execution_timeout",
    "archived_failure",
    "unmet_prerequisites",
    "scheduler_failure",
    "data_integrity_failure",
    "forward_deployment_failure",
    "user_blocked",
    "project_deleted",
    "ci_quota_exceeded",
    "pipeline_loop_detected",
    "no_matching_runner",
    "trace_size_exceeded",
    "builds_disabled",
    "environment_creation_failure",
    "deployment_rejected",
    "failed_outdated_deployment_job",
    "job_execution_server_timeout",
    "protected_environment_failure",
    "insufficient_bridge_permissions",
    "downstream_bridge_project_not_found",
    "invalid_bridge_trigger",
    "upstream_bridge_project_not_found",
    "insufficient_upstream_permissions",
    "bridge_pipeline_is_child_pipeline",
    "downstream_pipeline_creation_failed",
    "secrets_provider_not_found",
    "reached_max_descendant_pipelines_depth",
    "ip_restriction_failure",
    "reached_max_pipeline_hierarchy_size",
    "reached_downstream_pipeline_trigger_rate_limit",
    "duo_workflow_not_allowed",
    "job_router_failure",
    "job_token_expired",
    "always",
];

pub(super) fn read(entry: &Entry<'_>) -> Option<Retry> {
    let retry = entry.alone("retry");
    match &entry.node.value {
        Value::Integer(_) => Some(Retry {
            max: max(&retry, "config", entry.node)?,
            when: Texts::default(),
            exit_codes: Arc::default(),
        }),
        Value::Mapping(_) => with_keys(&retry),
        Value::Null
        | Value::Bool(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Sequence(_)
        | Value::Reference(_) => {
            retry.fail("config", "has to be either an integer or a hash");
            None
        }
    }
}

fn max(entry: &Entry<'_>, attribute: &str, node: &Node) -> Option<u8> {
    let Some(number) = integer_of(node) else {
        let message = match node.value {
            Value::Float(_) => "must be an integer",
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::String(_)
            | Value::Sequence(_)
            | Value::Mapping(_)
            | Value::Reference(_) => "is not a number",
        };
        entry.fail(attribute, message);
        return None;
    };
    if number < 0 {
        entry.fail(attribute, "must be greater than or equal to 0");
    }
    if number > i64::from(MAX) {
        entry.fail(
            attribute,
            format_args!("must be less than or equal to {MAX}"),
        );
    }
    u8::try_from(number).ok().filter(|_| entry.is_valid())
}

fn with_keys(entry: &Entry<'_>) -> Option<Retry> {
    entry.allow_keys(&[&["max", "when", "exit_codes"]]);
    let max = entry.attribute("max").map(|node| max(entry, "max", node));
    let when = entry.strings_or_string("when");
    if let Some(when) = &when {
        let unknown: Vec<_> = (when.iter().map(AsRef::as_ref))
            .filter(|reason| !WHEN.contains(reason))
            .collect();
        if !unknown.is_empty()
            && entry
                .node
                .get("when")
                .is_some_and(|node| node.as_str().is_some())
        {
            entry.fail("when", "is not included in the list");
        } else if !unknown.is_empty() {
            entry.fail(
                "when",
                format_args!("contains unknown values: {}", unknown.join(", ")),
            );
        }
    }
    let exit_codes = entry.integers_or_integer("exit_codes");
    entry.is_valid().then(|| Retry {
        max: max.flatten().unwrap_or(0),
        when: when.unwrap_or_default(),
        exit_codes: exit_codes.unwrap_or_default(),
    })
}
