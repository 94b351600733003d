//! `GET /users`.

use serde_json::json;
use switchyard::ids::{GroupId, UserId};
use switchyard::member::{Role, Source};
use switchyard::user::{User, UserState};
use switchyard_local::seed::{self, at};
use switchyard_tests::{Caller, TestApp};

use super::{USERS, assert_refused, message};

/// Users 1 to 9, each with something of their own; the administrator and user 2 ask.
async fn people() -> (TestApp, Caller, Caller) {
    let app = TestApp::new().await;
    let root = app.administrator().await;
    let ordinary = app.add_user(&person(2, "ordinary", |_| {})).await;
    for user in [
        person(3, "blocked", |user| user.state = UserState::Blocked),
        person(4, "banned", |user| user.state = UserState::Banned),
        person(5, "dormant", |user| user.state = UserState::Deactivated),
        person(6, "external", |user| user.external = true),
        person(7, "bot", |user| user.bot = true),
        person(8, "Zoe", |user| {
            "Aaron B.".clone_into(&mut user.name);
            user.created_at = at("2014-01-01T00:00:00Z");
            "zoe@public.example".clone_into(&mut user.profile.public_email);
        }),
        person(9, "gone", |user| {
            user.deleted_at = Some(at("2015-12-24T17:00:00Z"))
        }),
    ] {
        app.seed.put_user(&user).await.unwrap();
    }
    (app, root, ordinary)
}

fn person(id: u64, name: &str, change: impl FnOnce(&mut User)) -> User {
    let mut user = seed::user(id, name);
    change(&mut user);
    user
}

async fn ids(app: &TestApp, query: &str, caller: &Caller) -> Vec<u64> {
    let answer = app.get(&format!("{USERS}?{query}"), caller).await;
    assert_eq!(answer.status, 200, "{query}: {answer:?}");
    answer.ids()
}

#[tokio::test]
async fn filters_of_an_administrator() {
    let (app, root, _) = people().await;
    let all = [8, 7, 6, 5, 4, 3, 2, 1];
    for (query, expected) in [
        ("", &all[..]),
        ("active=true", &[8, 7, 6, 2, 1]),
        ("active=false", &all),
        ("blocked=true", &[3]),
        ("blocked=false", &all),
        ("external=true", &[6]),
        ("external=false", &all),
        ("exclude_external=true", &[8, 7, 5, 4, 3, 2, 1]),
        ("exclude_internal=true", &all),
        ("without_project_bots=true", &[8, 6, 5, 4, 3, 2, 1]),
        ("admins=true", &[1]),
        ("admins=false", &all),
        ("search=AARON", &[8]),
        ("search=zoe", &[8]),
        ("search=an", &[5, 4]),
        ("search=zoe@public.example", &[8]),
        ("search=blocked@example.com", &[3]),
        ("search=@example.com", &[]),
        ("search=gone", &[]),
        ("username=ZOE", &[8]),
        ("username=zo", &[]),
        ("username=gone", &[]),
        ("username=blocked", &[3]),
        ("username=zoe&admins=true", &[]),
        ("created_after=2015-01-01", &[7, 6, 5, 4, 3, 2, 1]),
        ("created_before=2015-01-01", &[8]),
        ("created_before=2014-01-01T00:00:00Z", &[]),
        ("extern_uid=1&provider=ldap", &[]),
        ("active=true&search=o", &[8, 7, 2, 1]),
    ] {
        assert_eq!(ids(&app, query, &root).await, expected, "{query}");
    }
}

#[tokio::test]
async fn others_see_less_and_may_ask_less() {
    let (app, _, ordinary) = people().await;
    let seen = [8, 7, 6, 5, 2, 1];
    for (query, expected) in [
        ("", &seen[..]),
        ("blocked=true", &[]),
        ("username=blocked", &[]),
        ("username=banned", &[]),
        ("username=dormant", &[5]),
        ("search=blocked", &[]),
        // The address of somebody else is found if it is public.
        ("search=zoe@public.example", &[8]),
        ("search=zoe@example.com", &[]),
        // What only administrators may ask for is dropped.
        ("admins=true", &seen),
        ("created_before=2015-01-01", &seen),
        ("without_projects=true", &seen),
        ("order_by=name&sort=asc", &seen),
        ("extern_uid=1&provider=ldap", &seen),
    ] {
        assert_eq!(ids(&app, query, &ordinary).await, expected, "{query}");
    }
    let body = app
        .get(&format!("{USERS}?username=zoe"), &ordinary)
        .await
        .json();
    let expected = json!([{
        "id": 8, "username": "Zoe", "public_email": "zoe@public.example", "name": "Aaron B.",
        "state": "active", "locked": false, "avatar_url": null,
        "web_url": "https://example.com/Zoe",
    }]);
    assert_eq!(body, expected);
}

#[tokio::test]
async fn nobody_may_ask_for_one_name() {
    let (app, root, ordinary) = people().await;
    let text = "403 Forbidden - Not authorized to access /api/v4/users";
    for query in ["", "search=zoe", "username=", "page=1"] {
        let answer = app.get(&format!("{USERS}?{query}"), &Caller::Nobody).await;
        assert_refused(&answer, 403, &message(text));
    }
    assert_eq!(ids(&app, "username=zoe", &Caller::Nobody).await, [8]);
    assert_eq!(ids(&app, "username=blocked", &Caller::Nobody).await, [0; 0]);
    let unknown = Caller::Token("glpat-unknown".to_owned());
    let answer = app.get(&format!("{USERS}?username=zoe"), &unknown).await;
    assert_refused(&answer, 401, &message("401 Unauthorized"));
    for (query, text) in [
        ("order_by=email", "order_by does not have a valid value"),
        ("sort=up", "sort does not have a valid value"),
        ("active=maybe", "active is invalid"),
        ("created_after=soon", "created_after is invalid"),
        (
            "extern_uid=1",
            "extern_uid, provider provide all or none of parameters",
        ),
    ] {
        for caller in [&root, &ordinary] {
            let answer = app.get(&format!("{USERS}?{query}"), caller).await;
            assert_refused(&answer, 400, &json!({ "error": text }));
        }
    }
}

#[tokio::test]
async fn orders() {
    let (app, root, _) = people().await;
    // Whoever was changed by an administrator comes last.
    let body = json!({ "bio": "changed" });
    app.put(&format!("{USERS}/8"), &root, &body).await;
    for (query, ascending) in [
        ("order_by=id", [1, 2, 3, 4, 5, 6, 7, 8]),
        ("order_by=name", [8, 1, 4, 3, 7, 5, 6, 2]),
        ("order_by=username", [4, 3, 7, 5, 6, 2, 1, 8]),
        ("order_by=created_at", [8, 1, 2, 3, 4, 5, 6, 7]),
        ("order_by=updated_at", [1, 2, 3, 4, 5, 6, 7, 8]),
    ] {
        let mut expected = ascending.to_vec();
        let query_up = format!("{query}&sort=asc");
        assert_eq!(ids(&app, &query_up, &root).await, expected, "{query_up}");
        expected.reverse();
        assert_eq!(ids(&app, query, &root).await, expected, "{query}");
    }
}

#[tokio::test]
async fn administrators_see_their_fields() {
    let (app, root, _) = people().await;
    let listed = app.get(USERS, &root).await.json();
    for user in listed.as_array().unwrap() {
        let shown = app.get(&format!("{USERS}/{}", user["id"]), &root).await;
        assert_eq!(shown.json(), *user);
        assert!(user["email"].is_string() && user["is_admin"].is_boolean());
    }
}

#[tokio::test]
async fn without_projects() {
    let (app, root, _) = people().await;
    app.add_project(1, |_| {}).await;
    let members = [
        seed::member(Source::Project(1.into()), UserId(5), Role::Guest),
        seed::member(Source::Group(GroupId(1)), UserId(8), Role::Owner),
    ];
    for member in members {
        app.seed.put(&member).await.unwrap();
    }
    let query = "without_projects=true&without_project_bots=true";
    assert_eq!(ids(&app, query, &root).await, [6, 4, 3, 2, 1]);
}

#[tokio::test]
async fn pages_by_number_and_by_key() {
    let (app, root, ordinary) = people().await;
    let page = app.get(&format!("{USERS}?per_page=3&page=2"), &root).await;
    assert_eq!(page.ids(), [5, 4, 3]);
    assert_eq!(page.header("x-next-page"), Some("3"));
    assert_eq!(page.header("x-prev-page"), Some("1"));
    let last = app.get(&format!("{USERS}?per_page=3&page=3"), &root).await;
    assert_eq!(last.ids(), [2, 1]);
    assert_eq!(last.header("x-total"), Some("8"));
    assert_eq!(last.header("x-next-page"), Some(""));

    let mut path = format!("{USERS}?pagination=keyset&per_page=2");
    let mut walked = Vec::new();
    loop {
        let page = app.get(&path, &ordinary).await;
        assert_eq!(page.status, 200, "{page:?}");
        walked.extend(page.ids());
        match page.link("next") {
            Some(next) => path = next,
            None => break,
        }
    }
    assert_eq!(walked, [8, 7, 6, 5, 2, 1]);
    let path = format!("{USERS}?pagination=keyset&order_by=name");
    assert_eq!(app.get(&path, &root).await.status, 405);
}

/// One request looks at two thousand users and no more.
#[tokio::test]
async fn a_long_list_is_looked_at_in_part() {
    let (app, root, _) = people().await;
    for id in 10_001..=12_100 {
        app.replace(&seed::user(id, &format!("many{id}")));
    }
    let store = &app.seed.store;
    let counter = switchyard::store::counters::Counter::Users;
    store.skip_ids(counter, 12_100).await.unwrap();
    let newest = ids(&app, "per_page=2", &root).await;
    assert_eq!(newest, [12_100, 12_099]);
    assert_eq!(ids(&app, "sort=asc&per_page=2", &root).await, [1, 2]);
    let found = app.get(&format!("{USERS}?search=zoe"), &root).await;
    assert_eq!(found.ids(), [0; 0]);
    assert_eq!(found.header("x-total"), None, "not all was looked at");
    let path = format!("{USERS}?search=zoe&pagination=keyset");
    let first = app.get(&path, &root).await;
    assert_eq!(first.ids(), [0; 0]);
    let next = first.link("next").unwrap();
    assert_eq!(app.get(&next, &root).await.ids(), [8]);
    let answer = app.get(&format!("{USERS}?page=200"), &root).await;
    assert_eq!(answer.status, 405);
}
