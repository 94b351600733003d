//! Create a tag.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::{Accepts, App, Endpoint, Json, ProjectAccess, Reader};
use switchyard::pipeline::Ref;
use switchyard::policy::Action;
use switchyard::repository::{
    MAX_MESSAGE_BYTES, Oid, RefCreated, Signature, TagObject, is_ref_name, may_create_tag,
};

use super::TagView;
use crate::refs::commit_at;
use crate::request::{follow_up, repository};

pub(crate) struct CreateTag {
    name: String,
    from: String,
    message: Option<String>,
}

impl Endpoint for CreateTag {
    const ACCEPTS: Accepts = Accepts {
        anonymous: true,
        ..Accepts::WRITER
    };
    const ACTION: Action = Action::PushCode;

    fn read(reader: &mut Reader<'_>) -> Self {
        let params = Self {
            name: reader.required("tag_name", Reader::text),
            from: reader.required("ref", Reader::text),
            message: reader.text("message"),
        };
        let length = params.message.as_ref().map_or(0, String::len);
        if length > MAX_MESSAGE_BYTES {
            reader.fault("message is too long (maximum is 65536 bytes)".to_owned());
        }
        params
    }
}

/// Create a tag
///
/// With a message an annotated one.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/repository/tags",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("tag_name" = String, Query, description = "here, as below, or in the body"),
        ("ref" = String, Query, description = "branch, tag or commit"),
        ("message" = Option<String>, Query),
    ),
    responses((status = 201, body = TagView)),
)]
pub(crate) async fn create(
    State(app): State<App>,
    access: ProjectAccess<CreateTag>,
) -> Result<(StatusCode, Json<TagView>)> {
    let (project, params) = (&access.project, &access.params);
    let user = access.caller.signed_in()?;
    let (name, now) = (&params.name, access.request.now);
    if !is_ref_name(name) {
        return Err(Error::Refused("Tag name invalid".to_owned()));
    }
    if !may_create_tag(project, name, access.standing) {
        let text = "You are not allowed to create this tag as it is protected.";
        return Err(Error::Refused(text.to_owned()));
    }
    let invalid = || Error::Refused(format!("Target {} is invalid", params.from));
    let commit = commit_at(project, &params.from, &app).await?;
    let commit = commit.ok_or_else(invalid)?;
    let id = Oid::parse(&commit.sha).ok_or_else(invalid)?;
    let tagger = Signature::new(&user.name, &user.email, now);
    let message = params.message.as_ref();
    let tag = Ref {
        project_id: project.id,
        name: name.clone(),
        tag: true,
        sha: commit.sha.clone(),
        annotation: message.map(|message| TagObject::new(id, name, &tagger, message)),
    };
    let created = repository(project, &app)
        .create_ref(project, &tag, &commit, user.id, now)
        .await?;
    match created {
        RefCreated::Yes(push) => follow_up(&app, &push, &access.request).await,
        RefCreated::NameTaken => {
            return Err(Error::Refused(format!("Tag {name} already exists")));
        }
        RefCreated::ProjectGone => return Err(Error::not_found("Project")),
    }
    let view = TagView::new(&tag, Some(&commit), project, &access.request.base_url);
    Ok((StatusCode::CREATED, Json(view)))
}
