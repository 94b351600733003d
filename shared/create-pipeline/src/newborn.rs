//! The rows of a planned pipeline.

use std::collections::BTreeMap;

use ci_config::config::{self, Retry as WrittenRetry, When as WrittenWhen, Work};
use ci_config::plan::{Plan, PlannedJob};
use switchyard::definition::Definition;
use switchyard::error::{Error, Result};
use switchyard::ids::JobId;
use switchyard::job::{Bridge, Build, Job, Needs, Retry, RetryWhen, Status, Turn, When};
use switchyard::pipeline::{
    AutoCancel, AutoCancelOnJobFailure, AutoCancelOnNewCommit, Block, Pipeline,
};
use switchyard::project::Project;
use switchyard::store::birth::Newborn;
use switchyard::time::Time;

use crate::content::{JobContent, allowed};
use crate::environment;

/// Characters of a resource group's key, as in GitLab.
const MAX_RESOURCE_GROUP: usize = 255;

/// What the rows are made of beside the plan.
pub(crate) struct Seed<'a> {
    /// Without jobs.
    pub pipeline: Pipeline,
    pub project: &'a Project,
    /// The id of the first job.
    pub first: JobId,
    pub now: Time,
}

/// A job that no row can hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TooLarge {
    pub job: String,
}

impl Seed<'_> {
    pub(crate) fn grow(self, plan: &Plan) -> Result<Result<Newborn, TooLarge>> {
        let mut definitions: BTreeMap<String, Definition> = BTreeMap::new();
        let (mut jobs, mut bridges) = (Vec::new(), Vec::new());
        for (place, planned) in plan.jobs.iter().enumerate() {
            let content = JobContent::new(plan, planned);
            let Some(definition) = Definition::new(self.project.id, &content)? else {
                return Ok(Err(TooLarge {
                    job: planned.name.to_string(),
                }));
            };
            let build = self.build(plan, planned, place)?;
            let checksum = definition.checksum.clone();
            definitions.insert(checksum.clone(), definition);
            match &content.work {
                Work::Script { .. } | Work::Run(_) => {
                    jobs.push(job(build, planned, &content, checksum));
                }
                Work::Trigger(_) | Work::Mirror(_) => bridges.push(Bridge {
                    build,
                    downstream: None,
                    definition: Some(checksum),
                    cascaded: false,
                }),
            }
        }
        let pipeline = Pipeline {
            name: plan.name.as_deref().map(str::to_owned),
            auto_cancel: auto_cancel(plan.auto_cancel),
            blocks: vec![Block {
                first: self.first,
                count: plan.jobs.len() as u64,
            }],
            bridges: bridges.iter().map(|bridge| bridge.build.id).collect(),
            ..self.pipeline
        };
        Ok(Ok(Newborn {
            pipeline,
            jobs,
            bridges,
            definitions: definitions.into_values().collect(),
            variables: Vec::new(),
        }))
    }

    fn build(&self, plan: &Plan, planned: &PlannedJob, place: usize) -> Result<Build> {
        let definition = &planned.definition;
        let stage = plan.stages.get(planned.stage);
        let stage = stage.map_or("", |stage| &stage.name);
        let (allow_failure, allowed_exit_codes) = allowed(&planned.allow_failure);
        let timeout = definition.timeout.unwrap_or(self.project.build_timeout);
        Ok(Build {
            project_id: self.project.id,
            id: JobId(self.first.0 + place as u64),
            pipeline_id: self.pipeline.id,
            name: planned.name.to_string(),
            stage: stage.to_owned(),
            status: Status::Created,
            failure_reason: None,
            when: when(planned.when)?,
            start_in: planned.start_in.map(seconds),
            allow_failure,
            needs: planned
                .needs
                .as_ref()
                .map(|needs| needs_of(needs))
                .transpose()?,
            timeout: Some(seconds(timeout)),
            resource_group: planned.resource_group.as_deref().and_then(resource_group),
            turn: Turn::Outside,
            interruptible: planned.interruptible.unwrap_or_default(),
            retry: definition.retry.as_ref().and_then(retry),
            allowed_exit_codes,
            exit_code: None,
            coverage: None,
            user_id: self.pipeline.user_id,
            created_at: self.now,
            queued_at: None,
            scheduled_at: None,
            started_at: None,
            finished_at: None,
            erased_at: None,
            retried_by: None,
            deadline: None,
            revision: 1,
        })
    }
}

fn job(build: Build, planned: &PlannedJob, content: &JobContent, checksum: String) -> Job {
    Job {
        build,
        runner_id: None,
        system_id: None,
        tag_list: planned.tags.iter().map(|tag| tag.to_string()).collect(),
        artifacts: Vec::new(),
        artifacts_expire_at: None,
        log: None,
        token_digest: None,
        definition: Some(checksum),
        debug: is_debug(content),
        has_variables: false,
        erasing: false,
        environment: content.environment.as_ref().map(environment::shown),
    }
}

/// Logs of such jobs may show secrets.
fn is_debug(content: &JobContent) -> bool {
    content.variables.iter().any(|variable| {
        matches!(&*variable.key, "CI_DEBUG_TRACE" | "CI_DEBUG_SERVICES")
            && &*variable.value == "true"
    })
}

fn needs_of(needs: &[ci_config::plan::PlannedNeed]) -> Result<Needs> {
    let places = needs.iter().map(|need| u16::try_from(need.job));
    let places: Result<Vec<u16>, _> = places.collect();
    let places = places.map_err(|error| Error::Internal(error.to_string()))?;
    Ok(Needs(places))
}

/// No job runs for longer than this: more than a hundred years.
fn seconds(seconds: u64) -> u32 {
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

fn when(when: WrittenWhen) -> Result<When> {
    Ok(match when {
        WrittenWhen::OnSuccess => When::OnSuccess,
        WrittenWhen::OnFailure => When::OnFailure,
        WrittenWhen::Always => When::Always,
        WrittenWhen::Manual => When::Manual,
        WrittenWhen::Delayed => When::Delayed,
        WrittenWhen::Never => {
            let text = "a plan has a job that never runs".to_owned();
            return Err(Error::Internal(text));
        }
    })
}

fn retry(written: &WrittenRetry) -> Option<Retry> {
    let reason = |text: &str| match text {
        "always" => Some(RetryWhen::Always),
        _ => {
            let text = serde_json::Value::String(text.to_owned());
            serde_json::from_value(text).ok().map(RetryWhen::After)
        }
    };
    let codes = written.exit_codes.iter();
    (written.max > 0).then(|| Retry {
        max: written.max,
        when: written
            .when
            .iter()
            .filter_map(|text| reason(text))
            .collect(),
        exit_codes: codes.filter_map(|code| i32::try_from(*code).ok()).collect(),
    })
}

fn auto_cancel(written: config::AutoCancel) -> AutoCancel {
    AutoCancel {
        on_new_commit: match written.on_new_commit {
            Some(config::AutoCancelOnNewCommit::Conservative) | None => {
                AutoCancelOnNewCommit::Conservative
            }
            Some(config::AutoCancelOnNewCommit::Interruptible) => {
                AutoCancelOnNewCommit::Interruptible
            }
            Some(config::AutoCancelOnNewCommit::None) => AutoCancelOnNewCommit::None,
        },
        on_job_failure: match written.on_job_failure {
            Some(config::AutoCancelOnJobFailure::All) => AutoCancelOnJobFailure::All,
            Some(config::AutoCancelOnJobFailure::None) | None => AutoCancelOnJobFailure::None,
        },
    }
}

/// The group of a job. As in GitLab, a job whose group cannot be called so has none.
fn resource_group(key: &str) -> Option<String> {
    (key.chars().count() <= MAX_RESOURCE_GROUP).then(|| key.to_owned())
}
