//! What the sweeper finishes, whenever it is stopped and however little it may do.

mod birth;
mod cascade;
mod groups;
pub(crate) mod projects;
mod users;
