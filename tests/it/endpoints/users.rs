//! Users and namespaces.

use super::{Endpoint, Needs, READ_USER, get, write};
use switchyard::member::Role;

const NEW_USER: &str = r#"{
    "email": "new@example.com", "name": "New", "username": "new", "password": "x7-Long-enough"
}"#;

pub(super) const TABLE: &[Endpoint] = &[
    get("projects", "/users", Needs::User)
        .scopes(READ_USER)
        .and_anybody()
        .refusal(
            403,
            "403 Forbidden - Not authorized to access /api/v4/users",
        ),
    get("projects", "/users/{id}", Needs::User)
        .scopes(READ_USER)
        .and_anybody()
        .refusal(403, "403 Forbidden - Not authorized!"),
    write(
        "POST",
        "projects",
        "/users",
        Needs::Administrator,
        201,
        NEW_USER,
    ),
    write(
        "PUT",
        "projects",
        "/users/{id}",
        Needs::Administrator,
        200,
        r#"{ "username": "other", "bio": "changed" }"#,
    ),
    write(
        "DELETE",
        "projects",
        "/users/{id}",
        Needs::Administrator,
        204,
        "",
    ),
    change("/users/{id}/block"),
    change("/users/{id}/unblock"),
    change("/users/{id}/ban"),
    change("/users/{id}/unban").refusal(403, "403 Forbidden"),
    change("/users/{id}/activate"),
    change("/users/{id}/deactivate"),
    get("projects", "/namespaces", Needs::User),
    get("projects", "/namespaces/{id}", Needs::Role(Role::Guest)),
    get("projects", "/namespaces/{id}/exists", Needs::User),
];

const fn change(path: &'static str) -> Endpoint {
    write("POST", "projects", path, Needs::Administrator, 201, "")
}
