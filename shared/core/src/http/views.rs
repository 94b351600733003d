//! How things are shown: GitLab's fields, in one place for all endpoints.

mod job;
mod pipeline;
mod project;
mod user;

pub use job::{BridgeView, JobView, RunnerManagerView, RunnerView, Shown};
pub use pipeline::{CommitView, PipelineDetailsView, PipelineListView, PipelineView};
pub use project::{
    Above, AccessView, ConfigProjectView, NamespaceView, PermissionsView, ProjectView, Viewer,
};
pub use user::{AdminUserView, BasicUserView, CurrentUserView, TokenView, UserView};
