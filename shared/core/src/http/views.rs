//! How things are shown: GitLab's fields, in one place for all endpoints.

mod job;
mod pipeline;
mod project;
mod token;
mod user;

pub use job::{BridgeView, JobView, RunnerManagerView, RunnerView, Shown};
pub use pipeline::{CommitView, PipelineDetailsView, PipelineListView, PipelineView};
pub use project::{Above, AccessView, ConfigProjectView, PermissionsView, ProjectView, Viewer};
pub use token::{NewResourceTokenView, NewTokenView, ResourceTokenView};
pub use user::{BasicUserView, CurrentUserView, TokenView, UserView};
