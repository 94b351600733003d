//! What came of a case, in words: only what is not as it would be anyway.

use std::fmt::Write as _;
use std::sync::Arc;

use ci_config::config::{
    Access, Action, AllowFailure, Artifacts, ArtifactsWhen, AutoCancel, AutoCancelOnJobFailure,
    AutoCancelOnNewCommit, Cache, CacheKey, CrossNeed, Definition, Environment, Image, Pages,
    Policy, Retry, Service, Strategy, Target, Trigger, Variables, When, Work,
};
use ci_config::plan::{Plan, PlannedEnvironment, PlannedJob};
use ci_config::predefined;
use ci_config::variables::{Collection, Origin, Variable, for_runner};
use ci_config::{Compiled, Fault, Node, Value};

use crate::case::{Case, Outcome};

pub(crate) fn show(case: &Case) -> String {
    let compiled = case.compile();
    let mut out = String::new();
    faults(&mut out, "warning", &compiled, &compiled.faults.warnings);
    faults(&mut out, "error", &compiled, &compiled.faults.errors);
    for row in &compiled.includes {
        line(
            &mut out,
            0,
            "include",
            format_args!("{} {}", row.kind.as_str(), row.location),
        );
    }
    match case.plan(&compiled) {
        Outcome::Invalid => {}
        Outcome::Refused(refusal) => {
            line(&mut out, 0, "refused", refusal.failure_reason());
            faults(&mut out, "error", &compiled, &refusal.into_faults());
        }
        Outcome::Plan(plan) => pipeline(&mut out, case, &plan),
    }
    out
}

fn line(out: &mut String, depth: usize, key: &str, value: impl std::fmt::Display) {
    _ = writeln!(out, "{}{key}: {value}", "  ".repeat(depth));
}

/// A line of a job, if there is anything to say.
fn some<T: std::fmt::Display>(out: &mut String, key: &str, value: Option<T>) {
    if let Some(value) = value {
        line(out, 2, key, value);
    }
}

fn faults(out: &mut String, kind: &str, compiled: &Compiled, faults: &[Fault]) {
    for fault in faults {
        let place = fault.span.map_or_else(String::new, |span| {
            let file = compiled.files.get(span.file as usize);
            let file = file.map_or("", |file| &**file);
            format!(" ({file}:{}:{})", span.line, span.column)
        });
        line(out, 0, kind, format_args!("{}{place}", fault.text));
    }
}

fn pipeline(out: &mut String, case: &Case, plan: &Plan) {
    if let Some(name) = &plan.name {
        line(out, 0, "name", name);
    }
    let cancel = auto_cancel(plan.auto_cancel);
    if !cancel.is_empty() {
        line(out, 0, "auto_cancel", cancel);
    }
    if !plan.variables.is_empty() {
        line(out, 0, "variables", variables(&plan.variables));
    }
    for stage in &plan.stages {
        _ = writeln!(out, "\nstage {}: {}", stage.position, stage.name);
        for place in &plan.jobs[stage.jobs.clone()] {
            job(out, case, plan, place);
        }
    }
}

fn auto_cancel(cancel: AutoCancel) -> String {
    let on_new_commit = cancel.on_new_commit.map(|what| match what {
        AutoCancelOnNewCommit::Conservative => "on_new_commit conservative",
        AutoCancelOnNewCommit::Interruptible => "on_new_commit interruptible",
        AutoCancelOnNewCommit::None => "on_new_commit none",
    });
    let on_job_failure = cancel.on_job_failure.map(|what| match what {
        AutoCancelOnJobFailure::None => "on_job_failure none",
        AutoCancelOnJobFailure::All => "on_job_failure all",
    });
    let both: Vec<_> = on_new_commit.into_iter().chain(on_job_failure).collect();
    both.join(", ")
}

fn job(out: &mut String, case: &Case, plan: &Plan, job: &PlannedJob) {
    _ = writeln!(out, "  {}", job.name);
    let definition = &*job.definition;
    if job.when != When::OnSuccess {
        line(out, 2, "when", job.when.as_str());
    }
    some(
        out,
        "start_in",
        job.start_in.map(|seconds| format!("{seconds} s")),
    );
    match &job.allow_failure {
        AllowFailure::No => {}
        AllowFailure::Yes => line(out, 2, "allow_failure", "yes"),
        AllowFailure::ExitCodes(codes) => {
            line(
                out,
                2,
                "allow_failure",
                format_args!("exit codes {codes:?}"),
            );
        }
    }
    needs(out, plan, job);
    if let Some(dependencies) = &job.dependencies {
        line(out, 2, "dependencies", format_args!("{dependencies:?}"));
    }
    list(out, "tags", &job.tags);
    own_variables(out, plan, job);
    for (name, value) in watched(case, plan, job) {
        line(out, 2, "sees", format_args!("{name}={value:?}"));
    }
    work(out, &definition.work);
    deployment(out, job);
    runtime(out, definition);
    manners(out, job);
}

fn needs(out: &mut String, plan: &Plan, job: &PlannedJob) {
    let Some(needs) = &job.needs else {
        return others(out, &job.others);
    };
    let name = |need: &ci_config::plan::PlannedNeed| {
        let without = if need.artifacts {
            ""
        } else {
            " without artifacts"
        };
        format!("{:?}{without}", plan.jobs[need.job].name)
    };
    let needs: Vec<_> = needs.iter().map(name).collect();
    line(out, 2, "needs", format_args!("[{}]", needs.join(", ")));
    others(out, &job.others);
}

fn others(out: &mut String, needs: &[CrossNeed]) {
    for need in needs {
        let (of, artifacts) = match need {
            CrossNeed::Pipeline {
                pipeline,
                job,
                artifacts,
            } => (format!("{job:?} of pipeline {pipeline}"), artifacts),
            CrossNeed::Project {
                project,
                reference,
                job,
                artifacts,
            } => (format!("{job:?} of {project} at {reference}"), artifacts),
        };
        let without = if *artifacts { "" } else { " without artifacts" };
        line(out, 2, "needs elsewhere", format_args!("{of}{without}"));
    }
}

/// Where they are not the pipeline's.
fn own_variables(out: &mut String, plan: &Plan, job: &PlannedJob) {
    let of_job = plan.variables_of(job);
    let gone = plan
        .variables
        .keys()
        .filter(|name| !of_job.contains_key(*name));
    let gone: Vec<_> = gone.map(|name| &**name).collect();
    let own: Variables = (of_job.iter())
        .filter(|(name, variable)| plan.variables.get(*name) != Some(variable))
        .map(|(name, variable)| (Arc::clone(name), variable.clone()))
        .collect();
    if !own.is_empty() {
        line(out, 2, "variables", variables(&own));
    }
    if !gone.is_empty() {
        line(out, 2, "variables not inherited", gone.join(", "));
    }
}

/// The values of some variables, as the runner gets them.
fn watched(case: &Case, plan: &Plan, job: &PlannedJob) -> Vec<(Arc<str>, Arc<str>)> {
    if case.watched.is_empty() {
        return Vec::new();
    }
    let own = predefined::Job {
        name: &job.name,
        stage: &job.definition.stage,
        when: job.when,
        copy: job.copy.as_ref(),
    };
    let yaml = plan.variables_of(job);
    let yaml = yaml.iter().map(|(name, variable)| Variable {
        raw: !variable.expand,
        ..Variable::new(Arc::clone(name), Arc::clone(&variable.value), Origin::Yaml)
    });
    let mut all: Vec<_> = (own.variables().iter().cloned())
        .chain(case.variables.iter().cloned())
        .chain(yaml)
        .collect();
    all.sort_by_key(|variable| variable.origin);
    let sent = for_runner(&Collection::from_iter(all)).expect("no circle");
    let value = |name: &Arc<str>| Some((Arc::clone(name), Arc::clone(&sent.get(name)?.value)));
    case.watched.iter().filter_map(value).collect()
}

fn variables(variables: &Variables) -> String {
    let show = |(name, variable): (&Arc<str>, &ci_config::config::Variable)| {
        let raw = if variable.expand { "" } else { " (raw)" };
        let options = (variable.options.as_ref())
            .map_or_else(String::new, |options| format!(" of {options:?}"));
        let description =
            (variable.description.as_ref()).map_or_else(String::new, |text| format!(" # {text}"));
        format!("{name}={:?}{raw}{options}{description}", variable.value)
    };
    let shown: Vec<_> = variables.iter().map(show).collect();
    shown.join(", ")
}

fn list(out: &mut String, key: &str, texts: &[Arc<str>]) {
    if !texts.is_empty() {
        line(out, 2, key, format_args!("{texts:?}"));
    }
}

fn work(out: &mut String, work: &Work) {
    match work {
        Work::Script {
            before_script,
            script,
            after_script,
        } => {
            list(out, "before_script", before_script);
            list(out, "script", script);
            list(out, "after_script", after_script);
        }
        Work::Run(steps) => line(out, 2, "run", flow(steps)),
        Work::Trigger(trigger) => line(out, 2, "trigger", downstream(trigger)),
        Work::Mirror(project) => line(out, 2, "mirrors", project),
    }
}

fn downstream(trigger: &Trigger) -> String {
    let mut text = match &trigger.target {
        Target::Project { project, branch } => {
            let branch =
                (branch.as_ref()).map_or_else(String::new, |branch| format!(" at {branch}"));
            format!("project {project}{branch}")
        }
        Target::Child(include) => format!("child {}", flow(include)),
    };
    match trigger.strategy {
        None => {}
        Some(Strategy::Depend) => text.push_str(", strategy depend"),
        Some(Strategy::Mirror) => text.push_str(", strategy mirror"),
    }
    if !trigger.forward.yaml_variables {
        text.push_str(", without yaml variables");
    }
    if trigger.forward.pipeline_variables {
        text.push_str(", with pipeline variables");
    }
    if let Some(inputs) = &trigger.inputs {
        _ = write!(text, ", inputs {}", flow(inputs));
    }
    text
}

fn deployment(out: &mut String, job: &PlannedJob) {
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

fn runtime(out: &mut String, definition: &Definition) {
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

fn manners(out: &mut String, job: &PlannedJob) {
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
fn flow(node: &Node) -> String {
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
