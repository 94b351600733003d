//! Transfer a group: below another one, or to the top.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, Result};
use switchyard::http::access::{highest_role, sources_of_group};
use switchyard::http::views::{GroupDetailsView, GroupView};
use switchyard::http::{Accepts, App, Endpoint, GroupAccess, Json, Reader};
use switchyard::ids::GroupId;
use switchyard::member::{Member, Role, Source};
use switchyard::policy::{GroupAction, Standing, Verdict, may_create_groups, may_in_group};
use switchyard::project::{Group, SharedRunnersSetting};
use switchyard::store::{Key, Rows, Write};
use switchyard::user::User;

use super::ATTEMPTS;
use super::path::faults_of_path;
use super::relocate::{Fault, Obstacle, relocate};

pub(crate) struct TransferGroup {
    group_id: Option<i64>,
}

impl Endpoint for TransferGroup {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const GROUP_ACTION: GroupAction = GroupAction::AdminGroup;

    fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            group_id: reader.integer("group_id"),
        }
    }
}

/// Transfer a group
///
/// Below the group `group_id`, or without it to the top, with at most 25 subgroups and
/// projects. Below a less visible group they all become as visible as it is.
#[utoipa::path(
    post,
    path = "/api/v4/groups/{id}/transfer",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("group_id" = Option<u64>, Query, description = "in the query or in the body"),
    ),
    responses((status = 201, body = GroupDetailsView)),
)]
pub(crate) async fn transfer(
    State(app): State<App>,
    access: GroupAccess<TransferGroup>,
) -> Result<(StatusCode, Json<GroupDetailsView>)> {
    let user = access.caller.signed_in()?.clone();
    let mut old = access.group.clone();
    for _ in 0..ATTEMPTS {
        let parent = new_parent(&access, &user, &app).await?;
        if let Some(reason) = refusal(&old, parent.as_ref(), &user) {
            return Err(failed(reason));
        }
        let new = Group {
            updated_at: Some(access.request.now),
            ..placed(&old, parent.as_ref())
        };
        let mut along = Vec::new();
        match &parent {
            Some((parent, _)) => along.push(Write::count_up(parent, Group::CHILDREN)?),
            None => along.extend(ownership(&old, &user, &access, &app).await?),
        }
        match relocate(&old, new, along, &app).await {
            Ok(Some(new)) => {
                let mut rows = Rows::default();
                rows.load(&app.store, GroupView::keys(&new)).await?;
                let view = GroupView::new(&new, &rows, &access.request.base_url)?;
                let view = GroupDetailsView::new(view, None);
                return Ok((StatusCode::CREATED, Json(view)));
            }
            Ok(None) => {}
            Err(Fault::Obstacle(obstacle)) => return Err(failed(reason(obstacle))),
            Err(Fault::Other(error)) => return Err(error),
        }
        let found = app.store.groups(&[old.id]).await?.pop();
        old = found.ok_or_else(|| Error::not_found("Group"))?;
    }
    Err(Error::ResourceLock)
}

fn failed(reason: impl std::fmt::Display) -> Error {
    Error::Refused(format!("Transfer failed: {reason}"))
}

fn reason(obstacle: Obstacle) -> String {
    match obstacle {
        Obstacle::Taken => {
            "The parent group already has a subgroup or a project with the same path.".to_owned()
        }
        Obstacle::TooDeep => format!("Validation failed: Parent {obstacle}"),
        Obstacle::TooLong | Obstacle::TooManyBelow => {
            format!("Validation failed: Path {obstacle}")
        }
    }
}

/// The group that it shall come to, as it is now, and whether the caller may create groups
/// there.
async fn new_parent(
    access: &GroupAccess<TransferGroup>,
    user: &User,
    app: &App,
) -> Result<Option<(Group, Verdict)>> {
    let Some(id) = access.params.group_id else {
        return Ok(None);
    };
    let not_found = || Error::not_found("Group");
    let id = u64::try_from(id).map_err(|_| not_found())?;
    let parent = app.store.groups(&[GroupId(id)]).await?.pop();
    let parent = parent.ok_or_else(not_found)?;
    let standing = if user.admin {
        Standing::Administrator
    } else {
        let sources: Vec<Source> = sources_of_group(parent.id, &parent.ancestors).collect();
        let mut rows = Rows::default();
        let keys = sources.iter().map(|source| Key::Member(*source, user.id));
        rows.load(&app.store, keys).await?;
        Standing::User(highest_role(
            user.id,
            sources.into_iter(),
            &rows,
            &access.request,
        )?)
    };
    match may_in_group(GroupAction::CreateSubgroup, &parent, standing) {
        Verdict::Hidden => Err(not_found()),
        verdict @ (Verdict::Allowed | Verdict::Forbidden) => Ok(Some((parent, verdict))),
    }
}

/// Why it may not come there. The texts are GitLab's.
fn refusal(group: &Group, parent: Option<&(Group, Verdict)>, user: &User) -> Option<String> {
    const NO_PERMISSION: &str = "You don't have enough permissions.";
    let Some((parent, verdict)) = parent else {
        let reserved = faults_of_path(&group.path, true);
        return if group.ancestors.is_empty() {
            Some("Group is already a root group.".to_owned())
        } else if may_create_groups(user) {
            let fault = reserved.first();
            fault.map(|fault| format!("Validation failed: Path {fault}"))
        } else {
            Some(NO_PERMISSION.to_owned())
        };
    };
    let reason = if group.is_right_below(parent.id) {
        "Group is already associated to the parent group."
    } else if parent.id == group.id || parent.ancestors.contains(&group.id) {
        "Cannot transfer group to one of its subgroup."
    } else if *verdict != Verdict::Allowed {
        NO_PERMISSION
    } else {
        let fault = faults_of_path(&group.path, false).into_iter().next()?;
        return Some(format!("Validation failed: Path {fault}"));
    };
    Some(reason.to_owned())
}

/// The group at its new place, below a parent or at the top.
fn placed(group: &Group, parent: Option<&(Group, Verdict)>) -> Group {
    let Some((parent, _)) = parent else {
        return Group {
            full_path: group.path.clone(),
            ancestors: Vec::new(),
            ..group.clone()
        };
    };
    let mut ancestors = parent.ancestors.clone();
    ancestors.push(parent.id);
    let is_closed = parent.shared_runners_setting == SharedRunnersSetting::DisabledAndUnoverridable;
    Group {
        full_path: format!("{}/{}", parent.full_path, group.path),
        ancestors,
        visibility: group.visibility.min(parent.visibility),
        shared_runners_setting: if is_closed {
            parent.shared_runners_setting
        } else {
            group.shared_runners_setting
        },
        ..group.clone()
    }
}

/// At the top nobody above owns it any more: if it has no owner of its own, the caller
/// becomes one.
async fn ownership(
    group: &Group,
    user: &User,
    access: &GroupAccess<TransferGroup>,
    app: &App,
) -> Result<Option<Write>> {
    let source = Source::Group(group.id);
    let owners = app.store.owners_of(source).await?;
    let today = access.request.now.day();
    if owners.iter().any(|owner| owner.role(today).is_some()) {
        return Ok(None);
    }
    let key = Key::Member(source, user.id);
    let mut rows = Rows::default();
    rows.load(&app.store, [key.clone()]).await?;
    let before: Option<Member> = rows.get(&key)?;
    let owner = Member {
        source,
        user_id: user.id,
        access_level: Role::Owner,
        created_at: before
            .as_ref()
            .map_or(access.request.now, |before| before.created_at),
        expires_at: None,
        created_by: Some(user.id),
        updated_at: before.as_ref().map(|_| access.request.now),
    };
    match before {
        Some(before) => Write::edit(&before, &owner).map(Some),
        None => Write::create(&owner).map(Some),
    }
}
