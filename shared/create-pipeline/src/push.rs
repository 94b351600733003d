//! Pipelines of pushes: one for each, whoever comes to it first.

use switchyard::error::Result;
use switchyard::http::App;
use switchyard::job::Status;
use switchyard::pipeline::{Pipeline, Source};
use switchyard::project::{FeatureAccess, Project};
use switchyard::repository::{Oid, Push, Repository, ZERO_SHA};
use switchyard::store::{Key, Write};
use switchyard::time::Time;
use switchyard::user::User;

use crate::create::{Configuration, Created, Creation, Refused, create};
use crate::head::Head;
use crate::process::process;
use crate::sources::load;

/// Makes the pipeline of a push, and does what is due in it. The push is gone afterwards: it
/// goes in the transaction that publishes the pipeline, or alone if there is none.
pub async fn from_push(
    app: &App,
    base_url: &str,
    push: &Push,
    now: Time,
) -> Result<Option<Pipeline>> {
    let done = || Ok(vec![Write::delete(push)?]);
    let Some(Pushed {
        project,
        user,
        head,
    }) = pushed(app, push).await?
    else {
        app.store.write_all(done()?).await?;
        return Ok(None);
    };
    let creation = Creation {
        app,
        base_url,
        project: &project,
        user: &user,
        head,
        source: Source::Push,
        configuration: Configuration::File,
        given: Vec::new(),
        inputs: None,
        upstream: None,
        now,
    };
    let created = if push.ci_skip {
        let created = creation.bear_ended(Status::Skipped, None, |_| done());
        created.await?
    } else {
        match Box::pin(create(&creation, |_| done())).await? {
            Created::Refused(Refused::Invalid(texts)) => {
                let text = texts.into_iter().next();
                let created = creation.bear_ended(Status::Failed, text, |_| done());
                created.await?
            }
            created @ (Created::Pipeline(_)
            | Created::Forestalled
            | Created::Refused(Refused::NoConfiguration | Refused::Filtered(_))) => created,
        }
    };
    match created {
        Created::Pipeline(pipeline) => {
            let (project, id) = (pipeline.project_id, pipeline.id);
            Box::pin(process(app, base_url, project, id, now)).await?;
            Ok(Some(*pipeline))
        }
        Created::Refused(_) => {
            app.store.write_all(done()?).await?;
            Ok(None)
        }
        Created::Forestalled => Ok(None),
    }
}

struct Pushed {
    project: Project,
    user: User,
    head: Head,
}

/// None if nothing comes of it: the project, the user or the commit is gone, or pipelines are
/// switched off.
async fn pushed(app: &App, push: &Push) -> Result<Option<Pushed>> {
    let [project, user] = [Key::Project(push.project_id), Key::User(push.user_id)];
    let rows = load(app, vec![project.clone(), user.clone()]).await?;
    let project: Option<Project> = rows.get(&project)?;
    let project = project.filter(|project| {
        let is_off = project.builds_access_level == FeatureAccess::Disabled;
        project.deleted_at.is_none() && !project.archived && !is_off
    });
    let user: Option<User> = rows.get(&user)?;
    let commit = Oid::parse(&push.after);
    let Some(((project, user), commit)) = project.zip(user).zip(commit) else {
        return Ok(None);
    };
    let (name, tag) = (push.ref_name.clone(), push.tag);
    let Some(mut head) = Head::at(app, &project, name, tag, commit).await? else {
        return Ok(None);
    };
    head.before_sha.clone_from(&push.before);
    if push.before != ZERO_SHA
        && !push.tag
        && let Some(before) = Oid::parse(&push.before)
    {
        let repository = Repository::new(project.id, &app.store, &app.blobs);
        let paths = repository.changed_paths(Some(before), commit).await?;
        head.changed_paths = paths.map(|paths| paths.into_iter().map(Into::into).collect());
    }
    Ok(Some(Pushed {
        project,
        user,
        head,
    }))
}
