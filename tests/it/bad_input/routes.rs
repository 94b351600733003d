//! Paths and methods that no route has.

use std::collections::BTreeSet;

use http::Method;

use super::{ADDRESSES, World, error};
use crate::endpoints::{ENDPOINTS, Endpoint};

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

/// The methods that an address has: those of the route that names it most closely.
fn methods(address: &str) -> BTreeSet<&'static str> {
    let segments: Vec<&str> = address.split('/').collect();
    let names = |endpoint: &&Endpoint| {
        let path = endpoint.full_path();
        let route: Vec<&str> = path.split('/').collect();
        let mut pairs = route.iter().zip(&segments);
        route.len() == segments.len() && pairs.all(|(a, b)| a.starts_with('{') || a == b)
    };
    let variables = |endpoint: &Endpoint| endpoint.path.matches('{').count();
    let named: Vec<&Endpoint> = ENDPOINTS.iter().filter(names).collect();
    let closest = named.iter().map(|endpoint| variables(endpoint)).min();
    let named = named.iter().filter(|it| Some(variables(it)) == closest);
    named
        .map(|endpoint| endpoint.method)
        .chain(["HEAD"])
        .collect()
}

#[tokio::test]
async fn other_methods_are_not_allowed() {
    let world = World::new().await;
    for path in ADDRESSES {
        let known = methods(path);
        let callers = [Vec::new(), world.reader(path).headers()];
        for headers in callers {
            for method in [
                Method::POST,
                Method::PUT,
                Method::PATCH,
                Method::DELETE,
                Method::OPTIONS,
            ] {
                if known.contains(method.as_str()) {
                    continue;
                }
                let answer = world.ask(method.clone(), path, &headers).await;
                assert_eq!(answer.status, 405, "{method} {path}");
                assert_eq!(answer.json(), error("405 Not Allowed"), "{method} {path}");
                let allow = answer.header("allow").unwrap_or_default();
                let methods: BTreeSet<&str> = allow.split(',').map(str::trim).collect();
                assert_eq!(methods, known, "{method} {path}");
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
