//! `only` and `except`: how jobs without rules say where they run.

use super::rules::Evaluation;
use crate::config::Policy;
use crate::variables::Error;

/// What a ref counts as.
const REF_STEPS: usize = 4;

impl Evaluation<'_> {
    /// Whether all that `only` says holds, and nothing of what `except` says.
    pub(super) fn admits(
        &self,
        only: Option<&Policy>,
        except: Option<&Policy>,
    ) -> Result<bool, Error> {
        if let Some(only) = only {
            for answer in self.answers(only) {
                if !answer? {
                    return Ok(false);
                }
            }
        }
        if let Some(except) = except {
            for answer in self.answers(except) {
                if answer? {
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// One answer for each key that is there, found when it is asked for.
    fn answers<'p>(&'p self, policy: &'p Policy) -> impl Iterator<Item = Result<bool, Error>> {
        let refs = policy.refs.iter().map(|refs| {
            self.budget.step(REF_STEPS * refs.len())?;
            self.read(refs.iter())?;
            for text in refs.iter() {
                if self.is_ref(text)? {
                    return Ok(true);
                }
            }
            Ok(false)
        });
        let kubernetes = policy.kubernetes.then_some(Ok(self.context.kubernetes));
        let variables = policy.variables.iter().map(|expressions| {
            for expression in expressions.iter() {
                if self.holds(expression)? {
                    return Ok(true);
                }
            }
            Ok(false)
        });
        // Unlike those of rules these globs are not expanded.
        let changes = (policy.changes.iter())
            .map(|globs| self.any_changed(globs.to_vec(), None, self.context.changed_paths));
        refs.chain(kubernetes).chain(variables).chain(changes)
    }

    /// Whether a text stands for the ref or the source of the pipeline: a keyword, a name
    /// or a pattern, each perhaps in one project only.
    fn is_ref(&self, text: &str) -> Result<bool, Error> {
        let context = self.context;
        let (word, project) = match text.split_once('@') {
            Some((word, project)) => (word, Some(project)),
            None => (text, None),
        };
        if project.is_some_and(|project| project != context.project) {
            return Ok(false);
        }
        if (context.is_tag && word == "tags") || (context.is_branch() && word == "branches") {
            return Ok(true);
        }
        if context.source.is_keyword(word) {
            return Ok(true);
        }
        // Pipelines of merge requests run for no ref that could be named.
        if !context.is_tag && !context.is_branch() {
            return Ok(false);
        }
        let is_match = match self.cache.pattern(word) {
            Some(pattern) => self.cache.effort.search(&pattern, context.reference),
            None => Some(word == context.reference),
        };
        is_match.ok_or(Error::TooMuch)
    }
}
