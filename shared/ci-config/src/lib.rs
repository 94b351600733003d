//! The compiler of GitLab's CI configuration language: text, files and variables in, a
//! plan or errors out. Pure: no clock, no I/O.

pub mod check;
pub mod config;
mod entries;
pub mod fault;
pub mod lint;
pub mod node;
mod parallel;

pub use config::{Checks, Config};
pub use fault::{Fault, Faults};
pub use node::{Mapping, Node, Span, Value};
