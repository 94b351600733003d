//! Prints what becomes of folders of the corpus, one line of JSON for each. For programs that
//! compare it with what others make of them.
//!
//! `cargo run -p ci-config --example plan -- shared/ci-config/tests/corpus/*/`
#![expect(
    clippy::expect_used,
    reason = "what is not as expected should stop the comparison at once"
)]

use std::path::Path;

use ci_config::config::{AllowFailure, Artifacts, Cache, CacheKey, Definition, Retry, Work};
use ci_config::plan::{Plan, PlannedJob};
use serde_json::{Value, json};

#[path = "../tests/corpus/case.rs"]
#[expect(dead_code, reason = "the tests look at more of it")]
mod case;

use case::{Case, Outcome};

fn main() {
    for folder in std::env::args_os().skip(1) {
        let folder = Path::new(&folder);
        let case = Case::read(folder);
        let compiled = case.compile();
        let mut errors: Vec<_> = (compiled.faults.errors.iter())
            .map(|fault| fault.text.clone())
            .collect();
        let (outcome, jobs) = match case.plan(&compiled) {
            Outcome::Invalid => ("invalid", Vec::new()),
            Outcome::Refused(refusal) => {
                errors.push(refusal.to_string());
                (refusal.failure_reason(), Vec::new())
            }
            Outcome::Plan(plan) => (
                "plan",
                plan.jobs.iter().map(|one| job(&plan, one)).collect(),
            ),
        };
        let name = folder.file_name().expect("a folder with a name");
        let line = json!({
            "case": name.to_string_lossy(),
            "outcome": outcome,
            "errors": errors,
            "jobs": jobs,
        });
        println!("{line}");
    }
}

/// What the pipeline has, and what the configuration says with `extends` and the like
/// resolved and variables as they are written.
fn job(plan: &Plan, job: &PlannedJob) -> Value {
    let definition = &*job.definition;
    let needs = job.needs.as_ref().map(|needs| {
        let need = |need: &ci_config::plan::PlannedNeed| json!({"job": of(&plan.jobs[need.job]), "artifacts": need.artifacts});
        needs.iter().map(need).collect::<Vec<_>>()
    });
    json!({
        "name": &*job.name,
        "of": of(job),
        "stage": &*definition.stage,
        "when": job.when.as_str(),
        "start_in": job.start_in,
        "allow_failure": match &job.allow_failure {
            AllowFailure::No => json!(false),
            AllowFailure::Yes => json!(true),
            AllowFailure::ExitCodes(codes) => json!({"exit_codes": **codes}),
        },
        "needs": needs,
        "written": written(definition),
    })
}

fn of(job: &PlannedJob) -> &str {
    job.copy.as_ref().map_or(&*job.name, |copy| &*copy.of)
}

fn written(definition: &Definition) -> Value {
    let variables = definition.variables.iter();
    let variables: serde_json::Map<_, _> = variables
        .map(|(name, variable)| (name.to_string(), json!(&*variable.value)))
        .collect();
    let services: Vec<_> = (definition.services.iter())
        .map(|service| &*service.image.name)
        .collect();
    let (before_script, script, after_script) = match &definition.work {
        Work::Script {
            before_script,
            script,
            after_script,
        } => (&**before_script, &**script, &**after_script),
        Work::Run(_) | Work::Trigger(_) | Work::Mirror(_) => (&[][..], &[][..], &[][..]),
    };
    json!({
        "before_script": before_script.iter().map(|line| &**line).collect::<Vec<_>>(),
        "script": script.iter().map(|line| &**line).collect::<Vec<_>>(),
        "after_script": after_script.iter().map(|line| &**line).collect::<Vec<_>>(),
        "image": definition.image.as_ref().map(|image| &*image.name),
        "services": services,
        "tags": definition.tags.iter().map(|tag| &**tag).collect::<Vec<_>>(),
        "variables": variables,
        "cache": definition.cache.iter().map(cache).collect::<Vec<_>>(),
        "artifacts": definition.artifacts.as_ref().map(artifacts),
        "retry": definition.retry.as_ref().map(retry),
        "interruptible": definition.interruptible,
        "resource_group": definition.resource_group.as_deref(),
        "environment": definition.environment.as_ref().map(|environment| &*environment.name),
    })
}

fn cache(cache: &Cache) -> Value {
    let key = match &cache.key {
        CacheKey::Text(text) => json!(&**text),
        CacheKey::Files { files, prefix: _ } | CacheKey::FilesCommits { files, prefix: _ } => {
            json!(files.iter().map(|file| &**file).collect::<Vec<_>>())
        }
    };
    json!({
        "key": key,
        "paths": cache.paths.iter().map(|path| &**path).collect::<Vec<_>>(),
        "policy": &*cache.policy,
    })
}

fn artifacts(artifacts: &Artifacts) -> Value {
    let paths = artifacts.paths.iter().flat_map(|paths| paths.iter());
    json!({
        "paths": paths.map(|path| &**path).collect::<Vec<_>>(),
        "expire_in": artifacts.expire_in.as_deref(),
        "reports": artifacts.reports.keys().map(|kind| &**kind).collect::<Vec<_>>(),
    })
}

fn retry(retry: &Retry) -> Value {
    json!({
        "max": retry.max,
        "when": retry.when.iter().map(|when| &**when).collect::<Vec<_>>(),
    })
}
