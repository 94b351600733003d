//! Paths and methods that no route has.

use http::Method;

use super::{ADDRESSES, World, error};

#[tokio::test]
async fn unknown_paths_are_not_found() {
    let world = World::new().await;
    for path in [
        "/",
        "/api",
        "/api/",
        "/api/v4",
        "/api/v4/",
        "/api/v3/projects/1/jobs",
        "/API/V4/user",
        "/api/v4/unknown",
        "/api/v4/users/7/unknown",
        "/api/v4/jobs/101",
        "/api/v4/projects//jobs",
        "/api/v4/projects/group1/project1/jobs",
        "/api/v4/projects/1/unknown",
        "/api/v4/projects/1/jobs/101/unknown",
        "/api/v4/projects/1/jobs/101/trace/more",
        "/api/v4/projects/1/pipelines/6/unknown",
        "/api/v4/projects/1/pipelines/latest/jobs/x",
        "/api/v4/personal_access_tokens/self/more",
        "/api/v4/../../etc/passwd",
        "/api/v4/%2e%2e/user",
        "//api/v4/user",
        "/api/v4/user/x?private_token=wrong",
        "/.env",
    ] {
        for headers in [Vec::new(), world.administrator.headers()] {
            for method in [Method::GET, Method::POST, Method::DELETE] {
                let answer = world.ask(method.clone(), path, &headers).await;
                assert_eq!(answer.status, 404, "{method} {path}");
                assert_eq!(answer.json(), error("404 Not Found"), "{method} {path}");
            }
            let answer = world.ask(Method::HEAD, path, &headers).await;
            assert_eq!(
                (answer.status.as_u16(), answer.body.len()),
                (404, 0),
                "{path}"
            );
        }
    }
    world.assert_unchanged();
}

#[tokio::test]
async fn other_methods_are_not_allowed() {
    let world = World::new().await;
    for path in ADDRESSES {
        let callers = [Vec::new(), world.reader(path).headers()];
        for headers in callers {
            for method in [
                Method::POST,
                Method::PUT,
                Method::PATCH,
                Method::DELETE,
                Method::OPTIONS,
            ] {
                let answer = world.ask(method.clone(), path, &headers).await;
                assert_eq!(answer.status, 405, "{method} {path}");
                assert_eq!(answer.json(), error("405 Not Allowed"), "{method} {path}");
                let allow = answer.header("allow").unwrap_or_default();
                let mut methods: Vec<&str> = allow.split(',').map(str::trim).collect();
                methods.sort_unstable();
                assert_eq!(methods, ["GET", "HEAD"], "{method} {path}");
            }
        }
    }
    world.assert_unchanged();
}

#[tokio::test]
async fn methods_that_nobody_knows() {
    let world = World::new().await;
    for name in ["TRACE", "BREW", "get", "PROPFIND"] {
        let method = Method::from_bytes(name.as_bytes()).unwrap();
        let headers = world.administrator.headers();
        let answer = world.ask(method, "/api/v4/projects/1/jobs", &headers).await;
        assert!(answer.status.is_client_error(), "{name}: {answer:?}");
    }
    world.assert_unchanged();
}

#[tokio::test]
async fn a_slash_or_a_question_mark_at_the_end_does_no_harm() {
    let world = World::new().await;
    for path in ADDRESSES {
        let plain = world.get(path).await;
        for end in ["/", "?", "/?", "/?unknown=1"] {
            let answer = world.get(&format!("{path}{end}")).await;
            assert_eq!(answer.status, 200, "{path}{end}");
            assert_eq!(answer.body, plain.body, "{path}{end}");
        }
    }
    world.assert_unchanged();
}
