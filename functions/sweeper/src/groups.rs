//! Groups that were deleted: what stood below goes after them, and then their rows.
//!
//! The indexes that tell what is below lag. So a group's own row goes last: only when a
//! sweep found nothing below any more, and a while after its deletion. Each step can be
//! done again by the next sweep.

use switchyard::error::Result;
use switchyard::http::App;
use switchyard::ids::{GroupId, ProjectId};
use switchyard::member::Source;
use switchyard::project::{DirectoryEntry, DirectoryTarget, Group, Project, ProjectName};
use switchyard::store::belongings::Partition;
use switchyard::store::{Key, Rows, Table, Write, Written};
use switchyard::time::Time;
use switchyard::token::{AccessToken, Digest};
use switchyard::user::User;
use switchyard::variable::Owner;

use crate::DUE_ROWS;
use crate::budget::Budget;

/// Microseconds for which a group's row stays: after its deletion, and after something was
/// found below it.
const SETTLING: i64 = 60_000_000;

/// Rows that are looked at in one go.
const ROWS_AT_ONCE: usize = 100;

/// Goes on with the groups that wait longest.
pub(crate) async fn sweep(app: &App, now: Time, budget: &mut Budget) -> Result<()> {
    let due = app.store.due(Table::Groups, now, DUE_ROWS).await?;
    let mut rows = Rows::default();
    rows.load(&app.store, due.iter().cloned()).await?;
    let mut outcome = Ok(());
    for key in due {
        if budget.is_spent() {
            break;
        }
        budget.spend(1);
        let swept = match rows.get::<Group>(&key) {
            Ok(Some(group)) => sweep_group(&group, app, now, budget).await,
            Ok(None) => Ok(()),
            Err(error) => Err(error),
        };
        // What is wrong with one group must not stand in the way of the others.
        outcome = outcome.and(swept);
    }
    outcome
}

async fn sweep_group(group: &Group, app: &App, now: Time, budget: &mut Budget) -> Result<()> {
    let Some(deleted_at) = group.deleted_at else {
        // Its row is not due for anything: let it not be found again.
        return set_deadline(group, None, app).await;
    };
    let mut sweep = Sweep {
        group,
        app,
        now,
        budget,
        found: false,
    };
    sweep.subgroups().await?;
    sweep.projects().await?;
    sweep.tokens().await?;
    sweep.members().await?;
    sweep.agent_grants().await?;
    sweep.variables().await?;
    if sweep.budget.is_spent() {
        // The next sweep goes on here.
        return Ok(());
    }
    let settled = after(deleted_at);
    if sweep.found {
        set_deadline(group, Some(after(now)), app).await
    } else if now < settled {
        set_deadline(group, Some(settled), app).await
    } else {
        // Who was faster did the same.
        app.store.write(Write::delete(group)?).await.map(|_| ())
    }
}

fn after(time: Time) -> Time {
    Time::from_microseconds(time.microseconds() + SETTLING)
}

async fn set_deadline(group: &Group, deadline: Option<Time>, app: &App) -> Result<()> {
    let moved = Group {
        deadline,
        ..group.clone()
    };
    app.store.edit(group, &moved).await.map(|_| ())
}

/// One look at all that belongs to a deleted group.
struct Sweep<'a> {
    group: &'a Group,
    app: &'a App,
    now: Time,
    budget: &'a mut Budget,
    /// Whether something was there that had not been deleted yet.
    found: bool,
}

impl Sweep<'_> {
    fn source(&self) -> Source {
        Source::Group(self.group.id)
    }

    /// Marks the groups right below, which are swept like this one then.
    async fn subgroups(&mut self) -> Result<()> {
        let limit = self.budget.left();
        let ids: Vec<GroupId> = self.app.store.subgroup_ids(self.group.id, limit).await?;
        for ids in ids.chunks(ROWS_AT_ONCE) {
            self.budget.spend(ids.len());
            let groups = self.app.store.groups(ids).await?;
            for group in groups.iter().filter(|it| it.is_right_below(self.group.id)) {
                self.found = true;
                self.budget.spend(1);
                self.mark_group(group).await?;
            }
        }
        Ok(())
    }

    async fn mark_group(&self, group: &Group) -> Result<()> {
        let deleted = Group {
            deleted_at: Some(self.now),
            deadline: Some(self.now),
            ..group.clone()
        };
        let mut writes = vec![Write::edit(group, &deleted)?];
        let entry = self.entry(&group.full_path).await?;
        let its_own = DirectoryTarget::Group { id: group.id };
        if let Some(entry) = entry.filter(|entry| entry.target == its_own) {
            writes.push(Write::delete(&entry)?);
        }
        self.write(writes).await
    }

    /// Marks the projects right in the group; what belongs to them goes with them.
    async fn projects(&mut self) -> Result<()> {
        let limit = self.budget.left();
        let ids: Vec<ProjectId> = self.app.store.project_ids_in(self.group.id, limit).await?;
        for ids in ids.chunks(ROWS_AT_ONCE) {
            self.budget.spend(ids.len());
            let mut rows = Rows::default();
            let keys = ids.iter().copied().map(Key::Project);
            rows.load(&self.app.store, keys).await?;
            for id in ids {
                let project: Option<Project> = rows.get(&Key::Project(*id))?;
                let is_there =
                    |it: &Project| it.deleted_at.is_none() && it.is_right_in(self.group.id);
                if let Some(project) = project.filter(is_there) {
                    self.found = true;
                    self.budget.spend(1);
                    self.mark_project(&project).await?;
                }
            }
        }
        Ok(())
    }

    async fn mark_project(&self, project: &Project) -> Result<()> {
        let deleted = Project {
            deleted_at: Some(self.now),
            deadline: Some(self.now),
            ..project.clone()
        };
        let mut writes = vec![Write::edit(project, &deleted)?];
        let entry = self.entry(&project.full_path).await?;
        let is_its_own = |entry: &DirectoryEntry| matches!(&entry.target, DirectoryTarget::Project { id, .. } if *id == project.id);
        if let Some(entry) = entry.filter(is_its_own) {
            writes.push(Write::delete(&entry)?);
        }
        let key = Key::ProjectName(self.group.id, project.name.clone());
        let mut rows = Rows::default();
        rows.load(&self.app.store, [key.clone()]).await?;
        let name: Option<ProjectName> = rows.get(&key)?;
        if let Some(name) = name.filter(|name| name.project_id == project.id) {
            writes.push(Write::delete(&name)?);
        }
        self.write(writes).await
    }

    /// Revokes the group's access tokens, and marks the robots that bear them.
    async fn tokens(&mut self) -> Result<()> {
        let limit = self.budget.left();
        let digests: Vec<Digest> = self
            .app
            .store
            .token_digests_of(self.source(), limit)
            .await?;
        for digests in digests.chunks(ROWS_AT_ONCE) {
            self.budget.spend(digests.len());
            let mut rows = Rows::default();
            let keys = digests.iter().cloned().map(Key::Token);
            rows.load(&self.app.store, keys.clone()).await?;
            let mut tokens: Vec<AccessToken> = Vec::new();
            for key in keys {
                tokens.extend(rows.get::<AccessToken>(&key)?);
            }
            let users = tokens.iter().map(|token| Key::User(token.user_id));
            rows.load(&self.app.store, users).await?;
            for token in tokens {
                let user: Option<User> = rows.get(&Key::User(token.user_id))?;
                self.end_token(&token, user.as_ref()).await?;
            }
        }
        Ok(())
    }

    async fn end_token(&mut self, token: &AccessToken, user: Option<&User>) -> Result<()> {
        if !token.revoked {
            self.found = true;
            self.budget.spend(1);
            let revoked = AccessToken {
                revoked: true,
                ..token.clone()
            };
            self.app.store.edit(token, &revoked).await?;
        }
        if let Some(user) = user.filter(|user| user.bot && user.deleted_at.is_none()) {
            self.found = true;
            self.budget.spend(1);
            let deleted = User {
                deleted_at: Some(self.now),
                deadline: Some(self.now),
                ..user.clone()
            };
            // One robot may have borne several tokens: it is marked with the first.
            self.app.store.edit(user, &deleted).await?;
        }
        Ok(())
    }

    async fn members(&mut self) -> Result<()> {
        let limit = self.budget.left();
        let members = self.app.store.members_of(self.source(), limit).await?;
        let keys = members
            .iter()
            .map(|member| Key::Member(member.source, member.user_id));
        self.delete(keys.collect()).await
    }

    async fn agent_grants(&mut self) -> Result<()> {
        if self.budget.is_spent() {
            return Ok(());
        }
        let grants = self.app.store.agent_grants_to(self.source()).await?;
        let keys = grants
            .iter()
            .map(|grant| Key::AgentGrant(grant.source, grant.agent_id));
        self.delete(keys.collect()).await
    }

    async fn variables(&mut self) -> Result<()> {
        let variables = Partition::Variables(Owner::Group(self.group.id));
        let limit = self.budget.left();
        let keys = self.app.store.keys_in(variables, limit).await?;
        self.delete(keys).await
    }

    async fn delete(&mut self, keys: Vec<Key>) -> Result<()> {
        self.found |= !keys.is_empty();
        self.budget.spend(keys.len());
        self.app.store.delete_all(&keys).await
    }

    async fn entry(&self, full_path: &str) -> Result<Option<DirectoryEntry>> {
        let key = Key::Directory(full_path.to_lowercase());
        let mut rows = Rows::default();
        rows.load(&self.app.store, [key.clone()]).await?;
        rows.get(&key)
    }

    /// Writes all of it or nothing. Who changed a row meanwhile leaves it to the next sweep.
    async fn write(&self, writes: Vec<Write>) -> Result<()> {
        match self.app.store.write_all(writes).await? {
            Written::All | Written::Refused(_) => Ok(()),
        }
    }
}
