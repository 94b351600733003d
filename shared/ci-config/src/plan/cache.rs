//! What many jobs ask again and again.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use super::{Changed, Files, Repository};
use crate::effort::Effort;
use crate::expression::Expression;
use crate::glob::Steps;
use crate::pattern::Pattern;

/// How many texts are kept read.
const MAX_COMPILED: usize = 256;

/// Those with more states are not kept: each may come to megabytes.
const MAX_STATES: usize = 10_000;

/// What all searches for patterns may cost.
const EFFORT: usize = 4_000_000;

/// What all comparisons of globs with files may take.
const GLOB_STEPS: usize = 300_000_000;

/// How many answers are kept.
const MAX_ANSWERS: usize = 10_000;

/// Answers that do not change while a plan is made.
pub(super) struct Cache<'a> {
    repository: &'a dyn Repository,
    pub(super) effort: Effort,
    pub(super) glob_steps: Steps,
    expressions: RefCell<HashMap<Arc<str>, Option<Expression>>>,
    patterns: RefCell<HashMap<Box<str>, Option<Pattern>>>,
    files: OnceCell<Arc<[Arc<str>]>>,
    files_of: RefCell<HashMap<Elsewhere, Files>>,
    changed_since: RefCell<HashMap<Arc<str>, Changed>>,
    answers: RefCell<HashMap<Question, bool>>,
}

/// A project, and a ref of it.
type Elsewhere = (Arc<str>, Option<Arc<str>>);

/// Whether any of these globs matches any of those files.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Question {
    Changes {
        globs: Vec<Arc<str>>,
        since: Option<Arc<str>>,
    },
    Exists {
        globs: Vec<Arc<str>>,
        of: Option<Elsewhere>,
    },
}

impl<'a> Cache<'a> {
    pub(super) fn new(repository: &'a dyn Repository) -> Self {
        Self {
            repository,
            effort: Effort::new(EFFORT),
            glob_steps: Steps::new(GLOB_STEPS),
            expressions: RefCell::default(),
            patterns: RefCell::default(),
            files: OnceCell::new(),
            files_of: RefCell::default(),
            changed_since: RefCell::default(),
            answers: RefCell::default(),
        }
    }

    /// None when it is no expression.
    pub(super) fn expression(&self, text: &Arc<str>) -> Option<Expression> {
        let read = || Expression::parse(text).ok();
        let states = |read: &Option<Expression>| read.as_ref().map_or(0, Expression::states);
        look_up(
            &self.expressions,
            MAX_COMPILED,
            states,
            Arc::clone(text),
            read,
        )
    }

    /// None when it is no pattern.
    pub(super) fn pattern(&self, text: &str) -> Option<Pattern> {
        let read = || Pattern::parse(text);
        let states = |read: &Option<Pattern>| read.as_ref().map_or(0, Pattern::states);
        look_up(&self.patterns, MAX_COMPILED, states, text.into(), read)
    }

    pub(super) fn files(&self) -> &[Arc<str>] {
        self.files.get_or_init(|| self.repository.files())
    }

    pub(super) fn files_of(&self, project: &Arc<str>, reference: Option<&Arc<str>>) -> Files {
        let key = (Arc::clone(project), reference.cloned());
        let ask = || (self.repository).files_of(project, reference.map(AsRef::as_ref));
        look_up(&self.files_of, MAX_ANSWERS, |_| 0, key, ask)
    }

    pub(super) fn changed_since(&self, reference: &Arc<str>) -> Changed {
        let ask = || self.repository.changed_since(reference);
        look_up(
            &self.changed_since,
            MAX_ANSWERS,
            |_| 0,
            Arc::clone(reference),
            ask,
        )
    }

    pub(super) fn answer(&self, question: &Question) -> Option<bool> {
        self.answers.borrow().get(question).copied()
    }

    pub(super) fn keep(&self, question: Question, answer: bool) {
        let mut answers = self.answers.borrow_mut();
        if answers.len() < MAX_ANSWERS {
            answers.insert(question, answer);
        }
    }
}

fn look_up<K: Eq + Hash, V: Clone>(
    known: &RefCell<HashMap<K, V>>,
    most: usize,
    states: impl FnOnce(&V) -> usize,
    key: K,
    find: impl FnOnce() -> V,
) -> V {
    if let Some(value) = known.borrow().get(&key) {
        return value.clone();
    }
    let value = find();
    let mut known = known.borrow_mut();
    if known.len() < most && states(&value) <= MAX_STATES {
        known.insert(key, value.clone());
    }
    value
}
