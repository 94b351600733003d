//! The compiler of GitLab's CI configuration language: text, files and variables in, a
//! plan or errors out. Pure: no clock, no I/O.

mod budget;
pub mod check;
pub mod compile;
pub mod config;
pub mod cron;
pub mod duration;
pub mod effort;
mod entries;
pub mod expression;
pub mod extends;
pub mod fault;
pub mod glob;
pub mod include;
pub mod inputs;
pub mod lint;
pub mod merge;
pub mod node;
mod parallel;
pub mod pattern;
pub mod plan;
pub mod predefined;
pub mod reference;
pub mod templates;
mod text;
pub mod variables;
pub mod yaml;

pub use compile::{Compilation, Compiled};
pub use config::{Checks, Config};
pub use effort::Effort;
pub use fault::{Fault, Faults};
pub use node::{Mapping, Node, Span, Value};
