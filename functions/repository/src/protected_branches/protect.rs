//! Protect branches.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::repository::{ProtectedBranch, RefAccess};

use super::ProtectedBranchView;
use crate::request::{ATTEMPTS, access_level, check_rule_name, next_rule_id, read_again};

pub(crate) struct ProtectBranch {
    name: String,
    push: RefAccess,
    merge: RefAccess,
    allow_force_push: bool,
}

impl Endpoint for ProtectBranch {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::AdminProject;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            name: reader.required("name", Reader::text),
            push: access_level(reader, "push_access_level"),
            merge: access_level(reader, "merge_access_level"),
            allow_force_push: reader.boolean("allow_force_push").unwrap_or_default(),
        }
    }
}

/// Protect a branch, or all branches of a wildcard
///
/// At most 100 rules.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/protected_branches",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("name" = String, Query, description = "here and below: in the query or in the body; `*` stands for any text"),
        ("push_access_level" = Option<u8>, Query, description = "0 nobody, 30 developers, 40 maintainers (default), 60 administrators"),
        ("merge_access_level" = Option<u8>, Query),
        ("allow_force_push" = Option<bool>, Query),
    ),
    responses((status = 201, body = ProtectedBranchView)),
)]
pub(crate) async fn protect(
    State(app): State<App>,
    access: ProjectAccess<ProtectBranch>,
) -> Result<(StatusCode, Json<ProtectedBranchView>)> {
    let ProtectBranch {
        name,
        push,
        merge,
        allow_force_push,
    } = access.params;
    let mut project = access.project;
    for _ in 0..ATTEMPTS {
        let rules = &project.protected_branches;
        if rules.iter().any(|rule| rule.name == name) {
            let text = format!("Protected branch '{name}' already exists");
            return Err(Error::Conflict(text));
        }
        check_rule_name(&name, rules.len())?;
        let rule = ProtectedBranch {
            id: next_rule_id(rules.iter().map(|rule| rule.id)),
            name: name.clone(),
            push,
            merge,
            allow_force_push,
            created_at: access.request.now,
        };
        let mut edited = project.clone();
        edited.protected_branches.push(rule.clone());
        if app.store.edit(&project, &edited).await? {
            let view = ProtectedBranchView::new(&rule);
            return Ok((StatusCode::CREATED, Json(view)));
        }
        project = read_again(&project, &app).await?;
    }
    Err(Error::ResourceLock)
}
