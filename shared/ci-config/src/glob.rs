//! Globs of `changes` and `exists`: `File.fnmatch` of Ruby, with its flags `FNM_PATHNAME`,
//! `FNM_DOTMATCH` and `FNM_EXTGLOB`.
//!
//! `*` and `?` stay inside a part of a path, `**/` stands for any number of directories, and
//! braces are expanded before all else. A `**` without a slash behind it is a `*`.

mod braces;
mod files;
mod segment;
mod steps;

pub use files::{changes, exists};
use segment::Segment;
pub use steps::Steps;

/// A pattern for paths.
#[derive(Clone, Debug)]
pub struct Glob {
    /// What the braces make of it; None if it is too much, which matches everything.
    alternatives: Option<Vec<Vec<Part>>>,
}

/// A part of a glob, between slashes. The last one is a segment.
#[derive(Clone, Debug)]
enum Part {
    /// `**/`
    Directories,
    Segment(Segment),
}

impl Glob {
    /// Every text is a glob, if only one that matches nothing.
    pub fn new(text: &str) -> Self {
        Self::within(text, &Steps::default())
    }

    fn within(text: &str, steps: &Steps) -> Self {
        let alternatives = braces::expand(text, steps);
        Self {
            alternatives: alternatives.map(|texts| texts.iter().map(|text| parts(text)).collect()),
        }
    }

    pub fn matches(&self, path: &str) -> bool {
        self.matches_within(path, &Steps::default())
    }

    fn matches_within(&self, path: &str, steps: &Steps) -> bool {
        let Some(alternatives) = &self.alternatives else {
            return true;
        };
        let path: Vec<&str> = path.split('/').collect();
        (alternatives.iter()).any(|parts| matches(parts, &path, steps).unwrap_or(true))
    }
}

fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    loop {
        while let Some(after) = rest.strip_prefix("**/") {
            parts.push(Part::Directories);
            rest = after;
        }
        let (segment, after) = Segment::parse(rest);
        parts.push(Part::Segment(segment));
        match after {
            Some(after) => rest = after,
            None => return parts,
        }
    }
}

/// As with `*` in a segment, only the last `**/` need ever be tried again: what was before it
/// is as short as can be.
fn matches(parts: &[Part], path: &[&str], steps: &Steps) -> Option<bool> {
    let (mut part, mut at) = (0, 0);
    let mut retry = None;
    loop {
        steps.spend(1)?;
        let fits = match parts.get(part) {
            Some(Part::Directories) => {
                part += 1;
                retry = Some((part, at));
                continue;
            }
            Some(Part::Segment(segment)) => {
                let name = path.get(at).copied().unwrap_or_default();
                segment.matches(name, steps)?
            }
            None => false,
        };
        if fits {
            part += 1;
            at += 1;
            match (part < parts.len(), at < path.len()) {
                (true, true) => continue,
                (false, false) => return Some(true),
                (true, false) | (false, true) => {}
            }
        }
        match retry {
            Some((again, from)) if from + 1 < path.len() => {
                (part, at) = (again, from + 1);
                retry = Some((part, at));
            }
            Some(_) | None => return Some(false),
        }
    }
}
