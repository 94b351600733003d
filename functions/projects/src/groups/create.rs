//! Create a group.

use axum::extract::State;
use http::StatusCode;
use switchyard::error::{Error, ModelErrors, Result};
use switchyard::http::access::{highest_role, sources_of_group};
use switchyard::http::request::RequestInfo;
use switchyard::http::views::{GroupDetailsView, GroupView};
use switchyard::http::{Accepts, App, CallerAccess, Endpoint, Json, Reader};
use switchyard::ids::GroupId;
use switchyard::member::{Member, Role, Source};
use switchyard::policy::{GroupAction, Standing, Verdict, may_create_groups, may_in_group};
use switchyard::project::{
    DirectoryEntry, DirectoryTarget, Group, ProjectCreationLevel, SharedRunnersSetting,
    SubgroupCreationLevel, Visibility,
};
use switchyard::store::counters::Counter;
use switchyard::store::{Key, Rows, Write, Written};
use switchyard::user::User;

use super::ATTEMPTS;
use super::settings::{Settings, printed};

pub(crate) struct CreateGroup {
    parent_id: Option<i64>,
    settings: Settings,
}

impl Endpoint for CreateGroup {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const NAMESPACE: Option<&'static str> = Some("parent_id");

    fn read(reader: &mut Reader<'_>) -> Self {
        let name = reader.required("name", Reader::text);
        let path = reader.required("path", Reader::text);
        Self {
            parent_id: reader.integer("parent_id"),
            settings: Settings::read(reader, Some(name), Some(path)),
        }
    }
}

/// Create a group
///
/// With `parent_id` below another. Whoever creates it is its owner.
#[utoipa::path(
    post,
    path = "/api/v4/groups",
    params(
        ("name" = String, Query, description = "here and below: in the query or in the body"),
        ("path" = String, Query),
        ("parent_id" = Option<u64>, Query),
        ("description" = Option<String>, Query),
        ("visibility" = Option<Visibility>, Query, description = "`private` by default"),
        ("project_creation_level" = Option<ProjectCreationLevel>, Query),
        ("subgroup_creation_level" = Option<SubgroupCreationLevel>, Query),
        ("shared_runners_setting" = Option<SharedRunnersSetting>, Query),
    ),
    responses((status = 201, body = GroupDetailsView)),
)]
pub(crate) async fn create(
    State(app): State<App>,
    access: CallerAccess<CreateGroup>,
) -> Result<(StatusCode, Json<GroupDetailsView>)> {
    let CallerAccess {
        caller,
        params,
        request,
        mut rows,
        ..
    } = access;
    let user = caller.signed_in()?;
    let mut id = None;
    for _ in 0..ATTEMPTS {
        let parent = params.parent(user, &rows, &request)?;
        let group = params.group(parent.as_ref(), &request);
        let faults = params.settings.faults(&group, parent.as_ref());
        if !faults.0.is_empty() {
            return Err(refused(&faults));
        }
        let reserved = match id {
            Some(id) => id,
            None => GroupId(app.store.reserve_ids(Counter::Groups, 1).await?),
        };
        id = Some(reserved);
        let group = Group {
            id: reserved,
            ..group
        };
        match app
            .store
            .write_all(writes(&group, parent.as_ref(), user)?)
            .await?
        {
            Written::All => {
                rows.load(&app.store, GroupView::keys(&group)).await?;
                let view = GroupView::new(&group, &rows, &request.base_url)?;
                let view = GroupDetailsView::new(view, Some(Vec::new()));
                return Ok((StatusCode::CREATED, Json(view)));
            }
            Written::Refused(places) if places.contains(&PARENT) => {
                rows = read_again(&group, user, &app).await?;
            }
            Written::Refused(places) if places.contains(&PATH) => {
                let mut errors = ModelErrors::default();
                errors.add("path", "has already been taken");
                return Err(refused(&errors));
            }
            // The number was in use.
            Written::Refused(_) => id = None,
        }
    }
    Err(Error::ResourceLock)
}

/// The places of writes that may find something else than they assume.
const PATH: usize = 0;
const PARENT: usize = 3;

fn writes(group: &Group, parent: Option<&Group>, user: &User) -> Result<Vec<Write>> {
    let entry = DirectoryEntry {
        path: group.full_path.to_lowercase(),
        target: DirectoryTarget::Group { id: group.id },
    };
    let owner = Member {
        source: Source::Group(group.id),
        user_id: user.id,
        access_level: Role::Owner,
        created_at: group.created_at,
        expires_at: None,
        created_by: Some(user.id),
        updated_at: None,
    };
    let mut writes = vec![
        // What a project was called once is free for others.
        Write::create_over(&entry, "kind", "moved_project")?,
        Write::create(group)?,
        Write::create(&owner)?,
    ];
    if let Some(parent) = parent {
        writes.push(Write::count_up(parent, Group::CHILDREN)?);
    }
    Ok(writes)
}

fn refused(errors: &ModelErrors) -> Error {
    Error::Refused(format!("Failed to save group {}", printed(errors)))
}

/// The rows of the groups above, and the caller's memberships in them, as they are now.
async fn read_again(group: &Group, user: &User, app: &App) -> Result<Rows> {
    let mut rows = Rows::default();
    let above = &group.ancestors;
    let members = above
        .iter()
        .map(|id| Key::Member(Source::Group(*id), user.id));
    let groups = above.iter().copied().map(Key::Group);
    rows.load(&app.store, groups.chain(members)).await?;
    Ok(rows)
}

impl CreateGroup {
    /// The group that it shall stand below, if the caller may create groups there.
    fn parent(&self, user: &User, rows: &Rows, request: &RequestInfo) -> Result<Option<Group>> {
        let Some(id) = self.parent_id else {
            return if may_create_groups(user) {
                Ok(None)
            } else {
                Err(Error::Forbidden(None))
            };
        };
        let not_found = || Error::not_found("Group");
        let id = u64::try_from(id).map_err(|_| not_found())?;
        let parent: Option<Group> = rows.get(&Key::Group(GroupId(id)))?;
        let parent = parent.filter(Group::exists).ok_or_else(not_found)?;
        let standing = if user.admin {
            Standing::Administrator
        } else {
            let sources = sources_of_group(parent.id, &parent.ancestors);
            Standing::User(highest_role(user.id, sources, rows, request)?)
        };
        match may_in_group(GroupAction::CreateSubgroup, &parent, standing) {
            Verdict::Allowed => Ok(Some(parent)),
            Verdict::Forbidden => Err(Error::Forbidden(None)),
            Verdict::Hidden => Err(not_found()),
        }
    }

    /// The group as it is asked for, without a number yet.
    fn group(&self, parent: Option<&Group>, request: &RequestInfo) -> Group {
        let mut ancestors = parent.map(|it| it.ancestors.clone()).unwrap_or_default();
        ancestors.extend(parent.map(|parent| parent.id));
        let group = Group {
            id: GroupId(0),
            name: String::new(),
            path: String::new(),
            full_path: String::new(),
            ancestors,
            visibility: Visibility::Private,
            created_at: request.now,
            updated_at: None,
            description: None,
            project_creation_level: ProjectCreationLevel::default(),
            subgroup_creation_level: SubgroupCreationLevel::default(),
            shared_runners_setting: parent
                .map(|parent| parent.shared_runners_setting)
                .unwrap_or_default(),
            owner: None,
            owners_revision: 0,
            children_revision: 0,
            variable_count: 0,
            deleted_at: None,
            deadline: None,
        };
        let group = self.settings.applied_to(&group);
        Group {
            full_path: match parent {
                Some(parent) => format!("{}/{}", parent.full_path, group.path),
                None => group.path.clone(),
            },
            ..group
        }
    }
}
