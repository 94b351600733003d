//! Parameters in the path. Segments are split before they are decoded, so that
//! `group%2Fproject` stays one.

use axum::extract::MatchedPath;
use http::request::Parts;
use percent_encoding::percent_decode_str;

use super::params::integer;
use crate::error::{Error, Result};
use crate::ids::{GroupId, MAX_ID, ProjectId, UserId};

/// How a project is addressed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ProjectRef {
    Id(ProjectId),
    /// A full path in lower case.
    Path(String),
    /// Neither a number that is an id nor a full path: no project is called so.
    None,
}

/// How a group is addressed. Unlike a project's, its path may be one name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GroupRef {
    Id(GroupId),
    /// A full path in lower case.
    Path(String),
    /// A number that is no id: no group is called so.
    None,
}

impl GroupRef {
    /// A number or a full path, as a path gives it.
    pub fn parse(text: &str) -> Self {
        let number = integer(text).filter(|_| !text.starts_with('+'));
        match number {
            Some(number) => existing(number).map_or(Self::None, |id| Self::Id(GroupId(id))),
            None => Self::Path(text.to_lowercase()),
        }
    }

    /// A number, as a parameter gives it.
    pub fn of_number(text: &str) -> Self {
        let number = integer(text).and_then(existing);
        number.map_or(Self::None, |id| Self::Id(GroupId(id)))
    }
}

/// How a user is addressed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum UserRef {
    Id(UserId),
    /// In lower case.
    Username(String),
    /// A number that is no id.
    None,
}

impl UserRef {
    pub fn parse(text: &str) -> Self {
        match integer(text) {
            Some(number) => existing(number).map_or(Self::None, |id| Self::Id(UserId(id))),
            None => Self::Username(text.to_lowercase()),
        }
    }
}

/// A segment of the path, by its name in the route.
///
/// # Errors
/// 400 for bytes that are not UTF-8, and for NUL.
pub fn segment(parts: &Parts, name: &str) -> Result<String> {
    let route = parts
        .extensions
        .get::<MatchedPath>()
        .map_or("", MatchedPath::as_str);
    let raw = route
        .split('/')
        .zip(parts.uri.path().split('/'))
        .find(|(pattern, _)| {
            pattern.strip_prefix('{').and_then(|p| p.strip_suffix('}')) == Some(name)
        })
        .map(|(_, raw)| raw)
        .ok_or_else(|| Error::Internal(format!("the route {route} has no parameter {name}")))?;
    match percent_decode_str(raw).decode_utf8() {
        Ok(text) if !text.contains('\0') => Ok(text.into_owned()),
        Ok(_) | Err(_) => Err(Error::BadRequest(None)),
    }
}

/// The project that `:id` names.
pub fn project(parts: &Parts) -> Result<ProjectRef> {
    let text = segment(parts, "id")?;
    // Unlike other ids, this one may have no plus sign: GitLab would look for a path then.
    let number = integer(&text).filter(|_| !text.starts_with('+'));
    Ok(match number {
        Some(number) => {
            existing(number).map_or(ProjectRef::None, |id| ProjectRef::Id(ProjectId(id)))
        }
        None if text.contains('/') => ProjectRef::Path(text.to_lowercase()),
        None => ProjectRef::None,
    })
}

/// The group that `:id` names.
pub fn group(parts: &Parts) -> Result<GroupRef> {
    Ok(GroupRef::parse(&segment(parts, "id")?))
}

/// A numeric id in the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Id {
    Known(u64),
    /// A number that no row can have.
    Impossible,
    /// Not a number: 400 `<name> is invalid`.
    Invalid,
}

pub fn id_of(text: &str) -> Id {
    match integer(text) {
        Some(number) => existing(number).map_or(Id::Impossible, Id::Known),
        None => Id::Invalid,
    }
}

/// The last id that a number could name: `integer` saturates, so the last one is no row's.
fn existing(number: i64) -> Option<u64> {
    u64::try_from(number)
        .ok()
        .filter(|id| (1..MAX_ID).contains(id))
}
