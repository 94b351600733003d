//! `rules`: the first one whose clauses all hold.

use std::sync::Arc;

use super::cache::{Cache, Question};
use super::{Changed, Context, Files};
use crate::config::{Changes, Exists, Rule};
use crate::glob;
use crate::variables::{Budget, Error, Scope, Unknown, Values};

/// What an expression counts as.
const EXPRESSION_STEPS: usize = 16;

/// How much text is read in the time of a step.
const BYTES_A_STEP: usize = 16;

/// Where globs and files are too many to compare; GitLab's limit.
const MAX_COMPARISONS: usize = 50_000;

/// Why it is not known which rule matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// A rule asks for what is not there, in GitLab's words.
    Rule(String),
    Variables(Error),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Variables(error)
    }
}

/// What clauses are held against.
#[derive(Clone, Copy)]
pub(super) struct Evaluation<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) cache: &'a Cache<'a>,
    pub(super) budget: &'a Budget,
    pub(super) scope: &'a Scope<'a>,
}

impl Evaluation<'_> {
    /// The place of the first rule that matches.
    pub(super) fn first(&self, rules: &[Rule]) -> Result<Option<usize>, Failure> {
        for (place, rule) in rules.iter().enumerate() {
            self.budget.step(1)?;
            if self.matches(rule)? {
                return Ok(Some(place));
            }
        }
        Ok(None)
    }

    fn matches(&self, rule: &Rule) -> Result<bool, Failure> {
        if let Some(condition) = &rule.condition
            && !self.holds(condition)?
        {
            return Ok(false);
        }
        if let Some(changes) = &rule.changes
            && !self.changed(changes)?
        {
            return Ok(false);
        }
        match &rule.exists {
            Some(exists) => self.exists(exists),
            None => Ok(true),
        }
    }

    /// Whether an expression is true. What is none counts as false, as in GitLab.
    pub(super) fn holds(&self, text: &Arc<str>) -> Result<bool, Error> {
        self.budget.step(EXPRESSION_STEPS)?;
        self.read([text])?;
        let Some(expression) = self.cache.expression(text) else {
            return Ok(false);
        };
        let value =
            |name: &str| (self.scope.get(name)).map(|definition| Arc::clone(definition.value));
        let holds = expression.evaluate(&value, &self.cache.effort);
        holds.ok_or(Error::TooMuch)
    }

    /// Texts are looked up in what is known already, and for that read to their ends.
    pub(super) fn read<'t>(
        &self,
        texts: impl IntoIterator<Item = &'t Arc<str>>,
    ) -> Result<(), Error> {
        let bytes: usize = texts.into_iter().map(|text| text.len()).sum();
        self.budget.step(bytes / BYTES_A_STEP)
    }

    fn changed(&self, changes: &Changes) -> Result<bool, Failure> {
        let since = match &changes.compare_to {
            None => None,
            Some(reference) => {
                let reference = self.expand(reference)?;
                match self.cache.changed_since(&reference) {
                    Changed::Paths(paths) => Some((reference, paths)),
                    Changed::Unknown => return Ok(true),
                    Changed::NoRef => {
                        let text = "rules:changes:compare_to is not a valid ref";
                        return Err(Failure::Rule(text.to_owned()));
                    }
                }
            }
        };
        let (since, paths) = match &since {
            Some((reference, paths)) => (Some(Arc::clone(reference)), Some(&**paths)),
            None => (None, self.context.changed_paths),
        };
        // Globs are looked at only when there is something to compare them with.
        match paths {
            None => return Ok(true),
            Some([]) => return Ok(false),
            Some(_) => {}
        }
        let globs = self.expand_all(&changes.paths)?;
        Ok(self.any_changed(globs, since, paths)?)
    }

    /// Whether a changed path matches one of the globs.
    pub(super) fn any_changed(
        &self,
        globs: Vec<Arc<str>>,
        since: Option<Arc<str>>,
        paths: Option<&[Arc<str>]>,
    ) -> Result<bool, Error> {
        self.read(&globs)?;
        let ask = globs.clone();
        self.answer(Question::Changes { globs, since }, || {
            let comparisons = paths.map_or(0, |paths| paths.len().saturating_mul(ask.len()));
            self.budget.step(comparisons.min(MAX_COMPARISONS) / 4)?;
            Ok(glob::changes(&ask, paths, &self.cache.glob_steps))
        })
    }

    /// What is asked again costs nothing.
    fn answer(
        &self,
        question: Question,
        ask: impl FnOnce() -> Result<bool, Error>,
    ) -> Result<bool, Error> {
        if let Some(known) = self.cache.answer(&question) {
            return Ok(known);
        }
        let answer = ask()?;
        if self.cache.glob_steps.is_spent() {
            return Err(Error::TooMuch);
        }
        self.cache.keep(question, answer);
        Ok(answer)
    }

    fn exists(&self, exists: &Exists) -> Result<bool, Failure> {
        if exists.paths.is_empty() {
            return Ok(false);
        }
        let elsewhere = match &exists.project {
            None => None,
            Some(project) => {
                let project = self.expand(project)?;
                let reference = exists.reference.as_ref().map(|text| self.expand(text));
                let reference = reference.transpose()?;
                let files = self.files_of(&project, reference.as_ref())?;
                Some(((project, reference), files))
            }
        };
        let (of, files) = match &elsewhere {
            Some((of, files)) => (Some(of.clone()), &**files),
            None => (None, self.cache.files()),
        };
        let globs = self.expand_all(&exists.paths)?;
        self.read(&globs)?;
        let ask = globs.clone();
        let answer = self.answer(Question::Exists { globs, of }, || {
            let comparisons = files.len().saturating_mul(ask.len());
            self.budget
                .step(files.len() / 16 + comparisons.min(MAX_COMPARISONS) / 4)?;
            Ok(glob::exists(&ask, files, &self.cache.glob_steps))
        });
        Ok(answer?)
    }

    fn files_of(
        &self,
        project: &Arc<str>,
        reference: Option<&Arc<str>>,
    ) -> Result<Arc<[Arc<str>]>, Failure> {
        let shown = |text: &str| self.context.variables.mask(text);
        match self.cache.files_of(project, reference) {
            Files::Found(files) => Ok(files),
            Files::NoProject => Err(Failure::Rule(format!(
                "rules:exists:project `{}` not found or access denied",
                shown(project)
            ))),
            Files::NoRef => Err(Failure::Rule(format!(
                "rules:exists:ref `{}` is not a valid ref in project `{}`",
                shown(reference.map_or("", AsRef::as_ref)),
                shown(project)
            ))),
        }
    }

    fn expand(&self, text: &Arc<str>) -> Result<Arc<str>, Error> {
        (self.scope).expand(text, Values::Expanded, Unknown::Keep)
    }

    fn expand_all(&self, texts: &[Arc<str>]) -> Result<Vec<Arc<str>>, Error> {
        texts.iter().map(|text| self.expand(text)).collect()
    }
}
