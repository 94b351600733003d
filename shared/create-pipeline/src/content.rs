//! What a job runs, as `definitions` keeps it: all that a runner, or who starts a pipeline
//! downstream, has to know and a list of jobs does not show.

use std::sync::Arc;

use ci_config::Node;
use ci_config::config::{
    AllowFailure, Artifacts, Cache, CrossNeed, Environment, Image, Pages, Service, Texts, Work,
};
use ci_config::plan::{Plan, PlannedJob};
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// The same for all jobs that run the same.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobContent {
    /// Those of the configuration, in their order: global ones, the job's own, those of the
    /// matrix and of the rule that let the job in.
    pub variables: Vec<ContentVariable>,
    pub work: Work,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<Image>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cache: Vec<Cache>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub artifacts: Option<Artifacts>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pre_get_sources_script: Vec<Arc<str>>,
    /// Whose artifacts it gets, by name; none means those of all that it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dependencies: Option<Texts>,
    /// Of the jobs that it needs those whose artifacts it gets, by their places among those
    /// that the pipeline was born with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed_artifacts: Option<Vec<u16>>,
    /// Artifacts from other pipelines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cross_needs: Vec<CrossNeed>,
    /// Variables in its name and its address are replaced as far as they were known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
    /// The pattern without its slashes, with its flags in front.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coverage: Option<Arc<str>>,
    /// The audiences of each token.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub id_tokens: IndexMap<Arc<str>, Texts>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Node>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pages: Option<Pages>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secrets: Option<Node>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manual_confirmation: Option<Arc<str>>,
    /// `CI_NODE_INDEX` and `CI_NODE_TOTAL` of a parallel job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<(usize, usize)>,
}

/// A variable of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentVariable {
    pub key: Arc<str>,
    pub value: Arc<str>,
    /// References in it are no references.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub raw: bool,
}

impl JobContent {
    pub(crate) fn new(plan: &Plan, job: &PlannedJob) -> Self {
        let definition = &job.definition;
        let variables = plan.variables_of(job).into_iter();
        let planned = job.environment.as_ref();
        let environment = definition.environment.clone().map(|written| Environment {
            name: planned.map_or(written.name, |planned| Arc::clone(&planned.name)),
            url: planned.and_then(|planned| planned.url.clone()),
            ..written
        });
        let needed = job.needs.as_ref().map(|needs| {
            let with_artifacts = needs.iter().filter(|need| need.artifacts);
            let places = with_artifacts.filter_map(|need| u16::try_from(need.job).ok());
            places.collect()
        });
        Self {
            variables: variables
                .map(|(key, variable)| ContentVariable {
                    key,
                    value: variable.value,
                    raw: !variable.expand,
                })
                .collect(),
            work: definition.work.clone(),
            image: definition.image.clone(),
            services: definition.services.to_vec(),
            cache: definition.cache.to_vec(),
            artifacts: definition.artifacts.clone(),
            pre_get_sources_script: definition.pre_get_sources_script.to_vec(),
            dependencies: job.dependencies.clone(),
            needed_artifacts: needed,
            cross_needs: job.others.clone(),
            environment,
            coverage: definition.coverage.clone(),
            id_tokens: definition.id_tokens.clone(),
            release: definition.release.clone(),
            pages: definition.pages.clone(),
            secrets: definition.secrets.clone(),
            identity: definition.identity.clone(),
            manual_confirmation: definition.manual_confirmation.clone(),
            node: job.copy.as_ref().map(|copy| (copy.index, copy.total)),
        }
    }
}

/// Whether a failure is allowed from the start, and with which exit codes besides.
pub(crate) fn allowed(allow_failure: &AllowFailure) -> (bool, Vec<i32>) {
    match allow_failure {
        AllowFailure::No => (false, Vec::new()),
        AllowFailure::Yes => (true, Vec::new()),
        AllowFailure::ExitCodes(codes) => {
            let codes = codes.iter().filter_map(|code| i32::try_from(*code).ok());
            (false, codes.collect())
        }
    }
}
