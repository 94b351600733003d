//! What a caller may not see does not exist: it answers byte for byte like what is missing.

use http::HeaderMap;
use switchyard::ids::ProjectId;
use switchyard::job::Status;
use switchyard::member::{Role, Source};
use switchyard::project::DirectoryTarget;
use switchyard_local::seed::{self, at};
use switchyard_tests::world::{ROOT, job};
use switchyard_tests::{Answer, Caller, TestApp};

use super::place::{Place, furnish, running_job};
use crate::endpoints::{Endpoint, reads};

/// A private project that is furnished, and by a path a private project that moved.
const HIDDEN: ProjectId = ProjectId(1);
const MISSING: ProjectId = ProjectId(999);

/// All that a client can tell answers apart by. Ids of requests differ anyway.
fn visible(answer: Answer) -> (u16, HeaderMap, Vec<u8>) {
    let mut headers = answer.headers;
    for id in ["x-request-id", "x-amzn-requestid"] {
        assert!(headers.remove(id).is_some(), "no {id}");
    }
    (answer.status.as_u16(), headers, answer.body.to_vec())
}

fn project_endpoints() -> impl Iterator<Item = &'static Endpoint> {
    reads().filter(|endpoint| endpoint.is_in_project())
}

async fn assert_alike(app: &TestApp, hidden: &str, missing: &str, caller: &Caller) {
    let found = visible(app.get(hidden, caller).await);
    let expected = visible(app.get(missing, caller).await);
    assert!(matches!(found.0, 401 | 404), "{hidden}: {}", found.0);
    assert_eq!(found, expected, "{hidden} and {missing} as {caller:?}");
}

#[tokio::test]
async fn a_hidden_project_looks_like_a_missing_one() {
    let app = TestApp::new().await;
    let project = app.add_project(HIDDEN.0, |_| {}).await;
    furnish(&app, &project, ROOT).await;
    let moved = DirectoryTarget::MovedProject { id: HIDDEN };
    app.seed.put_path("old/path", moved).await.unwrap();

    let stranger = app.add_user(&seed::user(2, "stranger")).await;
    let elsewhere = app.add_project(3, |_| {}).await;
    let pipeline = app.add_pipeline(elsewhere.id, 300, 301, &[]).await;
    let strangers_job = running_job(&app, &pipeline, 301, switchyard::ids::UserId(2)).await;

    let place = Place::of(HIDDEN);
    let named = |name: &str| Place {
        project: name.to_owned(),
        ..place.clone()
    };
    let missing = named(&MISSING.to_string());
    for endpoint in project_endpoints() {
        for caller in [&stranger, &Caller::Nobody, &strangers_job] {
            for hidden in [
                place.clone(),
                named("group1%2Fproject1"),
                named("GROUP1%2fPROJECT1"),
                named("old%2Fpath"),
            ] {
                let (hidden, missing) = (endpoint.at(&hidden), endpoint.at(&missing));
                assert_alike(&app, &hidden, &missing, caller).await;
            }
        }
    }
}

#[tokio::test]
async fn a_deleted_project_looks_like_a_missing_one_to_everybody() {
    let app = TestApp::new().await;
    let root = app.administrator().await;
    let project = app
        .add_project(HIDDEN.0, |project| {
            project.visibility = switchyard::project::Visibility::Public;
            project.deleted_at = Some(at("2015-12-24T17:00:00.000Z"));
        })
        .await;
    furnish(&app, &project, ROOT).await;
    let owner = app
        .add_member(2, Source::Project(HIDDEN), Role::Owner)
        .await;
    for endpoint in project_endpoints() {
        for caller in [&root, &owner, &Caller::Nobody] {
            let mut missing = Place::of(HIDDEN);
            missing.project = MISSING.to_string();
            let hidden = endpoint.at(&Place::of(HIDDEN));
            assert_alike(&app, &hidden, &endpoint.at(&missing), caller).await;
        }
    }
}

#[tokio::test]
async fn what_is_no_project_looks_like_a_missing_one() {
    let app = TestApp::new().await;
    let root = app.administrator().await;
    let above = seed::group(7, &[], "above");
    let group = seed::group(8, &[&above], "group");
    app.seed.put_group(&group).await.unwrap();
    for id in [
        "above%2Fgroup",
        "above",
        "root",
        "no%2Fsuch",
        "nosuch",
        "0",
        "-1",
        "9223372036854775807",
        "99999999999999999999",
    ] {
        for endpoint in project_endpoints() {
            let mut place = Place::of(MISSING);
            let missing = endpoint.at(&place);
            id.clone_into(&mut place.project);
            assert_alike(&app, &endpoint.at(&place), &missing, &root).await;
        }
    }
}

#[tokio::test]
async fn jobs_and_pipelines_that_are_not_the_projects_look_like_missing_ones() {
    let app = TestApp::new().await;
    let root = app.administrator().await;
    let project = app.add_project(1, |_| {}).await;
    furnish(&app, &project, ROOT).await;
    let other = app.add_project(2, |_| {}).await;
    furnish(&app, &other, ROOT).await;
    // A pipeline that is still being written, with a job that already is.
    let mut building = seed::pipeline(project.id, 150, 151, 1);
    building.building = true;
    app.seed.put(&building).await.unwrap();
    let unborn = job(&building, 151, Status::Created, |_| {});
    app.seed.put(&unborn).await.unwrap();

    let bridge = 104;
    let numbers = ["0", "-1", "9223372036854775807", "99999999999999999999"];
    for endpoint in project_endpoints() {
        let own = Place::of(project.id);
        if endpoint.path.contains("{job_id}") {
            let path = |job: &str| endpoint.at(&own).replace("/101", &format!("/{job}"));
            let missing = path("999");
            for job in ["201", "151", &bridge.to_string()].iter().chain(&numbers) {
                assert_alike(&app, &path(job), &missing, &root).await;
            }
        }
        if endpoint.path.contains("{pipeline_id}") {
            let path = |pipeline: &str| endpoint.at(&own).replace("/100", &format!("/{pipeline}"));
            let missing = path("999");
            for pipeline in ["200", "150"].iter().chain(&numbers) {
                assert_alike(&app, &path(pipeline), &missing, &root).await;
            }
        }
    }
}

#[tokio::test]
async fn whoever_must_sign_in_and_does_not_costs_no_read() {
    let app = TestApp::new().await;
    for endpoint in reads().filter(|endpoint| !endpoint.anonymous) {
        let path = endpoint.at(&Place::of(HIDDEN));
        let nonsense = Caller::JobToken("no job token".to_owned());
        for caller in [&Caller::Nobody, &nonsense] {
            assert_eq!(app.get(&path, caller).await.status, 401, "{path}");
        }
    }
    assert_eq!(app.wire.tape().calls(), []);
}
