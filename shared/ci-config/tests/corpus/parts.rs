//! What a job has, one keyword after the other.

use std::fmt::Write as _;
use std::sync::Arc;

use ci_config::config::{
    Access, Action, Artifacts, ArtifactsWhen, Cache, CacheKey, Definition, Environment, Image,
    Pages, Policy, Retry, Service,
};
use ci_config::plan::{PlannedEnvironment, PlannedJob};
use ci_config::{Node, Value};

use crate::show::{line, list, some};

pub(crate) fn deployment(out: &mut String, job: &PlannedJob) {
    let planned = job
        .environment
        .as_ref()
        .zip(job.definition.environment.as_ref());
    some(
        out,
        "environment",
        planned.map(|(planned, written)| environment(planned, written)),
    );
    some(out, "resource_group", job.resource_group.as_ref());
    if let Some(pages) = &job.definition.pages {
        line(out, 2, "pages", site(pages));
    }
    some(out, "release", job.definition.release.as_ref().map(flow));
}

fn environment(planned: &PlannedEnvironment, written: &Environment) -> String {
    let mut text = planned.name.to_string();
    let action = match written.action {
        Action::Start => None,
        Action::Stop => Some("stop"),
        Action::Prepare => Some("prepare"),
        Action::Verify => Some("verify"),
        Action::Access => Some("access"),
    };
    for (key, value) in [
        ("url", planned.url.as_deref()),
        ("action", action),
        ("on_stop", written.on_stop.as_deref()),
        ("auto_stop_in", written.auto_stop_in.as_deref()),
        ("tier", written.deployment_tier.as_deref()),
    ] {
        if let Some(value) = value {
            _ = write!(text, ", {key} {value}");
        }
    }
    if let Some(kubernetes) = &written.kubernetes {
        _ = write!(text, ", kubernetes {}", flow(kubernetes));
    }
    text
}

fn site(pages: &Pages) -> String {
    let mut text = format!("publish {}", pages.publish);
    if let Some(prefix) = &pages.path_prefix {
        _ = write!(text, ", path_prefix {prefix}");
    }
    if let Some(expire_in) = &pages.expire_in {
        _ = write!(text, ", expire_in {expire_in}");
    }
    text
}

pub(crate) fn runtime(out: &mut String, definition: &Definition) {
    some(out, "image", definition.image.as_ref().map(image));
    for each in definition.services.iter() {
        line(out, 2, "service", service(each));
    }
    for each in definition.cache.iter() {
        line(out, 2, "cache", cache(each));
    }
    some(
        out,
        "artifacts",
        definition.artifacts.as_ref().map(artifacts),
    );
    list(
        out,
        "pre_get_sources_script",
        &definition.pre_get_sources_script,
    );
}

fn image(image: &Image) -> String {
    let mut text = image.name.to_string();
    for (key, texts) in [
        ("entrypoint", &image.entrypoint),
        ("pull_policy", &image.pull_policy),
    ] {
        if let Some(texts) = texts {
            _ = write!(text, ", {key} {texts:?}");
        }
    }
    for (key, node) in [("docker", &image.docker), ("kubernetes", &image.kubernetes)] {
        if let Some(node) = node {
            _ = write!(text, ", {key} {}", flow(node));
        }
    }
    text
}

fn service(service: &Service) -> String {
    let mut text = image(&service.image);
    if let Some(alias) = &service.alias {
        _ = write!(text, ", alias {alias}");
    }
    if let Some(command) = &service.command {
        _ = write!(text, ", command {command:?}");
    }
    if !service.variables.is_empty() {
        _ = write!(text, ", variables {:?}", service.variables);
    }
    text
}

fn after(when: ArtifactsWhen) -> &'static str {
    match when {
        ArtifactsWhen::OnSuccess => "on_success",
        ArtifactsWhen::OnFailure => "on_failure",
        ArtifactsWhen::Always => "always",
    }
}

fn cache(cache: &Cache) -> String {
    let files = |of: &str, files: &[Arc<str>], prefix: &Option<Arc<str>>| {
        let prefix = (prefix.as_ref()).map_or_else(String::new, |prefix| format!(" with {prefix}"));
        format!("{of} {files:?}{prefix}")
    };
    let key = match &cache.key {
        CacheKey::Text(text) => text.to_string(),
        CacheKey::Files {
            files: list,
            prefix,
        } => files("files", list, prefix),
        CacheKey::FilesCommits {
            files: list,
            prefix,
        } => files("commits of", list, prefix),
    };
    let mut text = format!("key {key}, paths {:?}", cache.paths);
    if let Some(untracked) = cache.untracked {
        _ = write!(text, ", untracked {untracked}");
    }
    if cache.unprotect {
        text.push_str(", unprotect");
    }
    if &*cache.policy != "pull-push" {
        _ = write!(text, ", policy {}", cache.policy);
    }
    if cache.when != ArtifactsWhen::OnSuccess {
        _ = write!(text, ", when {}", after(cache.when));
    }
    if !cache.fallback_keys.is_empty() {
        _ = write!(text, ", fallback_keys {:?}", cache.fallback_keys);
    }
    text
}

fn artifacts(artifacts: &Artifacts) -> String {
    let mut parts = Vec::new();
    for (key, texts) in [("paths", &artifacts.paths), ("exclude", &artifacts.exclude)] {
        parts.extend(texts.as_ref().map(|texts| format!("{key} {texts:?}")));
    }
    for (key, text) in [
        ("name", &artifacts.name),
        ("expire_in", &artifacts.expire_in),
        ("expose_as", &artifacts.expose_as),
    ] {
        parts.extend(text.as_ref().map(|text| format!("{key} {text}")));
    }
    parts.extend(
        artifacts
            .untracked
            .map(|untracked| format!("untracked {untracked}")),
    );
    parts.extend(artifacts.when.map(|when| format!("when {}", after(when))));
    parts.extend(artifacts.access.map(|access| {
        let access = match access {
            Access::None => "none",
            Access::Developer => "developer",
            Access::Maintainer => "maintainer",
            Access::All => "all",
        };
        format!("access {access}")
    }));
    let reports = artifacts.reports.iter();
    parts.extend(reports.map(|(kind, paths)| format!("report {kind} {paths:?}")));
    let coverage = artifacts.coverage_report.iter();
    parts.extend(coverage.map(|(format, path)| format!("report coverage_report {format} {path}")));
    parts.join(", ")
}

pub(crate) fn manners(out: &mut String, job: &PlannedJob) {
    let definition = &*job.definition;
    some(out, "interruptible", job.interruptible);
    some(out, "retry", definition.retry.as_ref().map(retry));
    some(
        out,
        "timeout",
        definition.timeout.map(|seconds| format!("{seconds} s")),
    );
    some(out, "coverage", definition.coverage.as_ref());
    for (name, audiences) in &definition.id_tokens {
        line(out, 2, "id_token", format_args!("{name} for {audiences:?}"));
    }
    some(out, "identity", definition.identity.as_ref());
    some(
        out,
        "manual_confirmation",
        definition.manual_confirmation.as_ref(),
    );
    for (key, node) in [
        ("secrets", &definition.secrets),
        ("inputs", &definition.inputs),
        ("dast_configuration", &definition.dast_configuration),
    ] {
        some(out, key, node.as_ref().map(flow));
    }
    let only = definition.only.as_ref().filter(|only| !is_default(only));
    for (key, policy) in [("only", only), ("except", definition.except.as_ref())] {
        some(out, key, policy.map(refs));
    }
    some(
        out,
        "copy",
        job.copy
            .as_ref()
            .map(|copy| format!("{} of {}", copy.index, copy.total)),
    );
}

fn retry(retry: &Retry) -> String {
    let mut text = retry.max.to_string();
    if !retry.when.is_empty() {
        _ = write!(text, " after {:?}", retry.when);
    }
    if !retry.exit_codes.is_empty() {
        _ = write!(text, " after exit codes {:?}", retry.exit_codes);
    }
    text
}

/// What jobs have that say nothing.
fn is_default(only: &Policy) -> bool {
    let refs: Vec<_> = only.refs.iter().flat_map(|refs| refs.iter()).collect();
    let Policy {
        refs: _,
        kubernetes,
        variables,
        changes,
    } = only;
    refs.iter().map(|text| &***text).eq(["branches", "tags"])
        && !kubernetes
        && variables.is_none()
        && changes.is_none()
}

fn refs(policy: &Policy) -> String {
    let mut parts = Vec::new();
    for (key, texts) in [
        ("refs", &policy.refs),
        ("variables", &policy.variables),
        ("changes", &policy.changes),
    ] {
        parts.extend(texts.as_ref().map(|texts| format!("{key} {texts:?}")));
    }
    if policy.kubernetes {
        parts.push("kubernetes active".to_owned());
    }
    parts.join(", ")
}

/// A node in one line, as JSON would have it but for what need not be quoted.
pub(crate) fn flow(node: &Node) -> String {
    match &node.value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::String(text) => format!("{text:?}"),
        Value::Sequence(nodes) => {
            let nodes: Vec<_> = nodes.iter().map(flow).collect();
            format!("[{}]", nodes.join(", "))
        }
        Value::Mapping(keys) => {
            let show = |(key, node): (&Arc<str>, &Node)| format!("{key}: {}", flow(node));
            let keys: Vec<_> = keys.iter().map(show).collect();
            format!("{{{}}}", keys.join(", "))
        }
        Value::Reference(path) => format!("!reference {path:?}"),
    }
}
