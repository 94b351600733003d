//! A project that is asked for by a path it had once.

use http::Method;
use switchyard::ids::ProjectId;
use switchyard::member::{Role, Source};
use switchyard::project::DirectoryTarget;
use switchyard_tests::app::URL;
use switchyard_tests::world::ROOT;
use switchyard_tests::{Caller, TestApp};

use super::place::{Place, furnish};
use crate::endpoints::{ENDPOINTS, Endpoint, reads};

async fn moved_project(app: &TestApp) -> Place {
    let project = app.add_project(1, |_| {}).await;
    furnish(app, &project, ROOT).await;
    let target = DirectoryTarget::MovedProject { id: project.id };
    app.seed.put_path("old/path", target).await.unwrap();
    Place {
        project: "old%2Fpath".to_owned(),
        ..Place::of(project.id)
    }
}

#[tokio::test]
async fn reading_is_redirected_to_the_number() {
    let app = TestApp::new().await;
    let place = moved_project(&app).await;
    let source = Source::Project(ProjectId(1));
    let guest = app.add_member(2, source, Role::Guest).await;
    for endpoint in reads().filter(|each| each.is_in_project()) {
        let here = endpoint.at(&Place::of(ProjectId(1)));
        for query in ["", "?per_page=5", "?scope%5B%5D=failed", "?name=a+b%26c"] {
            let path = format!("{}{query}", endpoint.at(&place));
            // What has a parameter anyway is asked with that alone: two have no order.
            if here.contains('?') && !query.is_empty() {
                continue;
            }
            // `scope` means something else for pipelines and their schedules.
            let others = ["/pipelines", "/pipeline_schedules"];
            let is_other = others.iter().any(|end| endpoint.path.ends_with(end));
            if is_other && query.contains("scope") {
                continue;
            }
            for method in [Method::GET, Method::HEAD] {
                let answer = app.request(method, &path, &guest.headers(), "").await;
                assert_eq!(answer.status, 301, "{path}");
                let location = format!("{URL}{here}{query}");
                assert_eq!(answer.header("location"), Some(&*location));
            }
            // The redirect leads there.
            let answer = app.get(&format!("{here}{query}"), &guest).await;
            assert_ne!(answer.status, 404, "{path}");
        }
    }
}

#[tokio::test]
async fn writing_is_refused() {
    let app = TestApp::new().await;
    let place = moved_project(&app).await;
    let root = app.administrator().await;
    for endpoint in reads().filter(|each| each.is_in_project()) {
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            let path = endpoint.at(&place);
            // What is missing would be told before.
            let is_this = |each: &&Endpoint| each.path == endpoint.path && each.method == method;
            let body = ENDPOINTS.iter().find(is_this).map_or("", |it| it.body);
            let mut headers = root.headers();
            headers.push(("content-type", "application/json"));
            let answer = app.request(method, &path, &headers, body).await;
            assert_eq!(answer.status, 405, "{path}");
        }
    }
}

#[tokio::test]
async fn only_who_sees_the_project_is_redirected() {
    let app = TestApp::new().await;
    let place = moved_project(&app).await;
    for endpoint in reads().filter(|each| each.is_in_project()) {
        let answer = app.get(&endpoint.at(&place), &Caller::Nobody).await;
        let expected = if endpoint.anonymous { 404 } else { 401 };
        assert_eq!(answer.status, expected, "{}", endpoint.path);
        assert_eq!(answer.header("location"), None);
    }
}
