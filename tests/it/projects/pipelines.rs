//! `GET /projects/:id/pipelines`

mod bridges;
mod jobs;
mod show;

use serde_json::json;
use switchyard::ids::{ProjectId, UserId};
use switchyard::job::Status;
use switchyard::pipeline::{Pipeline, Source};
use switchyard_local::seed::{self, at};
use switchyard_tests::{Caller, TestApp};

use super::{paging, parameters, relations};

const PROJECT: ProjectId = ProjectId(1);

fn list(query: &str) -> String {
    format!("/api/v4/projects/1/pipelines{query}")
}

/// Pipelines 1 to 8, of which 6 is a child; all refs but `gone` exist.
async fn world() -> (TestApp, Caller) {
    let app = TestApp::new().await;
    let caller = app.administrator().await;
    app.add_user(&seed::user(2, "alice")).await;
    // Those that the list shows.
    app.add_project(PROJECT.0, |project| project.pipeline_count = 6)
        .await;
    put(&app, 1, Status::Success, "main", |_| {});
    put(&app, 2, Status::Failed, "main", |pipeline| {
        pipeline.source = Source::Web;
        pipeline.sha = "f62a4b2fb89754372a346f24659212eb8da13601".to_owned();
    });
    put(&app, 3, Status::Running, "feature", |pipeline| {
        pipeline.user_id = UserId(2);
        pipeline.name = Some("Nightly".to_owned());
    });
    put(&app, 4, Status::Pending, "v1.0", |pipeline| {
        pipeline.tag = true
    });
    put(&app, 5, Status::Canceled, "main", |pipeline| {
        pipeline.yaml_errors = Some("no jobs".to_owned());
        // It changed last of all.
        pipeline.updated_at = at("2015-12-24T12:00:00Z");
    });
    put(&app, 6, Status::Success, "main", |pipeline| {
        pipeline.source = Source::ParentPipeline;
    });
    put(&app, 7, Status::Skipped, "gone", |_| {});
    put(&app, 8, Status::Running, "main", |pipeline| {
        pipeline.building = true
    });
    for name in ["main", "feature", "v1.0"] {
        let mut head = seed::branch(PROJECT, name, "0ff3ae198f8601a285adcf5c0fff204ee6fba5fd");
        head.tag = name == "v1.0";
        app.replace(&head);
    }
    (app, caller)
}

/// A pipeline created on the day of December 2015 that its id counts from the 10th on.
fn put(app: &TestApp, id: u64, status: Status, name: &str, change: impl FnOnce(&mut Pipeline)) {
    let mut pipeline = seed::pipeline(PROJECT, id, 100 * id, 0);
    pipeline.status = status;
    name.clone_into(&mut pipeline.ref_name);
    pipeline.created_at = at(&format!("2015-12-{}T12:00:00Z", 10 + id));
    pipeline.updated_at = at(&format!("2015-12-{}T13:00:00Z", 10 + id));
    change(&mut pipeline);
    app.replace(&pipeline);
}

#[tokio::test]
async fn every_filter_narrows_the_list() {
    let (app, caller) = world().await;
    let all = vec![7, 5, 4, 3, 2, 1];
    for (query, expected) in [
        ("", all.clone()),
        ("?scope=running", vec![3]),
        ("?scope=pending", vec![4]),
        ("?scope=finished", vec![5, 2, 1]),
        ("?scope=branches", vec![5, 3]),
        ("?scope=tags", vec![4]),
        // Of the latest ones those that fit, not the latest ones that fit.
        ("?scope=branches&status=success", vec![]),
        ("?scope=branches&status=running", vec![3]),
        ("?scope=branches&username=root", vec![5]),
        ("?scope=branches&ref=main", vec![5]),
        ("?scope=tags&ref=main", vec![]),
        ("?status=success", vec![1]),
        ("?status=skipped", vec![7]),
        ("?status=waiting_for_callback", vec![]),
        ("?ref=main", vec![5, 2, 1]),
        ("?ref=gone", vec![7]),
        ("?ref=nowhere", vec![]),
        ("?ref=main&status=failed", vec![2]),
        ("?ref=main&scope=running", vec![]),
        ("?sha=f62a4b2fb89754372a346f24659212eb8da13601", vec![2]),
        ("?sha=f62a4b2f", vec![]),
        ("?yaml_errors=true", vec![5]),
        ("?yaml_errors=True", vec![5]),
        ("?yaml_errors=0", vec![7, 4, 3, 2, 1]),
        ("?username=alice", vec![3]),
        ("?username=root", vec![7, 5, 4, 2, 1]),
        ("?username=nobody", vec![]),
        ("?name=Nightly", vec![3]),
        ("?name=Weekly", vec![]),
        ("?source=web", vec![2]),
        ("?source=push", vec![7, 5, 4, 3, 1]),
        ("?source=parent_pipeline", vec![6]),
        ("?source=schedule", vec![]),
        ("?created_after=2015-12-13T00:00:00Z", vec![7, 5, 4, 3]),
        ("?created_before=2015-12-13T00:00:00Z", vec![2, 1]),
        (
            "?created_after=2015-12-12&created_before=2015-12-14",
            vec![3, 2],
        ),
        ("?updated_after=2015-12-17T12:30:00Z", vec![7, 5]),
        ("?updated_before=2015-12-12T00:00:00%2B00:00", vec![1]),
        ("?ref=", all.clone()),
        ("?scope=&status=&username=&source=&order_by=&sort=", all),
    ] {
        let answer = app.get(&list(query), &caller).await;
        assert_eq!(answer.status, 200, "{query}: {answer:?}");
        assert_eq!(answer.ids(), expected, "{query}");
    }
}

#[tokio::test]
async fn every_state_and_source_is_a_filter() {
    let app = TestApp::new().await;
    let caller = app.administrator().await;
    app.add_project(PROJECT.0, |_| {}).await;
    let names = "created waiting_for_resource preparing waiting_for_callback pending running success \
                 failed canceling canceled skipped manual scheduled";
    for (id, name) in (1..).zip(names.split_whitespace()) {
        let status = Status::parse(name).expect("a status");
        put(&app, id, status, "main", |_| {});
    }
    for (id, name) in (1..).zip(names.split_whitespace()) {
        let answer = app.get(&list(&format!("?status={name}")), &caller).await;
        assert_eq!(answer.ids(), [id], "{name}");
        assert_eq!(answer.json()[0]["status"], name);
    }
    let names = "push web trigger schedule api external pipeline chat webide merge_request_event \
                 external_pull_request_event parent_pipeline ondemand_dast_scan ondemand_dast_validation \
                 security_orchestration_policy container_registry_push";
    for (id, name) in (21..).zip(names.split_whitespace()) {
        let mut pipeline = seed::pipeline(PROJECT, id, 100 * id, 0);
        pipeline.source = Source::parse(name).expect("a source");
        pipeline.ref_name = "sources".to_owned();
        app.replace(&pipeline);
        let query = format!("?source={name}&ref=sources");
        let answer = app.get(&list(&query), &caller).await;
        assert_eq!(answer.ids(), [id], "{name}");
        assert_eq!(answer.json()[0]["source"], name);
    }
}

#[tokio::test]
async fn the_order_is_the_one_that_was_asked_for() {
    let (app, caller) = world().await;
    for (query, expected) in [
        ("?order_by=id", [7, 5, 4, 3, 2, 1]),
        ("?order_by=id&sort=asc", [1, 2, 3, 4, 5, 7]),
        ("?sort=asc", [1, 2, 3, 4, 5, 7]),
        ("?order_by=updated_at", [5, 7, 4, 3, 2, 1]),
        ("?order_by=updated_at&sort=asc", [1, 2, 3, 4, 7, 5]),
        // canceled, failed, pending, running, skipped, success
        ("?order_by=status&sort=asc", [5, 2, 4, 3, 7, 1]),
        ("?order_by=status&sort=desc", [1, 7, 3, 4, 2, 5]),
    ] {
        let answer = app.get(&list(query), &caller).await;
        assert_eq!(answer.ids(), expected, "{query}");
    }
    // Where several pipelines are equal, any order among them will do.
    let refs = |answer: switchyard_tests::Answer| -> Vec<String> {
        let body = answer.json();
        let list = body.as_array().into_iter().flatten();
        list.filter_map(|pipeline| pipeline["ref"].as_str().map(str::to_owned))
            .collect()
    };
    let answer = app.get(&list("?order_by=ref&sort=asc"), &caller).await;
    assert_eq!(
        refs(answer),
        ["feature", "gone", "main", "main", "main", "v1.0"]
    );
    let answer = app.get(&list("?order_by=user_id&sort=desc"), &caller).await;
    assert_eq!(answer.ids()[0], 3);
    let answer = app.get(&list("?order_by=user_id&sort=asc"), &caller).await;
    assert_eq!(answer.ids()[5], 3);
}

#[tokio::test]
async fn filters_that_cannot_be_are_refused() {
    let (app, caller) = world().await;
    for (query, error) in [
        ("?scope=broken", "scope does not have a valid value"),
        ("?scope[]=running", "scope does not have a valid value"),
        ("?status=finished", "status does not have a valid value"),
        ("?order_by=name", "order_by does not have a valid value"),
        ("?sort=up", "sort does not have a valid value"),
        ("?source=magic", "source does not have a valid value"),
        ("?yaml_errors=maybe", "yaml_errors is invalid"),
        ("?created_after=soon", "created_after is invalid"),
        ("?updated_before=2015-99-99", "updated_before is invalid"),
        ("?page=x", "page is invalid"),
    ] {
        let answer = app.get(&list(query), &caller).await;
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(answer.json(), json!({ "error": error }), "{query}");
    }
}

#[tokio::test]
async fn pages_and_their_links() {
    let (app, caller) = world().await;
    let first = app.get(&list("?ref=main&per_page=2"), &caller).await;
    assert_eq!(first.ids(), [5, 2]);
    assert_eq!(paging(&first), ["1", "2", "2", "", "3", "2"].map(Some));
    assert_eq!(relations(&first), ["next", "first", "last"]);
    let next = first.link("next").expect("a next page");
    assert_eq!(
        parameters(&next),
        ["id=1", "page=2", "per_page=2", "ref=main"]
    );
    let last = app.get(&next, &caller).await;
    assert_eq!(last.ids(), [1]);
    assert_eq!(paging(&last), ["2", "2", "", "1", "3", "2"].map(Some));

    for query in ["?ref=nowhere", "?username=nobody", "?status=manual"] {
        let answer = app.get(&list(query), &caller).await;
        assert_eq!(answer.body, "[]", "{query}");
        assert_eq!(
            paging(&answer),
            ["1", "20", "", "", "0", "1"].map(Some),
            "{query}"
        );
        assert_eq!(relations(&answer), ["first", "last"], "{query}");
    }
    let mut found = Vec::new();
    let mut next = Some(list("?per_page=4"));
    while let Some(address) = next {
        let answer = app.get(&address, &caller).await;
        found.extend(answer.ids());
        next = answer.link("next");
    }
    assert_eq!(found, [7, 5, 4, 3, 2, 1]);
    let past = app.get(&list("?page=9&per_page=4"), &caller).await;
    assert_eq!(
        (past.status.as_u16(), past.body.as_ref()),
        (200, b"[]".as_slice())
    );
}

#[tokio::test]
async fn the_whole_list_has_a_total() {
    let (app, caller) = world().await;
    let first = app.get(&list("?per_page=4"), &caller).await;
    assert_eq!(paging(&first), ["1", "4", "2", "", "6", "2"].map(Some));
    let last = app.get(&list("?per_page=4&page=2"), &caller).await;
    assert_eq!(paging(&last), ["2", "4", "", "1", "6", "2"].map(Some));
}

/// Beyond GitLab, which pages this list by number only.
#[tokio::test]
async fn pages_by_key() {
    let (app, caller) = world().await;
    for (query, expected) in [
        ("?pagination=keyset&per_page=2", vec![7, 5, 4, 3, 2, 1]),
        ("?pagination=keyset&per_page=1&ref=main", vec![5, 2, 1]),
        (
            "?pagination=keyset&per_page=1&scope=finished",
            vec![5, 2, 1],
        ),
        (
            "?pagination=keyset&per_page=3&source=push",
            vec![7, 5, 4, 3, 1],
        ),
        ("?pagination=keyset&status=manual", vec![]),
    ] {
        let mut found = Vec::new();
        let mut next = Some(list(query));
        while let Some(address) = next {
            let answer = app.get(&address, &caller).await;
            found.extend(answer.ids());
            assert_eq!(paging(&answer), [None; 6], "{query}");
            next = answer.link("next");
            let cursor = answer.header("x-next-cursor");
            assert_eq!(next.is_some(), cursor.is_some(), "{query}");
        }
        assert_eq!(found, expected, "{query}");
    }
    for query in ["order_by=ref", "sort=asc", "scope=branches", "scope=tags"] {
        let answer = app
            .get(&list(&format!("?pagination=keyset&{query}")), &caller)
            .await;
        assert_eq!(answer.status, 405, "{query}");
        let error = "Keyset pagination is not yet available for this type of request";
        assert_eq!(answer.json(), json!({ "error": error }), "{query}");
    }
}

#[tokio::test]
async fn an_entry_has_the_basic_fields_and_the_name() {
    let (app, caller) = world().await;
    let answer = app.get(&list("?status=running"), &caller).await;
    assert_eq!(
        answer.json(),
        json!([{
            "id": 3, "iid": 3, "project_id": 1, "sha": "0ff3ae198f8601a285adcf5c0fff204ee6fba5fd",
            "ref": "feature", "status": "running", "source": "push", "name": "Nightly",
            "created_at": "2015-12-13T12:00:00.000Z", "updated_at": "2015-12-13T13:00:00.000Z",
            "web_url": "https://example.com/group1/project1/-/pipelines/3",
        }])
    );
    let answer = app.get(&list("?status=pending"), &caller).await;
    assert!(answer.json()[0]["name"].is_null());
}
