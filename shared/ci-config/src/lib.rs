//! The compiler of GitLab's CI configuration language: text, files and variables in, a
//! plan or errors out. Pure: no clock, no I/O.

pub mod fault;
pub mod node;

pub use fault::{Fault, Faults};
pub use node::{Mapping, Node, Span, Value};
