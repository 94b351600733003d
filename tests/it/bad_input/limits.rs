//! Requests near the gateway's limit, and over it: 10,240 bytes of request line and headers.

use http::Method;
use serde_json::json;

use super::{World, message};

const LIMIT: usize = 10_240;

/// The request line and the header lines as they are sent.
fn head(path: &str, headers: &[(&str, &str)]) -> usize {
    let mut head = format!("GET {path} HTTP/1.1\r\nhost: example.com\r\n");
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head.len()
}

/// A query that makes the request exactly this long.
fn padded(path: &str, headers: &[(&str, &str)], size: usize) -> String {
    let missing = size - head(path, headers);
    format!("{path}{}", "x".repeat(missing))
}

#[tokio::test]
async fn a_request_may_be_as_long_as_the_gateway_takes() {
    let world = World::new().await;
    for base in [
        "/api/v4/projects/1/jobs?name=",
        "/api/v4/projects/1/jobs?unknown=",
        "/api/v4/projects/1/pipelines?ref=",
        "/api/v4/projects/1/pipelines/6/jobs?unknown[]=",
        "/api/v4/projects/1/jobs/101/trace?x=",
    ] {
        let headers = world.administrator.headers();
        let path = padded(base, &headers, LIMIT);
        let answer = world.ask(Method::GET, &path, &headers).await;
        assert_eq!(answer.status, 200, "{base}");
        let path = padded(base, &headers, LIMIT + 1);
        let answer = world.ask(Method::GET, &path, &headers).await;
        assert_eq!(answer.status, 413, "{base}");
        let expected = message("413 Request Entity Too Large");
        assert_eq!(answer.json(), expected, "{base}");
    }
    world.assert_unchanged();
}

#[tokio::test]
async fn many_short_parameters() {
    let world = World::new().await;
    let scopes = "&scope[]=failed".repeat(600);
    let path = format!("/api/v4/projects/1/jobs?{}", &scopes[1..]);
    assert_eq!(world.get(&path).await.ids(), [101]);
    let pairs: Vec<String> = (0..1_200).map(|at| format!("a{at}=1")).collect();
    let path = format!("/api/v4/projects/1/pipelines/6/jobs?{}", pairs.join("&"));
    assert_eq!(world.get(&path).await.status, 200);
    let path = format!("/api/v4/projects/1/jobs?{}", "&".repeat(9_000));
    assert_eq!(world.get(&path).await.status, 200);
    world.assert_unchanged();
}

#[tokio::test]
async fn long_paths_and_headers() {
    let world = World::new().await;
    let path = format!("/api/v4/projects/group1%2F{}/jobs", "a".repeat(9_000));
    world
        .expect(&[(&path, 404, message("404 Project Not Found"))])
        .await;
    let name = "r".repeat(9_000);
    world
        .expect(&[
            (
                &format!("/api/v4/projects/1/pipelines?ref={name}"),
                200,
                json!([]),
            ),
            (
                &format!("/api/v4/projects/1/pipelines?username={name}"),
                200,
                json!([]),
            ),
            (
                &format!("/api/v4/projects/1/pipelines/latest?ref={name}"),
                403,
                message("403 Forbidden"),
            ),
        ])
        .await;
    let id = "9".repeat(9_000);
    let path = format!("/api/v4/projects/1/jobs/{id}");
    world
        .expect(&[(&path, 404, message("404 Not found"))])
        .await;

    let long = "g".repeat(9_000);
    let answer = world
        .ask(Method::GET, "/api/v4/user", &[("private-token", &long)])
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (401, message("401 Unauthorized"))
    );
    let answer = world
        .ask(
            Method::GET,
            "/api/v4/job",
            &[("job-token", &format!("glcbt-1_102_{long}"))],
        )
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.json()),
        (401, message("401 Unauthorized"))
    );
    let answer = world
        .ask(
            Method::GET,
            "/api/v4/user",
            &[("x-long", &"h".repeat(LIMIT))],
        )
        .await;
    let expected = json!({ "message": "413 Request Entity Too Large" });
    assert_eq!((answer.status.as_u16(), answer.json()), (413, expected));
}
