//! `script`, `before_script`, `after_script`, `hooks`, and commands of services.

use super::entry::Entry;
use super::value::flatten_strings;
use crate::config::Texts;

/// How deep lists may stand in lists.
pub(super) const MAX_NESTING: usize = 10;

pub(super) fn read(entry: &Entry<'_>) -> Option<Texts> {
    let lines = flatten_strings::<Texts>(entry.node, MAX_NESTING);
    if lines.is_none() {
        entry.fail(
            "config",
            format_args!(
                "should be a string or a nested array of strings up to {MAX_NESTING} levels deep"
            ),
        );
    }
    lines
}

/// What runs before the repository is fetched.
pub(super) fn hooks(entry: &Entry<'_>) -> Option<Texts> {
    if entry.node.as_mapping().is_none() {
        entry.fail("config", "should be a hash");
    }
    entry.allow_keys(&[&["pre_get_sources_script"]]);
    if !entry.is_valid() {
        return None;
    }
    Some(
        entry
            .read("pre_get_sources_script", read)
            .unwrap_or_default(),
    )
}
