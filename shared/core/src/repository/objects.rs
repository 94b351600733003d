//! Git's objects and their ids: the SHA-1 of a header with kind and size, and the content.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha1::{Digest as _, Sha1};

use crate::time::Time;

/// The id of an object, in hexadecimal digits where it is text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Oid([u8; 20]);

impl Oid {
    /// Git's way of saying that there is none.
    pub const NONE: Self = Self([0; 20]);

    /// 40 hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        Self::of_bytes(&hex::decode(text).ok()?)
    }

    pub fn of_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }

    fn of(kind: &str, content: &[u8]) -> Self {
        let mut hasher = Sha1::new();
        hasher.update(format!("{kind} {}\0", content.len()));
        hasher.update(content);
        Self(hasher.finalize().into())
    }

    /// The id of a file's content.
    pub fn of_blob(content: &[u8]) -> Self {
        Self::of("blob", content)
    }

    /// The id of a tree with these entries: mode, name and id, in git's order.
    pub(super) fn of_tree<'a>(
        entries: impl Iterator<Item = (&'static str, &'a str, Self)>,
    ) -> Self {
        let mut content = Vec::new();
        for (mode, name, id) in entries {
            content.extend_from_slice(format!("{mode} {name}\0").as_bytes());
            content.extend_from_slice(&id.0);
        }
        Self::of("tree", &content)
    }

    /// The id of a commit. A message ends with the newline that it was given, or none.
    pub fn of_commit(
        tree: Self,
        parents: &[Self],
        author: &Signature,
        committer: &Signature,
        message: &str,
    ) -> Self {
        let mut content = format!("tree {tree}\n");
        for parent in parents {
            content += &format!("parent {parent}\n");
        }
        content += &format!("author {author}\ncommitter {committer}\n\n{message}");
        Self::of("commit", content.as_bytes())
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl From<Oid> for String {
    fn from(id: Oid) -> Self {
        id.to_string()
    }
}

impl TryFrom<String> for Oid {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("{text} is no id of an object"))
    }
}

/// Who made something, and when, to the second, in UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub name: String,
    pub email: String,
    pub time: Time,
}

impl Signature {
    /// Without what git does not take in names and addresses.
    pub fn new(name: &str, email: &str, time: Time) -> Self {
        let seconds = time.microseconds().div_euclid(1_000_000);
        Self {
            name: clean(name),
            email: clean(email),
            time: Time::from_microseconds(seconds * 1_000_000),
        }
    }
}

/// Git leaves out angle brackets and line ends, and crud at both ends.
fn clean(text: &str) -> String {
    let is_crud = |c: char| c <= ' ' || matches!(c, '.' | ',' | ':' | ';' | '"' | '\\' | '\'');
    let text: String = text
        .chars()
        .filter(|c| !matches!(c, '<' | '>' | '\n' | '\0'))
        .collect();
    text.trim_matches(is_crud).to_owned()
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.time.microseconds() / 1_000_000;
        write!(f, "{} <{}> {seconds} +0000", self.name, self.email)
    }
}

/// What makes a tag an annotated one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TagObject {
    pub id: Oid,
    pub message: String,
    pub created_at: Time,
}

impl TagObject {
    /// A tag of this commit. A message ends with a newline, as git writes it.
    pub fn new(commit: Oid, name: &str, tagger: &Signature, message: &str) -> Self {
        let newline = if message.ends_with('\n') { "" } else { "\n" };
        let content = format!(
            "object {commit}\ntype commit\ntag {name}\ntagger {tagger}\n\n{message}{newline}"
        );
        Self {
            id: Oid::of("tag", content.as_bytes()),
            message: message.to_owned(),
            created_at: tagger.time,
        }
    }
}
