//! What came of a case, in words: only what is not as it would be anyway.

use std::fmt::Write as _;
use std::sync::Arc;

use ci_config::config::{
    AllowFailure, AutoCancel, AutoCancelOnJobFailure, AutoCancelOnNewCommit, CrossNeed, Strategy,
    Target, Trigger, Variables, When, Work,
};
use ci_config::plan::{Plan, PlannedJob};
use ci_config::predefined;
use ci_config::variables::{Collection, Origin, Variable, for_runner};
use ci_config::{Compiled, Fault};

use crate::case::{Case, Outcome};
use crate::parts::{deployment, flow, manners, runtime};

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

pub(crate) fn line(out: &mut String, depth: usize, key: &str, value: impl std::fmt::Display) {
    _ = writeln!(out, "{}{key}: {value}", "  ".repeat(depth));
}

/// A line of a job, if there is anything to say.
pub(crate) fn some<T: std::fmt::Display>(out: &mut String, key: &str, value: Option<T>) {
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

pub(crate) fn list(out: &mut String, key: &str, texts: &[Arc<str>]) {
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
