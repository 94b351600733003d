//! The harness of the black-box tests: the whole API in one process, over fresh
//! embedded stores, with a tap on the wire between them.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "test support: a broken harness should stop the test at once"
)]

pub mod app;
pub mod bulk;
pub mod caller;
pub mod dump;
pub mod openapi;
pub mod spent;
pub mod wire;
pub mod world;

pub use app::{Answer, TestApp};
pub use caller::Caller;
pub use spent::Spent;
