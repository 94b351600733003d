//! `GET /projects/:id/jobs?pagination=keyset`: pages by cursor.

use switchyard::job::Status;
use switchyard_tests::{Answer, Caller, TestApp};

use super::super::{paging, parameters, relations};
use super::{PROJECT, jobs, list};

async fn cursor(app: &TestApp, caller: &Caller, query: &str, cursor: &str) -> Answer {
    let query = format!("?pagination=keyset&cursor={cursor}&{query}");
    app.get(&list(&query), caller).await
}

#[tokio::test]
async fn a_link_leads_on_while_there_is_more() {
    let (app, caller, _) = jobs(&["success"; 5]).await;
    let first = app
        .get(&list("?pagination=keyset&per_page=2"), &caller)
        .await;
    assert_eq!(first.ids(), [105, 104]);
    assert_eq!(relations(&first), ["next"]);
    assert_eq!(paging(&first), [None; 6]);
    assert_eq!(first.header("x-prev-cursor"), None);
    let next = first.link("next").expect("a next page");
    let cursor = first.header("x-next-cursor").expect("a cursor");
    let cursor_parameter = format!("cursor={}", cursor.replace('=', "%3D"));
    assert_eq!(
        parameters(&next),
        [
            cursor_parameter.as_str(),
            "id=1",
            "page=1",
            "pagination=keyset",
            "per_page=2"
        ]
    );

    let second = app.get(&next, &caller).await;
    assert_eq!(second.ids(), [103, 102]);
    let last = app
        .get(&second.link("next").expect("a last page"), &caller)
        .await;
    assert_eq!(last.ids(), [101]);
    assert_eq!(last.header("link"), None);
    assert_eq!(last.header("x-next-cursor"), None);
    assert_eq!(paging(&last), [None; 6]);
}

#[tokio::test]
async fn the_last_page_is_known_when_it_is_full() {
    let (app, caller, _) = jobs(&["success"; 4]).await;
    let first = app
        .get(&list("?pagination=keyset&per_page=2"), &caller)
        .await;
    let last = app
        .get(&first.link("next").expect("a next page"), &caller)
        .await;
    assert_eq!(last.ids(), [102, 101]);
    assert_eq!(last.header("link"), None);
}

#[tokio::test]
async fn cursors_lead_forwards_and_back() {
    let (app, caller, _) = jobs(&[
        "success", "failed", "success", "failed", "success", "success",
    ])
    .await;
    let query = "per_page=1&scope[]=success";
    let mut forwards = Vec::new();
    let mut pages = vec![cursor(&app, &caller, query, "").await];
    while let Some(next) = pages.last().and_then(|page| page.header("x-next-cursor")) {
        let page = cursor(&app, &caller, query, next).await;
        pages.push(page);
    }
    for page in &pages {
        forwards.extend(page.ids());
    }
    assert_eq!(forwards, [106, 105, 103, 101]);

    let mut backwards = Vec::new();
    let mut page = pages.pop().expect("a last page");
    while let Some(previous) = page.header("x-prev-cursor") {
        page = cursor(&app, &caller, query, previous).await;
        backwards.extend(page.ids());
    }
    assert_eq!(backwards, [103, 105, 106]);
    // And forwards again from the first page that was come back to.
    let next = page.header("x-next-cursor").expect("a next page");
    assert_eq!(cursor(&app, &caller, query, next).await.ids(), [105]);
}

#[tokio::test]
async fn a_page_backwards_is_in_the_order_of_the_list() {
    let (app, caller, _) = jobs(&["success"; 5]).await;
    let first = app
        .get(&list("?pagination=keyset&per_page=4"), &caller)
        .await;
    let last = app
        .get(&first.link("next").expect("a next page"), &caller)
        .await;
    let previous = last.header("x-prev-cursor").expect("a previous page");
    let back = cursor(&app, &caller, "per_page=3", previous).await;
    assert_eq!(back.ids(), [104, 103, 102]);
    let further = back.header("x-prev-cursor").expect("a page before");
    assert_eq!(
        cursor(&app, &caller, "per_page=3", further).await.ids(),
        [105]
    );
}

#[tokio::test]
async fn jobs_that_are_new_do_not_move_the_pages() {
    let (app, caller, _) = jobs(&["success"; 4]).await;
    let first = app
        .get(&list("?pagination=keyset&per_page=2"), &caller)
        .await;
    app.add_pipeline(PROJECT, 7, 201, &[Status::Success; 3])
        .await;
    let second = app
        .get(&first.link("next").expect("a next page"), &caller)
        .await;
    assert_eq!(second.ids(), [102, 101]);
}

#[tokio::test]
async fn the_next_link_repeats_filters_and_order() {
    let (app, caller, _) = jobs(&["success", "failed", "running", "failed"]).await;
    let query =
        "?pagination=keyset&per_page=1&order_by=id&sort=desc&scope[]=failed&scope[]=success";
    let mut found = Vec::new();
    let mut next = Some(list(query));
    while let Some(address) = next {
        let answer = app.get(&address, &caller).await;
        found.extend(answer.ids());
        next = answer.link("next");
        for expected in [
            "order_by=id",
            "sort=desc",
            "scope%5B%5D=failed",
            "scope%5B%5D=success",
        ] {
            let kept = next.iter().all(|next| parameters(next).contains(&expected));
            assert!(kept, "{expected} in {next:?}");
        }
    }
    assert_eq!(found, [104, 102, 101]);
}

#[tokio::test]
async fn the_cursor_that_gitlab_would_give_is_taken() {
    let (app, caller, _) = jobs(&["success"; 3]).await;
    // {"id":"103","_kd":"n"} and, without padding, {"id":"101","_kd":"p"}
    for (text, ids) in [
        ("eyJpZCI6IjEwMyIsIl9rZCI6Im4ifQ==", vec![102, 101]),
        ("eyJpZCI6IjEwMSIsIl9rZCI6InAifQ", vec![103, 102]),
        ("", vec![103, 102, 101]),
    ] {
        assert_eq!(cursor(&app, &caller, "", text).await.ids(), ids, "{text}");
    }
}

#[tokio::test]
async fn other_orders_have_no_keyset() {
    let (app, caller, _) = jobs(&["success"; 3]).await;
    let refusal = serde_json::json!({
        "error": "Keyset pagination is not yet available for this type of request"
    });
    for query in [
        "order_by=name",
        "sort=asc",
        "order_by=id&sort=asc",
        "order_by=created_at&sort=desc",
    ] {
        let answer = app
            .get(&list(&format!("?pagination=keyset&{query}")), &caller)
            .await;
        assert_eq!(answer.status, 405, "{query}");
        assert_eq!(answer.json(), refusal, "{query}");
        // Without keyset these parameters are unknown, and so ignored.
        let answer = app.get(&list(&format!("?{query}")), &caller).await;
        assert_eq!(answer.ids(), [103, 102, 101], "{query}");
    }
}

#[tokio::test]
async fn garbage_is_no_cursor() {
    let (app, caller, _) = jobs(&["success"; 3]).await;
    let refusal = serde_json::json!({ "error": "cursor is invalid" });
    // Not base64; not JSON; {}; a number for an id; an unknown direction; a huge id.
    for text in [
        "x",
        "!!!",
        "Z2FyYmFnZQ==",
        "e30=",
        "eyJpZCI6NywiX2tkIjoibiJ9",
        "eyJpZCI6IjciLCJfa2QiOiJ4In0=",
        "eyJpZCI6Ijk5OTk5OTk5OTk5OTk5OTk5OTk5IiwiX2tkIjoibiJ9",
    ] {
        let answer = cursor(&app, &caller, "", text).await;
        assert_eq!(answer.status, 400, "{text}");
        assert_eq!(answer.json(), refusal, "{text}");
    }
}
