//! What the pipeline runs for.

use super::{collect, slug};
use crate::variables::{Collection, Origin, Variable};

/// Longer messages are cut; GitLab's default.
const MAX_MESSAGE_BYTES: usize = 100_000;

/// From this length on, the description repeats the whole message, as GitLab's pages show
/// such titles cut.
const LONG_TITLE: usize = 100;

const NO_MESSAGE: &str = "No commit message";

const SHORT_SHA_LENGTH: usize = 8;

/// The commit and the ref of a pipeline.
#[derive(Clone, Copy, Debug)]
pub struct Commit<'a> {
    pub sha: &'a str,
    /// What the ref was before; None gives zeros.
    pub before_sha: Option<&'a str>,
    pub reference: &'a str,
    pub is_tag: bool,
    /// Whether the pipeline runs for a branch: not for a tag, nor for a merge request.
    pub is_branch: bool,
    pub is_protected: bool,
    pub message: &'a str,
    /// `Name <email>`.
    pub author: &'a str,
    /// In ISO 8601.
    pub timestamp: &'a str,
    /// Of a tag that has one.
    pub tag_message: Option<&'a str>,
}

impl Commit<'_> {
    pub fn variables(&self) -> Collection {
        let zeros = "0".repeat(self.sha.len());
        let title = title(self.message);
        let truncated = self.message.len() > MAX_MESSAGE_BYTES;
        let mut variables = collect([
            ("CI_COMMIT_SHA", self.sha.to_owned()),
            (
                "CI_COMMIT_SHORT_SHA",
                self.sha.chars().take(SHORT_SHA_LENGTH).collect(),
            ),
            (
                "CI_COMMIT_BEFORE_SHA",
                self.before_sha.unwrap_or(&zeros).to_owned(),
            ),
            ("CI_COMMIT_REF_NAME", self.reference.to_owned()),
            ("CI_COMMIT_REF_SLUG", slug(self.reference)),
            ("CI_COMMIT_MESSAGE", cut(self.message)),
            ("CI_COMMIT_MESSAGE_IS_TRUNCATED", truncated.to_string()),
            ("CI_COMMIT_TITLE", cut(title)),
            (
                "CI_COMMIT_DESCRIPTION",
                cut(description(self.message, title)),
            ),
            ("CI_COMMIT_REF_PROTECTED", self.is_protected.to_string()),
            ("CI_COMMIT_TIMESTAMP", self.timestamp.to_owned()),
            ("CI_COMMIT_AUTHOR", self.author.to_owned()),
        ]);
        let mut push = |name: &str, value: &str| {
            variables.push(Variable::new(name, value, Origin::Predefined));
        };
        if self.is_branch {
            push("CI_COMMIT_BRANCH", self.reference);
        }
        if self.is_tag {
            push("CI_COMMIT_TAG", self.reference);
            push(
                "CI_COMMIT_TAG_MESSAGE",
                self.tag_message.unwrap_or_default(),
            );
        }
        variables
    }
}

fn title(message: &str) -> &str {
    if message.trim().is_empty() {
        return NO_MESSAGE;
    }
    message.split(['\r', '\n']).next().unwrap_or_default()
}

fn description<'m>(message: &'m str, title: &'m str) -> &'m str {
    if message.trim().is_empty() {
        NO_MESSAGE
    } else if title.chars().count() >= LONG_TITLE {
        message
    } else {
        let parts = message.split_once(['\r', '\n']);
        parts.map_or("", |(_, description)| description)
    }
}

fn cut(text: &str) -> String {
    text[..text.floor_char_boundary(MAX_MESSAGE_BYTES)].to_owned()
}
