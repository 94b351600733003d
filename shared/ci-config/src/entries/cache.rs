//! `cache`.

use std::sync::Arc;

use super::entry::Entry;
use super::value::strings_of;
use crate::config::{ArtifactsWhen, Cache, CacheKey, Texts};
use crate::node::Value;

const MAX_CACHES: usize = 4;
const MAX_FALLBACK_KEYS: usize = 5;
const MAX_FILES: usize = 2;

pub(super) const WHEN: [(&str, ArtifactsWhen); 3] = [
    ("on_success", ArtifactsWhen::OnSuccess),
    ("on_failure", ArtifactsWhen::OnFailure),
    ("always", ArtifactsWhen::Always),
];

pub(super) const WHEN_MESSAGE: &str = "should be one of: on_success, on_failure, always";

/// One, or a list. Where a cache stands is said without a word for the list.
pub(super) fn read(entry: &Entry<'_>) -> Option<Arc<[Cache]>> {
    let caches = entry.unkeyed("caches");
    let nodes = match &entry.node.value {
        Value::Mapping(_) => std::slice::from_ref(entry.node),
        Value::Sequence(nodes) => nodes,
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Reference(_) => {
            caches.fail("config", "can only be a Hash or an Array");
            return None;
        }
    };
    if nodes.len() > MAX_CACHES {
        caches.fail(
            "config",
            format_args!("no more than {MAX_CACHES} caches can be created"),
        );
        return None;
    }
    let read = nodes
        .iter()
        .filter_map(|node| read_one(&caches.child("cache", node)));
    Some(read.collect())
}

fn read_one(entry: &Entry<'_>) -> Option<Cache> {
    if entry.node.as_mapping().is_none() {
        entry.fail("config", "should be a hash");
        return None;
    }
    entry.allow_keys(&[&[
        "key",
        "untracked",
        "paths",
        "when",
        "policy",
        "unprotect",
        "fallback_keys",
    ]]);
    let policy = entry
        .string("policy")
        .filter(|policy| !policy.trim().is_empty());
    if let Some(policy) = &policy {
        // GitLab looks for one of the words anywhere in it.
        if !["pull", "push", "$"]
            .iter()
            .any(|word| policy.contains(word))
        {
            entry.fail(
                "policy",
                "should be a variable or one of: pull-push, push, pull",
            );
        }
    }
    let when = entry
        .choice("when", &WHEN, WHEN_MESSAGE)
        .unwrap_or_default();
    let fallback_keys = entry.attribute("fallback_keys");
    if fallback_keys
        .and_then(|node| node.as_sequence())
        .is_some_and(|keys| keys.len() > MAX_FALLBACK_KEYS)
    {
        entry.fail(
            "fallback_keys",
            format_args!("has to many entries (maximum {MAX_FALLBACK_KEYS})"),
        );
    }
    if !entry.is_valid() {
        return None;
    }
    let key = match entry.attribute("key") {
        None => Some(CacheKey::Text("default".into())),
        Some(node) => read_key(&entry.child("key", node)),
    };
    let unprotect = entry.read("unprotect", super::job::boolean);
    let untracked = entry.read("untracked", super::job::boolean);
    let paths = entry.read("paths", texts).unwrap_or_default();
    let fallback_keys = entry.read("fallback_keys", texts).unwrap_or_default();
    Some(Cache {
        key: key?,
        paths,
        untracked,
        unprotect: unprotect.unwrap_or(false),
        policy: policy.unwrap_or_else(|| "pull-push".into()),
        when,
        fallback_keys,
    })
}

fn texts(entry: &Entry<'_>) -> Option<Texts> {
    let texts = strings_of(entry.node);
    if texts.is_none() {
        entry.fail("config", "should be an array of strings");
    }
    texts
}

fn read_key(entry: &Entry<'_>) -> Option<CacheKey> {
    match &entry.node.value {
        Value::String(_) => key_part(entry).map(CacheKey::Text),
        Value::Mapping(_) => key_of_files(entry),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Sequence(_)
        | Value::Reference(_) => {
            let text = format!(
                "{} should be a hash, a string or a symbol",
                entry.location()
            );
            entry.fail_verbatim(entry.node.span, text);
            None
        }
    }
}

fn key_of_files(entry: &Entry<'_>) -> Option<CacheKey> {
    entry.allow_keys(&[&["files", "files_commits", "prefix"]]);
    if entry.node.get("files").is_some() == entry.node.get("files_commits").is_some() {
        entry.fail(
            "config",
            "must use exactly one of these keys: files, files_commits",
        );
    }
    if !entry.is_valid() {
        return None;
    }
    let of_content = entry.read("files", files);
    let of_commits = entry.read("files_commits", files);
    let prefix = entry.read("prefix", key_part);
    match (of_content, of_commits) {
        (Some(files), _) => Some(CacheKey::Files { files, prefix }),
        (None, Some(files)) => Some(CacheKey::FilesCommits { files, prefix }),
        (None, None) => None,
    }
}

fn files(entry: &Entry<'_>) -> Option<Texts> {
    let files = texts(entry)?;
    if files.is_empty() {
        entry.fail("config", "requires at least 1 item");
    }
    if files.len() > MAX_FILES {
        entry.fail(
            "config",
            format_args!("has too many items (maximum is {MAX_FILES})"),
        );
    }
    let relative = files.iter().map(|file| file.trim_start_matches('/').into());
    entry.is_valid().then(|| relative.collect())
}

/// Becomes part of a path.
fn key_part(entry: &Entry<'_>) -> Option<Arc<str>> {
    let Some(text) = entry.node.as_str() else {
        entry.fail("config", "should be a string or symbol");
        return None;
    };
    let decoded = text.replace("%2f", "/").replace("%2F", "/");
    let decoded = decoded.replace("%2e", ".").replace("%2E", ".");
    if decoded.contains('/') {
        entry.fail("config", "cannot contain the \"/\" character");
    } else if matches!(decoded.as_str(), "." | "..") {
        entry.fail("config", "cannot be \".\" or \"..\"");
    }
    entry.is_valid().then(|| text.into())
}
