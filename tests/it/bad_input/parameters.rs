//! Parameters of wrong types, out of bounds, or in shapes that contradict each other.

use std::collections::BTreeSet;

use serde_json::json;

use super::{World, error, message};

const LISTS: [&str; 4] = [
    "/api/v4/projects/1/jobs",
    "/api/v4/projects/1/pipelines",
    "/api/v4/projects/1/pipelines/6/jobs",
    "/api/v4/projects/1/pipelines/6/bridges",
];

#[tokio::test]
async fn pages_that_cannot_be() {
    let world = World::new().await;
    for list in LISTS {
        for (query, text) in [
            ("page=x", "page is invalid"),
            ("page=1.5", "page is invalid"),
            ("page=1e3", "page is invalid"),
            ("page=0x10", "page is invalid"),
            ("page=1;2", "page is invalid"),
            ("page[]=1", "page is invalid"),
            ("page[a]=1", "page is invalid"),
            ("page=0", "page does not have a valid value"),
            ("page=-1", "page does not have a valid value"),
            (
                "page=-99999999999999999999",
                "page does not have a valid value",
            ),
            ("per_page=x", "per_page is invalid"),
            ("per_page[]=20", "per_page is invalid"),
            ("per_page=0", "per_page has a value not allowed"),
            ("per_page=-1", "per_page does not have a valid value"),
        ] {
            // A semicolon separates parameters at the gateway.
            let path = format!("{list}?{}", query.replace(';', "%3B"));
            world.expect(&[(&path, 400, error(text))]).await;
        }
        for query in [
            "page=",
            "per_page=",
            "page=01",
            "page=%2B1",
            "Page=x",
            "page%20=x",
        ] {
            let answer = world.get(&format!("{list}?{query}")).await;
            assert_eq!(answer.status, 200, "{list}?{query}");
        }
    }
    world.assert_unchanged();
}

#[tokio::test]
async fn pages_beyond_all_bounds() {
    let world = World::new().await;
    for path in [
        "/api/v4/projects/1/pipelines/6/jobs?page=9223372036854775807&per_page=100",
        "/api/v4/projects/1/pipelines/6/jobs?page=99999999999999999999999",
        "/api/v4/projects/1/pipelines/6/bridges?page=18446744073709551616",
        "/api/v4/projects/1/jobs?page=500&per_page=100",
        "/api/v4/projects/1/jobs?per_page=18446744073709551616&page=2",
    ] {
        let answer = world.get(path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (200, json!([])),
            "{path}"
        );
        assert_eq!(answer.header("x-next-page"), Some(""), "{path}");
        assert_eq!(answer.header("x-prev-page"), Some(""), "{path}");
    }
    for path in [
        "/api/v4/projects/1/jobs?page=9223372036854775807",
        "/api/v4/projects/1/pipelines?page=9223372036854775807",
    ] {
        let answer = world.get(path).await;
        assert_eq!(answer.status, 405, "{path}");
        let body = answer.json();
        let text = body["error"].as_str().unwrap();
        let beginning = "Offset pagination has a maximum allowed offset of ";
        assert!(text.starts_with(beginning), "{path}: {text}");
    }
    world.assert_unchanged();
}

#[tokio::test]
async fn ids_that_are_none() {
    let world = World::new().await;
    let (not_found, no_project) = (message("404 Not found"), message("404 Project Not Found"));
    for id in [
        "abc", "1.5", "7x", "0x7", "%20", "1%202", "%2D", "jobs", "null", "%C3%BC", "1%2F2",
    ] {
        world
            .expect(&[
                (
                    &format!("/api/v4/projects/1/jobs/{id}"),
                    400,
                    error("job_id is invalid"),
                ),
                (
                    &format!("/api/v4/projects/1/jobs/{id}/trace"),
                    400,
                    error("job_id is invalid"),
                ),
                (
                    &format!("/api/v4/projects/1/pipelines/{id}"),
                    400,
                    error("pipeline_id is invalid"),
                ),
                (
                    &format!("/api/v4/projects/1/pipelines/{id}/jobs"),
                    400,
                    error("pipeline_id is invalid"),
                ),
                (
                    &format!("/api/v4/projects/1/pipelines/{id}/bridges"),
                    400,
                    error("pipeline_id is invalid"),
                ),
            ])
            .await;
    }
    for id in [
        "0",
        "-1",
        "-101",
        "999",
        "9223372036854775806",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551615",
        "18446744073709551717",
        "99999999999999999999999999999999999999999",
        "-9223372036854775809",
    ] {
        world
            .expect(&[
                (
                    &format!("/api/v4/projects/1/jobs/{id}"),
                    404,
                    not_found.clone(),
                ),
                (
                    &format!("/api/v4/projects/1/jobs/{id}/trace"),
                    404,
                    not_found.clone(),
                ),
                (
                    &format!("/api/v4/projects/1/pipelines/{id}"),
                    404,
                    not_found.clone(),
                ),
                (
                    &format!("/api/v4/projects/1/pipelines/{id}/jobs"),
                    404,
                    not_found.clone(),
                ),
                (
                    &format!("/api/v4/projects/1/pipelines/{id}/bridges"),
                    404,
                    not_found.clone(),
                ),
                (&format!("/api/v4/projects/{id}"), 404, no_project.clone()),
                (
                    &format!("/api/v4/projects/{id}/jobs"),
                    404,
                    no_project.clone(),
                ),
                (
                    &format!("/api/v4/projects/{id}/jobs/101"),
                    404,
                    no_project.clone(),
                ),
                (
                    &format!("/api/v4/projects/{id}/pipelines"),
                    404,
                    no_project.clone(),
                ),
            ])
            .await;
    }
}

#[tokio::test]
async fn other_values_that_cannot_be() {
    let world = World::new().await;
    let jobs = "/api/v4/projects/1/jobs";
    let of_pipeline = "/api/v4/projects/1/pipelines/6/jobs";
    for (path, text) in [
        (
            format!("{jobs}?pagination=magic"),
            "pagination does not have a valid value",
        ),
        (
            format!("{jobs}?pagination=keyset&cursor=garbage"),
            "cursor is invalid",
        ),
        (
            format!("{jobs}?pagination=keyset&cursor=%00x").replace("%00", "%20"),
            "cursor is invalid",
        ),
        (
            format!("{jobs}?pagination=keyset&cursor[]=x"),
            "cursor is invalid",
        ),
        (
            format!("{jobs}?scope=constructor"),
            "scope does not have a valid value",
        ),
        (
            format!("{jobs}?scope[__proto__]=x"),
            "scope does not have a valid value",
        ),
        (format!("{jobs}?name[]=x"), "name is invalid"),
        (
            format!("{jobs}?created_after=0000-00-00"),
            "created_after is invalid",
        ),
        (
            format!("{jobs}?created_after[]=2015-12-24"),
            "created_after is invalid",
        ),
        (
            format!("{of_pipeline}?include_retried=2"),
            "include_retried is invalid",
        ),
        (
            format!("{of_pipeline}?include_retried[]=true"),
            "include_retried is invalid",
        ),
        (
            format!("{of_pipeline}?scope[a]=failed"),
            "scope does not have a valid value",
        ),
        (
            "/api/v4/projects/1?statistics=maybe".to_owned(),
            "statistics is invalid",
        ),
        (
            "/api/v4/projects/1?license[]=true".to_owned(),
            "license is invalid",
        ),
        (
            "/api/v4/projects/1/pipelines/latest?ref[]=main".to_owned(),
            "ref is invalid",
        ),
    ] {
        world.expect(&[(&path, 400, error(text))]).await;
    }
}

#[tokio::test]
async fn all_that_is_wrong_is_told_at_once() {
    let world = World::new().await;
    let exact = "/api/v4/projects/1/jobs?scope=broken&page=x";
    let text = "scope does not have a valid value, page is invalid";
    world.expect(&[(exact, 400, error(text))]).await;
    // The order of the others is nobody's business.
    for (path, faults) in [
        (
            "/api/v4/projects/1/jobs?page=x&per_page=0&scope[]=broken&scope[]=broken&cursor=x",
            vec![
                "cursor is invalid",
                "page is invalid",
                "per_page has a value not allowed",
                "scope does not have a valid value",
            ],
        ),
        (
            "/api/v4/projects/1/pipelines/abc/jobs?include_retried=maybe&scope[x]=failed&per_page=-1",
            vec![
                "include_retried is invalid",
                "per_page does not have a valid value",
                "pipeline_id is invalid",
                "scope does not have a valid value",
            ],
        ),
        (
            "/api/v4/projects/1/pipelines?order_by=size&sort=up&status=gone&yaml_errors=2&created_after=x",
            vec![
                "created_after is invalid",
                "order_by does not have a valid value",
                "sort does not have a valid value",
                "status does not have a valid value",
                "yaml_errors is invalid",
            ],
        ),
    ] {
        let answer = world.get(path).await;
        assert_eq!(answer.status, 400, "{path}");
        let body = answer.json();
        let found: Vec<&str> = body["error"].as_str().unwrap().split(", ").collect();
        assert_eq!(found.len(), faults.len(), "{path}: {found:?}");
        let found: BTreeSet<&str> = found.into_iter().collect();
        assert_eq!(found, faults.into_iter().collect(), "{path}");
    }
    world.assert_unchanged();
}

#[tokio::test]
async fn shapes_that_contradict_each_other() {
    let world = World::new().await;
    let deep = format!("a{}=1", "[b]".repeat(40));
    for list in LISTS {
        for query in [
            "scope=failed&scope[]=failed",
            "scope[]=failed&scope=failed",
            "scope[]=failed&scope[x]=failed",
            "scope[x]=failed&scope=failed",
            "unknown[a][b]=1&unknown[a][]=2",
            deep.as_str(),
        ] {
            let path = format!("{list}?{query}");
            world
                .expect(&[(&path, 400, message("400 Bad request"))])
                .await;
        }
        for query in [
            "[]=1",
            "[a]=1",
            "=1",
            "&&&",
            "unknown[=1",
            "unknown]=1",
            "unknown[]]=1",
            "a[b]c=1",
        ] {
            let answer = world.get(&format!("{list}?{query}")).await;
            assert_eq!(answer.status, 200, "{list}?{query}: {answer:?}");
        }
    }
}
