//! Which role somebody has: through the project, through the groups above it, for how long.

use std::collections::BTreeSet;

use serde_json::json;
use switchyard::ids::{GroupId, ProjectId, UserId};
use switchyard::member::{Role, Source};
use switchyard::project::{Namespace, Project, Visibility};
use switchyard::time::Day;
use switchyard::token::Secret;
use switchyard_local::seed::{self, at};
use switchyard_tests::world::ROOT;
use switchyard_tests::{Caller, TestApp};

use super::place::{DEBUG_JOB, Place, furnish, running_job};

const PROJECT: Source = Source::Project(ProjectId(1));
const PARENT: Source = Source::Group(GroupId(11));
const GRANDPARENT: Source = Source::Group(GroupId(10));
/// A group beside the parent.
const SIBLING: Source = Source::Group(GroupId(12));
/// Has the number of the project, which must not be confused with it.
const GROUP_ONE: Source = Source::Group(GroupId(1));

/// A private project in a group in a group, whose jobs are for reporters.
async fn nested_project(app: &TestApp) -> Project {
    let grandparent = seed::group(10, &[], "above");
    let parent = seed::group(11, &[&grandparent], "below");
    let sibling = seed::group(12, &[&grandparent], "beside");
    let unrelated = seed::group(1, &[], "unrelated");
    for group in [&grandparent, &parent, &sibling, &unrelated] {
        app.seed.put_group(group).await.unwrap();
    }
    let mut project = seed::project(1, &[GroupId(10), GroupId(11)], "above/below/project");
    project.public_jobs = false;
    app.seed.put_project(&project).await.unwrap();
    project
}

/// What a role opens: the project, its jobs (reporter), a log in debug mode (developer).
fn opened_by(role: Option<Role>) -> [u16; 3] {
    match role {
        None => [404, 404, 404],
        Some(Role::Guest | Role::Planner) => [200, 403, 403],
        Some(Role::Reporter) => [200, 200, 403],
        Some(Role::Developer | Role::Maintainer | Role::Owner) => [200, 200, 200],
    }
}

async fn opened_to(app: &TestApp, caller: &Caller) -> [u16; 3] {
    let trace = format!("/api/v4/projects/1/jobs/{}/trace", 100 + DEBUG_JOB);
    let paths = ["/api/v4/projects/1", "/api/v4/projects/1/jobs", &trace];
    let mut statuses = [0; 3];
    for (status, path) in statuses.iter_mut().zip(paths) {
        *status = app.get(path, caller).await.status.as_u16();
    }
    statuses
}

#[tokio::test]
async fn the_highest_role_counts_wherever_it_comes_from() {
    use Role::{Developer, Guest, Maintainer, Owner, Planner, Reporter};
    // The clock stands at 2015-12-24: what ends on that day has ended.
    let (ended, lasting) = (Some("2015-12-24"), Some("2015-12-25"));
    type Memberships<'a> = &'a [(Source, Role, Option<&'a str>)];
    let cases: [(Memberships<'_>, Option<Role>); 19] = [
        (&[], None),
        (&[(PROJECT, Guest, None)], Some(Guest)),
        (&[(PROJECT, Planner, None)], Some(Planner)),
        (&[(PROJECT, Owner, None)], Some(Owner)),
        (&[(PARENT, Reporter, None)], Some(Reporter)),
        (&[(PARENT, Developer, None)], Some(Developer)),
        (&[(GRANDPARENT, Guest, None)], Some(Guest)),
        (&[(GRANDPARENT, Maintainer, None)], Some(Maintainer)),
        (&[(SIBLING, Owner, None)], None),
        (&[(GROUP_ONE, Owner, None)], None),
        (
            &[(PROJECT, Guest, None), (PARENT, Developer, None)],
            Some(Developer),
        ),
        (
            &[(PROJECT, Developer, None), (PARENT, Guest, None)],
            Some(Developer),
        ),
        (
            &[(PARENT, Reporter, None), (GRANDPARENT, Owner, None)],
            Some(Owner),
        ),
        (
            &[
                (PROJECT, Guest, None),
                (PARENT, Planner, None),
                (GRANDPARENT, Reporter, None),
            ],
            Some(Reporter),
        ),
        (&[(PROJECT, Owner, ended)], None),
        (&[(PROJECT, Reporter, lasting)], Some(Reporter)),
        (
            &[(PARENT, Owner, ended), (PROJECT, Guest, None)],
            Some(Guest),
        ),
        (
            &[(GRANDPARENT, Owner, ended), (PARENT, Developer, lasting)],
            Some(Developer),
        ),
        (
            &[
                (PROJECT, Owner, ended),
                (PARENT, Owner, ended),
                (GRANDPARENT, Owner, ended),
            ],
            None,
        ),
    ];

    let app = TestApp::new().await;
    let project = nested_project(&app).await;
    furnish(&app, &project, ROOT).await;
    let pipeline = app.add_pipeline(project.id, 9000, 9001, &[]).await;
    for (id, (memberships, role)) in (100..).zip(cases) {
        let user = seed::user(id, &format!("user{id}"));
        let caller = app.add_user(&user).await;
        for (source, role, expires_at) in memberships {
            let mut member = seed::member(*source, user.id, *role);
            member.expires_at = expires_at.and_then(Day::parse);
            app.seed.put(&member).await.unwrap();
        }
        let found = opened_to(&app, &caller).await;
        assert_eq!(found, opened_by(role), "{memberships:?}");

        // A job tells all roles that its user has.
        let job = running_job(&app, &pipeline, 9000 + id, user.id).await;
        let answer = app.get("/api/v4/job/allowed_agents", &job).await.json();
        let names: Vec<&str> = Role::ALL
            .into_iter()
            .filter(|each| Some(*each) <= role)
            .map(Role::name)
            .collect();
        let found = &answer["user"]["roles_in_project"];
        assert_eq!(*found, json!(names), "{memberships:?}");
    }
}

#[tokio::test]
async fn a_project_tells_which_roles_its_viewer_has_where() {
    let app = TestApp::new().await;
    nested_project(&app).await;
    let member = app.add_member(2, PROJECT, Role::Developer).await;
    for (source, role) in [(PARENT, Role::Guest), (GRANDPARENT, Role::Reporter)] {
        let membership = seed::member(source, UserId(2), role);
        app.seed.put(&membership).await.unwrap();
    }
    let answer = app.get("/api/v4/projects/1", &member).await.json();
    let level = |place: &str| &answer["permissions"][place]["access_level"];
    assert_eq!(*level("project_access"), 30);
    assert_eq!(*level("group_access"), 20);

    let other = app.add_member(3, GRANDPARENT, Role::Owner).await;
    let answer = app.get("/api/v4/projects/1", &other).await.json();
    assert_eq!(answer["permissions"]["project_access"], json!(null));
    assert_eq!(answer["permissions"]["group_access"]["access_level"], 50);
}

#[tokio::test]
async fn what_changed_counts_on_the_next_request() {
    let app = TestApp::new().await;
    let mut project = nested_project(&app).await;
    furnish(&app, &project, ROOT).await;
    let job_path = format!("/api/v4/projects/1/jobs/{}", Place::of(project.id).jobs + 1);
    let status = async |caller: &Caller| app.get(&job_path, caller).await.status.as_u16();

    // A membership that ends while the function runs.
    let caller = app.add_member(2, PARENT, Role::Developer).await;
    assert_eq!(status(&caller).await, 200);
    let mut membership = seed::member(PARENT, UserId(2), Role::Developer);
    membership.expires_at = Day::parse("2015-12-25");
    app.replace(&membership);
    assert_eq!(status(&caller).await, 200);
    app.set_time(at("2015-12-25T00:00:00.000Z"));
    assert_eq!(status(&caller).await, 404);

    // A role that sinks.
    let caller = app.add_member(3, PROJECT, Role::Reporter).await;
    assert_eq!(status(&caller).await, 200);
    app.replace(&seed::member(PROJECT, UserId(3), Role::Guest));
    assert_eq!(status(&caller).await, 403);

    // A token that is revoked, and one that expires.
    app.seed.put_user(&seed::user(4, "fourth")).await.unwrap();
    app.replace(&seed::member(PROJECT, UserId(4), Role::Owner));
    let secret = Secret::personal_access_token();
    let scopes = [switchyard::token::Scope::Api];
    let mut token = seed::access_token(4, UserId(4), &secret, &scopes);
    app.seed.put_token(&token).await.unwrap();
    let caller = Caller::token(&secret);
    assert_eq!(status(&caller).await, 200);
    token.expires_at = Day::parse("2015-12-26");
    app.replace(&token);
    assert_eq!(status(&caller).await, 200);
    app.set_time(at("2015-12-26T00:00:00.000Z"));
    assert_eq!(status(&caller).await, 401);
    token.expires_at = None;
    app.replace(&token);
    assert_eq!(status(&caller).await, 200);
    token.revoked = true;
    app.replace(&token);
    assert_eq!(status(&caller).await, 401);

    // A project that moves to other groups takes their members, and leaves its own behind.
    let old = app.add_member(5, PARENT, Role::Owner).await;
    let new = app.add_member(6, SIBLING, Role::Owner).await;
    assert_eq!([status(&old).await, status(&new).await], [200, 404]);
    project.namespace = Namespace::Group {
        ancestors: vec![GroupId(10), GroupId(12)],
    };
    app.replace(&project);
    assert_eq!([status(&old).await, status(&new).await], [404, 200]);

    // A project that opens, closes, and goes.
    let stranger = app.add_user(&seed::user(7, "stranger")).await;
    assert_eq!(status(&stranger).await, 404);
    project.visibility = Visibility::Internal;
    project.public_jobs = true;
    app.replace(&project);
    assert_eq!(status(&stranger).await, 200);
    project.public_jobs = false;
    app.replace(&project);
    assert_eq!(status(&stranger).await, 403);
    project.deleted_at = Some(at("2015-12-26T00:00:00.000Z"));
    app.replace(&project);
    assert_eq!([status(&stranger).await, status(&new).await], [404, 404]);
    let root = app.administrator().await;
    assert_eq!(status(&root).await, 404);
}

#[tokio::test]
async fn job_tokens_are_admitted_and_refused_on_the_next_request_too() {
    let app = TestApp::new().await;
    let mut target = app.add_project(1, |_| {}).await;
    furnish(&app, &target, ROOT).await;
    app.administrator().await;
    let source = app.add_project(2, |_| {}).await;
    let pipeline = app.add_pipeline(source.id, 50, 51, &[]).await;
    let job = running_job(&app, &pipeline, 51, ROOT).await;
    let status = async || {
        let answer = app.get("/api/v4/projects/1/jobs", &job).await;
        answer.status.as_u16()
    };
    assert_eq!(status().await, 403);
    target.job_token_allowlist = BTreeSet::from([source.id]);
    app.replace(&target);
    assert_eq!(status().await, 200);
    target.job_token_allowlist = BTreeSet::new();
    app.replace(&target);
    assert_eq!(status().await, 403);
}
