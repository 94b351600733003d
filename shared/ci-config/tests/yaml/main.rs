//! Text in, nodes out, as Psych and GitLab read it.
#![expect(
    clippy::expect_used,
    reason = "test support: what is not as expected should stop the test at once"
)]

mod bounds;
mod errors;
mod scalars;
mod structure;
mod support;
mod write;
