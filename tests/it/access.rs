//! Who may do what: every endpoint, every kind of caller, every setting of a project.

mod credentials;
mod hidden;
mod matrix;
mod moved;
mod oracle;
pub(crate) mod place;
mod roles;
mod writes;
