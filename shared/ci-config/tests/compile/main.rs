//! From files to a merged configuration.
#![expect(
    clippy::expect_used,
    reason = "test support: what is not as expected should stop the test at once"
)]

mod cases;
mod extends;
mod include;
mod merge;
mod reference;
mod sharing;
mod support;
mod whole;
mod world;
