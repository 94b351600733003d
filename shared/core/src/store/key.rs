//! The tables and the keys of their rows, all in one place.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::{Row, number};
use crate::agent::{Agent, AgentGrant, AgentName};
use crate::definition::Definition;
use crate::ids::{
    AgentId, GroupId, JobId, PipelineId, ProjectId, PushId, RunnerId, ScheduleId, TokenId,
    TriggerId, UserId,
};
use crate::job::{Bridge, Job};
use crate::member::{Member, Source};
use crate::pipeline::{Pipeline, Ref};
use crate::project::{DirectoryEntry, Group, Namespace, Project, ProjectName};
use crate::repository::{Push, StoredCommit};
use crate::resource_group::ResourceGroup;
use crate::runner::{Runner, RunnerManager};
use crate::schedule::Schedule;
use crate::time::Time;
use crate::token::{AccessToken, Digest, TokenLink};
use crate::trigger::Trigger;
use crate::user::{Email, User};
use crate::variable::{CiVariable, Owner, Variable};

/// The tables that the code uses; `infra/template.yaml` declares them and those of later use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    Projects,
    Groups,
    Users,
    Runners,
    RunnerManagers,
    Directory,
    Members,
    Tokens,
    TokenIds,
    Agents,
    AgentGrants,
    Pipelines,
    Jobs,
    Bridges,
    Definitions,
    LogChunks,
    Refs,
    Commits,
    Pushes,
    Variables,
    ResourceGroups,
    Schedules,
    Triggers,
    Counters,
}

impl Table {
    pub const ALL: [Self; 24] = [
        Self::Projects,
        Self::Groups,
        Self::Users,
        Self::Runners,
        Self::RunnerManagers,
        Self::Directory,
        Self::Members,
        Self::Tokens,
        Self::TokenIds,
        Self::Agents,
        Self::AgentGrants,
        Self::Pipelines,
        Self::Jobs,
        Self::Bridges,
        Self::Definitions,
        Self::LogChunks,
        Self::Refs,
        Self::Commits,
        Self::Pushes,
        Self::Variables,
        Self::ResourceGroups,
        Self::Schedules,
        Self::Triggers,
        Self::Counters,
    ];

    /// The environment variable that names it.
    pub const fn variable(self) -> &'static str {
        match self {
            Self::Projects => "PROJECTS_TABLE",
            Self::Groups => "GROUPS_TABLE",
            Self::Users => "USERS_TABLE",
            Self::Runners => "RUNNERS_TABLE",
            Self::RunnerManagers => "RUNNER_MANAGERS_TABLE",
            Self::Directory => "DIRECTORY_TABLE",
            Self::Members => "MEMBERS_TABLE",
            Self::Tokens => "TOKENS_TABLE",
            Self::TokenIds => "TOKEN_IDS_TABLE",
            Self::Agents => "AGENTS_TABLE",
            Self::AgentGrants => "AGENT_GRANTS_TABLE",
            Self::Pipelines => "PIPELINES_TABLE",
            Self::Jobs => "JOBS_TABLE",
            Self::Bridges => "BRIDGES_TABLE",
            Self::Definitions => "DEFINITIONS_TABLE",
            Self::LogChunks => "LOG_CHUNKS_TABLE",
            Self::Refs => "REFS_TABLE",
            Self::Commits => "COMMITS_TABLE",
            Self::Pushes => "PUSHES_TABLE",
            Self::Variables => "VARIABLES_TABLE",
            Self::ResourceGroups => "RESOURCE_GROUPS_TABLE",
            Self::Schedules => "SCHEDULES_TABLE",
            Self::Triggers => "TRIGGERS_TABLE",
            Self::Counters => "COUNTERS_TABLE",
        }
    }

    pub const fn partition_key(self) -> &'static str {
        match self {
            Self::Projects | Self::Groups | Self::Users | Self::Runners | Self::TokenIds => {
                "bucket"
            }
            Self::RunnerManagers => "runner_id",
            Self::Directory => "path",
            Self::Members | Self::AgentGrants => "source",
            Self::Tokens => "digest",
            Self::Agents
            | Self::Pipelines
            | Self::Jobs
            | Self::Bridges
            | Self::Definitions
            | Self::ResourceGroups
            | Self::Refs
            | Self::Commits
            | Self::Pushes
            | Self::Schedules
            | Self::Triggers => "project_id",
            Self::LogChunks => "job_id",
            Self::Variables => "owner",
            Self::Counters => "name",
        }
    }
}

/// The names that this deployment gave to the tables.
#[derive(Clone, Debug)]
pub struct Tables([String; Table::ALL.len()]);

impl Tables {
    /// Asks for the name of every table.
    pub fn named<E>(mut name: impl FnMut(Table) -> Result<String, E>) -> Result<Self, E> {
        let mut names = Table::ALL.map(|_| String::new());
        for table in Table::ALL {
            names[table as usize] = name(table)?;
        }
        Ok(Self(names))
    }

    pub fn name(&self, table: Table) -> &str {
        &self.0[table as usize]
    }
}

/// The key of one row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    Project(ProjectId),
    Group(GroupId),
    User(UserId),
    Runner(RunnerId),
    RunnerManager(RunnerId, String),
    /// A full path in lower case.
    Directory(String),
    /// A project's name in its namespace; it lies beside the paths, as no path has a `#`.
    ProjectName(GroupId, String),
    /// A user's address in lower case, which lies there too: with an `@` in front.
    Email(String),
    /// An agent's name in the project that configures it: with a `!` in front.
    AgentName(ProjectId, String),
    Member(Source, UserId),
    Token(Digest),
    TokenLink(TokenId),
    Agent(ProjectId, AgentId),
    AgentGrant(Source, AgentId),
    Pipeline(ProjectId, PipelineId),
    Job(ProjectId, JobId),
    Bridge(ProjectId, JobId),
    /// A definition by its checksum.
    Definition(ProjectId, String),
    /// A log chunk by the place of its first byte.
    LogChunk(JobId, u64),
    Ref(ProjectId, String),
    /// A commit by its whole id.
    Commit(ProjectId, String),
    Push(ProjectId, PushId),
    ResourceGroup(ProjectId, String),
    /// A variable by its key, behind which a CI variable has its scope.
    Variable(Owner, String),
    Schedule(ProjectId, ScheduleId),
    Trigger(ProjectId, TriggerId),
}

/// Rows that are listed instance-wide lie in buckets of ten thousand, so that a
/// list walks buckets downwards: ordered, strongly read, without a scan.
pub const fn bucket(id: u64) -> u64 {
    id / 10_000
}

/// The bytes of a text in a partition key and in a sort key that DynamoDB takes.
const MAX_PARTITION_KEY: usize = 2048;
const MAX_SORT_KEY: usize = 1024;

impl Key {
    /// Whether a row can have this key. For a text that is empty or too long DynamoDB
    /// does not even look: it answers with an error.
    pub fn is_possible(&self) -> bool {
        match self {
            Self::Directory(path) => (1..=MAX_PARTITION_KEY).contains(&path.len()),
            Self::ProjectName(_, name) | Self::AgentName(_, name) => {
                (1..=MAX_PARTITION_KEY - 32).contains(&name.len())
            }
            Self::Email(email) => (1..MAX_PARTITION_KEY).contains(&email.len()),
            Self::RunnerManager(_, text)
            | Self::Definition(_, text)
            | Self::Ref(_, text)
            | Self::ResourceGroup(_, text)
            | Self::Commit(_, text)
            | Self::Variable(_, text) => (1..=MAX_SORT_KEY).contains(&text.len()),
            Self::Project(_)
            | Self::Group(_)
            | Self::User(_)
            | Self::Runner(_)
            | Self::Member(..)
            | Self::Token(_)
            | Self::TokenLink(_)
            | Self::Agent(..)
            | Self::AgentGrant(..)
            | Self::Pipeline(..)
            | Self::Job(..)
            | Self::Bridge(..)
            | Self::Push(..)
            | Self::LogChunk(..)
            | Self::Schedule(..)
            | Self::Trigger(..) => true,
        }
    }

    pub const fn table(&self) -> Table {
        match self {
            Self::Project(_) => Table::Projects,
            Self::Group(_) => Table::Groups,
            Self::User(_) => Table::Users,
            Self::Runner(_) => Table::Runners,
            Self::RunnerManager(..) => Table::RunnerManagers,
            Self::Directory(_) | Self::ProjectName(..) | Self::Email(_) | Self::AgentName(..) => {
                Table::Directory
            }
            Self::Member(..) => Table::Members,
            Self::Token(_) => Table::Tokens,
            Self::TokenLink(_) => Table::TokenIds,
            Self::Agent(..) => Table::Agents,
            Self::AgentGrant(..) => Table::AgentGrants,
            Self::Pipeline(..) => Table::Pipelines,
            Self::Job(..) => Table::Jobs,
            Self::Bridge(..) => Table::Bridges,
            Self::Definition(..) => Table::Definitions,
            Self::LogChunk(..) => Table::LogChunks,
            Self::Ref(..) => Table::Refs,
            Self::Commit(..) => Table::Commits,
            Self::Push(..) => Table::Pushes,
            Self::Variable(..) => Table::Variables,
            Self::ResourceGroup(..) => Table::ResourceGroups,
            Self::Schedule(..) => Table::Schedules,
            Self::Trigger(..) => Table::Triggers,
        }
    }

    pub fn attributes(&self) -> HashMap<String, AttributeValue> {
        let text = |text: &dyn ToString| AttributeValue::S(text.to_string());
        let in_bucket = |id: u64| vec![("bucket", number(bucket(id))), ("id", number(id))];
        let in_project = |project: &ProjectId, id: u64| {
            vec![("project_id", number(project.0)), ("id", number(id))]
        };
        let attributes = match self {
            Self::Project(id) => in_bucket(id.0),
            Self::Group(id) => in_bucket(id.0),
            Self::User(id) => in_bucket(id.0),
            Self::Runner(id) => in_bucket(id.0),
            Self::RunnerManager(runner, system) => {
                vec![("runner_id", number(runner.0)), ("system_id", text(system))]
            }
            Self::Directory(path) => vec![("path", text(path))],
            Self::ProjectName(namespace, name) => {
                vec![("path", text(&format!("#{namespace}/{name}")))]
            }
            Self::Email(email) => vec![("path", text(&format!("@{email}")))],
            Self::AgentName(project, name) => {
                vec![("path", text(&format!("!{project}/{name}")))]
            }
            Self::Member(source, user) => {
                vec![("source", text(source)), ("user_id", number(user.0))]
            }
            Self::Token(digest) => vec![("digest", text(&digest.as_str()))],
            Self::TokenLink(id) => in_bucket(id.0),
            Self::Agent(project, id) => in_project(project, id.0),
            Self::AgentGrant(source, agent) => {
                vec![("source", text(source)), ("agent_id", number(agent.0))]
            }
            Self::Pipeline(project, id) => in_project(project, id.0),
            Self::Job(project, id) | Self::Bridge(project, id) => in_project(project, id.0),
            Self::Definition(project, checksum) => {
                vec![
                    ("project_id", number(project.0)),
                    ("checksum", text(checksum)),
                ]
            }
            Self::LogChunk(job, offset) => {
                vec![("job_id", number(job.0)), ("offset", number(*offset))]
            }
            Self::Ref(project, name) => {
                vec![("project_id", number(project.0)), ("name", text(name))]
            }
            Self::Commit(project, sha) => {
                vec![("project_id", number(project.0)), ("sha", text(sha))]
            }
            Self::Push(project, id) => in_project(project, id.0),
            Self::Variable(owner, key) => vec![("owner", text(owner)), ("key", text(key))],
            Self::ResourceGroup(project, key) => {
                vec![("project_id", number(project.0)), ("key", text(key))]
            }
            Self::Schedule(project, id) => in_project(project, id.0),
            Self::Trigger(project, id) => in_project(project, id.0),
        };
        attributes
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

/// The key of an index that groups a project's rows by one of their texts.
pub(crate) fn in_project(project: ProjectId, text: &str) -> AttributeValue {
    AttributeValue::S(format!("{project}#{text}"))
}

/// Where rows lie that the sweeper looks for, so that no partition of an index is hot.
pub(super) const DEADLINE_SHARDS: u64 = 4;

/// Puts a row with a deadline into the sparse index `by_deadline`.
fn due(deadline: Option<Time>, id: u64) -> impl Iterator<Item = (&'static str, AttributeValue)> {
    let shard = deadline.map(|_| ("deadline_shard", number(id % DEADLINE_SHARDS)));
    shard.into_iter()
}

/// The key of the index that lists what a namespace holds directly.
pub(crate) fn namespace_key(namespace: &Namespace) -> String {
    match namespace {
        Namespace::User { user_id } => format!("user#{user_id}"),
        Namespace::Group { ancestors } => {
            let group = ancestors.last().copied().unwrap_or(GroupId(0));
            format!("group#{group}")
        }
    }
}

impl Row for Project {
    const GUARDS: &[&str] = &["deleted_at"];

    fn key(&self) -> Key {
        Key::Project(self.id)
    }

    fn index_attributes(&self) -> Vec<(&'static str, AttributeValue)> {
        let namespace = AttributeValue::S(namespace_key(&self.namespace));
        let mut attributes = vec![("in_namespace", namespace)];
        attributes.extend(due(self.deadline, self.id.0));
        attributes
    }
}

impl Row for Group {
    // What stands below it has a path that begins with this one, and is no more visible.
    const GUARDS: &[&str] = &["deleted_at", "full_path", "visibility"];

    fn key(&self) -> Key {
        Key::Group(self.id)
    }

    fn index_attributes(&self) -> Vec<(&'static str, AttributeValue)> {
        let parent = self.ancestors.last().map(|id| ("parent_id", number(id.0)));
        parent
            .into_iter()
            .chain(due(self.deadline, self.id.0))
            .collect()
    }
}

impl Row for User {
    const GUARDS: &[&str] = &["deleted_at"];

    fn key(&self) -> Key {
        Key::User(self.id)
    }

    fn index_attributes(&self) -> Vec<(&'static str, AttributeValue)> {
        due(self.deadline, self.id.0).collect()
    }
}

impl Row for Runner {
    fn key(&self) -> Key {
        Key::Runner(self.id)
    }
}

impl Row for RunnerManager {
    fn key(&self) -> Key {
        Key::RunnerManager(self.runner_id, self.system_id.clone())
    }
}

impl Row for DirectoryEntry {
    // Who takes a path away must not take it from somebody else.
    const GUARDS: &[&str] = &["kind", "id"];

    fn key(&self) -> Key {
        Key::Directory(self.path.clone())
    }
}

impl Row for Member {
    // Who removes a developer must not remove somebody who has become an owner.
    const GUARDS: &[&str] = &["access_level"];

    fn key(&self) -> Key {
        Key::Member(self.source, self.user_id)
    }
}

impl Row for ProjectName {
    const GUARDS: &[&str] = &["project_id"];

    fn key(&self) -> Key {
        Key::ProjectName(self.namespace_id, self.name.clone())
    }
}

impl Row for Email {
    const GUARDS: &[&str] = &["user_id"];

    fn key(&self) -> Key {
        Key::Email(self.email.clone())
    }
}

impl Row for TokenLink {
    fn key(&self) -> Key {
        Key::TokenLink(self.id)
    }
}

impl Row for Variable {
    fn key(&self) -> Key {
        Key::Variable(self.owner, self.key.clone())
    }
}

impl Row for CiVariable {
    const GUARDS: &[&str] = &["revision"];

    fn key(&self) -> Key {
        let sort = Self::sort_key(&self.key, &self.environment_scope);
        Key::Variable(self.owner, sort)
    }
}

impl Row for Schedule {
    const GUARDS: &[&str] = &["revision"];

    fn key(&self) -> Key {
        Key::Schedule(self.project_id, self.id)
    }

    fn index_attributes(&self) -> Vec<(&'static str, AttributeValue)> {
        // Of one that is not active no time comes.
        let shard = ("due_shard", number(self.id.0 % DEADLINE_SHARDS));
        let due = self.active && self.next_run_at.is_some();
        due.then_some(shard).into_iter().collect()
    }
}

impl Row for Trigger {
    const GUARDS: &[&str] = &["updated_at"];

    fn key(&self) -> Key {
        Key::Trigger(self.project_id, self.id)
    }
}

impl Row for AccessToken {
    const GUARDS: &[&str] = &["revoked"];

    fn key(&self) -> Key {
        Key::Token(self.digest.clone())
    }
}

impl Row for Agent {
    const GUARDS: &[&str] = &["granted_to"];

    fn key(&self) -> Key {
        Key::Agent(self.project_id, self.id)
    }
}

impl Row for AgentName {
    fn key(&self) -> Key {
        Key::AgentName(self.project_id, self.name.clone())
    }
}

impl Row for AgentGrant {
    fn key(&self) -> Key {
        Key::AgentGrant(self.source, self.agent_id)
    }
}

impl Row for Definition {
    fn key(&self) -> Key {
        Key::Definition(self.project_id, self.checksum.clone())
    }
}

impl Row for Ref {
    // Of two who move it one finds it moved.
    const GUARDS: &[&str] = &["sha"];

    fn key(&self) -> Key {
        Key::Ref(self.project_id, self.name.clone())
    }
}

impl Row for ResourceGroup {
    const GUARDS: &[&str] = &["revision"];

    fn key(&self) -> Key {
        Key::ResourceGroup(self.project_id, self.key.clone())
    }
}

impl Row for StoredCommit {
    fn key(&self) -> Key {
        Key::Commit(self.project_id, self.sha.clone())
    }
}

impl Row for Push {
    fn key(&self) -> Key {
        Key::Push(self.project_id, self.id)
    }

    fn index_attributes(&self) -> Vec<(&'static str, AttributeValue)> {
        due(self.deadline, self.id.0).collect()
    }
}

impl Row for Pipeline {
    const GUARDS: &[&str] = &["revision"];

    fn key(&self) -> Key {
        Key::Pipeline(self.project_id, self.id)
    }

    fn index_attributes(&self) -> Vec<(&'static str, AttributeValue)> {
        let status = if self.building {
            "building"
        } else if self.deleted_at.is_some() {
            "deleted"
        } else {
            self.status.as_str()
        };
        let mut attributes = vec![
            ("project_status", in_project(self.project_id, status)),
            ("project_ref", in_project(self.project_id, &self.ref_name)),
        ];
        attributes.extend(due(self.deadline, self.id.0));
        attributes
    }
}

impl Row for Job {
    const GUARDS: &[&str] = &["revision", "status"];

    fn key(&self) -> Key {
        Key::Job(self.build.project_id, self.build.id)
    }

    fn index_attributes(&self) -> Vec<(&'static str, AttributeValue)> {
        let status = self.build.status.as_str();
        let mut attributes = vec![("project_status", in_project(self.build.project_id, status))];
        attributes.extend(due(self.build.deadline, self.build.id.0));
        attributes
    }
}

impl Row for Bridge {
    const GUARDS: &[&str] = &["revision", "status"];

    fn key(&self) -> Key {
        Key::Bridge(self.build.project_id, self.build.id)
    }

    // Without deadline in an index: a bridge waits for a pipeline, and both have an end.
}
