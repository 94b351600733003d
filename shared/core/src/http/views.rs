//! How things are shown: GitLab's fields, in one place for all endpoints.

mod agent;
mod group;
mod job;
mod member;
mod pipeline;
mod project;
mod user;

pub use agent::AgentView;
pub use group::{GroupDetailsView, GroupView};
pub use job::{BridgeView, JobView, RunnerManagerView, RunnerView, Shown};
pub use member::MemberView;
pub use pipeline::{CommitView, PipelineDetailsView, PipelineListView, PipelineView};
pub use project::{Above, AccessView, ConfigProjectView, PermissionsView, ProjectView, Viewer};
pub use user::{BasicUserView, CurrentUserView, TokenView, UserView};
