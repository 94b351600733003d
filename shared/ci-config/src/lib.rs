//! The compiler of GitLab's CI configuration language: text, files and variables in, a
//! plan or errors out. Pure: no clock, no I/O.

pub mod check;
pub mod config;
pub mod cron;
pub mod duration;
mod entries;
pub mod expression;
pub mod fault;
pub mod glob;
pub mod lint;
pub mod node;
mod parallel;
pub mod pattern;

pub use config::{Checks, Config};
pub use fault::{Fault, Faults};
pub use node::{Mapping, Node, Span, Value};
