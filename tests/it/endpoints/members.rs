//! Members of projects and groups.

use switchyard::member::Role::{Maintainer, Owner};

use super::{Endpoint, Needs, get, write};

/// The administrator is a member of nothing.
const NEW: &str = r#"{"user_id":1,"access_level":30}"#;

const CHANGED: &str = r#"{"access_level":30,"expires_at":"2016-01-01"}"#;

pub(super) const TABLE: &[Endpoint] = &[
    get("projects", "/groups/{id}/members", Needs::ReadGroup),
    get("projects", "/groups/{id}/members/all", Needs::ReadGroup),
    get(
        "projects",
        "/groups/{id}/members/{user_id}",
        Needs::ReadGroup,
    ),
    get(
        "projects",
        "/groups/{id}/members/all/{user_id}",
        Needs::ReadGroup,
    ),
    write(
        "POST",
        "projects",
        "/groups/{id}/members",
        Needs::Role(Owner),
        201,
        NEW,
    ),
    write(
        "PUT",
        "projects",
        "/groups/{id}/members/{user_id}",
        Needs::Role(Owner),
        200,
        CHANGED,
    ),
    write(
        "DELETE",
        "projects",
        "/groups/{id}/members/{user_id}",
        Needs::Role(Owner),
        204,
        "",
    ),
    get("projects", "/projects/{id}/members", Needs::ReadProject),
    get("projects", "/projects/{id}/members/all", Needs::ReadProject),
    get(
        "projects",
        "/projects/{id}/members/{user_id}",
        Needs::ReadProject,
    ),
    get(
        "projects",
        "/projects/{id}/members/all/{user_id}",
        Needs::ReadProject,
    ),
    write(
        "POST",
        "projects",
        "/projects/{id}/members",
        Needs::Role(Maintainer),
        201,
        NEW,
    ),
    write(
        "PUT",
        "projects",
        "/projects/{id}/members/{user_id}",
        Needs::Role(Maintainer),
        200,
        CHANGED,
    ),
    write(
        "DELETE",
        "projects",
        "/projects/{id}/members/{user_id}",
        Needs::Role(Maintainer),
        204,
        "",
    ),
];
