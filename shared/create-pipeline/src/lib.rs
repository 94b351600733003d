//! Creating pipelines: from a commit and its configuration to rows that everybody sees.
//!
//! [`create()`] reads the project's settings and files, lets the pure compiler (`ci-config`)
//! say what there is to run, and lets the store bear it: whole, or not at all. [`process()`]
//! goes on from there, and starts the pipelines of trigger jobs.

mod check;
mod compile;
mod content;
mod create;
mod downstream;
mod environment;
mod facts;
mod head;
mod newborn;
mod process;
mod push;
mod schedule;
mod sources;
mod variables;

pub use check::{Check, check, configuration_at};
pub use compile::CHECKS;
pub use content::{ContentVariable, JobContent};
pub use create::{Configuration, Created, Creation, Draft, Refused, create, draft};
pub use head::{Head, NoHead};
pub use process::process;
pub use push::from_push;
pub use schedule::{from_schedule, play_schedule};
pub use sources::{find_project, standing_of};
pub use variables::{Given, duplicates};
