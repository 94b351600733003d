//! What came of a configuration.

use std::sync::Arc;

use ci_config::Fault;
use ci_config::compile::Compiled;
use ci_config::include::Included;
use ci_config::node::Node;
use ci_config::plan::{Plan, Refusal};
use create_pipeline::{Check, Configuration, Creation, Head, NoHead, check, draft};
use serde::Serialize;
use switchyard::error::Result;
use switchyard::http::{App, ProjectAccess};
use switchyard::pipeline::Source;
use switchyard::policy::Action;
use switchyard::repository::Oid;
use utoipa::ToSchema;

use crate::create::{missing, ref_refusal};

/// Why there would be no pipeline. With a plan in place of it there would be one.
pub(super) struct Verdict {
    pub(super) errors: Vec<(Code, Fault)>,
    pub(super) warnings: Vec<Fault>,
    /// None where it did not come to that.
    pub(super) merged: Option<Node>,
    pub(super) includes: Vec<Included>,
    /// By the numbers that spans have.
    pub(super) files: Vec<Arc<str>>,
    pub(super) jobs: Jobs,
}

/// Where the jobs are.
pub(super) enum Jobs {
    None,
    /// All of the configuration.
    Written(Box<ci_config::Config>),
    /// Those of the pipeline.
    Planned(Box<Plan>),
}

/// What kind of fault it is.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LintFaultCode)]
pub(super) enum Code {
    /// The configuration is wrong.
    ConfigError,
    FilteredByWorkflowRules,
    FilteredByRules,
    SizeLimitExceeded,
    DeploymentsLimitExceeded,
    /// The caller may not run such a pipeline.
    InsufficientPermissions,
    ReferenceNotFound,
    CommitNotFound,
    /// The configuration is odd, and it works.
    ConfigWarning,
    /// Not all of the answer is shown.
    AnswerTooLarge,
}

impl Code {
    const fn of(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::ConfigError(_) => Self::ConfigError,
            Refusal::FilteredByWorkflowRules => Self::FilteredByWorkflowRules,
            Refusal::FilteredByRules => Self::FilteredByRules,
            Refusal::SizeLimitExceeded { .. } => Self::SizeLimitExceeded,
            Refusal::DeploymentsLimitExceeded { .. } => Self::DeploymentsLimitExceeded,
        }
    }
}

impl Verdict {
    /// Of a configuration by itself.
    pub(super) async fn compiled<E>(
        app: &App,
        access: &ProjectAccess<E>,
        text: &[u8],
        commit: Option<Oid>,
    ) -> Result<Self> {
        let compiled = check(&Check {
            app,
            base_url: &access.request.base_url,
            project: &access.project,
            user: access.caller.user(),
            commit,
            text,
            now: access.request.now,
        })
        .await?;
        Ok(Self::of(compiled))
    }

    /// Of a pipeline that would be made by a push to a branch or tag, as in GitLab.
    pub(super) async fn simulated<E>(
        app: &App,
        access: &ProjectAccess<E>,
        ref_name: &str,
        text: &[u8],
    ) -> Result<Self> {
        let project = &access.project;
        let Some(user) = access.caller.user().filter(|_| {
            let demanded = access.demand(Action::CreatePipeline);
            demanded.is_ok()
        }) else {
            let text = "Insufficient permissions to create a new pipeline";
            return Ok(Self::failed(Code::InsufficientPermissions, text));
        };
        let head = match Head::find(app, project, ref_name, None).await? {
            Ok(head) => head,
            Err(none) => {
                let code = match none {
                    NoHead::NoReference => Code::ReferenceNotFound,
                    NoHead::NoCommit => Code::CommitNotFound,
                };
                return Ok(Self::failed(code, missing(none)));
            }
        };
        if let Some(text) = ref_refusal(project, &head, access.standing) {
            return Ok(Self::failed(Code::InsufficientPermissions, text));
        }
        let creation = Creation {
            app,
            base_url: &access.request.base_url,
            project,
            user,
            head,
            source: Source::Push,
            configuration: Configuration::Text(text),
            given: Vec::new(),
            inputs: None,
            upstream: None,
            now: access.request.now,
        };
        let Some(draft) = draft(&creation).await? else {
            return Ok(Self::failed(Code::ConfigError, "Missing CI config file"));
        };
        let verdict = Self::of(draft.compiled);
        Ok(match draft.plan {
            None => verdict,
            Some(Ok(plan)) => Self {
                jobs: Jobs::Planned(Box::new(plan)),
                ..verdict
            },
            Some(Err(refusal)) => {
                let code = Code::of(&refusal);
                let faults = refusal.into_faults().into_iter();
                Self {
                    errors: faults.map(|fault| (code, fault)).collect(),
                    jobs: Jobs::None,
                    ..verdict
                }
            }
        })
    }

    fn of(compiled: Compiled) -> Self {
        let errors = compiled.faults.errors.into_iter();
        Self {
            errors: errors.map(|fault| (Code::ConfigError, fault)).collect(),
            warnings: compiled.faults.warnings,
            merged: compiled.merged,
            includes: compiled.includes,
            files: compiled.files,
            jobs: match compiled.config {
                Some(config) => Jobs::Written(Box::new(config)),
                None => Jobs::None,
            },
        }
    }

    fn failed(code: Code, text: impl Into<String>) -> Self {
        Self {
            errors: vec![(code, Fault::new(text))],
            warnings: Vec::new(),
            merged: None,
            includes: Vec::new(),
            files: Vec::new(),
            jobs: Jobs::None,
        }
    }
}
