//! `rules:changes` and `rules:exists`: whether any file matches any glob. Variables in the
//! globs are already expanded.

use std::collections::HashSet;

use super::{Glob, Steps};

/// Where GitLab stops to compare and takes it that something matches.
const MAX_COMPARISONS: usize = 50_000;

/// Whether one of the changed files matches. Not to know what changed, as with tags,
/// schedules and new branches, is as good as a match; `None` stands for that.
pub fn changes(
    globs: &[impl AsRef<str>],
    changed: Option<&[impl AsRef<str>]>,
    steps: &Steps,
) -> bool {
    let Some(changed) = changed else {
        return true;
    };
    let globs: HashSet<&str> = globs.iter().map(AsRef::as_ref).collect();
    if changed.len().saturating_mul(globs.len()) > MAX_COMPARISONS {
        return true;
    }
    let changed: Vec<&str> = changed.iter().map(AsRef::as_ref).collect();
    any_matches(globs.into_iter(), &changed, steps)
}

/// Whether one of the files of the repository matches.
///
/// Globs without wildcards name a file, or a directory if they end in a slash, and
/// `**/*.extension` needs no comparison of patterns; neither counts as one.
pub fn exists(globs: &[impl AsRef<str>], files: &[impl AsRef<str>], steps: &Steps) -> bool {
    let globs: Vec<&str> = globs.iter().map(AsRef::as_ref).collect();
    let (names, globs): (Vec<&str>, Vec<&str>) = globs.into_iter().partition(|glob| is_name(glob));
    // When no glob looks into directories, GitLab lists only the files at the top.
    let top_only = names.iter().chain(&globs).all(|glob| is_at_top(glob));
    let files = files.iter().map(AsRef::as_ref);
    let files: Vec<&str> = files
        .filter(|file| !top_only || !file.contains('/'))
        .collect();

    let (directories, names): (Vec<&str>, Vec<&str>) =
        names.into_iter().partition(|name| name.ends_with('/'));
    let names: HashSet<&str> = names.into_iter().collect();
    let mut extensions = Vec::new();
    let mut patterns = Vec::new();
    for glob in globs {
        match extension(glob) {
            Some(extension) => extensions.push(extension),
            None => patterns.push(glob),
        }
    }
    let found = files.iter().any(|file| {
        names.contains(file)
            || directories.iter().any(|name| file.starts_with(name))
            || extensions.iter().any(|extension| file.ends_with(extension))
    });
    if found || files.len().saturating_mul(patterns.len()) > MAX_COMPARISONS {
        return true;
    }
    any_matches(patterns.into_iter(), &files, steps)
}

/// One glob at a time: its alternatives may be many.
fn any_matches<'a>(
    mut globs: impl Iterator<Item = &'a str>,
    files: &[&str],
    steps: &Steps,
) -> bool {
    globs.any(|text| {
        let glob = Glob::within(text, steps);
        files.iter().any(|file| glob.matches_within(file, steps))
    })
}

fn is_name(glob: &str) -> bool {
    !glob.contains(['*', '?', '[', '{'])
}

fn is_at_top(glob: &str) -> bool {
    !glob.contains('/') && !glob.contains("**")
}

/// What files end with that match a glob of the form `**/*.extension`.
fn extension(glob: &str) -> Option<&str> {
    let extension = glob.strip_prefix("**/*")?;
    let is_extension = extension.starts_with('.') && !extension.contains('/') && is_name(extension);
    is_extension.then_some(extension)
}
