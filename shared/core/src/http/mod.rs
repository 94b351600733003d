//! HTTP manners: who asks, what they ask, and the forms in which GitLab answers.

pub mod access;
pub mod app;
pub mod credentials;
pub mod error;
pub mod pagination;
pub mod params;
pub mod path;
pub mod reply;
pub mod request;
pub mod views;

/// The GitLab version whose API is spoken: clients and configurations choose features by it.
pub const GITLAB_VERSION: &str = "17.11.0";

pub use access::{
    Accepts, BuildAccess, CallerAccess, Endpoint, GroupAccess, JobAccess, JobTokenAccess,
    PipelineAccess, ProjectAccess,
};
pub use app::{App, Clock};
pub use params::Reader;
pub use reply::Json;
