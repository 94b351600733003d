//! `GET …/members`, `…/members/all`, and one of them.

use serde_json::json;
use switchyard::member::Role;
use switchyard::project::Visibility;
use switchyard::time::Day;
use switchyard_local::seed::{self, at};
use switchyard_tests::{Caller, TestApp};

use super::{INNER, OUTER, PROJECT, join, members, message, nested, one, user};

/// Outer: 2 owner, 10 guest, 11 developer. Inner: 10 maintainer, 12 reporter.
/// Project: 10 reporter, 11 guest, 13 owner. Ended: 14 everywhere. Gone: 15.
async fn world(app: &TestApp) -> Caller {
    nested(app).await;
    let owner = user(app, 2, "owner").await;
    for (id, name) in [
        (10, "ann"),
        (11, "bob"),
        (12, "Carla"),
        (13, "dora"),
        (14, "past"),
    ] {
        user(app, id, name).await;
    }
    let mut gone = seed::user(15, "gone");
    gone.deleted_at = Some(at("2015-12-24T17:00:00.000Z"));
    app.add_user(&gone).await;
    for (source, id, role) in [
        (OUTER, 2, Role::Owner),
        (OUTER, 10, Role::Guest),
        (OUTER, 11, Role::Developer),
        (INNER, 10, Role::Maintainer),
        (INNER, 12, Role::Reporter),
        (PROJECT, 10, Role::Reporter),
        (PROJECT, 11, Role::Guest),
        (PROJECT, 13, Role::Owner),
        (PROJECT, 15, Role::Owner),
    ] {
        join(app, source, id, role, |_| {});
    }
    for source in [OUTER, INNER, PROJECT] {
        join(app, source, 14, Role::Owner, |member| {
            member.expires_at = Day::parse("2015-12-24");
        });
    }
    owner
}

async fn levels(app: &TestApp, path: &str, caller: &Caller) -> Vec<(u64, u64)> {
    let answer = app.get(path, caller).await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    let body = answer.json();
    let rows = body.as_array().unwrap().iter();
    rows.map(|row| {
        let number = |field: &str| row[field].as_u64().unwrap();
        (number("id"), number("access_level"))
    })
    .collect()
}

#[tokio::test]
async fn direct_ones_and_all() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    for (path, expected) in [
        (members(OUTER), vec![(2, 50), (10, 10), (11, 30)]),
        (members(INNER), vec![(10, 40), (12, 20)]),
        (members(PROJECT), vec![(10, 20), (11, 10), (13, 50)]),
        (
            format!("{}/all", members(OUTER)),
            vec![(2, 50), (10, 10), (11, 30)],
        ),
        (
            format!("{}/all", members(INNER)),
            vec![(2, 50), (10, 40), (11, 30), (12, 20)],
        ),
        (
            format!("{}/all", members(PROJECT)),
            vec![(2, 50), (10, 40), (11, 30), (12, 20), (13, 50)],
        ),
    ] {
        assert_eq!(levels(&app, &path, &owner).await, expected, "{path}");
    }
}

#[tokio::test]
async fn filters_and_pages() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    let all = format!("{}/all", members(PROJECT));
    for (query, expected) in [
        ("query=CAR", vec![12]),
        ("query=o", vec![2, 11, 13]),
        ("query=zzz", vec![]),
        ("user_ids=10,13,99", vec![10, 13]),
        ("user_ids[]=2&user_ids[]=11", vec![2, 11]),
        ("user_ids=", vec![]),
        ("skip_users=10,13", vec![2, 11, 12]),
        ("query=o&skip_users[]=2", vec![11, 13]),
        ("per_page=2&page=2", vec![11, 12]),
        ("per_page=2&page=3", vec![13]),
        ("per_page=2&page=4", vec![]),
    ] {
        let answer = app.get(&format!("{all}?{query}"), &owner).await;
        assert_eq!(answer.ids(), expected, "{query}");
    }
    let page = app.get(&format!("{all}?per_page=2"), &owner).await;
    assert_eq!(page.header("x-total"), Some("5"));
    assert_eq!(page.header("x-total-pages"), Some("3"));
    assert_eq!(page.header("x-next-page"), Some("2"));
    let bad = app
        .get(&format!("{all}?user_ids=a&per_page=x"), &owner)
        .await;
    assert_eq!(bad.status, 400);
    assert_eq!(
        bad.json(),
        json!({ "error": "user_ids is invalid, per_page is invalid" })
    );
}

#[tokio::test]
async fn one_member() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    let all = |source, id: u64| format!("{}/all/{id}", members(source));
    for (path, level) in [
        (one(PROJECT, 10), Some(20)),
        (all(PROJECT, 10), Some(40)),
        (all(INNER, 10), Some(40)),
        (all(OUTER, 10), Some(10)),
        (one(PROJECT, 12), None),
        (all(PROJECT, 12), Some(20)),
        (all(PROJECT, 2), Some(50)),
        (one(PROJECT, 14), None),
        (all(PROJECT, 14), None),
        (one(PROJECT, 15), None),
        (all(PROJECT, 99), None),
        (one(PROJECT, 0), None),
    ] {
        let answer = app.get(&path, &owner).await;
        match level {
            Some(level) => {
                assert_eq!(answer.status, 200, "{path}");
                assert_eq!(answer.json()["access_level"], level, "{path}");
            }
            None => {
                assert_eq!(answer.status, 404, "{path}");
                assert_eq!(answer.json(), message("404 Not found"), "{path}");
            }
        }
    }
    for path in [
        format!("{}/ann", members(PROJECT)),
        format!("{}/all/ann", members(OUTER)),
    ] {
        let answer = app.get(&path, &owner).await;
        assert_eq!(answer.status, 400, "{path}");
        assert_eq!(answer.json(), json!({ "error": "user_id is invalid" }));
    }
    // Who granted it is told as far as it is known.
    let answer = app.get(&one(PROJECT, 10), &owner).await.json();
    assert_eq!(answer.get("created_by"), None);
    assert_eq!(answer["membership_state"], "active");
}

#[tokio::test]
async fn who_may_look() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    let stranger = user(&app, 20, "stranger").await;
    let guest = app.add_member(21, PROJECT, Role::Guest).await;
    let paths = |source| {
        let members = members(source);
        [
            members.clone(),
            format!("{members}/all"),
            format!("{members}/10"),
            format!("{members}/all/10"),
        ]
    };
    let missing = |source| match source {
        PROJECT => message("404 Project Not Found"),
        _ => message("404 Group Not Found"),
    };
    for source in [INNER, PROJECT] {
        for path in paths(source) {
            let nobody = app.get(&path, &Caller::Nobody).await;
            assert_eq!(nobody.status, 401, "{path}");
            let answer = app.get(&path, &stranger).await;
            assert_eq!(answer.status, 404, "{path}");
            assert_eq!(answer.json(), missing(source));
            assert_eq!(app.get(&path, &owner).await.status, 200, "{path}");
        }
    }
    for path in paths(PROJECT) {
        assert_eq!(app.get(&path, &guest).await.status, 200, "{path}");
    }
    // Whoever is signed in sees the members of what is public.
    let mut group = seed::group(3, &[], "public");
    group.visibility = Visibility::Public;
    app.seed.put_group(&group).await.unwrap();
    let members = "/api/v4/groups/3/members";
    assert_eq!(app.get(members, &stranger).await.status, 200);
    assert_eq!(app.get(members, &Caller::Nobody).await.status, 401);
}

#[tokio::test]
async fn what_no_route_has() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    for (method, path) in [
        (http::Method::PUT, format!("{}/all/10", members(OUTER))),
        (http::Method::DELETE, members(PROJECT)),
        (http::Method::POST, format!("{}/all", members(PROJECT))),
    ] {
        let answer = app.request(method, &path, &owner.headers(), "").await;
        assert_eq!(answer.status, 405, "{path}");
    }
}

/// Once links were seen: authentication, the members, and those whom they show.
#[tokio::test]
async fn what_a_list_costs() {
    let app = TestApp::new().await;
    let owner = world(&app).await;
    let all = format!("{}/all", members(PROJECT));
    for (path, depth, calls) in [
        (members(PROJECT), 3, 3),
        // Project and two groups are asked side by side.
        (all.clone(), 3, 5),
        (one(PROJECT, 10), 2, 2),
        (format!("{all}/10"), 2, 2),
    ] {
        app.get(&path, &owner).await;
        let (answer, spent) = app.spend(&path, &owner).await;
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!((spent.depth, spent.calls), (depth, calls), "{path}");
    }
}
