//! Configurations and what they are planned for in, pipelines or refusals out.
#![expect(
    clippy::expect_used,
    reason = "test support: what is not as expected should stop the test at once"
)]

mod environments;
mod jobs;
mod limits;
mod oracle;
mod policy;
mod predefined;
mod rules;
mod workflow;
mod world;
#[path = "../config/support.rs"]
#[expect(
    dead_code,
    reason = "it reads with rougher checks than are wanted here"
)]
mod yaml;
