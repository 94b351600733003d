//! What parts of an expression amount to.

use std::borrow::Cow;
use std::sync::Arc;

use crate::effort::Effort;
use crate::pattern::Pattern;

/// A value inside an expression.
#[derive(Clone, Debug)]
pub enum Value {
    Null,
    Boolean(bool),
    Text(Arc<str>),
    Pattern(Arc<Pattern>),
}

impl Value {
    /// Ruby's truth, which counts inside an expression.
    pub(super) const fn is_truthy(&self) -> bool {
        match self {
            Self::Null | Self::Boolean(false) => false,
            Self::Boolean(true) | Self::Text(_) | Self::Pattern(_) => true,
        }
    }

    /// What counts for the whole expression and for `!`: blank texts are false.
    pub(super) fn is_present(&self) -> bool {
        match self {
            Self::Null => false,
            Self::Boolean(value) => *value,
            Self::Text(text) => !text.trim().is_empty(),
            Self::Pattern(_) => true,
        }
    }

    pub(super) fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Null, Self::Null) => true,
            (Self::Boolean(left), Self::Boolean(right)) => left == right,
            (Self::Text(left), Self::Text(right)) => left == right,
            (Self::Boolean(value), Self::Text(text)) | (Self::Text(text), Self::Boolean(value)) => {
                &**text == boolean(*value)
            }
            (Self::Pattern(left), Self::Pattern(right)) => left == right,
            (Self::Null | Self::Boolean(_) | Self::Text(_) | Self::Pattern(_), _) => false,
        }
    }

    /// `=~`. A text on the right is a pattern if it reads like one; if it does not, what is
    /// on the left must be in it, which nothing always is.
    pub(super) fn matches(&self, right: &Self, effort: &Effort) -> Option<bool> {
        let left = self.text();
        Some(match right {
            Self::Null | Self::Boolean(false) => false,
            Self::Boolean(true) => boolean(true).contains(&*left),
            Self::Pattern(pattern) => return effort.search(pattern, &left),
            // GitLab removes these backslashes here too, as it does of literals.
            Self::Text(text) => match Pattern::parse(&text.replace("\\/", "/")) {
                Some(pattern) => return effort.search(&pattern, &left),
                None => text.contains(&*left),
            },
        })
    }

    fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Null => Cow::Borrowed(""),
            Self::Boolean(value) => Cow::Borrowed(boolean(*value)),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Pattern(pattern) => Cow::Owned(format!("{pattern:?}")),
        }
    }
}

const fn boolean(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}
