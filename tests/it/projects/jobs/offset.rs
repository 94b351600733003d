//! `GET /projects/:id/jobs`: pages by number.

use std::collections::BTreeMap;

use super::super::{paging, parameters, relations};
use super::{jobs, list};
use switchyard_tests::Caller;

#[tokio::test]
async fn a_page_says_where_it_stands() {
    let (app, caller, _) = jobs(&["success"; 7]).await;
    let total = (Some("7"), Some("3"));
    for (page, ids, next, previous, links) in [
        ("1", vec![107, 106, 105], "2", "", "next first last"),
        ("2", vec![104, 103, 102], "3", "1", "prev next first last"),
        ("3", vec![101], "", "2", "prev first last"),
    ] {
        let answer = app
            .get(&list(&format!("?per_page=3&page={page}")), &caller)
            .await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.ids(), ids);
        let expected = [
            Some(page),
            Some("3"),
            Some(next),
            Some(previous),
            total.0,
            total.1,
        ];
        assert_eq!(paging(&answer), expected, "page {page}");
        assert_eq!(relations(&answer).join(" "), links, "page {page}");
        for (relation, number) in [
            ("prev", previous),
            ("next", next),
            ("first", "1"),
            ("last", "3"),
        ] {
            let expected = (!number.is_empty()).then(|| {
                vec![
                    "id=1".to_owned(),
                    format!("page={number}"),
                    "per_page=3".to_owned(),
                ]
            });
            let link = answer.link(relation);
            let found = link.as_deref().map(parameters);
            let found = found.map(|found| found.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(found, expected, "{relation} of page {page}");
        }
    }
}

#[tokio::test]
async fn an_empty_list_has_one_page() {
    let (app, caller, _) = jobs(&[]).await;
    for query in ["", "?scope=failed", "?scope[]=failed&scope[]=running"] {
        let answer = app.get(&list(query), &caller).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.body, "[]");
        let expected = ["1", "20", "", "", "0", "1"].map(Some);
        assert_eq!(paging(&answer), expected, "{query}");
        assert_eq!(relations(&answer), ["first", "last"], "{query}");
    }
}

#[tokio::test]
async fn a_page_past_the_end_is_empty() {
    let (app, caller, _) = jobs(&["success"; 3]).await;
    for (query, page) in [
        ("?page=3&per_page=2", "3"),
        ("?page=400&per_page=2", "400"),
        ("?page=3&per_page=2&scope=success", "3"),
    ] {
        let answer = app.get(&list(query), &caller).await;
        assert_eq!(
            (answer.status.as_u16(), answer.body.as_ref()),
            (200, b"[]".as_slice())
        );
        let expected = [page, "2", "", "", "3", "2"].map(Some);
        assert_eq!(paging(&answer), expected, "{query}");
        assert_eq!(relations(&answer), ["first", "last"], "{query}");
    }
}

#[tokio::test]
async fn a_page_has_twenty_jobs_by_default_and_a_hundred_at_most() {
    let (app, caller, _) = jobs(&["success"; 105]).await;
    let answer = app.get(&list(""), &caller).await;
    assert_eq!(answer.ids(), (186..=205).rev().collect::<Vec<_>>());
    assert_eq!(paging(&answer), ["1", "20", "2", "", "105", "6"].map(Some));

    for query in [
        "?per_page=101",
        "?per_page=1000",
        "?per_page=99999999999999999999",
    ] {
        let answer = app.get(&list(query), &caller).await;
        assert_eq!(
            answer.ids(),
            (106..=205).rev().collect::<Vec<_>>(),
            "{query}"
        );
        assert_eq!(paging(&answer), ["1", "100", "2", "", "105", "2"].map(Some));
    }
    // Links repeat what was asked for; it is clamped again on the next page.
    let answer = app.get(&list("?per_page=1000"), &caller).await;
    let next = answer.link("next").expect("another page");
    assert!(parameters(&next).contains(&"per_page=1000"), "{next}");
    let answer = app.get(&next, &caller).await;
    assert_eq!(answer.ids(), (101..=105).rev().collect::<Vec<_>>());
}

#[tokio::test]
async fn following_the_links_meets_every_job_once() {
    let (app, caller, _) = jobs(&["success", "failed", "running", "failed", "success"]).await;
    for (query, expected) in [
        ("?per_page=2", vec![105, 104, 103, 102, 101]),
        (
            "?per_page=2&scope[]=success&scope[]=failed",
            vec![105, 104, 102, 101],
        ),
    ] {
        let mut found = Vec::new();
        let mut next = Some(list(query));
        while let Some(address) = next {
            let answer = app.get(&address, &caller).await;
            found.extend(answer.ids());
            next = answer.link("next");
        }
        assert_eq!(found, expected, "{query}");
    }
}

#[tokio::test]
async fn links_repeat_every_parameter_but_no_secret() {
    let (app, caller, _) = jobs(&["success"; 3]).await;
    let Caller::Token(token) = &caller else {
        panic!("a personal access token")
    };
    let query = format!(
        "?scope[]=success&scope%5B%5D=failed&private_token={token}&job_token=glcbt-1_2_x\
         &token=abc&access_token=def&per_page=1&own=a%20b%26c"
    );
    let answer = app.get(&list(&query), &Caller::Nobody).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    for relation in ["next", "first", "last"] {
        let link = answer.link(relation).expect("a link");
        let page = if relation == "first" {
            1
        } else if relation == "next" {
            2
        } else {
            3
        };
        assert_eq!(
            parameters(&link),
            [
                "id=1",
                "own=a%20b%26c",
                format!("page={page}").as_str(),
                "per_page=1",
                "scope%5B%5D=success",
                "scope%5B%5D=failed",
            ]
        );
    }
}

#[tokio::test]
async fn links_lead_back_by_the_path_that_was_used() {
    let (app, caller, _) = jobs(&["success"; 2]).await;
    let path = "/api/v4/projects/group1%2Fproject1/jobs";
    let answer = app.get(&format!("{path}?per_page=1"), &caller).await;
    let next = answer.link("next").expect("another page");
    let (address, _) = next.split_once('?').expect("a query");
    assert_eq!(address, path);
    let expected: BTreeMap<&str, &str> = [
        ("id", "group1%2Fproject1"),
        ("page", "2"),
        ("per_page", "1"),
    ]
    .into();
    let found: BTreeMap<&str, &str> = parameters(&next)
        .into_iter()
        .filter_map(|pair| pair.split_once('='))
        .collect();
    assert_eq!(found, expected);
    assert_eq!(app.get(&next, &caller).await.ids(), [101]);
}

#[tokio::test]
async fn a_deep_offset_points_to_keyset_paging() {
    let (app, caller, _) = jobs(&["success"; 3]).await;
    let refusal = serde_json::json!({ "error":
        "Offset pagination has a maximum allowed offset of 50000 for requests that return \
         objects of type Ci::Build. Remaining records can be retrieved using keyset pagination."
    });
    for (query, status) in [
        ("?page=501&per_page=100", 200),
        ("?page=502&per_page=100", 405),
        ("?page=99999999999999999999", 405),
    ] {
        let answer = app.get(&list(query), &caller).await;
        assert_eq!(answer.status, status, "{query}");
        let expected = if status == 200 {
            serde_json::json!([])
        } else {
            refusal.clone()
        };
        assert_eq!(answer.json(), expected, "{query}");
    }
}
