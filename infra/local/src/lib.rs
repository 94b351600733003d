//! Switchyard on one machine: the stack of `infra/template.yaml` with emulated
//! DynamoDB and S3, and API Gateway's part in code of our own.
//!
//! The tests use the same pieces: [`template`] tells what there is, [`dynamodb`] and
//! [`s3`] hold data, [`gateway`] turns HTTP requests into the events that functions
//! get on AWS.

pub mod demo;
pub mod dynamodb;
pub mod gateway;
mod group;
pub mod invoke;
pub mod run;
pub mod s3;
pub mod seed;
pub mod server;
pub mod stack;
pub mod template;
mod watch;

/// Why something could not be started or done.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
