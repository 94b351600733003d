//! What the sweeper does with what was deleted.

pub(crate) mod projects;
