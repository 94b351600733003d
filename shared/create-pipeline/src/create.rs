//! Creating a pipeline: settings and files are read, the compiler says what there is to run,
//! and the store bears it.

use std::collections::BTreeSet;
use std::sync::Arc;

use ci_config::Node;
use ci_config::compile::{Compilation, Compiled};
use ci_config::include::{Limits as IncludeLimits, Root};
use ci_config::node::{Mapping, Span, Value};
use ci_config::plan::{self, Context, Limits, Plan};
use ci_config::variables::Collection;
use futures::future::try_join3;
use switchyard::error::Result;
use switchyard::http::App;
use switchyard::ids::{JobId, PipelineId};
use switchyard::job::Status;
use switchyard::pipeline::{AutoCancel, Pipeline, Source, Upstream};
use switchyard::project::Project;
use switchyard::store::Write;
use switchyard::store::birth::Newborn;
use switchyard::store::counters::Counter;
use switchyard::time::Time;
use switchyard::user::User;

use crate::compile::{compile, place_of};
use crate::facts::Facts;
use crate::head::Head;
use crate::newborn::{Seed, TooLarge};
use crate::sources::Sources;
use crate::variables::{self, Given, config_path, plan_source};

/// Jobs of one pipeline. GitLab's own limit is a setting that is off at first.
const MAX_JOBS: usize = 2_000;

/// Microseconds that a pipeline may take to be written: longer than a function may run.
const BIRTH: i64 = 60_000_000;

/// Plans that are made for one pipeline: each knows more of the repository.
const ROUNDS: usize = 20;

/// What is to be made.
pub struct Creation<'a> {
    pub app: &'a App,
    /// Without a slash at the end.
    pub base_url: &'a str,
    pub project: &'a Project,
    /// In whose name.
    pub user: &'a User,
    pub head: Head,
    pub source: Source,
    pub configuration: Configuration<'a>,
    pub given: Vec<Given>,
    pub inputs: Option<Node>,
    /// The bridge that starts it.
    pub upstream: Option<Upstream>,
    pub now: Time,
}

/// Where the configuration is.
#[derive(Clone, Copy, Debug)]
pub enum Configuration<'a> {
    /// In the file that the project names.
    File,
    /// Here.
    Text(&'a [u8]),
    /// What a bridge says of it: `trigger:include`.
    Child(&'a Node),
}

/// What came of it.
#[derive(Clone, Debug)]
pub enum Created {
    Pipeline(Box<Pipeline>),
    Refused(Refused),
    /// The project is gone, or what was to be written along was forestalled.
    Forestalled,
}

/// Why there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// There is no configuration.
    NoConfiguration,
    /// It is wrong, in these words.
    Invalid(Vec<String>),
    /// It is right, and there is nothing to run.
    Filtered(String),
}

impl Refused {
    /// What GitLab says of it.
    pub fn text(&self) -> &str {
        match self {
            Self::NoConfiguration => "Missing CI config file",
            Self::Invalid(texts) => texts.first().map_or("", String::as_str),
            Self::Filtered(text) => text,
        }
    }

    fn of(refusal: plan::Refusal) -> Self {
        match refusal {
            plan::Refusal::FilteredByWorkflowRules | plan::Refusal::FilteredByRules => {
                Self::Filtered(refusal.to_string())
            }
            plan::Refusal::ConfigError(_)
            | plan::Refusal::SizeLimitExceeded { .. }
            | plan::Refusal::DeploymentsLimitExceeded { .. } => {
                let faults = refusal.into_faults().into_iter();
                Self::Invalid(faults.map(|fault| fault.text).collect())
            }
        }
    }
}

/// What a pipeline would be.
pub struct Draft {
    pub compiled: Compiled,
    /// None when the configuration is wrong.
    pub plan: Option<Result<Plan, plan::Refusal>>,
}

/// Makes a pipeline, and writes `along` in the transaction that publishes it: then all of it
/// is there, or nothing. Nothing is done yet in it: that is for [`process`](crate::process()).
pub async fn create(
    creation: &Creation<'_>,
    along: impl FnOnce(&Pipeline) -> Result<Vec<Write>>,
) -> Result<Created> {
    let Some(draft) = Box::pin(draft(creation)).await? else {
        return Ok(Created::Refused(Refused::NoConfiguration));
    };
    let plan = match draft.plan {
        Some(Ok(plan)) => plan,
        Some(Err(refusal)) => return Ok(Created::Refused(Refused::of(refusal))),
        None => {
            let faults = draft.compiled.faults.errors.into_iter();
            let texts = faults.map(|fault| fault.text).collect();
            return Ok(Created::Refused(Refused::Invalid(texts)));
        }
    };
    let store = &creation.app.store;
    let (id, first, iid) = try_join3(
        store.reserve_ids(Counter::Pipelines, 1),
        store.reserve_ids(Counter::Jobs, plan.jobs.len() as u64),
        store.reserve_pipeline_iid(creation.project.id),
    )
    .await?;
    let Some(iid) = iid else {
        return Ok(Created::Forestalled);
    };
    let seed = Seed {
        pipeline: creation.pipeline(PipelineId(id), iid),
        project: creation.project,
        first: JobId(first),
        now: creation.now,
    };
    let newborn = match seed.grow(&plan)? {
        Ok(newborn) => newborn,
        Err(TooLarge { job }) => {
            let text = format!("{job}: the job is too large");
            return Ok(Created::Refused(Refused::Invalid(vec![text])));
        }
    };
    creation.bear(newborn, along).await
}

/// What the pipeline would be; none if there is no configuration.
pub async fn draft(creation: &Creation<'_>) -> Result<Option<Draft>> {
    let known = variables::Known {
        app: creation.app,
        base_url: creation.base_url,
        project: creation.project,
        head: &creation.head,
        user: creation.user,
        source: creation.source,
        given: &creation.given,
        now: creation.now,
    };
    let variables = known.variables().await?;
    let (app, user, now) = (creation.app, creation.user, creation.now);
    let mut sources = Sources::new(app, Some(user), creation.project, now);
    let Some(compilation) = creation.compilation(&mut sources).await? else {
        return Ok(None);
    };
    let changed_paths = creation.head.changed_paths.as_deref();
    let compiled = compile(compilation, &mut sources, &variables, changed_paths).await?;
    let plan = match &compiled.config {
        None => None,
        Some(config) => {
            let mut facts = Facts::default();
            let mut rounds = 0..ROUNDS;
            loop {
                let plan = creation.plan(config, &variables, &facts);
                let files = creation.head.files;
                let learned = facts.learn(&mut sources, creation.project, files).await?;
                if !learned || rounds.next().is_none() {
                    break Some(plan);
                }
            }
        }
    };
    Ok(Some(Draft { compiled, plan }))
}

impl Creation<'_> {
    fn plan(
        &self,
        config: &ci_config::Config,
        variables: &Collection,
        repository: &Facts,
    ) -> Result<Plan, plan::Refusal> {
        let context = Context {
            source: plan_source(self.source),
            reference: &self.head.ref_name,
            is_tag: self.head.tag,
            project: &self.project.full_path,
            kubernetes: false,
            changed_paths: self.head.changed_paths.as_deref(),
            repository,
            variables,
            limits: Limits {
                jobs: MAX_JOBS,
                ..Limits::default()
            },
        };
        Plan::new(config, &context)
    }

    async fn compilation(&self, sources: &mut Sources<'_>) -> Result<Option<Compilation>> {
        let place = self.head.files.map(|commit| place_of(self.project, commit));
        let root = |is_child| Root {
            place: place.clone(),
            is_child,
        };
        let limits = IncludeLimits::default();
        let inputs = self.inputs.as_ref();
        let path = match self.configuration {
            Configuration::Text(text) => {
                return Ok(Some(Compilation::new(text, inputs, root(false), limits)));
            }
            Configuration::Child(include) => {
                return Ok(Some(Compilation::of_child(include, root(true), limits)));
            }
            Configuration::File => config_path(self.project),
        };
        if let Some(include) = elsewhere(path) {
            return Ok(Some(Compilation::of_child(&include, root(false), limits)));
        }
        let Some(place) = &place else {
            return Ok(None);
        };
        let text = sources.file(self.project.id, &place.sha, path).await?;
        Ok(text.map(|text| Compilation::new(&text, inputs, root(false), limits)))
    }

    /// Its row, without jobs.
    pub(crate) fn pipeline(&self, id: PipelineId, iid: u64) -> Pipeline {
        let head = &self.head;
        let is_child = self.source == Source::ParentPipeline;
        Pipeline {
            project_id: self.project.id,
            id,
            iid,
            status: Status::Created,
            building: false,
            deleted_at: None,
            source: self.source,
            ref_name: head.ref_name.clone(),
            tag: head.tag,
            sha: head.sha.clone(),
            before_sha: head.before_sha.clone(),
            name: None,
            yaml_errors: None,
            user_id: self.user.id,
            commit: head.commit.clone(),
            created_at: self.now,
            updated_at: self.now,
            started_at: None,
            finished_at: None,
            duration: None,
            coverage: None,
            blocks: Vec::new(),
            bridges: BTreeSet::new(),
            retried: BTreeSet::new(),
            has_variables: !self.given.is_empty(),
            upstream: self.upstream,
            reported: None,
            auto_cancel: AutoCancel::default(),
            supersedes: self.project.auto_cancel_pending_pipelines && !is_child,
            deadline: Some(Time::from_microseconds(self.now.microseconds() + BIRTH)),
            resets: Vec::new(),
            revision: 1,
        }
    }

    pub(crate) async fn bear(
        &self,
        mut newborn: Newborn,
        along: impl FnOnce(&Pipeline) -> Result<Vec<Write>>,
    ) -> Result<Created> {
        let id = newborn.pipeline.id;
        let rows = self.given.iter().map(|given| given.row(id, self.now));
        newborn.variables = rows.collect();
        let along = along(&newborn.pipeline)?;
        let born = (self.app.store).bear(self.project, &newborn, along).await?;
        Ok(match born {
            true => Created::Pipeline(Box::new(newborn.pipeline)),
            false => Created::Forestalled,
        })
    }

    /// A pipeline without jobs, that is as it stays.
    pub(crate) async fn bear_ended(
        &self,
        status: Status,
        yaml_errors: Option<String>,
        along: impl FnOnce(&Pipeline) -> Result<Vec<Write>>,
    ) -> Result<Created> {
        let store = &self.app.store;
        let id = PipelineId(store.reserve_ids(Counter::Pipelines, 1).await?);
        let Some(iid) = store.reserve_pipeline_iid(self.project.id).await? else {
            return Ok(Created::Forestalled);
        };
        let pipeline = Pipeline {
            status,
            yaml_errors,
            supersedes: false,
            ..self.pipeline(id, iid)
        };
        let newborn = Newborn {
            pipeline,
            jobs: Vec::new(),
            bridges: Vec::new(),
            definitions: Vec::new(),
            variables: Vec::new(),
        };
        self.bear(newborn, along).await
    }
}

/// `path@group/project` or `path@group/project:ref`, as a project may name its configuration.
pub(crate) fn elsewhere(path: &str) -> Option<Node> {
    let (file, place) = path.split_once('@')?;
    let (project, reference) = match place.split_once(':') {
        Some((project, reference)) => (project, Some(reference)),
        None => (place, None),
    };
    let text = |text: &str| Node::new(Value::String(text.into()), Span::default());
    let mut include = Mapping::new();
    include.insert("project".into(), text(project));
    include.insert("file".into(), text(file));
    if let Some(reference) = reference {
        include.insert("ref".into(), text(reference));
    }
    Some(Node::new(
        Value::Mapping(Arc::new(include)),
        Span::default(),
    ))
}
