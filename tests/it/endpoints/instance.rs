//! The instance, and the caller's own account.

use super::{Endpoint, Needs, READ_USER, get};

pub(super) const TABLE: &[Endpoint] = &[
    get("projects", "/version", Needs::User).scopes(READ_USER),
    get("projects", "/metadata", Needs::User).scopes(READ_USER),
    get("projects", "/user", Needs::User).scopes(READ_USER),
];
