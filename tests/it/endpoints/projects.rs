//! Projects and what is set for them.

use super::{Endpoint, Needs, get};

pub(super) const TABLE: &[Endpoint] =
    &[get("projects", "/projects/{id}", Needs::ReadProject).and_anybody()];
