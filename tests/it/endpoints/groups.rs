//! Groups.

use switchyard::member::Role::Owner;

use super::{Endpoint, Needs, get, write};

pub(super) const TABLE: &[Endpoint] = &[
    get("projects", "/groups", Needs::ReadGroup).and_anybody(),
    write(
        "POST",
        "projects",
        "/groups",
        Needs::User,
        201,
        r#"{"name":"New","path":"new"}"#,
    ),
    get("projects", "/groups/{id}", Needs::ReadGroup).and_anybody(),
    write(
        "PUT",
        "projects",
        "/groups/{id}",
        Needs::Role(Owner),
        200,
        r#"{"name":"Renamed","path":"renamed"}"#,
    ),
    write(
        "DELETE",
        "projects",
        "/groups/{id}",
        Needs::Role(Owner),
        202,
        "",
    ),
    // The body is that of a group in which the owners of all groups may create others.
    write(
        "POST",
        "projects",
        "/groups/{id}/transfer",
        Needs::Role(Owner),
        201,
        r#"{"group_id":900}"#,
    ),
    get("projects", "/groups/{id}/subgroups", Needs::ReadGroup).and_anybody(),
    get(
        "projects",
        "/groups/{id}/descendant_groups",
        Needs::ReadGroup,
    )
    .and_anybody(),
];
