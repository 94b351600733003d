//! NUL, bytes that are not UTF-8, and escapes that are none.

use serde_json::json;

use super::{World, error, message};

#[tokio::test]
async fn nul_and_broken_utf_8_in_the_path() {
    let world = World::new().await;
    for bytes in [
        "%00",
        "a%00b",
        "%ff",
        "%c3%28",
        "%ed%a0%80",
        "%f8%88%80%80%80",
    ] {
        for path in [
            format!("/api/v4/projects/{bytes}"),
            format!("/api/v4/projects/group1%2F{bytes}/jobs"),
            format!("/api/v4/projects/{bytes}/jobs/101"),
            format!("/api/v4/projects/{bytes}/pipelines"),
            format!("/api/v4/projects/1/jobs/{bytes}"),
            format!("/api/v4/projects/1/jobs/{bytes}/trace"),
            format!("/api/v4/projects/1/pipelines/{bytes}"),
            format!("/api/v4/projects/1/pipelines/{bytes}/jobs"),
            format!("/api/v4/projects/1/pipelines/{bytes}/bridges"),
        ] {
            world
                .expect(&[(&path, 400, message("400 Bad request"))])
                .await;
        }
        let path = format!("/api/v4/{bytes}");
        world.expect(&[(&path, 404, error("404 Not Found"))]).await;
    }
}

#[tokio::test]
async fn nul_in_the_query() {
    let world = World::new().await;
    for query in [
        "name=%00",
        "%00=1",
        "scope[]=failed%00",
        "scope[%00]=failed",
        "cursor=%00",
        "unknown=a%00b",
    ] {
        for list in [
            "jobs",
            "pipelines",
            "pipelines/6/jobs",
            "pipelines/6/bridges",
            "jobs/101",
            "jobs/101/trace",
        ] {
            let path = format!("/api/v4/projects/1/{list}?{query}");
            world
                .expect(&[(&path, 400, message("400 Bad request"))])
                .await;
        }
    }
    for path in [
        "/api/v4/user?x=%00",
        "/api/v4/version?%00",
        "/api/v4/job?job_token=%00",
    ] {
        world
            .expect(&[(path, 400, message("400 Bad request"))])
            .await;
    }
}

/// The gateway puts a replacement character for bytes that are not UTF-8.
#[tokio::test]
async fn broken_utf_8_in_the_query() {
    let world = World::new().await;
    world
        .expect(&[
            (
                "/api/v4/projects/1/jobs?scope=%ff",
                400,
                error("scope does not have a valid value"),
            ),
            (
                "/api/v4/projects/1/jobs?page=1%ff",
                400,
                error("page is invalid"),
            ),
            ("/api/v4/projects/1/jobs?name=%c3%28", 200, json!([])),
            ("/api/v4/projects/1/pipelines?ref=%ff", 200, json!([])),
            (
                "/api/v4/projects/1/pipelines?username=%ff%fe",
                200,
                json!([]),
            ),
            (
                "/api/v4/projects/1/pipelines/latest?ref=%ff",
                403,
                message("403 Forbidden"),
            ),
        ])
        .await;
    assert_eq!(world.get("/api/v4/user?%ff=%fe").await.status, 200);
}

#[tokio::test]
async fn escapes_that_are_none() {
    let world = World::new().await;
    for path in [
        "/api/v4/projects/%/jobs",
        "/api/v4/projects/a%2/jobs",
        "/api/v4/projects/%zz/jobs",
        "/api/v4/projects/1/jobs/%1",
        "/api/v4/projects/1/jobs?scope=%",
        "/api/v4/projects/1/jobs?scope=%4",
        "/api/v4/projects/1/jobs?%g0=1",
        "/api/v4/projects/1/jobs?name=%u1234",
    ] {
        let answer = world.get(path).await;
        assert_eq!(answer.status, 400, "{path}");
        assert!(answer.json()["message"].is_string(), "{path}");
    }
    world.assert_unchanged();
}

#[tokio::test]
async fn characters_that_mean_something_elsewhere() {
    let world = World::new().await;
    for name in [
        "..%2F..%2Fetc%2Fpasswd",
        "%2e%2e%2f",
        "group1%2Fproject1%27%20OR%201%3D1",
        "group1%2F%24%7Bjndi%3Aldap%7D",
        "group1%2Fproject1%0d%0aSet-Cookie%3A%20a%3Db",
        "group1%2F%F0%9F%92%A5",
        "project%231%2Fx",
        "group1%2F*",
    ] {
        let path = format!("/api/v4/projects/{name}/jobs");
        world
            .expect(&[(&path, 404, message("404 Project Not Found"))])
            .await;
        // The same text as a filter finds nothing, and as an unknown parameter is only
        // repeated in links, encoded.
        let answer = world
            .get(&format!("/api/v4/projects/1/jobs?name={name}&x={name}"))
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (200, json!([])),
            "{name}"
        );
        let link = answer.header("link").unwrap();
        let address = link.split_once('>').unwrap().0;
        assert!(
            address.is_ascii() && !address.contains([' ', '"', '\'', '$', '\r', '\n']),
            "{address}"
        );
        assert_eq!(answer.header("set-cookie"), None);
    }
}
