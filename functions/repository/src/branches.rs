//! Branches of a repository.

mod create;
mod delete;
mod list;
mod show;

use axum::Router;
use axum::routing::get;
use serde::Serialize;
use switchyard::error::{Error, Result};
use switchyard::http::App;
use switchyard::http::views::CommitView;
use switchyard::pipeline::Ref;
use switchyard::policy::{self, Action, Standing, Verdict};
use switchyard::project::Project;
use switchyard::repository::{
    ProtectedBranch, RefAccess, StoredCommit, is_protected, matches, may_push,
};
use switchyard::store::{Key, Rows};
use utoipa::{OpenApi, ToSchema};

pub(crate) fn routes() -> Router<App> {
    Router::new()
        .route(
            "/api/v4/projects/{id}/repository/branches",
            get(list::list).post(create::create),
        )
        .route(
            "/api/v4/projects/{id}/repository/branches/{branch}",
            get(show::show).head(show::exists).delete(delete::delete),
        )
}

#[derive(OpenApi)]
#[openapi(paths(list::list, show::show, create::create, delete::delete))]
pub(crate) struct ApiDoc;

/// A branch with the commit at its head.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Branch)]
pub(crate) struct BranchView {
    name: String,
    /// Null where the branch leads to a commit that is not here.
    commit: Option<CommitView>,
    merged: bool,
    protected: bool,
    developers_can_push: bool,
    developers_can_merge: bool,
    can_push: bool,
    default: bool,
    web_url: String,
}

impl BranchView {
    fn new(
        branch: &Ref,
        commit: Option<&StoredCommit>,
        project: &Project,
        standing: Standing,
        base_url: &str,
    ) -> Self {
        let project_url = format!("{base_url}/{}", project.full_path);
        let rules = project.protected_branches.iter();
        let rules = rules.filter(|rule| matches(&rule.name, &branch.name));
        let rules: Vec<&ProtectedBranch> = rules.collect();
        let developers = |access: fn(&ProtectedBranch) -> RefAccess| {
            rules
                .iter()
                .any(|rule| access(rule) == RefAccess::Developer)
        };
        let pushes = policy::may(Action::PushCode, project, standing) == Verdict::Allowed;
        Self {
            name: branch.name.clone(),
            commit: commit.map(|commit| CommitView::new(&commit.commit, &project_url)),
            merged: false,
            protected: is_protected(project, &branch.name, false),
            developers_can_push: developers(|rule| rule.push),
            developers_can_merge: developers(|rule| rule.merge),
            can_push: pushes && may_push(project, &branch.name, standing),
            default: project.default_branch.as_ref() == Some(&branch.name),
            web_url: format!("{project_url}/-/tree/{}", branch.name),
        }
    }
}

/// The branch of that name.
///
/// # Errors
/// 404 if there is none.
async fn find(project: &Project, name: &str, app: &App) -> Result<Ref> {
    let key = Key::Ref(project.id, name.to_owned());
    let mut rows = Rows::default();
    rows.load(&app.store, [key.clone()]).await?;
    let found: Option<Ref> = rows.get(&key)?;
    let found = found.filter(|found| !found.tag);
    found.ok_or_else(|| Error::not_found("Branch"))
}
