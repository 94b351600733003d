//! `default`, its older spelling at the top, and what jobs take from it.

use std::sync::Arc;

use indexmap::IndexMap;

use super::entry::Entry;
use super::{artifacts, cache, image, job, retry, script, steps};
use crate::config::{Artifacts, Cache, Image, Inherit, Retry, Service, Texts};
use crate::fault::Fault;
use crate::node::{Node, Value};

const KEYS: [&str; 12] = [
    "before_script",
    "after_script",
    "hooks",
    "cache",
    "image",
    "services",
    "interruptible",
    "timeout",
    "retry",
    "tags",
    "artifacts",
    "id_tokens",
];

/// Those that may stand at the top as well.
const AT_THE_TOP: [&str; 5] = [
    "before_script",
    "after_script",
    "cache",
    "image",
    "services",
];

#[derive(Default)]
pub(super) struct Defaults {
    pub(super) before_script: Option<Texts>,
    pub(super) after_script: Option<Texts>,
    pub(super) hooks: Option<Texts>,
    pub(super) cache: Option<Arc<[Cache]>>,
    pub(super) image: Option<Image>,
    pub(super) services: Option<Arc<[Service]>>,
    pub(super) interruptible: Option<bool>,
    pub(super) retry: Option<Retry>,
    pub(super) tags: Option<Texts>,
    pub(super) artifacts: Option<Artifacts>,
    pub(super) id_tokens: Option<IndexMap<Arc<str>, Texts>>,
}

impl Defaults {
    pub(super) fn read(root: &Entry<'_>, node: Option<&Node>) -> Self {
        let mut defaults = Self::default();
        if let Some(node) = node {
            let entry = root.child("default", node);
            if node.as_mapping().is_none() {
                entry.fail("config", "should be a hash");
            }
            entry.allow_keys(&[&KEYS]);
            if entry.is_valid() {
                let is_twice =
                    |key: &&&str| root.attribute(key).is_some() && entry.attribute(key).is_some();
                if let Some(key) = AT_THE_TOP.iter().find(is_twice) {
                    let text = format!("{key} is defined in top-level and `default:` entry");
                    root.context.error_alone(Fault::new(text).at(node.span));
                }
                defaults.fill(&entry);
            }
        }
        defaults.fill_from_top(root);
        defaults
    }

    fn fill(&mut self, entry: &Entry<'_>) {
        self.hooks = entry.read("hooks", script::hooks);
        self.interruptible = entry.read("interruptible", job::boolean);
        // GitLab checks this one, and jobs do not get it.
        entry.read("timeout", job::timeout);
        self.retry = entry.read("retry", retry::read);
        self.tags = entry.read("tags", job::tags);
        self.artifacts = entry.read("artifacts", artifacts::read);
        self.id_tokens = entry.read("id_tokens", steps::id_tokens);
        self.fill_from_top(entry);
    }

    fn fill_from_top(&mut self, entry: &Entry<'_>) {
        let lines = |key| entry.read(key, script::read);
        self.before_script = lines("before_script").or_else(|| self.before_script.take());
        self.after_script = lines("after_script").or_else(|| self.after_script.take());
        let caches = entry.read("cache", cache::read);
        self.cache = caches.or_else(|| self.cache.take());
        let image = entry.read("image", image::read);
        self.image = image.or_else(|| self.image.take());
        let services = entry.read("services", image::services);
        self.services = services.or_else(|| self.services.take());
    }
}

/// Which of the defaults, and of the global variables, a job takes.
pub(super) struct Inheritance {
    default: Inherit,
    pub(super) variables: Inherit,
}

impl Inheritance {
    pub(super) fn read(job: &Entry<'_>) -> Self {
        let mut inherit = Self {
            default: Inherit::All,
            variables: Inherit::All,
        };
        let Some(node) = job.attribute("inherit") else {
            return inherit;
        };
        let entry = job.child("inherit", node);
        if node.as_mapping().is_none() {
            entry.fail("config", "should be a hash");
        }
        entry.allow_keys(&[&["default", "variables"]]);
        if entry.is_valid() {
            inherit.default = entry.read("default", defaults).unwrap_or_default();
            inherit.variables = entry.read("variables", names).unwrap_or_default();
        }
        inherit
    }

    /// What a job has of a key: its own, else the default if it takes that.
    pub(super) fn or_default<T: Clone>(
        &self,
        job: &Entry<'_>,
        key: &str,
        own: Option<T>,
        default: Option<&T>,
    ) -> Option<T> {
        if job.attribute(key).is_some() {
            return own;
        }
        let taken = match &self.default {
            Inherit::All => true,
            Inherit::Nothing => false,
            Inherit::Only(keys) => keys.iter().any(|name| **name == *key),
        };
        default.filter(|_| taken).cloned()
    }
}

fn names(entry: &Entry<'_>) -> Option<Inherit> {
    match &entry.node.value {
        Value::Bool(true) => Some(Inherit::All),
        Value::Bool(false) => Some(Inherit::Nothing),
        Value::Sequence(_) => {
            let names = super::value::strings_of(entry.node);
            if names.is_none() {
                entry.fail("config", "should be an array of strings");
            }
            names.map(Inherit::Only)
        }
        Value::Null
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Mapping(_)
        | Value::Reference(_) => {
            let text = format!("{} should be a bool or array of strings", entry.location());
            entry.fail_verbatim(entry.node.span, text);
            None
        }
    }
}

fn defaults(entry: &Entry<'_>) -> Option<Inherit> {
    let inherit = names(entry)?;
    if let Inherit::Only(names) = &inherit {
        let unknown: Vec<_> = (names.iter().map(AsRef::as_ref))
            .filter(|name| !KEYS.contains(name))
            .collect();
        if !unknown.is_empty() {
            entry.fail(
                "config",
                format_args!("contains unknown values: {}", unknown.join(", ")),
            );
        }
    }
    Some(inherit)
}
