//! What has to be done to a deployment from outside, before anybody can sign in.

mod create_root;

pub use create_root::create_root;

/// Why it could not be done.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
