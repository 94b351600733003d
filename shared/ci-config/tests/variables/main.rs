//! Lists of variables, and texts that refer to them.
#![expect(
    clippy::expect_used,
    reason = "test support: what is not as expected should stop the test at once"
)]

mod circles;
mod properties;
mod tables;
