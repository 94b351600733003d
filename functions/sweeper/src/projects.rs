//! Projects that were deleted: all that belongs to one goes, and last its own row.
//!
//! The mark in the row comes first, and nobody sees the project any more. Then the tokens of
//! its bots go at once. All else waits for a minute, in which whoever had seen the project
//! before the mark has come to an end: nothing can appear behind the sweeper's back then.
//!
//! What hangs on a row goes before the row, so that whatever a sweep leaves behind can be
//! found by the next one, wherever it stopped.

use std::collections::BTreeMap;

use futures::future::try_join_all;
use switchyard::blobs::Prefix;
use switchyard::error::Result;
use switchyard::http::App;
use switchyard::ids::{ProjectId, TokenId, UserId};
use switchyard::job::Job;
use switchyard::member::Source;
use switchyard::project::{DirectoryEntry, DirectoryTarget, Namespace, Project, ProjectName};
use switchyard::store::belongings::Partition;
use switchyard::store::jobs::From;
use switchyard::store::{Key, Row as _, Rows, Table, Write};
use switchyard::time::Time;
use switchyard::token::AccessToken;
use switchyard::user::User;
use switchyard::variable::Owner;

use crate::{Budget, DUE_ROWS, jobs};

mod schedules;

/// Microseconds after the mark until nobody writes any more for who saw the project before:
/// twice the time that a request has.
const SETTLING: i64 = 60_000_000;

/// Objects, or rows of a kind, that go in one go.
const AT_A_TIME: usize = 1_000;

/// Jobs that are looked at side by side: as many as one call deletes.
const JOBS_AT_A_TIME: usize = 25;

/// Tokens that are looked at in one go.
const TOKENS_AT_A_TIME: usize = 100;

/// How far a sweep came with a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    /// There is nothing more to do, or not now.
    Done,
    /// There is more to do than it was given.
    Cut,
}

/// Goes on with the projects that wait longest. All get as much of the budget; what one
/// of them does not need is for the others.
pub(crate) async fn delete(app: &App, budget: &mut Budget) -> Result<()> {
    let now = app.clock.now();
    let mut waiting = due(app, now).await?;
    let mut cut = BTreeMap::new();
    let mut failed = Vec::new();
    while !waiting.is_empty() {
        let count = waiting.len();
        for (place, project) in waiting.into_iter().enumerate() {
            if budget.is_spent() {
                break;
            }
            let mut share = budget.share(count - place);
            let given = share.left();
            let progress = Deletion::new(&project, app, now, &mut share).go_on().await;
            budget.spend(usize::max(1, given - share.left()));
            cut.remove(&project.id);
            match progress {
                Ok(Progress::Done) => {}
                Ok(Progress::Cut) => {
                    cut.insert(project.id, project);
                }
                // What is wrong with one must not stand in the way of the others.
                Err(error) => {
                    tracing::error!(%error, project = %project.id, "a deleted project is not gone");
                    failed.push(project);
                }
            }
        }
        if budget.is_spent() {
            break;
        }
        waiting = cut.values().cloned().collect();
    }
    // The next sweep begins with those that did not get their turn.
    for project in failed.into_iter().chain(cut.into_values()) {
        if let Err(error) = set_deadline(app, &project, Some(now)).await {
            tracing::error!(%error, project = %project.id, "a deleted project keeps its place");
        }
    }
    Ok(())
}

/// The projects whose rows say that they are due.
async fn due(app: &App, now: Time) -> Result<Vec<Project>> {
    let keys = app.store.due(Table::Projects, now, DUE_ROWS).await?;
    let mut rows = Rows::default();
    rows.load(&app.store, keys.iter().cloned()).await?;
    let mut due: Vec<Project> = Vec::new();
    for key in keys {
        match rows.get::<Project>(&key) {
            Ok(project) => due.extend(project),
            Err(error) => tracing::error!(%error, ?key, "a project cannot be read"),
        }
    }
    due.retain(|project| project.deadline.is_some_and(|deadline| deadline <= now));
    Ok(due)
}

/// Who was faster has decided as well.
async fn set_deadline(app: &App, project: &Project, deadline: Option<Time>) -> Result<()> {
    if project.deadline == deadline {
        return Ok(());
    }
    let moved = Project {
        deadline,
        ..project.clone()
    };
    app.store.edit(project, &moved).await.map(|_| ())
}

/// What one sweep does for one project. Each step answers whether nothing is left of what
/// it is for; if something is, the budget is spent.
struct Deletion<'a> {
    project: &'a Project,
    app: &'a App,
    now: Time,
    budget: &'a mut Budget,
}

impl<'a> Deletion<'a> {
    const fn new(project: &'a Project, app: &'a App, now: Time, budget: &'a mut Budget) -> Self {
        Self {
            project,
            app,
            now,
            budget,
        }
    }

    const fn id(&self) -> ProjectId {
        self.project.id
    }

    async fn go_on(mut self) -> Result<Progress> {
        let Some(deleted_at) = self.project.deleted_at else {
            // Nothing is to be done: it is not to be found again.
            set_deadline(self.app, self.project, None).await?;
            return Ok(Progress::Done);
        };
        if !self.tokens().await? {
            return Ok(Progress::Cut);
        }
        let settled = Time::from_microseconds(deleted_at.microseconds() + SETTLING);
        if self.now < settled {
            set_deadline(self.app, self.project, Some(settled)).await?;
            return Ok(Progress::Done);
        }
        if !(self.objects().await? && self.rows().await?) {
            return Ok(Progress::Cut);
        }
        self.names().await?;
        self.app.store.write(Write::delete(self.project)?).await?;
        Ok(Progress::Done)
    }

    async fn objects(&mut self) -> Result<bool> {
        let id = self.id();
        for prefix in [
            Prefix::Logs(id, None),
            Prefix::Snapshots(id, None),
            Prefix::Artifacts(id, None),
            Prefix::Repositories(id),
        ] {
            loop {
                if self.budget.is_spent() {
                    return Ok(false);
                }
                let limit = self.budget.left().min(AT_A_TIME);
                let count = self.app.blobs.delete_below(&prefix, limit).await?;
                self.budget.spend(count);
                if count < limit {
                    break;
                }
            }
        }
        Ok(true)
    }

    async fn rows(&mut self) -> Result<bool> {
        let (id, source) = (self.id(), Source::Project(self.id()));
        // Who may still hand values out must not find them.
        Ok(
            self.partition(Partition::Variables(Owner::Project(id))).await?
            // Without its row nobody follows up on a pipeline whose jobs are partly gone.
            && self.schedules().await?
            && self.partition(Partition::Triggers(id)).await?
            && self.partition(Partition::Pipelines(id)).await?
            && self.partition(Partition::Bridges(id)).await?
            && self.jobs().await?
            && self.partition(Partition::Definitions(id)).await?
            && self.partition(Partition::Pushes(id)).await?
            && self.partition(Partition::Refs(id)).await?
            && self.partition(Partition::ResourceGroups(id)).await?
            && self.partition(Partition::Commits(id)).await?
            && self.agents().await?
            && self.partition(Partition::AgentGrants(source)).await?
            && self.partition(Partition::Members(source)).await?,
        )
    }

    async fn partition(&mut self, partition: Partition) -> Result<bool> {
        while !self.budget.is_spent() {
            let limit = self.budget.left().min(AT_A_TIME);
            let keys = self.app.store.keys_in(partition, limit).await?;
            self.app.store.delete_all(&keys).await?;
            self.budget.spend(keys.len());
            if keys.len() < limit {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Deletes agents, each behind its name and what it was granted to.
    async fn agents(&mut self) -> Result<bool> {
        let agents = self.app.store.agents_of(self.id()).await?;
        for agent in &agents {
            if self.budget.is_spent() {
                return Ok(false);
            }
            let granted = agent.granted_to.iter();
            let mut keys: Vec<Key> = granted
                .map(|source| Key::AgentGrant(*source, agent.id))
                .collect();
            keys.push(agent.name_row().key());
            self.app.store.delete_all(&keys).await?;
            self.app.store.delete_all(&[agent.key()]).await?;
            self.budget.spend(keys.len() + 1);
        }
        Ok(true)
    }

    async fn jobs(&mut self) -> Result<bool> {
        while !self.budget.is_spent() {
            let limit = self.budget.left().min(JOBS_AT_A_TIME);
            let jobs = self.app.store.jobs(self.id(), From::Newest, limit).await?;
            if jobs.is_empty() {
                return Ok(true);
            }
            self.some_jobs(&jobs).await?;
        }
        Ok(false)
    }

    /// Deletes what hangs on these jobs, and those of them on which nothing hangs any more.
    async fn some_jobs(&mut self, jobs: &[Job]) -> Result<()> {
        let limit = usize::max(1, self.budget.left() / jobs.len());
        let hanging = jobs
            .iter()
            .map(|job| jobs::hanging_on(job, self.app, limit));
        let hanging = try_join_all(hanging).await?;
        let bare = jobs.iter().zip(&hanging);
        let bare = bare.filter(|(_, keys)| keys.len() < limit);
        let bare = bare.map(|(job, _)| Key::Job(job.build.project_id, job.build.id));
        let bare: Vec<Key> = bare.collect();

        let hanging = hanging.concat();
        self.app.store.delete_all(&hanging).await?;
        self.budget.spend(hanging.len());
        let bare = &bare[..bare.len().min(self.budget.left())];
        self.app.store.delete_all(bare).await?;
        self.budget.spend(bare.len());
        Ok(())
    }

    /// Deletes the access tokens of the project's bots, and marks the bots, which are users
    /// and go as users do.
    async fn tokens(&mut self) -> Result<bool> {
        let source = Source::Project(self.id());
        let mut after = TokenId(0);
        while !self.budget.is_spent() {
            let store = &self.app.store;
            let listed = store.listed_tokens(source, after, TOKENS_AT_A_TIME).await?;
            let mut rows = Rows::default();
            let keys: Vec<Key> = listed
                .iter()
                .map(|it| Key::Token(it.digest.clone()))
                .collect();
            rows.load(store, keys.iter().cloned()).await?;
            let mut tokens: Vec<AccessToken> = Vec::new();
            for key in &keys {
                let token: Option<AccessToken> = rows.get(key)?;
                tokens.extend(token.filter(|token| token.source == Some(source)));
            }
            // Each has up to three rows to be written.
            let some = tokens.len().min(usize::max(1, self.budget.left() / 3));
            if !self.some_tokens(&tokens[..some]).await? || some < tokens.len() {
                return Ok(false);
            }
            match listed.last() {
                Some(last) if listed.len() == TOKENS_AT_A_TIME => after = last.id,
                _ => return Ok(true),
            }
        }
        Ok(false)
    }

    /// A token leads to its bot and to its number's row, and goes behind them.
    async fn some_tokens(&mut self, tokens: &[AccessToken]) -> Result<bool> {
        let mut users: Vec<UserId> = tokens.iter().map(|token| token.user_id).collect();
        users.sort_unstable();
        users.dedup();
        let mut rows = Rows::default();
        let keys = users.into_iter().map(Key::User);
        rows.load(&self.app.store, keys.clone()).await?;
        for key in keys {
            let bot: Option<User> = rows.get(&key)?;
            if let Some(bot) = bot.filter(|user| user.bot)
                && !self.mark(&bot).await?
            {
                return Ok(false);
            }
        }
        let links = tokens.iter().map(|token| Key::TokenLink(token.id));
        let links: Vec<Key> = links.collect();
        self.app.store.delete_all(&links).await?;
        let tokens = tokens.iter().map(|token| Key::Token(token.digest.clone()));
        let tokens: Vec<Key> = tokens.collect();
        self.app.store.delete_all(&tokens).await?;
        self.budget.spend(links.len() + tokens.len());
        Ok(true)
    }

    /// Answers whether the bot was as it was read.
    async fn mark(&mut self, bot: &User) -> Result<bool> {
        let deleted = User {
            deleted_at: bot.deleted_at.or(Some(self.now)),
            deadline: bot.deadline.or(Some(self.now)),
            ..bot.clone()
        };
        if deleted == *bot {
            return Ok(true);
        }
        self.budget.spend(1);
        self.app.store.edit(bot, &deleted).await
    }

    /// Frees the project's path and name, if they still lead to it.
    async fn names(&self) -> Result<()> {
        let (app, project) = (self.app, self.project);
        let mut rows = Rows::default();
        let path = Key::Directory(project.full_path.to_lowercase());
        let namespace = match &project.namespace {
            Namespace::Group { ancestors } => ancestors.last().copied(),
            Namespace::User { user_id } => {
                let key = Key::User(*user_id);
                rows.load(&app.store, [key.clone()]).await?;
                rows.get::<User>(&key)?.map(|user| user.namespace_id)
            }
        };
        let name = namespace.map(|namespace| Key::ProjectName(namespace, project.name.clone()));
        let keys = name.iter().chain([&path]).cloned();
        rows.load(&app.store, keys).await?;

        let entry: Option<DirectoryEntry> = rows.get(&path)?;
        if let Some(entry) = entry.filter(|entry| match entry.target {
            DirectoryTarget::Project { id, .. } | DirectoryTarget::MovedProject { id } => {
                id == project.id
            }
            DirectoryTarget::Group { .. } | DirectoryTarget::User { .. } => false,
        }) {
            app.store.write(Write::delete(&entry)?).await?;
        }
        let name: Option<ProjectName> = match &name {
            Some(name) => rows.get(name)?,
            None => None,
        };
        if let Some(name) = name.filter(|name| name.project_id == project.id) {
            app.store.write(Write::delete(&name)?).await?;
        }
        Ok(())
    }
}
