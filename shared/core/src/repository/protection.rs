//! Protected branches and tags: which names they cover, and who may do what there.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::member::Role;
use crate::policy::Standing;
use crate::project::Project;
use crate::time::Time;

/// Protected branches of a project, and as many tags.
pub const MAX_PROTECTED: usize = 100;

/// Who may, by GitLab's access levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(into = "u8", try_from = "u8")]
pub enum RefAccess {
    NoOne = 0,
    Developer = 30,
    Maintainer = 40,
    Administrator = 60,
}

impl RefAccess {
    pub fn of_level(level: i64) -> Option<Self> {
        u8::try_from(level).ok()?.try_into().ok()
    }

    pub const fn description(self) -> &'static str {
        match self {
            Self::NoOne => "No one",
            Self::Developer => "Developers + Maintainers",
            Self::Maintainer => "Maintainers",
            Self::Administrator => "Instance admins",
        }
    }

    /// Nobody may what is for no one, administrators included.
    pub fn admits(self, standing: Standing) -> bool {
        match self {
            Self::NoOne => false,
            Self::Developer => standing.role() >= Some(Role::Developer),
            Self::Maintainer => standing.role() >= Some(Role::Maintainer),
            Self::Administrator => standing == Standing::Administrator,
        }
    }
}

impl From<RefAccess> for u8 {
    fn from(access: RefAccess) -> Self {
        access as Self
    }
}

impl TryFrom<u8> for RefAccess {
    type Error = String;

    fn try_from(level: u8) -> Result<Self, String> {
        [
            Self::NoOne,
            Self::Developer,
            Self::Maintainer,
            Self::Administrator,
        ]
        .into_iter()
        .find(|access| *access as u8 == level)
        .ok_or_else(|| format!("no access level {level}"))
    }
}

/// A rule for the branches of a name, or of a pattern with `*`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtectedBranch {
    pub id: u64,
    pub name: String,
    pub push: RefAccess,
    pub merge: RefAccess,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_force_push: bool,
    pub created_at: Time,
}

/// A rule for the tags of a name, or of a pattern with `*`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProtectedTag {
    pub id: u64,
    pub name: String,
    pub create: RefAccess,
    pub created_at: Time,
}

/// Whether a branch or a tag is protected. Every branch of an empty repository is.
pub fn is_protected(project: &Project, name: &str, tag: bool) -> bool {
    if tag {
        let mut rules = project.protected_tags.iter();
        return rules.any(|rule| matches(&rule.name, name));
    }
    let mut rules = project.protected_branches.iter();
    project.default_branch.is_none() || rules.any(|rule| matches(&rule.name, name))
}

/// Whether somebody who may push to the project may push to this branch. Of several rules
/// the most generous counts. An empty repository takes a maintainer.
pub fn may_push(project: &Project, name: &str, standing: Standing) -> bool {
    if project.default_branch.is_none() {
        return RefAccess::Maintainer.admits(standing);
    }
    let rules = project.protected_branches.iter();
    let levels = rules.filter(|rule| matches(&rule.name, name));
    admitted(levels.map(|rule| rule.push), standing)
}

/// Whether this branch may be put elsewhere than behind its head.
pub(super) fn may_force_push(project: &Project, name: &str) -> bool {
    let rules = project.protected_branches.iter();
    let mut rules = rules.filter(|rule| matches(&rule.name, name)).peekable();
    rules.peek().is_none() || rules.any(|rule| rule.allow_force_push)
}

/// Whether somebody who may push to the project may merge into this branch.
pub fn may_merge(project: &Project, name: &str, standing: Standing) -> bool {
    let rules = project.protected_branches.iter();
    let levels = rules.filter(|rule| matches(&rule.name, name));
    admitted(levels.map(|rule| rule.merge), standing)
}

/// Whether somebody who may push to the project may make this tag, or take it away.
pub fn may_create_tag(project: &Project, name: &str, standing: Standing) -> bool {
    let rules = project.protected_tags.iter();
    let levels = rules.filter(|rule| matches(&rule.name, name));
    admitted(levels.map(|rule| rule.create), standing)
}

/// Whether a developer may run pipelines on this branch or tag, and run their jobs again: on a
/// protected one those may who may change it. Where there are no commits nothing is protected.
pub fn may_run_on(project: &Project, name: &str, tag: bool, standing: Standing) -> bool {
    if tag {
        return may_create_tag(project, name, standing);
    }
    project.default_branch.is_none()
        || may_push(project, name, standing)
        || may_merge(project, name, standing)
}

fn admitted(levels: impl Iterator<Item = RefAccess>, standing: Standing) -> bool {
    let mut levels = levels.peekable();
    match levels.peek() {
        None => RefAccess::Developer.admits(standing),
        Some(_) => levels.any(|level| level.admits(standing)),
    }
}

/// Whether a pattern covers a name: `*` stands for any text, slashes included. It takes at
/// most the product of both lengths.
pub fn matches(pattern: &str, name: &str) -> bool {
    let (pattern, name) = (pattern.as_bytes(), name.as_bytes());
    let (mut at, mut seen) = (0, 0);
    // Where to go on if what follows the last star turns out not to fit.
    let mut star: Option<(usize, usize)> = None;
    while seen < name.len() {
        match (pattern.get(at), star) {
            (Some(b'*'), _) => {
                star = Some((at + 1, seen));
                at += 1;
            }
            (Some(byte), _) if *byte == name[seen] => {
                at += 1;
                seen += 1;
            }
            (_, Some((behind, from))) => {
                star = Some((behind, from + 1));
                at = behind;
                seen = from + 1;
            }
            (_, None) => return false,
        }
    }
    pattern[at..].iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn patterns() {
        for (pattern, name, expected) in [
            ("main", "main", true),
            ("main", "Main", false),
            ("main", "main2", false),
            ("*", "", true),
            ("*", "a/b", true),
            ("release-*", "release-", true),
            ("release-*", "release-1/x", true),
            ("release-*", "a-release-1", false),
            ("*-stable", "1-0-stable", true),
            ("*-stable", "1-stable-0", false),
            ("*gitlab*", "a/gitlab/b", true),
            ("a*b*c", "a1b2b3c", true),
            ("a*b*c", "a1c2b", false),
            ("v1.*", "v1x2", false),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    /// By definition: a star is nothing, or one character and a star.
    fn by_definition(pattern: &[u8], name: &[u8]) -> bool {
        match (pattern.split_first(), name.split_first()) {
            (None, None) => true,
            (Some((b'*', rest)), None) => by_definition(rest, name),
            (Some((b'*', rest)), Some((_, tail))) => {
                by_definition(rest, name) || by_definition(pattern, tail)
            }
            (Some((one, rest)), Some((other, tail))) => one == other && by_definition(rest, tail),
            (None, Some(_)) | (Some(_), None) => false,
        }
    }

    proptest! {
        #[test]
        fn patterns_by_definition(pattern in "[ab*]{0,7}", name in "[ab]{0,9}") {
            let expected = by_definition(pattern.as_bytes(), name.as_bytes());
            prop_assert_eq!(matches(&pattern, &name), expected);
        }
    }
}
