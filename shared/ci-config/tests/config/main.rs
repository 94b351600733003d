//! Merged configurations in, typed ones or errors out.
#![allow(clippy::expect_used, reason = "a test may fail where it stands")]

mod cases;
mod jobs;
mod lint;
mod parallel;
mod support;
