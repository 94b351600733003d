//! Access tokens: personal ones, and those of projects and groups.

use switchyard::member::Role;

use super::{Endpoint, Needs, get, write};

const NEW: &str = r#"{"name":"ci","scopes":["read_api"],"access_level":30}"#;
const UNAUTHORIZED: (u16, &str) = (401, "401 Unauthorized");

/// For administrators here: the number in the path is somebody's token.
const fn number(method: &'static str, path: &'static str, success: u16) -> Endpoint {
    let (status, text) = UNAUTHORIZED;
    let scopes = match method.len() {
        3 => super::READ,
        _ => "api",
    };
    write(method, "projects", path, Needs::Administrator, success, "")
        .scopes(scopes)
        .refusal(status, text)
}

const fn of(
    role: Role,
    method: &'static str,
    path: &'static str,
    success: u16,
    body: &'static str,
    refusal: (u16, &'static str),
) -> Endpoint {
    let scopes = match method.len() {
        3 => super::READ,
        _ => "api",
    };
    write(method, "projects", path, Needs::Role(role), success, body)
        .scopes(scopes)
        .refusal(refusal.0, refusal.1)
}

const fn rotate_self(path: &'static str, needs: Needs) -> Endpoint {
    write("POST", "projects", path, needs, 200, "")
        .scopes("api self_rotate")
        .and_jobs()
}

const NO_PROJECT_TOKEN: (u16, &str) = (
    400,
    "400 Bad request - User does not have permission to create project access token",
);
const NO_GROUP_TOKEN: (u16, &str) = (
    400,
    "400 Bad request - User does not have permission to create group access token",
);
const NOT_REVOKED_OF_PROJECT: (u16, &str) = (
    400,
    "400 Bad request - User does not have permission to revoke project access token",
);
const NOT_REVOKED_OF_GROUP: (u16, &str) = (
    400,
    "400 Bad request - User does not have permission to revoke group access token",
);

#[rustfmt::skip]
pub(super) const TABLE: &[Endpoint] = &[
    get("projects", "/personal_access_tokens", Needs::User),
    get("projects", "/personal_access_tokens/self", Needs::AccessToken).scopes("").and_jobs(),
    get("projects", "/personal_access_tokens/self/associations", Needs::AccessToken)
        .scopes("")
        .and_jobs(),
    write("DELETE", "projects", "/personal_access_tokens/self", Needs::AccessToken, 204, "")
        .scopes("")
        .and_jobs(),
    rotate_self("/personal_access_tokens/self/rotate", Needs::AccessToken),
    number("GET", "/personal_access_tokens/{id}", 200),
    number("DELETE", "/personal_access_tokens/{id}", 204).refusal(400, "400 Bad request"),
    number("POST", "/personal_access_tokens/{id}/rotate", 200),
    write("POST", "projects", "/user/personal_access_tokens", Needs::User, 201,
        r#"{"name":"agent","scopes":["k8s_proxy"]}"#),
    write("POST", "projects", "/users/{id}/personal_access_tokens", Needs::Administrator, 201, NEW),
    of(Role::Maintainer, "GET", "/projects/{id}/access_tokens", 200, "", UNAUTHORIZED),
    of(Role::Maintainer, "POST", "/projects/{id}/access_tokens", 201, NEW, NO_PROJECT_TOKEN),
    of(Role::Maintainer, "GET", "/projects/{id}/access_tokens/{token_id}", 200, "", UNAUTHORIZED),
    of(Role::Maintainer, "DELETE", "/projects/{id}/access_tokens/{token_id}", 204, "",
        NOT_REVOKED_OF_PROJECT),
    of(Role::Maintainer, "POST", "/projects/{id}/access_tokens/{token_id}/rotate", 200, "",
        UNAUTHORIZED),
    rotate_self("/projects/{id}/access_tokens/self/rotate", Needs::TheirToken),
    of(Role::Owner, "GET", "/groups/{id}/access_tokens", 200, "", UNAUTHORIZED),
    of(Role::Owner, "POST", "/groups/{id}/access_tokens", 201, NEW, NO_GROUP_TOKEN),
    of(Role::Owner, "GET", "/groups/{id}/access_tokens/{token_id}", 200, "", UNAUTHORIZED),
    of(Role::Owner, "DELETE", "/groups/{id}/access_tokens/{token_id}", 204, "",
        NOT_REVOKED_OF_GROUP),
    of(Role::Owner, "POST", "/groups/{id}/access_tokens/{token_id}/rotate", 200, "", UNAUTHORIZED),
    rotate_self("/groups/{id}/access_tokens/self/rotate", Needs::TheirToken),
];
