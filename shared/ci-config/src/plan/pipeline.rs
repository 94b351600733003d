//! All jobs together: the workflow, the stages, the limits. In GitLab's order, for the
//! first thing that is wrong is the one that is said.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::cache::Cache;
use super::draft::{Draft, Drafting, Outcome};
use super::root::{self, Roots};
use super::rules::{Evaluation, Failure};
use super::{Context, Plan, PlannedJob, Refusal, Stage, needs};
use crate::config::{AutoCancel, Config, Job, Rule, Variables, When};
use crate::fault::{Errors, Fault};
use crate::variables::{
    Budget, Collection, Error, Layer, Origin, Scope, Unknown, Values, Variable,
};

/// How much text variables may make in one pipeline, and how much may be looked at. Ten
/// thousand jobs with some hundred variables each are far from it.
const BYTES: usize = 32 << 20;
const STEPS: usize = 16 << 20;

const MAX_NAME_LENGTH: usize = 255;

/// These stages alone are no pipeline.
const EDGES: [&str; 2] = [".pre", ".post"];

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::ConfigError(vec![Fault::new(error.to_string())])
    }
}

pub(super) fn plan(config: &Config, context: &Context<'_>) -> Result<Plan, Refusal> {
    let (before, after) = context.variables.around_yaml();
    let budget = Budget::new(BYTES, STEPS);
    let cache = Cache::new(context.repository);
    // The only one of a job's variables that the workflow sees.
    let total = Variable::new("CI_NODE_TOTAL", "1", Origin::Job);
    let global = Global {
        before: [total].into_iter().chain(before.iter().cloned()).collect(),
        after: &after,
        budget: &budget,
    };
    let rule = global.workflow_rule(config, context, &cache)?;
    let of_rule = rule.into_iter().flat_map(|rule| &rule.variables);
    let variables = root::with_rule(&config.variables, of_rule);
    let scope = global.scope(&variables);

    let name = config.workflow.name.as_ref();
    let name = name.map(|name| scope.expand(name, Values::Expanded, Unknown::Drop));
    let name: Option<Arc<str>> = (name.transpose()?)
        .map(|name| name.trim().into())
        .filter(|name: &Arc<str>| !name.is_empty());
    let auto_cancel = auto_cancel(config, rule);
    let is_sound = scope.check().is_ok();

    let drafting = Drafting {
        context,
        cache,
        roots: Roots::new(config, variables.clone()),
        budget,
        before,
        after: after.clone(),
        is_sound,
    };
    let (stages, jobs) = Drafts::new(config, &drafting)?.into_plan(config, context)?;
    if name
        .as_ref()
        .is_some_and(|name| name.chars().count() > MAX_NAME_LENGTH)
    {
        let text = format!(
            "Failed to build pipeline metadata! Name is too long (maximum is {MAX_NAME_LENGTH} characters)"
        );
        return Err(Refusal::ConfigError(vec![Fault::new(text)]));
    }
    Ok(Plan {
        name,
        auto_cancel,
        variables,
        stages,
        jobs,
    })
}

/// What the workflow sees.
struct Global<'a> {
    before: Collection,
    after: &'a Collection,
    budget: &'a Budget,
}

impl Global<'_> {
    fn scope<'s>(&'s self, variables: &'s Variables) -> Scope<'s> {
        Scope::new(self.budget)
            .with(Layer::Collection(&self.before))
            .with(Layer::Config(variables))
            .with(Layer::Collection(self.after))
    }

    /// The rule that lets the pipeline run; None when there are no rules.
    fn workflow_rule<'c>(
        &self,
        config: &'c Config,
        context: &Context<'_>,
        cache: &Cache<'_>,
    ) -> Result<Option<&'c Rule>, Refusal> {
        let Some(rules) = &config.workflow.rules else {
            return Ok(None);
        };
        let scope = self.scope(&config.variables);
        let evaluation = Evaluation {
            context,
            cache,
            budget: self.budget,
            scope: &scope,
        };
        let place = match evaluation.first(rules) {
            Ok(place) => place,
            // GitLab does not say what was wrong with a rule of the workflow.
            Err(Failure::Rule(_)) => None,
            Err(Failure::Variables(error)) => return Err(error.into()),
        };
        let rule = place.and_then(|place| rules.get(place));
        rule.filter(|rule| rule.when != Some(When::Never))
            .map(Some)
            .ok_or(Refusal::FilteredByWorkflowRules)
    }
}

/// What the rule says wins, key by key.
fn auto_cancel(config: &Config, rule: Option<&Rule>) -> AutoCancel {
    let general = config.workflow.auto_cancel.unwrap_or_default();
    let of_rule = rule.and_then(|rule| rule.auto_cancel).unwrap_or_default();
    AutoCancel {
        on_new_commit: of_rule.on_new_commit.or(general.on_new_commit),
        on_job_failure: of_rule.on_job_failure.or(general.on_job_failure),
    }
}

/// The jobs of one stage with what became of them.
type Drafted<'c> = Vec<(&'c Job, Outcome)>;

/// All jobs, by the places of their stages.
struct Drafts<'c>(BTreeMap<usize, Drafted<'c>>);

impl<'c> Drafts<'c> {
    fn new(config: &'c Config, drafting: &Drafting<'_>) -> Result<Self, Refusal> {
        let positions: HashMap<&str, usize> = (config.stages.iter().enumerate())
            .map(|(position, stage)| (&**stage, position))
            .collect();
        let mut stages: BTreeMap<usize, Drafted<'c>> = BTreeMap::new();
        for job in config.jobs.values() {
            let Some(position) = positions.get(&*job.definition.stage) else {
                continue;
            };
            let outcome = drafting.draft(job).map_err(|error| {
                let text = format!("{}: {error}", job.name);
                Refusal::ConfigError(vec![Fault::new(text).at(job.definition.span)])
            })?;
            stages.entry(*position).or_default().push((job, outcome));
        }
        // In a stage in which nothing runs, GitLab does not see what is wrong either.
        stages.retain(|_, jobs| jobs.iter().any(|(_, outcome)| outcome.is_in()));
        Ok(Self(stages))
    }

    fn into_plan(
        self,
        config: &Config,
        context: &Context<'_>,
    ) -> Result<(Vec<Stage>, Vec<PlannedJob>), Refusal> {
        let included = self
            .0
            .values()
            .flatten()
            .filter(|(_, outcome)| outcome.is_in());
        let places: HashMap<Arc<str>, usize> = (included.enumerate())
            .map(|(place, (job, _))| (Arc::clone(&job.name), place))
            .collect();
        self.check(context, &places)?;
        let all = self
            .0
            .keys()
            .filter_map(|position| config.stages.get(*position));
        if all.into_iter().all(|stage| EDGES.contains(&&**stage)) {
            return Err(Refusal::FilteredByRules);
        }
        let mut stages = Vec::with_capacity(self.0.len());
        let mut jobs = Vec::with_capacity(places.len());
        for (position, drafted) in self.0 {
            let start = jobs.len();
            for (job, outcome) in drafted {
                match outcome {
                    Outcome::In(draft) => jobs.push(planned(job, *draft, stages.len(), &places)),
                    Outcome::Out | Outcome::Broken(_) => {}
                }
            }
            stages.push(Stage {
                name: Arc::clone(&config.stages[position]),
                position,
                jobs: start..jobs.len(),
            });
        }
        Ok((stages, jobs))
    }

    fn check(
        &self,
        context: &Context<'_>,
        places: &HashMap<Arc<str>, usize>,
    ) -> Result<(), Refusal> {
        let limits = context.limits;
        let mut errors = Errors::default();
        let mut deployments = 0;
        for (job, outcome) in self.0.values().flatten() {
            let fault = |text: String| Fault::new(text).at(job.definition.span);
            match outcome {
                Outcome::Out => {}
                Outcome::Broken(text) => {
                    let text = format!("Failed to parse rule for {}: {text}", job.name);
                    errors.push(fault(text));
                }
                Outcome::In(draft) => {
                    for error in needs::faults(job, limits.needs, places) {
                        errors.push(error);
                    }
                    if let Some(circle) = &draft.circle {
                        errors.push(fault(format!("{}: {circle}", job.name)));
                    }
                    deployments += usize::from(draft.environment.is_some());
                }
            }
        }
        let errors = errors.into_vec();
        if !errors.is_empty() {
            return Err(Refusal::ConfigError(errors));
        }
        if limits.jobs > 0 && places.len() > limits.jobs {
            return Err(Refusal::SizeLimitExceeded { limit: limits.jobs });
        }
        if limits.deployments > 0 && deployments > limits.deployments {
            return Err(Refusal::DeploymentsLimitExceeded {
                requested: deployments,
                limit: limits.deployments,
            });
        }
        Ok(())
    }
}

fn planned(job: &Job, draft: Draft, stage: usize, places: &HashMap<Arc<str>, usize>) -> PlannedJob {
    PlannedJob {
        name: Arc::clone(&job.name),
        stage,
        needs: needs::planned(job, &draft, places),
        others: (job.needs.as_ref()).map_or_else(Vec::new, |needs| needs.others.clone()),
        dependencies: job.dependencies.clone(),
        copy: job.copy.clone(),
        definition: Arc::clone(&job.definition),
        when: draft.when,
        start_in: draft.start_in,
        allow_failure: draft.allow_failure,
        tags: draft.tags,
        environment: draft.environment,
        resource_group: draft.resource_group,
        interruptible: draft.interruptible,
        rule: draft.rule,
    }
}

impl Outcome {
    const fn is_in(&self) -> bool {
        match self {
            Self::In(_) => true,
            Self::Out | Self::Broken(_) => false,
        }
    }
}
