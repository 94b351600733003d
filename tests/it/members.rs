//! Members of projects and of groups: `/projects/:id/members` and `/groups/:id/members`.

mod add;
mod add_many;
mod effect;
mod list;
mod owners;
mod remove;
mod update;

use serde_json::{Value, json};
use switchyard::ids::{GroupId, ProjectId, UserId};
use switchyard::member::{Member, Role, Source};
use switchyard_local::seed;
use switchyard_tests::{Answer, Caller, TestApp};

/// Group 1 `outer` › group 2 `Inner` › project 7, all private; names of users by id.
async fn nested(app: &TestApp) {
    let outer = seed::group(1, &[], "outer");
    let mut inner = seed::group(2, &[&outer], "inner");
    "Inner".clone_into(&mut inner.name);
    for group in [&outer, &inner] {
        app.seed.put_group(group).await.unwrap();
    }
    let project = seed::project(7, &[GroupId(1), GroupId(2)], "outer/inner/project");
    app.seed.put_project(&project).await.unwrap();
}

const OUTER: Source = Source::Group(GroupId(1));
const INNER: Source = Source::Group(GroupId(2));
const PROJECT: Source = Source::Project(ProjectId(7));

/// The members' address of a source.
fn members(source: Source) -> String {
    match source {
        Source::Group(id) => format!("/api/v4/groups/{id}/members"),
        Source::Project(id) => format!("/api/v4/projects/{id}/members"),
    }
}

fn one(source: Source, user: u64) -> String {
    format!("{}/{user}", members(source))
}

/// Makes somebody a member, past the API.
fn join(app: &TestApp, source: Source, user: u64, role: Role, change: impl FnOnce(&mut Member)) {
    let mut member = seed::member(source, UserId(user), role);
    change(&mut member);
    app.replace(&member);
}

async fn user(app: &TestApp, id: u64, name: &str) -> Caller {
    app.add_user(&seed::user(id, name)).await
}

fn message(text: &str) -> Value {
    json!({ "message": text })
}

fn fault(field: &str, text: &str) -> Value {
    json!({ "message": { field: [text] } })
}

/// That a request was refused so, and nothing was written.
async fn assert_refused(
    app: &TestApp,
    ask: impl Future<Output = Answer>,
    status: u16,
    body: Value,
) {
    let before = app.dump();
    let answer = ask.await;
    assert_eq!((answer.status.as_u16(), answer.json()), (status, body));
    assert_eq!(app.dump(), before);
}
