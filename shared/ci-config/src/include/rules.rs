//! The rules of an include.

use std::sync::Arc;

use super::Surroundings;
use super::expansion::expand;
use super::load::Scope;
use super::source::{Answer, Found, Missing, Source};
use super::work::Work;
use crate::config::{Changes, Checks, Exists, Rule, When};
use crate::entries;
use crate::expression::Expression;
use crate::fault::Fault;
use crate::glob;
use crate::node::Node;
use crate::variables::Unknown;

/// What rules are judged by.
pub(super) struct Judge<'a> {
    pub(super) surroundings: &'a dyn Surroundings,
    pub(super) checks: &'a Checks,
    pub(super) scope: &'a Scope,
    pub(super) work: &'a Work,
}

/// Whether an include is to be made.
pub(super) enum Verdict {
    Pass,
    Skip,
    /// That depends on this.
    Unknown(Source),
}

impl Judge<'_> {
    /// `answer` tells what is known of a source.
    pub(super) fn judge<'a>(
        &self,
        rules: Option<&Node>,
        answer: &dyn Fn(&Source) -> Option<&'a Answer>,
    ) -> Result<Verdict, Fault> {
        let Some(node) = rules.filter(|node| !node.is_null()) else {
            return Ok(Verdict::Pass);
        };
        let within = |text: String| Fault::new(format!("include:{text}")).at(node.span);
        let rules =
            entries::read_include_rules(node, self.checks).map_err(|fault| within(fault.text))?;
        for rule in rules.iter() {
            match self.matches(rule, answer).map_err(within)? {
                Verdict::Pass if rule.when == Some(When::Never) => return Ok(Verdict::Skip),
                Verdict::Pass => return Ok(Verdict::Pass),
                Verdict::Skip => {}
                Verdict::Unknown(source) => return Ok(Verdict::Unknown(source)),
            }
        }
        Ok(Verdict::Skip)
    }

    /// Whether all clauses hold.
    fn matches<'a>(
        &self,
        rule: &Rule,
        answer: &dyn Fn(&Source) -> Option<&'a Answer>,
    ) -> Result<Verdict, String> {
        if let Some(condition) = &rule.condition
            && !self.holds(condition)
        {
            return Ok(Verdict::Skip);
        }
        if let Some(changes) = &rule.changes {
            let changes = Changes {
                paths: changes
                    .paths
                    .iter()
                    .map(|glob| self.expand(glob).into())
                    .collect(),
                compare_to: (changes.compare_to.as_ref()).map(|name| self.expand(name).into()),
            };
            if !self.surroundings.has_changes(&changes)? {
                return Ok(Verdict::Skip);
            }
        }
        match &rule.exists {
            Some(exists) => self.exists(exists, answer),
            None => Ok(Verdict::Pass),
        }
    }

    /// What cannot be evaluated does not hold, and what costs too much will be an error.
    fn holds(&self, condition: &str) -> bool {
        let variable = |name: &str| {
            let name = Some(name).filter(|_| self.scope.sees_variables);
            name.and_then(|name| self.surroundings.variable(name))
        };
        let expression = Expression::parse(condition).ok();
        let holds =
            expression.and_then(|expression| expression.evaluate(&variable, &self.work.effort));
        holds.unwrap_or(false)
    }

    fn expand(&self, text: &str) -> String {
        expand(text, Unknown::Keep, |name| {
            let name = Some(name).filter(|_| self.scope.sees_variables);
            name.and_then(|name| self.surroundings.expanded_variable(name))
        })
    }

    fn exists<'a>(
        &self,
        exists: &Exists,
        answer: &dyn Fn(&Source) -> Option<&'a Answer>,
    ) -> Result<Verdict, String> {
        if exists.paths.is_empty() {
            return Ok(Verdict::Skip);
        }
        let globs: Vec<String> = exists.paths.iter().map(|glob| self.expand(glob)).collect();
        let elsewhere = (exists.project.as_ref()).map(|project| {
            let reference = exists.reference.as_ref().map(|name| self.expand(name));
            (self.expand(project), reference)
        });
        let (project, reference) = match (&elsewhere, &self.scope.place) {
            (Some((project, reference)), _) => (project.as_str().into(), reference.as_deref()),
            (None, Some(place)) => (Arc::clone(&place.project), Some(&*place.sha)),
            (None, None) => return Ok(Verdict::Skip),
        };
        let source = Source::Paths {
            project: Arc::clone(&project),
            reference: reference.map(Arc::from),
        };
        let shown = |text: &str| self.surroundings.mask(text);
        match (answer(&source), &elsewhere) {
            (None, _) => Ok(Verdict::Unknown(source)),
            (Some(Ok(Found::Paths(paths))), _) => {
                self.work.compare(globs.len(), paths.len());
                let found = glob::exists(&globs, paths, &self.work.glob_steps);
                Ok(if found { Verdict::Pass } else { Verdict::Skip })
            }
            (Some(_), None) => Ok(Verdict::Skip),
            (Some(Err(Missing::Reference)), Some((project, Some(reference)))) => Err(format!(
                "rules:exists:ref `{}` is not a valid ref in project `{}`",
                shown(reference),
                shown(project)
            )),
            (Some(_), Some((project, _))) => Err(format!(
                "rules:exists:project `{}` not found or access denied",
                shown(project)
            )),
        }
    }
}
