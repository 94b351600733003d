//! Users who are gone, and users who have a new name.
//!
//! Of who is marked for deletion nothing is seen any more; here their tokens, memberships
//! and personal projects follow, and last the user. What there is, indexes tell that lag:
//! a user's row stays until a sweep found nothing more, and for a minute at least.
//! After a change of name, projects that the index did not show then get their paths.

use switchyard::error::Result;
use switchyard::http::App;
use switchyard::ids::ProjectId;
use switchyard::project::{DirectoryEntry, DirectoryTarget, Project, ProjectName};
use switchyard::store::{Key, Rows, Table, Write, Written};
use switchyard::time::Time;
use switchyard::user::User;

use crate::budget::Budget;

/// Personal projects that are read at once.
const PROJECTS: usize = 100;

/// Microseconds after which an index shows what was written before.
const INDEX_LAG: i64 = 60_000_000;

/// Looks after users whose deadline has passed.
pub(crate) async fn sweep(app: &App, budget: &mut Budget) -> Result<()> {
    let now = app.clock.now();
    let keys = app.store.due(Table::Users, now, crate::DUE_ROWS).await?;
    let mut rows = Rows::default();
    rows.load(&app.store, keys.clone()).await?;
    let mut outcome = Ok(());
    for key in keys {
        let user: Option<User> = rows.get(&key)?;
        let is_due = |user: &User| user.deadline.is_some_and(|deadline| deadline <= now);
        let Some(user) = user.filter(is_due) else {
            continue;
        };
        if budget.is_spent() {
            break;
        }
        let done = match user.deleted_at {
            Some(deleted_at) => finish(app, &user, deleted_at, budget).await,
            None => settle_paths(app, &user, budget).await,
        };
        // What is wrong with one must not stand in the way of the others.
        if let Err(error) = done {
            tracing::error!(%error, user = %user.id, "a user is not done with");
            outcome = outcome.and(Err(error));
        }
    }
    outcome
}

/// Removes what belonged to a user. If the budget does not suffice, the next sweep goes on.
async fn finish(app: &App, user: &User, deleted_at: Time, budget: &mut Budget) -> Result<()> {
    let (store, now) = (&app.store, app.clock.now());
    let tokens = store.token_keys_of_user(user.id, budget.left()).await?;
    store.delete_all(tokens.as_flattened()).await?;
    budget.spend(tokens.len());
    if budget.is_spent() {
        return Ok(());
    }
    let sources = store.sources_of_user(user.id, budget.left()).await?;
    let memberships = sources
        .iter()
        .map(|source| Key::Member(*source, user.id))
        .collect::<Vec<_>>();
    store.delete_all(&memberships).await?;
    budget.spend(memberships.len());
    let Some(projects) = mark_projects(app, user, now, budget).await? else {
        return Ok(());
    };

    let nothing_left = tokens.len() + memberships.len() + projects == 0;
    let settled_at = Time::from_microseconds(deleted_at.microseconds() + INDEX_LAG);
    if nothing_left && settled_at <= now {
        // Of bots that went with their project or group these are still there.
        for write in store.names_of(user).await? {
            store.write(write).await?;
        }
        store.delete_all(&[Key::Group(user.namespace_id)]).await?;
        store.delete_all(&[Key::User(user.id)]).await?;
        budget.spend(2);
        return Ok(());
    }
    let later = Time::from_microseconds(now.microseconds() + INDEX_LAG);
    let waiting = User {
        deadline: Some(if nothing_left { settled_at } else { later }),
        ..user.clone()
    };
    store.edit(user, &waiting).await?;
    budget.spend(1);
    Ok(())
}

/// Marks the personal projects of a user for deletion, and says how many: none if the
/// budget did not suffice.
async fn mark_projects(
    app: &App,
    user: &User,
    now: Time,
    budget: &mut Budget,
) -> Result<Option<usize>> {
    let (mut after, mut marked) = (ProjectId(0), 0);
    loop {
        let (projects, next) = projects_after(app, user, after).await?;
        for project in projects {
            if budget.is_spent() {
                return Ok(None);
            }
            mark(app, user, &project, now).await?;
            budget.spend(1);
            marked += 1;
        }
        if budget.is_spent() {
            return Ok(None);
        }
        match next {
            Some(next) => after = next,
            None => return Ok(Some(marked)),
        }
        budget.spend(1);
    }
}

/// Marks one, and frees its path and its name. One that was changed at the same time is
/// found again by the next sweep.
async fn mark(app: &App, user: &User, project: &Project, now: Time) -> Result<Written> {
    let path = Key::Directory(project.full_path.to_lowercase());
    let name = |name: String| Key::ProjectName(user.namespace_id, name);
    let mut names = vec![
        name(project.name.clone()),
        name(project.name.to_lowercase()),
    ];
    names.dedup();
    let mut rows = Rows::default();
    let keys = names.iter().cloned().chain([path.clone()]);
    rows.load(&app.store, keys).await?;
    let marked = Project {
        deleted_at: Some(now),
        deadline: Some(now),
        ..project.clone()
    };
    let mut writes = vec![Write::edit(project, &marked)?];
    let entry: Option<DirectoryEntry> = rows.get(&path)?;
    let entry = entry.filter(|entry| leads_to(entry, project.id));
    if let Some(entry) = entry {
        writes.push(Write::delete(&entry)?);
    }
    for name in names {
        let kept: Option<ProjectName> = rows.get(&name)?;
        if let Some(kept) = kept.filter(|kept| kept.project_id == project.id) {
            writes.push(Write::delete(&kept)?);
        }
    }
    app.store.write_all(writes).await
}

/// Gives personal projects the paths that their owner's name calls for.
async fn settle_paths(app: &App, user: &User, budget: &mut Budget) -> Result<()> {
    let (mut after, mut is_settled) = (ProjectId(0), true);
    loop {
        let (projects, next) = projects_after(app, user, after).await?;
        for project in projects {
            if project.full_path == format!("{}/{}", user.username, project.path) {
                continue;
            }
            if budget.is_spent() {
                return Ok(());
            }
            is_settled &= app.store.move_project(user, &project).await?;
            budget.spend(1);
        }
        if budget.is_spent() {
            return Ok(());
        }
        match next {
            Some(next) => after = next,
            None => break,
        }
        budget.spend(1);
    }
    if is_settled {
        let settled = User {
            deadline: None,
            ..user.clone()
        };
        app.store.edit(user, &settled).await?;
        budget.spend(1);
    }
    Ok(())
}

/// Some personal projects that are not marked for deletion, and where the next ones begin.
async fn projects_after(
    app: &App,
    user: &User,
    after: ProjectId,
) -> Result<(Vec<Project>, Option<ProjectId>)> {
    let ids = app
        .store
        .personal_project_ids(user.id, after, PROJECTS)
        .await?;
    let mut rows = Rows::default();
    rows.load(&app.store, ids.iter().copied().map(Key::Project))
        .await?;
    let mut projects = Vec::new();
    for id in &ids {
        let project: Option<Project> = rows.get(&Key::Project(*id))?;
        projects.extend(project.filter(|project| project.deleted_at.is_none()));
    }
    let next = ids.last().copied().filter(|_| ids.len() == PROJECTS);
    Ok((projects, next))
}

fn leads_to(entry: &DirectoryEntry, project: ProjectId) -> bool {
    match &entry.target {
        DirectoryTarget::Project { id, .. } => *id == project,
        DirectoryTarget::MovedProject { .. }
        | DirectoryTarget::Group { .. }
        | DirectoryTarget::User { .. } => false,
    }
}
