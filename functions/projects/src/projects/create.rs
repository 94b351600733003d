//! Create a project.

use axum::extract::State;
use futures::future::try_join;
use http::StatusCode;
use switchyard::error::{Error, ModelErrors, Result};
use switchyard::http::access::{highest_role, sources_of_group};
use switchyard::http::request::RequestInfo;
use switchyard::http::views::{Above, ProjectView, Viewer};
use switchyard::http::{Accepts, App, CallerAccess, Endpoint, Json, Reader};
use switchyard::ids::{GroupId, ProjectId, UserId};
use switchyard::member::{Member, Role, Source};
use switchyard::policy::{GroupAction, Standing, Verdict, may_in_group};
use switchyard::project::{
    CiSettings, DirectoryEntry, DirectoryTarget, FeatureAccess, Group, Namespace, Project,
    ProjectName, SharedRunnersSetting, Visibility,
};
use switchyard::store::counters::Counter;
use switchyard::store::{Key, Row as _, Rows, Store, Write, Written};
use switchyard::user::User;

use super::ATTEMPTS;
use super::names::path_of;
use super::settings::Settings;

pub(crate) struct CreateProject {
    namespace_id: Option<i64>,
    settings: Settings,
}

impl Endpoint for CreateProject {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const NAMESPACE: Option<&'static str> = Some("namespace_id");

    fn read(reader: &mut Reader<'_>) -> Self {
        reader.at_least_one_of(&["name", "path"]);
        Self {
            namespace_id: reader.integer("namespace_id"),
            settings: Settings::of_new(reader),
        }
    }
}

/// Create a project
///
/// In the caller's personal namespace, or in the one that `namespace_id` numbers. Of name and
/// path one may be left out.
#[utoipa::path(
    post,
    path = "/api/v4/projects",
    params(
        ("name" = Option<String>, Query, description = "here and below: in the query or in the body"),
        ("path" = Option<String>, Query),
        ("namespace_id" = Option<u64>, Query),
        ("description" = Option<String>, Query),
        ("visibility" = Option<Visibility>, Query, description = "`private` by default"),
        ("import_url" = Option<String>, Query, description = "where runners clone from"),
    ),
    responses((status = 201, body = ProjectView)),
)]
pub(crate) async fn create(
    State(app): State<App>,
    access: CallerAccess<CreateProject>,
) -> Result<(StatusCode, Json<ProjectView>)> {
    let CallerAccess {
        caller,
        params,
        request,
        rows,
        ..
    } = access;
    let user = caller.signed_in()?.clone();
    let place = match params.namespace_id {
        None => Place::personal(&user, &user)?,
        Some(id) => Place::numbered(id, &user, rows, &app, &request).await?,
    };
    create_in(place, &user, &params.settings, &app, &request).await
}

pub(crate) struct CreateProjectForUser {
    settings: Settings,
}

impl Endpoint for CreateProjectForUser {
    const ACCEPTS: Accepts = Accepts::WRITER;

    fn read(reader: &mut Reader<'_>) -> Self {
        reader.at_least_one_of(&["name", "path"]);
        Self {
            settings: Settings::of_new(reader),
        }
    }
}

/// Create a project for a user
///
/// For administrators; in that user's personal namespace and in their name.
#[utoipa::path(
    post,
    path = "/api/v4/projects/user/{user_id}",
    params(("user_id" = u64, Path)),
    responses((status = 201, body = ProjectView)),
)]
pub(crate) async fn create_for_user(
    State(app): State<App>,
    access: CallerAccess<CreateProjectForUser>,
) -> Result<(StatusCode, Json<ProjectView>)> {
    let CallerAccess {
        caller,
        params,
        request,
        mut rows,
        ids,
    } = access;
    if !caller.is_administrator() {
        return Err(Error::Forbidden(None));
    }
    let not_found = || Error::not_found("User");
    let key = Key::User(ids.get::<UserId>("user_id").map_err(|_| not_found())?);
    rows.load(&app.store, [key.clone()]).await?;
    let user: Option<User> = rows.get(&key)?;
    let user = user.filter(|user| user.deleted_at.is_none());
    let user = user.ok_or_else(not_found)?;
    let place = Place::personal(&user, caller.signed_in()?)?;
    create_in(place, &user, &params.settings, &app, &request).await
}

/// Where a project is to stand, and what is read of that already.
struct Place {
    id: GroupId,
    namespace: Namespace,
    full_path: String,
    /// The group, which must still be there when the project is written.
    group: Option<Group>,
    /// Who becomes owner: whose namespace it is, in a group the creator.
    owner: User,
    /// The creator's role in the groups above.
    role: Option<Role>,
    rows: Rows,
}

impl Place {
    /// A user's own namespace.
    fn personal(owner: &User, caller: &User) -> Result<Self> {
        if owner.projects_limit == 0 && !caller.admin {
            return Err(Error::Forbidden(None));
        }
        let mut rows = Rows::default();
        rows.set(owner.clone());
        Ok(Self {
            id: owner.namespace_id,
            namespace: Namespace::User { user_id: owner.id },
            full_path: owner.username.clone(),
            group: None,
            owner: owner.clone(),
            role: None,
            rows,
        })
    }

    /// The namespace with this number, if the caller may create projects there.
    async fn numbered(
        id: i64,
        user: &User,
        mut rows: Rows,
        app: &App,
        request: &RequestInfo,
    ) -> Result<Self> {
        let refused = || Error::invalid("namespace", "is not valid");
        let id = GroupId(u64::try_from(id).map_err(|_| refused())?);
        let found: Option<Group> = rows.get(&Key::Group(id))?;
        let found = found.filter(|group| group.deleted_at.is_none());
        let group = found.ok_or_else(refused)?;
        if let Some(owner) = group.owner {
            if owner != user.id && !user.admin {
                return Err(refused());
            }
            rows.load(&app.store, [Key::User(owner)]).await?;
            let owner: Option<User> = rows.get(&Key::User(owner))?;
            let owner = owner.filter(|owner| owner.deleted_at.is_none());
            return Self::personal(&owner.ok_or_else(refused)?, user);
        }
        let sources = sources_of_group(group.id, &group.ancestors);
        let role = highest_role(user.id, sources, &rows, request)?;
        let standing = if user.admin {
            Standing::Administrator
        } else {
            Standing::User(role)
        };
        match may_in_group(GroupAction::CreateProjects, &group, standing) {
            Verdict::Allowed => {}
            Verdict::Forbidden | Verdict::Hidden => return Err(refused()),
        }
        let mut ancestors = group.ancestors.clone();
        ancestors.push(group.id);
        Ok(Self {
            id,
            namespace: Namespace::Group { ancestors },
            full_path: group.full_path.clone(),
            group: Some(group),
            owner: user.clone(),
            role,
            rows,
        })
    }

    /// Why the namespace was not as it was read: it is gone, or was just changed.
    async fn moved_on(&self, store: &Store) -> Result<Error> {
        let mut rows = Rows::default();
        let is_there = match &self.group {
            Some(group) => {
                rows.load(store, [group.key()]).await?;
                let group: Option<Group> = rows.get(&group.key())?;
                group.is_some_and(|group| group.exists())
            }
            None => {
                rows.load(store, [self.owner.key()]).await?;
                let owner: Option<User> = rows.get(&self.owner.key())?;
                owner.is_some_and(|owner| owner.deleted_at.is_none())
            }
        };
        Ok(if is_there {
            Error::ResourceLock
        } else {
            Error::invalid("namespace", "is not valid")
        })
    }
}

async fn create_in(
    mut place: Place,
    creator: &User,
    settings: &Settings,
    app: &App,
    request: &RequestInfo,
) -> Result<(StatusCode, Json<ProjectView>)> {
    let mut project = project(&place, creator, settings, request);
    let mut faults = settings.faults(place.group.as_ref());
    for fault in super::names::faults_of_path(&project.path) {
        // One that was made from the name.
        if settings.path.is_none() {
            faults.add("path", fault);
        }
    }
    if faults.0.is_empty() && !super::is_possible(&project) {
        faults.add("path", super::names::TOO_LONG);
    }
    faults.finish()?;

    let names = place.rows.load(&app.store, Above::keys(&project));
    let within_limit = within_limit(&place.namespace, creator, &app.store);
    let prepared = try_join(names, within_limit);
    let reserved = app.store.reserve_ids(Counter::Projects, 1);
    let (id, ((), within_limit)) = try_join(reserved, prepared).await?;
    if !within_limit {
        return Err(Error::Forbidden(None));
    }
    project.id = ProjectId(id);
    for _ in 0..ATTEMPTS {
        match app
            .store
            .write_all(writes(&place, &project, creator.id)?)
            .await?
        {
            Written::All => {
                let viewer = Viewer {
                    maintainer: true,
                    permissions: None,
                };
                let above = Above::of(&project, &place.rows)?;
                let view = ProjectView::new(&project, &above, Some(viewer), &request.base_url);
                return Ok((StatusCode::CREATED, Json(view)));
            }
            Written::Refused(places) if places.contains(&NAMESPACE) => {
                return Err(place.moved_on(&app.store).await?);
            }
            Written::Refused(places) => {
                refused(&places)?;
                // The number was in use.
                project.id = ProjectId(app.store.reserve_ids(Counter::Projects, 1).await?);
            }
        }
    }
    Err(Error::ResourceLock)
}

/// The places of writes that may find something else than they assume.
const PATH: usize = 0;
const NAME: usize = 1;
const NAMESPACE: usize = 2;

fn refused(places: &[usize]) -> Result<()> {
    let mut errors = ModelErrors::default();
    let taken = "has already been taken";
    if places.contains(&NAME) {
        errors.add("project_namespace.name", taken);
        errors.add("name", taken);
    }
    if places.contains(&PATH) {
        errors.add("path", taken);
    }
    errors.finish()
}

fn writes(place: &Place, project: &Project, creator: UserId) -> Result<Vec<Write>> {
    let entry = DirectoryEntry {
        path: project.full_path.to_lowercase(),
        target: DirectoryTarget::Project {
            id: project.id,
            ancestors: project.ancestors().to_vec(),
        },
    };
    let name = ProjectName {
        namespace_id: place.id,
        name: project.name.clone(),
        project_id: project.id,
    };
    // That the namespace is there, and still is what the project was made for.
    let there = match &place.group {
        // Its guards are its path and its visibility, besides its mark.
        Some(group) => Write::count_up(group, Group::CHILDREN)?,
        None => Write::check(&place.owner)?.assuming(&place.owner, &["username"])?,
    };
    let mut writes = vec![
        // What a project was called once is free for others.
        Write::create_over(&entry, "kind", "moved_project")?,
        Write::create(&name)?,
        there,
        Write::create(project)?,
    ];
    if place.role < Some(Role::Owner) {
        let owner = Member {
            source: Source::Project(project.id),
            user_id: place.owner.id,
            access_level: Role::Owner,
            created_at: project.created_at,
            expires_at: None,
            created_by: Some(creator),
            updated_at: None,
        };
        writes.push(Write::create(&owner)?);
    }
    Ok(writes)
}

/// Whether somebody may have one more personal project. Few have a limit that is worth
/// counting for; the index that is counted on lags, so it may be passed by a few.
async fn within_limit(namespace: &Namespace, creator: &User, store: &Store) -> Result<bool> {
    const WORTH_COUNTING: u64 = 1_000;
    match namespace {
        Namespace::User { user_id } if creator.projects_limit < WORTH_COUNTING => {
            let limit = usize::try_from(creator.projects_limit).unwrap_or(usize::MAX);
            let found = store
                .personal_project_ids(*user_id, ProjectId(0), limit)
                .await?;
            Ok(found.len() < limit)
        }
        Namespace::User { .. } | Namespace::Group { .. } => Ok(true),
    }
}

/// The project as it is asked for, without a number yet.
fn project(place: &Place, creator: &User, settings: &Settings, request: &RequestInfo) -> Project {
    let name = settings.name.clone().or(settings.path.clone());
    let name = name.unwrap_or_default();
    let path = settings.path.clone().unwrap_or_else(|| path_of(&name));
    let mut project = Project {
        id: ProjectId(0),
        name,
        full_path: format!("{}/{path}", place.full_path),
        path,
        namespace: place.namespace.clone(),
        description: None,
        visibility: Visibility::Private,
        public_jobs: true,
        builds_access_level: FeatureAccess::Enabled,
        default_branch: None,
        creator_id: creator.id,
        created_at: request.now,
        updated_at: request.now,
        last_activity_at: request.now,
        archived: false,
        deleted_at: None,
        deadline: None,
        job_count: 0,
        pipeline_count: 0,
        last_pipeline_iid: 0,
        ci_job_token_scope_enabled: false,
        job_token_allowlist: Default::default(),
        job_token_groups_allowlist: Default::default(),
        job_token_inbound_open: false,
        variable_count: 0,
        trigger_count: 0,
        schedule_count: 0,
        build_timeout: 3_600,
        ci_config_path: None,
        shared_runners_enabled: place
            .group
            .as_ref()
            .is_none_or(|group| group.shared_runners_setting == SharedRunnersSetting::Enabled),
        group_runners_enabled: true,
        auto_cancel_pending_pipelines: true,
        import_url: None,
        topics: Vec::new(),
        ci: CiSettings::default(),
        protected_branches: Vec::new(),
        protected_tags: Vec::new(),
    };
    settings.apply(&mut project);
    // Without code of its own or elsewhere there is no branch yet.
    project.default_branch = match (&project.import_url, &settings.default_branch) {
        (Some(_), branch) => Some(branch.clone().unwrap_or_else(|| "main".to_owned())),
        (None, _) => None,
    };
    project
}
