//! Rows with sensible values, to be changed where it matters, and a way to put them into
//! a stack: for the demo world and for the worlds of tests.

use std::collections::BTreeSet;

use bytes::Bytes;
use switchyard::{
    agent::Agent,
    aws,
    blobs::{BlobKey, Blobs},
    config::Config,
    ids::{AgentId, GroupId, JobId, PipelineId, ProjectId, ScheduleId, TokenId, TriggerId, UserId},
    job::{ArchivedLog, Bridge, Build, Downstream, FailureReason, Job, Status, Turn, When},
    member::{Member, Role, Source as MemberSource},
    pipeline::{AutoCancel, Block, Pipeline, Ref, Source},
    project::{
        CiSettings, DirectoryEntry, DirectoryTarget, FeatureAccess, Group, Namespace, Project,
        ProjectCreationLevel, ProjectName, SharedRunnersSetting, SubgroupCreationLevel, Visibility,
    },
    schedule::Schedule,
    store::{Row, Store, counters::Counter, users},
    time::Time,
    token::{AccessToken, Scope, Secret},
    trace,
    trigger::Trigger,
    user::{Email, Profile, User, UserState},
    variable::{CiVariable, Owner, VariableType},
};

use crate::{Error, stack::Stack};

/// Puts rows and objects into a stack, as the functions would.
pub struct Seed {
    /// The tables.
    pub store: Store,
    /// The bucket.
    pub blobs: Blobs,
}

impl Seed {
    /// Reaches the stack with clients of its own.
    pub fn new(stack: &Stack) -> Result<Self, Error> {
        let config = config(stack, "projects")?;
        let http = aws::http_client(&config)?;
        let store = Store::new(aws::dynamodb(&config, http.clone()), config.tables.clone());
        let blobs = Blobs::new(aws::s3(&config, http), &config.bucket);
        Ok(Self { store, blobs })
    }

    /// Adds a row. One that is there already stays as it is.
    pub async fn put<R: Row>(&self, row: &R) -> Result<(), Error> {
        self.store.create(row).await?;
        Ok(())
    }

    /// Adds a group and its path.
    pub async fn put_group(&self, group: &Group) -> Result<(), Error> {
        self.put(group).await?;
        self.store.skip_ids(Counter::Groups, group.id.0).await?;
        self.put_path(&group.full_path, DirectoryTarget::Group { id: group.id })
            .await
    }

    /// Adds a project, its path and its name.
    pub async fn put_project(&self, project: &Project) -> Result<(), Error> {
        self.put(project).await?;
        self.store.skip_ids(Counter::Projects, project.id.0).await?;
        let namespace_id = match &project.namespace {
            Namespace::User { user_id } => namespace_id(*user_id),
            Namespace::Group { ancestors } => ancestors.last().copied().unwrap_or(GroupId(0)),
        };
        self.put(&ProjectName {
            namespace_id,
            name: project.name.clone(),
            project_id: project.id,
        })
        .await?;
        let target = DirectoryTarget::Project {
            id: project.id,
            ancestors: project.ancestors().to_vec(),
        };
        self.put_path(&project.full_path, target).await
    }

    /// Adds an agent and its name.
    pub async fn put_agent(&self, agent: &Agent) -> Result<(), Error> {
        self.put(agent).await?;
        self.store.skip_ids(Counter::Agents, agent.id.0).await?;
        self.put(&agent.name_row()).await
    }

    /// Adds an access token, and what leads to it by its number.
    pub async fn put_token(&self, token: &AccessToken) -> Result<(), Error> {
        self.put(token).await?;
        self.store.skip_ids(Counter::Tokens, token.id.0).await?;
        self.put(&token.link()).await
    }

    /// Adds a user, their name, address and personal namespace.
    pub async fn put_user(&self, user: &User) -> Result<(), Error> {
        self.put(user).await?;
        self.store.skip_ids(Counter::Users, user.id.0).await?;
        self.store
            .skip_ids(Counter::Groups, user.namespace_id.0)
            .await?;
        self.put(&users::personal_namespace(user)).await?;
        self.put(&Email {
            email: user.email.to_lowercase(),
            user_id: user.id,
        })
        .await?;
        self.put_path(&user.username, DirectoryTarget::User { id: user.id })
            .await
    }

    /// Makes a path lead somewhere.
    pub async fn put_path(&self, path: &str, target: DirectoryTarget) -> Result<(), Error> {
        let path = path.to_lowercase();
        self.put(&DirectoryEntry { path, target }).await
    }

    /// Stores a log as one object, as it is once its job has ended, and notes it in the job.
    pub async fn archive_log(&self, job: &mut Job, log: &[u8]) -> Result<(), Error> {
        let key = BlobKey::Log(job.build.project_id, job.build.id);
        self.blobs.write(&key, Bytes::copy_from_slice(log)).await?;
        job.log = Some(ArchivedLog {
            size: log.len() as u64,
            crc32: crc32fast::hash(log),
        });
        Ok(())
    }

    /// Adds to the log of a job that still runs.
    pub async fn append_log(&self, job: &Job, offset: u64, bytes: &[u8]) -> Result<u64, Error> {
        let id = (job.build.project_id, job.build.id);
        let bytes = Bytes::copy_from_slice(bytes);
        Ok(trace::append(id, offset, bytes, &self.store, &self.blobs).await?)
    }
}

/// The configuration that a function of this stack starts with.
pub fn config(stack: &Stack, function: &str) -> Result<Config, Error> {
    let environment = stack.environment(function);
    Ok(Config::from_variables(|name| {
        environment.get(name).cloned()
    })?)
}

/// A point in time that is known to be well formed.
pub fn at(text: &str) -> Time {
    Time::parse(text).unwrap_or(Time::from_microseconds(0))
}

/// An active user.
pub fn user(id: u64, username: &str) -> User {
    User {
        id: UserId(id),
        username: username.to_owned(),
        name: username.to_owned(),
        email: format!("{username}@example.com"),
        state: UserState::Active,
        admin: false,
        bot: false,
        can_create_group: true,
        projects_limit: 100_000,
        namespace_id: namespace_id(UserId(id)),
        created_at: at("2015-12-21T13:14:24.077Z"),
        updated_at: None,
        avatar_url: None,
        profile: Profile::default(),
        external: false,
        private_profile: false,
        note: None,
        created_by: None,
        deleted_at: None,
        deadline: None,
    }
}

/// The personal namespace of the user with this id: above the ids of groups.
fn namespace_id(user: UserId) -> GroupId {
    GroupId(5_000 + user.0)
}

/// A good personal access token of a user.
pub fn access_token(id: u64, user: UserId, secret: &Secret, scopes: &[Scope]) -> AccessToken {
    AccessToken {
        digest: secret.digest(),
        id: TokenId(id),
        user_id: user,
        name: format!("token {id}"),
        description: None,
        scopes: scopes.to_vec(),
        revoked: false,
        created_at: at("2015-12-21T13:14:24.077Z"),
        last_used_at: None,
        expires_at: None,
        source: None,
        family: None,
        replaced_by: None,
    }
}

/// A private group below the given ones, outermost first.
pub fn group(id: u64, above: &[&Group], path: &str) -> Group {
    let full_path = above.last().map_or_else(
        || path.to_owned(),
        |parent| format!("{}/{path}", parent.full_path),
    );
    Group {
        id: GroupId(id),
        name: path.to_owned(),
        path: path.to_owned(),
        full_path,
        ancestors: above.iter().map(|group| group.id).collect(),
        visibility: Visibility::Private,
        created_at: at("2015-12-21T13:14:24.077Z"),
        updated_at: None,
        description: None,
        project_creation_level: ProjectCreationLevel::default(),
        subgroup_creation_level: SubgroupCreationLevel::default(),
        shared_runners_setting: SharedRunnersSetting::default(),
        owner: None,
        owners_revision: 0,
        children_revision: 0,
        variable_count: 0,
        deleted_at: None,
        deadline: None,
    }
}

/// A private project of a group, its path given in full.
pub fn project(id: u64, ancestors: &[GroupId], full_path: &str) -> Project {
    let path = full_path.rsplit('/').next().unwrap_or(full_path).to_owned();
    let created_at = at("2015-12-21T13:14:24.077Z");
    Project {
        id: ProjectId(id),
        name: path.clone(),
        path,
        full_path: full_path.to_owned(),
        namespace: Namespace::Group {
            ancestors: ancestors.to_vec(),
        },
        description: None,
        visibility: Visibility::Private,
        public_jobs: true,
        builds_access_level: FeatureAccess::Enabled,
        default_branch: Some("main".to_owned()),
        creator_id: UserId(1),
        created_at,
        updated_at: created_at,
        last_activity_at: created_at,
        archived: false,
        deleted_at: None,
        deadline: None,
        job_count: 0,
        pipeline_count: 0,
        variable_count: 0,
        trigger_count: 0,
        schedule_count: 0,
        last_pipeline_iid: 0,
        ci_job_token_scope_enabled: false,
        job_token_allowlist: BTreeSet::new(),
        job_token_groups_allowlist: BTreeSet::new(),
        job_token_inbound_open: false,
        build_timeout: 3600,
        ci_config_path: None,
        shared_runners_enabled: true,
        group_runners_enabled: true,
        auto_cancel_pending_pipelines: true,
        import_url: None,
        topics: Vec::new(),
        ci: CiSettings::default(),
        protected_branches: Vec::new(),
        protected_tags: Vec::new(),
    }
}

/// An agent that a project configures, granted to nobody else.
pub fn agent(project: ProjectId, id: u64, name: &str) -> Agent {
    Agent {
        project_id: project,
        id: AgentId(id),
        name: name.to_owned(),
        created_at: at("2015-12-21T13:14:24.077Z"),
        created_by_user_id: None,
        granted_to: BTreeSet::new(),
    }
}

/// An active schedule of `main`, for one o'clock at night.
pub fn schedule(project: ProjectId, id: u64, owner: UserId) -> Schedule {
    let created_at = at("2015-12-21T13:14:24.077Z");
    Schedule {
        project_id: project,
        id: ScheduleId(id),
        description: format!("schedule {id}"),
        ref_name: "refs/heads/main".to_owned(),
        cron: "0 1 * * *".to_owned(),
        cron_timezone: "UTC".to_owned(),
        active: true,
        next_run_at: Some(at("2015-12-25T01:00:00.000Z")),
        owner_id: owner,
        created_at,
        updated_at: created_at,
        pipelines: Vec::new(),
        variable_count: 0,
        revision: 0,
    }
}

/// A trigger without an end.
pub fn trigger(project: ProjectId, id: u64, owner: UserId, secret: &Secret) -> Trigger {
    let created_at = at("2015-12-21T13:14:24.077Z");
    Trigger {
        project_id: project,
        id: TriggerId(id),
        digest: secret.digest(),
        token_start: Trigger::start_of(secret),
        description: format!("trigger {id}"),
        owner_id: owner,
        created_at,
        updated_at: created_at,
        last_used: None,
        expires_at: None,
    }
}

/// A CI variable for all environments.
pub fn ci_variable(owner: Owner, key: &str, value: &str) -> CiVariable {
    let created_at = at("2015-12-21T13:14:24.077Z");
    CiVariable {
        owner,
        key: key.to_owned(),
        value: value.to_owned(),
        variable_type: VariableType::EnvVar,
        protected: false,
        masked: false,
        hidden: false,
        raw: false,
        environment_scope: CiVariable::ANY_ENVIRONMENT.to_owned(),
        description: None,
        created_at,
        updated_at: created_at,
        revision: 0,
    }
}

/// A membership without an end.
pub fn member(source: MemberSource, user: UserId, role: Role) -> Member {
    Member {
        source,
        user_id: user,
        access_level: role,
        created_at: at("2015-12-21T13:14:24.077Z"),
        expires_at: None,
        created_by: None,
        updated_at: None,
    }
}

/// A pending pipeline of `main`, pushed, with one block of jobs.
pub fn pipeline(project: ProjectId, id: u64, first_job: u64, jobs: u64) -> Pipeline {
    let created_at = at("2015-12-24T15:50:16.123Z");
    Pipeline {
        upstream: None,
        reported: None,
        auto_cancel: AutoCancel::default(),
        project_id: project,
        id: PipelineId(id),
        iid: id,
        status: Status::Pending,
        building: false,
        deleted_at: None,
        source: Source::Push,
        ref_name: "main".to_owned(),
        tag: false,
        sha: "0ff3ae198f8601a285adcf5c0fff204ee6fba5fd".to_owned(),
        before_sha: "0".repeat(40),
        name: None,
        yaml_errors: None,
        user_id: UserId(1),
        commit: None,
        created_at,
        updated_at: created_at,
        started_at: None,
        finished_at: None,
        duration: None,
        coverage: None,
        blocks: vec![Block {
            first: JobId(first_job),
            count: jobs,
        }],
        bridges: BTreeSet::new(),
        retried: BTreeSet::new(),
        deadline: None,
        resets: Vec::new(),
        revision: 1,
    }
}

/// The head of a branch.
pub fn branch(project: ProjectId, name: &str, sha: &str) -> Ref {
    Ref {
        project_id: project,
        name: name.to_owned(),
        tag: false,
        sha: sha.to_owned(),
        annotation: None,
    }
}

/// A job with the times and the reason that its status calls for.
pub fn job(pipeline: &Pipeline, id: u64, name: &str, status: Status) -> Job {
    Job {
        definition: None,
        build: build(pipeline, id, name, status),
        runner_id: None,
        system_id: None,
        tag_list: Vec::new(),
        artifacts: Vec::new(),
        artifacts_expire_at: None,
        log: None,
        token_digest: None,
        debug: false,
        has_variables: false,
        erasing: false,
        environment: None,
    }
}

/// What a job and a bridge have in common.
pub fn build(pipeline: &Pipeline, id: u64, name: &str, status: Status) -> Build {
    let started = matches!(
        status,
        Status::Running | Status::Canceling | Status::Success | Status::Failed
    );
    let queued = started || status == Status::Pending;
    let finished = matches!(status, Status::Success | Status::Failed | Status::Canceled);
    Build {
        timeout: None,
        resource_group: None,
        turn: Turn::Outside,
        interruptible: false,
        retry: None,
        allowed_exit_codes: Vec::new(),
        exit_code: None,
        project_id: pipeline.project_id,
        id: JobId(id),
        pipeline_id: pipeline.id,
        name: name.to_owned(),
        stage: "test".to_owned(),
        status,
        failure_reason: (status == Status::Failed).then_some(FailureReason::ScriptFailure),
        when: When::OnSuccess,
        start_in: None,
        allow_failure: false,
        needs: None,
        coverage: None,
        user_id: UserId(1),
        created_at: at("2015-12-24T15:51:21.880Z"),
        queued_at: queued.then(|| at("2015-12-24T17:54:30.610Z")),
        scheduled_at: None,
        started_at: started.then(|| at("2015-12-24T17:54:30.733Z")),
        finished_at: finished.then(|| at("2015-12-24T17:54:31.198Z")),
        erased_at: None,
        retried_by: None,
        deadline: None,
        revision: 1,
    }
}

/// A bridge, and the pipeline that it started.
pub const fn bridge(build: Build, downstream: Option<Downstream>) -> Bridge {
    Bridge {
        build,
        downstream,
        definition: None,
        cascaded: false,
    }
}
