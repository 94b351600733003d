//! Jobs as lint lists them.

use std::sync::Arc;

use ci_config::Config;
use ci_config::config::{AllowFailure, Need, Policy, Work};
use ci_config::lint::{self, LintJob};
use ci_config::plan::{Plan, PlannedJob};
use serde::Serialize;
use utoipa::ToSchema;

use super::space::Space;
use super::verdict::Jobs;

type Lines = Arc<[Arc<str>]>;

#[derive(Serialize, ToSchema)]
#[schema(as = LintJob)]
pub(super) struct JobView {
    #[schema(value_type = String)]
    name: Arc<str>,
    #[schema(value_type = String)]
    stage: Arc<str>,
    #[schema(value_type = Vec<String>)]
    before_script: Lines,
    #[schema(value_type = Vec<String>)]
    script: Lines,
    #[schema(value_type = Vec<String>)]
    after_script: Lines,
    #[schema(value_type = Vec<String>)]
    tag_list: Lines,
    #[schema(value_type = Option<String>)]
    environment: Option<Arc<str>>,
    when: &'static str,
    allow_failure: bool,
    /// Not in a dry run.
    #[serde(flatten)]
    conditions: Option<ConditionsView>,
}

/// What a dry run has no use for any more.
#[derive(Serialize, ToSchema)]
#[schema(as = LintJobConditions)]
struct ConditionsView {
    only: Option<PolicyView>,
    except: Option<PolicyView>,
    needs: Option<Vec<NeedView>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = LintJobPolicy)]
struct PolicyView {
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    refs: Option<Lines>,
    /// `active`, if it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    kubernetes: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    variables: Option<Lines>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<String>>)]
    changes: Option<Lines>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = LintJobNeed)]
struct NeedView {
    #[schema(value_type = String)]
    name: Arc<str>,
    artifacts: bool,
    optional: bool,
}

/// As many as there is room for.
pub(super) fn views(jobs: &Jobs, space: &mut Space) -> Vec<JobView> {
    match jobs {
        Jobs::None => Vec::new(),
        Jobs::Written(config) => written(config, space),
        Jobs::Planned(plan) => space.fill(plan.jobs.iter().map(|job| planned(plan, job))),
    }
}

fn written(config: &Config, space: &mut Space) -> Vec<JobView> {
    let rows = lint::jobs(config);
    space.fill(rows.iter().map(of_row))
}

fn of_row(row: &LintJob<'_>) -> JobView {
    let needs = row.needs.map(|needs| needs.iter().map(need).collect());
    JobView {
        name: row.name.into(),
        stage: row.stage.into(),
        before_script: row.before_script.into(),
        script: row.script.into(),
        after_script: row.after_script.into(),
        tag_list: row.tag_list.into(),
        environment: row.environment.map(Into::into),
        when: row.when,
        allow_failure: row.allow_failure,
        conditions: Some(ConditionsView {
            only: row.only.map(policy),
            except: row.except.map(policy),
            needs,
        }),
    }
}

fn planned(plan: &Plan, job: &PlannedJob) -> JobView {
    let definition = &job.definition;
    let none = Lines::default;
    let (before_script, script, after_script) = match &definition.work {
        Work::Script {
            before_script,
            script,
            after_script,
        } => (
            Arc::clone(before_script),
            Arc::clone(script),
            Arc::clone(after_script),
        ),
        Work::Run(_) | Work::Trigger(_) | Work::Mirror(_) => (none(), none(), none()),
    };
    let stage = plan.stages.get(job.stage);
    JobView {
        name: Arc::clone(&job.name),
        stage: stage.map_or_else(Arc::default, |stage| Arc::clone(&stage.name)),
        before_script,
        script,
        after_script,
        tag_list: Arc::clone(&job.tags),
        // As it is written, like in GitLab: so it shows no variable's value.
        environment: (definition.environment.as_ref())
            .map(|environment| Arc::clone(&environment.name)),
        when: job.when.as_str(),
        allow_failure: match job.allow_failure {
            AllowFailure::Yes => true,
            AllowFailure::No | AllowFailure::ExitCodes(_) => false,
        },
        conditions: None,
    }
}

fn policy(policy: &Policy) -> PolicyView {
    PolicyView {
        refs: policy.refs.clone(),
        kubernetes: policy.kubernetes.then_some("active"),
        variables: policy.variables.clone(),
        changes: policy.changes.clone(),
    }
}

fn need(need: &Need) -> NeedView {
    NeedView {
        name: Arc::clone(&need.job),
        artifacts: need.artifacts,
        optional: need.optional,
    }
}
