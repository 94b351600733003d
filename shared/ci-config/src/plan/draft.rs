//! One job by itself: whether it is in the pipeline, and what its variables make of it.

use std::sync::Arc;

use super::cache::Cache;
use super::root::Roots;
use super::rules::{Evaluation, Failure};
use super::{Context, MatchedRule, PlannedEnvironment};
use crate::config::{AllowFailure, Job, Rule, Texts, When};
use crate::predefined;
use crate::variables::{Budget, Collection, Error, Layer, Scope, Unknown, Values};

/// What all jobs are drafted with.
pub(super) struct Drafting<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) cache: Cache<'a>,
    pub(super) budget: Budget,
    pub(super) roots: Roots,
    /// Variables that lose to those of the configuration.
    pub(super) before: Collection,
    /// Those that win.
    pub(super) after: Collection,
    /// Whether there is no circle in all of these.
    pub(super) is_sound: bool,
}

/// A job that is in the pipeline.
pub(super) struct Draft {
    pub(super) rule: Option<MatchedRule>,
    pub(super) when: When,
    pub(super) start_in: Option<u64>,
    pub(super) allow_failure: AllowFailure,
    pub(super) interruptible: Option<bool>,
    pub(super) tags: Texts,
    pub(super) environment: Option<PlannedEnvironment>,
    pub(super) resource_group: Option<Arc<str>>,
    /// What is wrong with its variables.
    pub(super) circle: Option<Error>,
}

/// Whether a job is in the pipeline.
pub(super) enum Outcome {
    Out,
    In(Box<Draft>),
    /// Its rules cannot be evaluated, in GitLab's words.
    Broken(String),
}

impl Drafting<'_> {
    pub(super) fn draft(&self, job: &Job) -> Result<Outcome, Error> {
        let definition = &*job.definition;
        let own = predefined::Job {
            name: &job.name,
            stage: &definition.stage,
            when: definition.when,
            copy: job.copy.as_ref(),
        };
        let own = own.variables();
        let plain = self.scope(job, &own, None, None);
        let deployed = match &definition.environment {
            None => Collection::default(),
            Some(environment) => {
                let name = plain.expand(&environment.name, Values::Expanded, Unknown::Drop)?;
                deployed(environment, &name)
            }
        };
        let scope = self.scope(job, &own, Some(&deployed), None);
        let evaluation = Evaluation {
            context: self.context,
            cache: &self.cache,
            budget: &self.budget,
            scope: &scope,
        };
        let rule = match &job.rules {
            None => {
                let (only, except) = (definition.only.as_ref(), definition.except.as_ref());
                if !evaluation.admits(only, except)? {
                    return Ok(Outcome::Out);
                }
                None
            }
            Some(rules) => match evaluation.first(rules) {
                Ok(None) => return Ok(Outcome::Out),
                Ok(Some(place)) => Some(MatchedRule {
                    rules: Arc::clone(rules),
                    place,
                }),
                Err(Failure::Rule(text)) => return Ok(Outcome::Broken(text)),
                Err(Failure::Variables(error)) => return Err(error),
            },
        };
        let matched = rule.as_ref().and_then(|rule| rule.rules.get(rule.place));
        let when = (matched.and_then(|rule| rule.when)).unwrap_or(definition.when);
        if when == When::Never {
            return Ok(Outcome::Out);
        }
        let circle = self.circle(job, &scope, [&own, &deployed])?;
        // As in GitLab, tags do not see the variables of the rule, and what they see is not
        // expanded.
        let tags = definition.tags.iter();
        let tags = tags.map(|tag| scope.expand(tag, Values::AsWritten, Unknown::Keep));
        let tags = tags.collect::<Result<_, _>>()?;
        let (environment, resource_group) = self.places(job, &own, matched)?;
        let allow_failure = matched.and_then(|rule| rule.allow_failure);
        Ok(Outcome::In(Box::new(Draft {
            when,
            start_in: matched.map_or(definition.start_in, |rule| rule.start_in),
            allow_failure: match allow_failure {
                Some(true) => AllowFailure::Yes,
                Some(false) => AllowFailure::No,
                None => definition.allow_failure.clone(),
            },
            interruptible: (matched.and_then(|rule| rule.interruptible))
                .or(definition.interruptible),
            tags,
            environment,
            resource_group,
            circle,
            rule,
        })))
    }

    /// Whether variables of the job refer to each other in a circle. Where those that all
    /// jobs have do not, only the job's own can close one.
    fn circle(
        &self,
        job: &Job,
        scope: &Scope<'_>,
        own: [&Collection; 2],
    ) -> Result<Option<Error>, Error> {
        let mut layers: Vec<_> = own.into_iter().map(Layer::Collection).collect();
        layers.push(Layer::Config(&job.definition.variables));
        layers.extend(job.copy.as_ref().map(|copy| Layer::Values(&copy.variables)));
        if self.is_sound && scope.check_through(&layers).is_ok() {
            return Ok(None);
        }
        match scope.check() {
            Ok(()) => Ok(None),
            Err(error @ Error::Circular(_)) => Ok(Some(error)),
            Err(error @ Error::TooMuch) => Err(error),
        }
    }

    /// The environment and the resource group; these see the variables of the rule too.
    fn places(
        &self,
        job: &Job,
        own: &Collection,
        rule: Option<&Rule>,
    ) -> Result<(Option<PlannedEnvironment>, Option<Arc<str>>), Error> {
        let definition = &*job.definition;
        let plain = self.scope(job, own, None, rule);
        let Some(environment) = &definition.environment else {
            let group = definition.resource_group.as_ref();
            let group = group.map(|key| plain.expand(key, Values::Expanded, Unknown::Drop));
            return Ok((
                None,
                group.transpose()?.filter(|key| !key.trim().is_empty()),
            ));
        };
        let name = plain.expand(&environment.name, Values::Expanded, Unknown::Drop)?;
        let deployed = deployed(environment, &name);
        let scope = self.scope(job, own, Some(&deployed), rule);
        let url = environment.url.as_ref();
        let url = url.map(|url| scope.expand(url, Values::Expanded, Unknown::Keep));
        let group = definition.resource_group.as_ref();
        let group = group.map(|key| scope.expand(key, Values::Expanded, Unknown::Drop));
        let planned = PlannedEnvironment {
            name,
            url: url.transpose()?,
        };
        let group = group.transpose()?.filter(|key| !key.trim().is_empty());
        Ok((Some(planned), group))
    }

    /// All variables that a job sees, in GitLab's order.
    fn scope<'s>(
        &'s self,
        job: &'s Job,
        own: &'s Collection,
        deployed: Option<&'s Collection>,
        rule: Option<&'s Rule>,
    ) -> Scope<'s> {
        let mut yaml = vec![
            Layer::Config(self.roots.of(&job.definition)),
            Layer::Config(&job.definition.variables),
        ];
        yaml.extend(job.copy.as_ref().map(|copy| Layer::Values(&copy.variables)));
        yaml.extend(rule.map(|rule| Layer::Values(&rule.variables)));
        let mut scope = Scope::new(&self.budget).with(Layer::Collection(own));
        if let Some(deployed) = deployed {
            scope = scope.with(Layer::Collection(deployed));
        }
        scope
            .with(Layer::Collection(&self.before))
            .with_merged(yaml)
            .with(Layer::Collection(&self.after))
    }
}

fn deployed(environment: &crate::config::Environment, name: &Arc<str>) -> Collection {
    if name.trim().is_empty() {
        return Collection::default();
    }
    let variables = predefined::Environment {
        name,
        action: environment.action,
        tier: environment.deployment_tier.as_ref(),
        url: environment.url.as_ref(),
    };
    variables.variables()
}
