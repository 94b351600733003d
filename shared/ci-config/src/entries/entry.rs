//! An entry: a node, where it stands, and the checks that many keywords have in common.

use std::cell::Cell;
use std::fmt::Display;
use std::sync::Arc;

use super::context::Context;
use super::value::{integer_of, is_blank, string_of, strings_of, strings_or_string_of};
use crate::config::Texts;
use crate::fault::Fault;
use crate::node::{Node, Span, Value};

pub(super) struct Entry<'a> {
    pub(super) node: &'a Node,
    pub(super) context: &'a Context<'a>,
    parent: Option<&'a Entry<'a>>,
    name: Name<'a>,
    valid: Cell<bool>,
}

#[derive(Clone, Copy)]
enum Name<'a> {
    Key(&'a str),
    /// No part of where its children stand.
    Unkeyed(&'a str),
    /// GitLab names `retry` without the job.
    Alone(&'a str),
}

impl<'a> Entry<'a> {
    pub(super) const fn root(node: &'a Node, context: &'a Context<'a>) -> Self {
        Self {
            node,
            context,
            parent: None,
            name: Name::Unkeyed("root"),
            valid: Cell::new(true),
        }
    }

    pub(super) const fn child<'b>(&'b self, key: &'b str, node: &'b Node) -> Entry<'b> {
        Entry {
            node,
            context: self.context,
            parent: Some(self),
            name: Name::Key(key),
            valid: Cell::new(true),
        }
    }

    /// The same, as an entry that is no part of where its children stand.
    pub(super) const fn unkeyed<'b>(&'b self, label: &'b str) -> Entry<'b> {
        self.named(Name::Unkeyed(label))
    }

    /// The same, as an entry whose errors do not say where it stands.
    pub(super) const fn alone<'b>(&'b self, label: &'b str) -> Entry<'b> {
        self.named(Name::Alone(label))
    }

    const fn named<'b>(&'b self, name: Name<'b>) -> Entry<'b> {
        Entry {
            node: self.node,
            context: self.context,
            parent: self.parent,
            name,
            valid: Cell::new(true),
        }
    }

    /// Whether nothing was found wrong with the entry itself.
    pub(super) const fn is_valid(&self) -> bool {
        self.valid.get()
    }

    pub(super) fn location(&self) -> String {
        let mut names = Vec::new();
        match self.name {
            Name::Key(key) => names.push(key),
            Name::Unkeyed(label) => names.push(label),
            Name::Alone(label) => return label.to_owned(),
        }
        let mut above = self.parent;
        while let Some(entry) = above {
            match entry.name {
                Name::Key(key) => names.push(key),
                Name::Unkeyed(_) | Name::Alone(_) => {}
            }
            above = entry.parent;
        }
        names.reverse();
        names.join(":")
    }

    /// An error about the entry (`config`) or one of its attributes.
    pub(super) fn fail(&self, attribute: &str, message: impl Display) {
        let span = self.node.get(attribute).unwrap_or(self.node).span;
        let attribute = attribute.replace('_', " ");
        self.fail_whole(span, format_args!("{attribute} {message}"));
    }

    /// An error that says itself what it is about. GitLab shows all in lower case.
    pub(super) fn fail_whole(&self, span: Span, message: impl Display) {
        let text = format!("{} {message}", self.location()).to_lowercase();
        self.fail_verbatim(span, text);
    }

    pub(super) fn fail_verbatim(&self, span: Span, text: String) {
        self.valid.set(false);
        self.context.error(Fault::new(text).at(span));
    }

    pub(super) fn warn(&self, message: impl Display) {
        let text = format!("{} {message}", self.location());
        self.context.warning(Fault::new(text).at(self.node.span));
    }

    /// What stands under a key, unless it is null.
    pub(super) fn attribute(&self, key: &str) -> Option<&'a Node> {
        self.node.get(key).filter(|node| !node.is_null())
    }

    /// Reads what stands under a key, unless it is null, as an entry of its own.
    pub(super) fn read<T>(
        &self,
        key: &str,
        read: impl FnOnce(&Entry<'_>) -> Option<T>,
    ) -> Option<T> {
        read(&self.child(key, self.attribute(key)?))
    }

    fn keys(&self) -> impl Iterator<Item = &'a str> {
        let keys = self
            .node
            .as_mapping()
            .into_iter()
            .flat_map(|keys| keys.keys());
        keys.map(AsRef::as_ref)
    }

    pub(super) fn allow_keys(&self, allowed: &[&[&str]]) {
        let known = |key: &str| allowed.iter().any(|keys| keys.contains(&key));
        let unknown: Vec<_> = self.keys().filter(|key| !known(key)).collect();
        if !unknown.is_empty() {
            self.fail(
                "config",
                format_args!("contains unknown keys: {}", unknown.join(", ")),
            );
        }
    }

    pub(super) fn require_keys(&self, required: &[&str]) {
        let missing = required.iter().filter(|key| self.node.get(key).is_none());
        let missing: Vec<_> = missing.copied().collect();
        if !missing.is_empty() {
            self.fail(
                "config",
                format_args!("missing required keys: {}", missing.join(", ")),
            );
        }
    }

    /// A key counts even when it is null.
    pub(super) fn exclusive_keys(&self, exclusive: &[&str]) {
        let present: Vec<_> = self.keys().filter(|key| exclusive.contains(key)).collect();
        if present.len() > 1 {
            self.fail(
                "config",
                format_args!("these keys cannot be used together: {}", present.join(", ")),
            );
        }
    }

    /// `message` is what stands before the list of keys.
    pub(super) fn disallow_keys(&self, present: &[&str], message: &str) {
        if !present.is_empty() {
            self.fail("config", format_args!("{message}: {}", present.join(", ")));
        }
    }

    pub(super) fn string(&self, key: &str) -> Option<Arc<str>> {
        let node = self.attribute(key)?;
        let text = string_of(node);
        if text.is_none() {
            self.fail(key, "should be a string");
        }
        text
    }

    /// A string that must be there.
    pub(super) fn required_string(&self, key: &str) -> Option<Arc<str>> {
        let text = self.attribute(key).and_then(string_of);
        if text.is_none() {
            self.fail(key, "should be a string");
        }
        if self.attribute(key).is_none_or(is_blank) {
            self.fail(key, "can't be blank");
            return None;
        }
        text
    }

    pub(super) fn boolean(&self, key: &str) -> Option<bool> {
        match self.attribute(key)?.value {
            Value::Bool(value) => Some(value),
            Value::Null
            | Value::Integer(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Sequence(_)
            | Value::Mapping(_)
            | Value::Reference(_) => {
                self.fail(key, "should be a boolean value");
                None
            }
        }
    }

    pub(super) fn strings(&self, key: &str) -> Option<Texts> {
        let texts = strings_of(self.attribute(key)?);
        if texts.is_none() {
            self.fail(key, "should be an array of strings");
        }
        texts
    }

    pub(super) fn strings_or_string(&self, key: &str) -> Option<Texts> {
        let texts = strings_or_string_of(self.attribute(key)?);
        if texts.is_none() {
            self.fail(key, "should be an array of strings or a string");
        }
        texts
    }

    pub(super) fn integers_or_integer(&self, key: &str) -> Option<Arc<[i64]>> {
        let node = self.attribute(key)?;
        let numbers = match (integer_of(node), node.as_sequence()) {
            (Some(number), _) => Some(Arc::from([number])),
            (None, Some(nodes)) => nodes.iter().map(integer_of).collect(),
            (None, None) => None,
        };
        if numbers.is_none() {
            self.fail(key, "should be an array of integers or an integer");
        }
        numbers
    }

    /// One of the words of a table. `message` says which there are.
    pub(super) fn choice<T: Copy>(
        &self,
        key: &str,
        table: &[(&str, T)],
        message: &str,
    ) -> Option<T> {
        let text = self.attribute(key)?.as_str();
        if text.is_none() {
            self.fail(key, "should be a string");
        }
        let chosen = table.iter().find(|(word, _)| Some(*word) == text);
        if chosen.is_none() {
            self.fail(key, message);
        }
        chosen.map(|(_, value)| *value)
    }

    /// A duration in words; missing is no duration either. GitLab says both things about
    /// what is none.
    pub(super) fn duration(&self, attribute: &str, node: Option<&Node>, limit: u64) -> Option<u64> {
        let seconds = node
            .and_then(Node::as_str)
            .and_then(|text| self.context.duration(text));
        if seconds.is_none() {
            self.fail(attribute, "should be a duration");
        }
        if seconds.is_none_or(|seconds| seconds > limit) {
            self.fail(attribute, "should not exceed the limit");
            return None;
        }
        seconds
    }

    /// For what a schema describes: where in it, and what. As GitLab shows it.
    pub(super) fn fail_schema(&self, attribute: &str, pointer: &str, message: impl Display) {
        if pointer.is_empty() {
            self.fail(attribute, format_args!("root {message}"));
        } else {
            self.fail(attribute, format_args!("property '{pointer}' {message}"));
        }
    }
}
