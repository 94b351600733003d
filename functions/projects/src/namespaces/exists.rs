//! Whether a path is taken.

use axum::extract::State;
use serde::Serialize;
use switchyard::error::Result;
use switchyard::http::access::{highest_role, sources_of_group};
use switchyard::http::{Accepts, App, CallerAccess, Endpoint, Json, Reader};
use switchyard::ids::GroupId;
use switchyard::policy::{GroupAction, Verdict, may_in_group, standing_of};
use switchyard::project::{DirectoryEntry, DirectoryTarget, Group};
use switchyard::store::{Key, Rows};
use utoipa::ToSchema;

/// Paths that are tried for one that is free.
const SUGGESTIONS: u32 = 100;

pub(crate) struct NamespaceExists {
    parent_id: Option<i64>,
}

impl Endpoint for NamespaceExists {
    const ACCEPTS: Accepts = Accepts::SIGNED_IN;
    const ID_IS_NUMBER: bool = false;
    const NAMESPACE: Option<&'static str> = Some("parent_id");

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            parent_id: reader.integer("parent_id"),
        }
    }
}

/// Whether a namespace exists.
#[derive(Serialize, ToSchema)]
#[schema(as = NamespaceExistence)]
pub(crate) struct ExistenceView {
    exists: bool,
    /// A path that is free, if this one is not.
    suggests: Vec<String>,
}

/// Find out whether a namespace exists
///
/// In a parent that the caller does not see there is nothing.
#[utoipa::path(
    get,
    path = "/api/v4/namespaces/{id}/exists",
    params(
        ("id" = String, Path, description = "a path without those above it"),
        ("parent_id" = Option<u64>, Query, description = "the group that it is looked for in"),
    ),
    responses((status = 200, body = ExistenceView)),
)]
pub(crate) async fn exists(
    State(app): State<App>,
    access: CallerAccess<NamespaceExists>,
) -> Result<Json<ExistenceView>> {
    let nothing = Json(ExistenceView {
        exists: false,
        suggests: Vec::new(),
    });
    let wanted = access.request.route_params.iter();
    let path = wanted
        .filter(|(name, _)| name == "id")
        .map(|(_, text)| text.as_str())
        .find(|text| !text.contains('/'));
    let (Some(path), Some(above)) = (path, above(&access)?) else {
        return Ok(nothing);
    };
    let key = |path: &str| Key::Directory(format!("{above}{path}").to_lowercase());
    let mut rows = Rows::default();
    rows.load(&app.store, [key(path)]).await?;
    let entry: Option<DirectoryEntry> = rows.get(&key(path))?;
    if !entry.is_some_and(|entry| is_namespace(&entry)) {
        return Ok(nothing);
    }
    let candidates = (1..=SUGGESTIONS).map(|number| format!("{path}{number}"));
    let candidates: Vec<String> = candidates.collect();
    let keys = candidates.iter().map(|path| key(path));
    rows.load(&app.store, keys).await?;
    let mut suggests = Vec::new();
    for path in candidates {
        if rows.get::<DirectoryEntry>(&key(&path))?.is_none() {
            suggests.push(path);
            break;
        }
    }
    Ok(Json(ExistenceView {
        exists: true,
        suggests,
    }))
}

/// The path of the parent with a slash, nothing without a parent; none if the caller sees
/// no such parent.
fn above(access: &CallerAccess<NamespaceExists>) -> Result<Option<String>> {
    let Some(number) = access.params.parent_id else {
        return Ok(Some(String::new()));
    };
    let viewer = access.caller.signed_in()?;
    let key = Key::Group(GroupId(u64::try_from(number).unwrap_or_default()));
    let group: Option<Group> = access.rows.get(&key)?;
    let Some(group) = group.filter(Group::exists) else {
        return Ok(None);
    };
    let sources = sources_of_group(group.id, &group.ancestors);
    let role = highest_role(viewer.id, sources, &access.rows, &access.request)?;
    let standing = standing_of(viewer, role);
    let verdict = may_in_group(GroupAction::ReadGroup, &group, standing);
    Ok((verdict == Verdict::Allowed).then(|| format!("{}/", group.full_path)))
}

fn is_namespace(entry: &DirectoryEntry) -> bool {
    match entry.target {
        DirectoryTarget::Group { .. } | DirectoryTarget::User { .. } => true,
        DirectoryTarget::Project { .. } | DirectoryTarget::MovedProject { .. } => false,
    }
}
