//! Headers and blocks in, configurations or GitLab's words out.
#![expect(
    clippy::expect_used,
    reason = "test support: what is not as expected should stop the test at once"
)]

mod blocks;
mod bounds;
mod header;
mod support;
mod values;
