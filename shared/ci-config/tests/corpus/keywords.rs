//! Each keyword is somewhere in the corpus.

use std::collections::BTreeSet;

use ci_config::yaml::Documents;
use ci_config::{Node, Value};

use crate::case::{Case, folders};

/// The keywords of GitLab's reference, <https://docs.gitlab.com/ci/yaml/>, but for those
/// that only its paid scanners have. `job` is any job, a star any name.
const KEYWORDS: &[&str] = &[
    "after_script",
    "before_script",
    "cache",
    "default:after_script",
    "default:artifacts",
    "default:before_script",
    "default:cache",
    "default:hooks",
    "default:id_tokens",
    "default:image",
    "default:interruptible",
    "default:retry",
    "default:services",
    "default:tags",
    "default:timeout",
    "image",
    "include",
    "include:component",
    "include:file",
    "include:inputs",
    "include:local",
    "include:project",
    "include:ref",
    "include:remote",
    "include:rules:changes",
    "include:rules:exists",
    "include:rules:if",
    "include:rules:when",
    "include:template",
    "job:after_script",
    "job:allow_failure",
    "job:allow_failure:exit_codes",
    "job:artifacts:access",
    "job:artifacts:exclude",
    "job:artifacts:expire_in",
    "job:artifacts:expose_as",
    "job:artifacts:name",
    "job:artifacts:paths",
    "job:artifacts:public",
    "job:artifacts:reports:codequality",
    "job:artifacts:reports:coverage_report:coverage_format",
    "job:artifacts:reports:coverage_report:path",
    "job:artifacts:reports:dotenv",
    "job:artifacts:reports:junit",
    "job:artifacts:untracked",
    "job:artifacts:when",
    "job:before_script",
    "job:cache:fallback_keys",
    "job:cache:key",
    "job:cache:key:files",
    "job:cache:key:files_commits",
    "job:cache:key:prefix",
    "job:cache:paths",
    "job:cache:policy",
    "job:cache:unprotect",
    "job:cache:untracked",
    "job:cache:when",
    "job:coverage",
    "job:dast_configuration",
    "job:dependencies",
    "job:environment",
    "job:environment:action",
    "job:environment:auto_stop_in",
    "job:environment:deployment_tier",
    "job:environment:kubernetes",
    "job:environment:name",
    "job:environment:on_stop",
    "job:environment:url",
    "job:except",
    "job:extends",
    "job:hooks:pre_get_sources_script",
    "job:id_tokens:*:aud",
    "job:identity",
    "job:image",
    "job:image:docker:platform",
    "job:image:docker:user",
    "job:image:entrypoint",
    "job:image:kubernetes:user",
    "job:image:name",
    "job:image:pull_policy",
    "job:inherit:default",
    "job:inherit:variables",
    "job:inputs",
    "job:interruptible",
    "job:manual_confirmation",
    "job:needs",
    "job:needs:artifacts",
    "job:needs:job",
    "job:needs:optional",
    "job:needs:parallel:matrix",
    "job:needs:pipeline",
    "job:needs:project",
    "job:needs:ref",
    "job:only",
    "job:only:changes",
    "job:only:kubernetes",
    "job:only:refs",
    "job:only:variables",
    "job:pages",
    "job:pages:expire_in",
    "job:pages:path_prefix",
    "job:pages:publish",
    "job:parallel",
    "job:parallel:matrix:*",
    "job:publish",
    "job:release:assets:links",
    "job:release:description",
    "job:release:milestones",
    "job:release:name",
    "job:release:ref",
    "job:release:released_at",
    "job:release:tag_message",
    "job:release:tag_name",
    "job:resource_group",
    "job:retry",
    "job:retry:exit_codes",
    "job:retry:max",
    "job:retry:when",
    "job:rules",
    "job:rules:allow_failure",
    "job:rules:changes",
    "job:rules:changes:compare_to",
    "job:rules:changes:paths",
    "job:rules:exists",
    "job:rules:exists:paths",
    "job:rules:exists:project",
    "job:rules:exists:ref",
    "job:rules:if",
    "job:rules:interruptible",
    "job:rules:needs",
    "job:rules:start_in",
    "job:rules:variables:*",
    "job:rules:when",
    "job:run:inputs",
    "job:run:name",
    "job:run:script",
    "job:run:step",
    "job:script",
    "job:secrets",
    "job:services",
    "job:services:alias",
    "job:services:command",
    "job:services:entrypoint",
    "job:services:name",
    "job:services:pull_policy",
    "job:services:variables",
    "job:stage",
    "job:start_in",
    "job:tags",
    "job:timeout",
    "job:trigger",
    "job:trigger:branch",
    "job:trigger:forward:pipeline_variables",
    "job:trigger:forward:yaml_variables",
    "job:trigger:include",
    "job:trigger:include:artifact",
    "job:trigger:include:inputs",
    "job:trigger:include:job",
    "job:trigger:include:local",
    "job:trigger:inputs",
    "job:trigger:project",
    "job:trigger:strategy",
    "job:variables:*",
    "job:variables:*:expand",
    "job:when",
    "services",
    "spec:inputs:*:default",
    "spec:inputs:*:description",
    "spec:inputs:*:options",
    "spec:inputs:*:regex",
    "spec:inputs:*:rules",
    "spec:inputs:*:type",
    "stages",
    "variables:*",
    "variables:*:description",
    "variables:*:expand",
    "variables:*:options",
    "variables:*:value",
    "workflow:auto_cancel:on_job_failure",
    "workflow:auto_cancel:on_new_commit",
    "workflow:name",
    "workflow:rules:auto_cancel",
    "workflow:rules:if",
    "workflow:rules:variables",
    "workflow:rules:when",
];

/// What YAML and GitLab's own syntax add, as it is written.
const WRITTEN: &[&str] = &[
    "&",
    "*",
    "<<:",
    "!reference [",
    "$[[ inputs.",
    "$[[ matrix.",
    "| expand_vars",
    "| truncate(",
    "| posix_escape",
    "${",
    "$$",
    "=~",
    "!~",
    "&&",
    "||",
    "/i",
];

/// At the top, all other names are those of jobs.
const TOP: &[&str] = &[
    "after_script",
    "before_script",
    "cache",
    "default",
    "image",
    "include",
    "services",
    "spec",
    "stages",
    "variables",
    "workflow",
];

#[test]
fn each_keyword_is_in_the_corpus() {
    let mut used = BTreeSet::new();
    let mut written = String::new();
    for folder in folders() {
        let case = Case::read(&folder);
        let trees = case.projects.values().chain([&case.files]);
        for file in trees.flat_map(|tree| tree.values()) {
            written.push_str(&String::from_utf8_lossy(file));
            if let Ok(documents) = Documents::read(file, 0) {
                for document in documents.header.iter().chain([&documents.content]) {
                    for (name, node) in document.as_mapping().into_iter().flatten() {
                        let name = if TOP.contains(&&**name) {
                            &**name
                        } else {
                            "job"
                        };
                        ways(name, node, &mut used);
                    }
                }
            }
        }
    }
    let is_used = |keyword: &&&str| used.iter().any(|way| matches(keyword, way));
    let missing: Vec<_> = KEYWORDS
        .iter()
        .filter(|keyword| !is_used(keyword))
        .collect();
    assert!(missing.is_empty(), "no file has {missing:?}");
    let missing: Vec<_> = WRITTEN
        .iter()
        .filter(|text| !written.contains(**text))
        .collect();
    assert!(missing.is_empty(), "no file has {missing:?}");
}

/// The way to each key below; lists are no part of it.
fn ways(way: &str, node: &Node, used: &mut BTreeSet<String>) {
    used.insert(way.to_owned());
    match &node.value {
        Value::Mapping(keys) => {
            for (key, node) in keys.iter() {
                ways(&format!("{way}:{key}"), node, used);
            }
        }
        Value::Sequence(nodes) => nodes.iter().for_each(|node| ways(way, node, used)),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Reference(_) => {}
    }
}

fn matches(keyword: &str, way: &str) -> bool {
    let (mut wanted, mut names) = (keyword.split(':'), way.split(':'));
    loop {
        match (wanted.next(), names.next()) {
            (None, None) => return true,
            (Some(wanted), Some(name)) if wanted == "*" || wanted == name => {}
            _ => return false,
        }
    }
}
