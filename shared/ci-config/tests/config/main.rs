//! Merged configurations in, typed ones or errors out.
#![expect(
    clippy::expect_used,
    reason = "test support: what is not as expected should stop the test at once"
)]

mod bounds;
mod cases;
mod jobs;
mod keys;
mod lint;
mod parallel;
mod support;
