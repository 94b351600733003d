//! Which of several things that are wrong is answered: 401, 400, 404 of the project, 403,
//! 404 of what is in it.

use serde_json::{Value, json};
use switchyard::ids::UserId;
use switchyard::member::{Role, Source};
use switchyard::project::Visibility;
use switchyard_local::seed;
use switchyard_tests::Caller;

use super::{PROJECT, World, error, message};

async fn expect(world: &World, caller: &Caller, path: &str, status: u16, body: &Value) {
    let path = format!("/api/v4/projects/{path}");
    let answer = world.ask(http::Method::GET, &path, &caller.headers()).await;
    assert_eq!(answer.status, status, "{path}: {answer:?}");
    assert_eq!(answer.json(), *body, "{path}");
}

#[tokio::test]
async fn nobody_is_told_nothing_about_jobs() {
    let world = World::new().await;
    let nobody = Caller::Nobody;
    let unknown = Caller::Token("glpat-unknown".to_owned());
    for path in [
        "1/jobs",
        "1/jobs?scope=broken",
        "1/jobs?page=x&per_page=0",
        "1/jobs?pagination=keyset&order_by=name",
        "99/jobs?scope=broken",
        "99/jobs/abc",
        "1/jobs/abc",
        "1/jobs/999",
        "1/jobs/abc/trace",
        "no%2Fproject/jobs/101/trace",
    ] {
        for caller in [&nobody, &unknown] {
            expect(&world, caller, path, 401, &message("401 Unauthorized")).await;
        }
    }
    let revoked = world
        .app
        .add_token(UserId(1), |token| token.revoked = true)
        .await;
    let body = json!({
        "error": "invalid_token",
        "error_description": "Token was revoked. You have to re-authorize from the user.",
    });
    expect(&world, &revoked, "99/jobs?scope=broken", 401, &body).await;
}

#[tokio::test]
async fn parameters_are_checked_before_anything_is_looked_for() {
    let world = World::new().await;
    let administrator = &world.administrator;
    let scope = error("scope does not have a valid value");
    for (path, body) in [
        ("99/jobs?scope=broken", scope.clone()),
        ("no%2Fproject/jobs?scope=broken", scope.clone()),
        ("99/jobs/abc", error("job_id is invalid")),
        ("99/jobs/abc/trace", error("job_id is invalid")),
        ("99/pipelines/abc", error("pipeline_id is invalid")),
        ("99/pipelines/9/jobs?scope=broken", scope.clone()),
        ("1/pipelines/999/bridges?scope=broken", scope.clone()),
        (
            "99/pipelines?sort=up",
            error("sort does not have a valid value"),
        ),
    ] {
        expect(&world, administrator, path, 400, &body).await;
    }
    // Pipelines may be asked for by anybody, so here the parameters come first.
    expect(
        &world,
        &Caller::Nobody,
        "99/pipelines?scope=broken",
        400,
        &scope,
    )
    .await;
    expect(
        &world,
        &Caller::Nobody,
        "99/pipelines/6/jobs?scope=broken",
        400,
        &scope,
    )
    .await;
    // But who shows a token must show a good one.
    let unknown = Caller::Token("glpat-unknown".to_owned());
    let body = message("401 Unauthorized");
    expect(&world, &unknown, "99/pipelines?scope=broken", 401, &body).await;
}

#[tokio::test]
async fn a_hidden_project_hides_what_is_in_it() {
    let world = World::new().await;
    let stranger = world.app.add_user(&seed::user(2, "stranger")).await;
    let no_project = message("404 Project Not Found");
    for below in [
        "/jobs",
        "/jobs?pagination=keyset&order_by=name",
        "/jobs?page=9999999",
        "/jobs/101",
        "/jobs/999",
        "/jobs/101/trace",
        "/pipelines",
        "/pipelines/6",
        "/pipelines/999",
        "/pipelines/6/jobs",
        "/pipelines/999/bridges",
        "/pipelines/latest",
        "",
    ] {
        for project in ["1", "group1%2Fproject1", "99", "group1%2Fother"] {
            expect(
                &world,
                &stranger,
                &format!("{project}{below}"),
                404,
                &no_project,
            )
            .await;
        }
    }
}

#[tokio::test]
async fn what_is_forbidden_is_not_looked_for() {
    let world = World::new().await;
    let mut project = seed::project(1, &[1.into()], "group1/project1");
    project.visibility = Visibility::Private;
    project.public_jobs = false;
    world.app.replace(&project);
    let guest = world
        .app
        .add_member(10, Source::Project(PROJECT), Role::Guest)
        .await;
    let forbidden = message("403 Forbidden");
    for path in [
        "1/jobs",
        "1/jobs?pagination=keyset&order_by=name",
        "1/jobs/101",
        "1/jobs/999",
        "1/jobs/999/trace",
        "1/pipelines",
        "1/pipelines/999",
        "1/pipelines/999/jobs",
        "1/pipelines/999/bridges",
    ] {
        expect(&world, &guest, path, 403, &forbidden).await;
    }
    let body = error("scope does not have a valid value");
    expect(&world, &guest, "1/jobs?scope=broken", 400, &body).await;
    let reporter = world
        .app
        .add_member(20, Source::Project(PROJECT), Role::Reporter)
        .await;
    expect(
        &world,
        &reporter,
        "1/jobs/999",
        404,
        &message("404 Not found"),
    )
    .await;
    expect(
        &world,
        &reporter,
        "1/pipelines/999/jobs",
        404,
        &message("404 Not found"),
    )
    .await;
}
