//! How things are shown: GitLab's fields, in one place for all endpoints.

mod accepted;
mod agent;
mod group;
mod job;
mod member;
mod pipeline;
mod project;
mod token;
mod user;

pub use accepted::AcceptedView;
pub use agent::AgentView;
pub use group::{GroupDetailsView, GroupView};
pub use job::{BridgeView, JobView, RunnerManagerView, RunnerView, Shown};
pub use member::MemberView;
pub use pipeline::{CommitView, PipelineDetailsView, PipelineListView, PipelineView};
pub use project::{
    Above, AccessView, ConfigProjectView, NamespaceView, PermissionsView, ProjectView, Viewer,
};
pub use token::{NewResourceTokenView, NewTokenView, ResourceTokenView};
pub use user::{AdminUserView, BasicUserView, CurrentUserView, TokenView, UserView};
