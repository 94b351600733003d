//! Projects and what is set for them.

use switchyard::member::Role;

use super::{Endpoint, Needs, get, write};

pub(super) const TABLE: &[Endpoint] = &[
    write(
        "POST",
        "projects",
        "/projects",
        Needs::User,
        201,
        r#"{"name":"new project"}"#,
    ),
    write(
        "POST",
        "projects",
        "/projects/user/{user_id}",
        Needs::Administrator,
        201,
        r#"{"name":"new project"}"#,
    ),
    get("projects", "/projects", Needs::ReadGroup).and_anybody(),
    get("projects", "/users/{id}/projects", Needs::ReadGroup).and_anybody(),
    get("projects", "/groups/{id}/projects", Needs::ReadGroup).and_anybody(),
    get("projects", "/projects/{id}", Needs::ReadProject).and_anybody(),
    write(
        "PUT",
        "projects",
        "/projects/{id}",
        Needs::Role(Role::Maintainer),
        200,
        r#"{"description":"new"}"#,
    ),
    write(
        "DELETE",
        "projects",
        "/projects/{id}",
        Needs::Role(Role::Owner),
        202,
        "",
    ),
    write(
        "POST",
        "projects",
        "/projects/{id}/archive",
        Needs::Role(Role::Owner),
        201,
        "",
    ),
    write(
        "POST",
        "projects",
        "/projects/{id}/unarchive",
        Needs::Role(Role::Owner),
        201,
        "",
    ),
];
