//! Protect tags.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::policy::Action;
use switchyard::repository::{ProtectedTag, RefAccess};

use super::ProtectedTagView;
use crate::request::{ATTEMPTS, access_level, check_rule_name, next_rule_id, read_again};

pub(crate) struct ProtectTag {
    name: String,
    create: RefAccess,
}

impl Endpoint for ProtectTag {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::AdminProject;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            name: reader.required("name", Reader::text),
            create: access_level(reader, "create_access_level"),
        }
    }
}

/// Protect a tag, or all tags of a wildcard
///
/// At most 100 rules.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/protected_tags",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("name" = String, Query, description = "here, as below, or in the body; `*` stands for any text"),
        ("create_access_level" = Option<u8>, Query, description = "0 nobody, 30 developers, 40 maintainers (default), 60 administrators"),
    ),
    responses((status = 201, body = ProtectedTagView)),
)]
pub(crate) async fn protect(
    State(app): State<App>,
    access: ProjectAccess<ProtectTag>,
) -> Result<(StatusCode, Json<ProtectedTagView>)> {
    let ProtectTag { name, create } = access.params;
    let mut project = access.project;
    for _ in 0..ATTEMPTS {
        let rules = &project.protected_tags;
        if rules.iter().any(|rule| rule.name == name) {
            let text = format!("Protected tag '{name}' already exists");
            return Err(Error::Conflict(text));
        }
        check_rule_name(&name, rules.len())?;
        let rule = ProtectedTag {
            id: next_rule_id(rules.iter().map(|rule| rule.id)),
            name: name.clone(),
            create,
            created_at: access.request.now,
        };
        let mut edited = project.clone();
        edited.protected_tags.push(rule.clone());
        if app.store.edit(&project, &edited).await? {
            return Ok((StatusCode::CREATED, Json(ProtectedTagView::new(&rule))));
        }
        project = read_again(&project, &app).await?;
    }
    Err(Error::ResourceLock)
}
