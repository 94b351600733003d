//! `GET /projects/:id/jobs` with `name`, `created_after` and `created_before`, which go
//! beyond GitLab.

use switchyard::job::Status;
use switchyard::time::Time;
use switchyard_local::seed::{self, at};
use switchyard_tests::world::job;
use switchyard_tests::{Caller, TestApp};

use super::super::relations;
use super::{PROJECT, jobs, list};

/// Jobs that a search looks at in one request.
const BOUND: u64 = 2_000;

/// Jobs 101 to 106, one a day from 21 December on, by turns `build` and `test`.
async fn days() -> (TestApp, Caller) {
    let (app, caller, _) = jobs(&[]).await;
    let pipeline = seed::pipeline(PROJECT, 6, 101, 6);
    for (id, day) in (101..=106).zip(21..) {
        app.replace(&job(&pipeline, id, Status::Success, |job| {
            job.build.created_at = at(&format!("2015-12-{day}T12:00:00Z"));
            let name = if id % 2 == 1 { "build" } else { "test" };
            name.clone_into(&mut job.build.name);
            if id == 104 {
                job.build.status = Status::Failed;
            }
        }));
    }
    (app, caller)
}

#[tokio::test]
async fn jobs_are_found_by_name_and_time() {
    let (app, caller) = days().await;
    for (query, expected) in [
        ("?name=build", vec![105, 103, 101]),
        ("?name=test", vec![106, 104, 102]),
        ("?name=Test", vec![]),
        ("?name=tes", vec![]),
        ("?name=", vec![106, 105, 104, 103, 102, 101]),
        ("?created_after=2015-12-24T00:00:00Z", vec![106, 105, 104]),
        ("?created_after=2015-12-24", vec![106, 105, 104]),
        (
            "?created_after=2015-12-24T13:30:00%2B02:00",
            vec![106, 105, 104],
        ),
        ("?created_before=2015-12-24T00:00:00Z", vec![103, 102, 101]),
        (
            "?created_after=2015-12-22&created_before=2015-12-25T00:00:00.000Z",
            vec![104, 103, 102],
        ),
        (
            "?created_after=2015-12-22&created_before=2015-12-26&name=test",
            vec![104, 102],
        ),
        ("?name=test&scope=failed", vec![104]),
        (
            "?name=test&scope[]=failed&scope[]=success",
            vec![106, 104, 102],
        ),
        ("?name=build&scope[]=failed", vec![]),
        ("?created_after=2016-01-01", vec![]),
        ("?created_before=1969-12-31", vec![]),
    ] {
        let answer = app.get(&list(query), &caller).await;
        assert_eq!(answer.status, 200, "{query}: {answer:?}");
        assert_eq!(answer.ids(), expected, "{query}");
        let by_key = list(&format!("{query}&pagination=keyset"));
        assert_eq!(app.get(&by_key, &caller).await.ids(), expected, "{query}");
    }
}

#[tokio::test]
async fn a_time_that_is_none_is_refused() {
    let (app, caller) = days().await;
    for name in ["created_after", "created_before"] {
        for value in ["yesterday", "2015-13-01", "12", "2015-12-24T99:00:00Z"] {
            let answer = app.get(&list(&format!("?{name}={value}")), &caller).await;
            assert_eq!(answer.status, 400, "{name}={value}");
            let expected = serde_json::json!({ "error": format!("{name} is invalid") });
            assert_eq!(answer.json(), expected, "{name}={value}");
        }
    }
}

#[tokio::test]
async fn a_search_is_paged_in_both_ways() {
    let (app, caller) = days().await;
    let first = app.get(&list("?name=build&per_page=2"), &caller).await;
    assert_eq!(first.ids(), [105, 103]);
    // How many there are is not known without looking at all of them.
    assert_eq!(first.header("x-total"), None);
    assert_eq!(relations(&first), ["next", "first"]);
    let last = app.get(&first.link("next").expect("more"), &caller).await;
    assert_eq!(last.ids(), [101]);
    assert_eq!(relations(&last), ["prev", "first"]);

    let query = "?created_before=2015-12-26T00:00:00Z&per_page=2&pagination=keyset";
    let mut found = Vec::new();
    let mut back = None;
    let mut next = Some(list(query));
    while let Some(address) = next {
        let answer = app.get(&address, &caller).await;
        found.extend(answer.ids());
        next = answer.link("next");
        back = answer.header("x-prev-cursor").map(str::to_owned);
    }
    assert_eq!(found, [105, 104, 103, 102, 101]);
    let back = back.expect("a page before the last one");
    let answer = app
        .get(&list(&format!("{query}&cursor={back}")), &caller)
        .await;
    assert_eq!(answer.ids(), [103, 102]);
}

#[tokio::test]
async fn a_search_looks_at_a_bounded_number_of_jobs() {
    let (app, caller, _) = jobs(&[]).await;
    let pipeline = seed::pipeline(PROJECT, 6, 1, BOUND + 1);
    let begin = at("2015-12-01T00:00:00Z").microseconds();
    for id in 1..=BOUND + 1 {
        app.replace(&job(&pipeline, id, Status::Success, |job| {
            job.build.created_at = Time::from_microseconds(begin + id as i64 * 1_000_000);
            if id <= 2 {
                "needle".clone_into(&mut job.build.name);
            }
        }));
    }
    let answer = app.get(&list("?name=needle"), &caller).await;
    assert_eq!(answer.ids(), [2]);

    // By key the search goes on where it stopped.
    let mut found = Vec::new();
    let mut pages = 0;
    let mut next = Some(list("?name=needle&pagination=keyset"));
    while let Some(address) = next {
        let answer = app.get(&address, &caller).await;
        found.extend(answer.ids());
        next = answer.link("next");
        pages += 1;
    }
    assert_eq!((found, pages), (vec![2, 1], 2));
}
