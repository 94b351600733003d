//! `PUT …/members/:user_id`.

use serde_json::json;
use switchyard::ids::UserId;
use switchyard::member::{Role, Source};
use switchyard::project::Namespace;
use switchyard_local::seed;
use switchyard_tests::TestApp;
use switchyard_tests::wire::{Fault, Loss, Rule};

use super::{
    INNER, OUTER, PROJECT, assert_refused, fault, join, members, message, nested, one, user,
};

#[tokio::test]
async fn role_and_end() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    for source in [INNER, PROJECT] {
        app.add_member(10, source, Role::Guest).await;
        for (body, level, end) in [
            (json!({ "access_level": 30 }), 30, json!(null)),
            (
                json!({ "access_level": 20, "expires_at": "2016-03-01" }),
                20,
                json!("2016-03-01"),
            ),
            // What is not said stays.
            (json!({ "access_level": 40 }), 40, json!("2016-03-01")),
            (
                json!({ "access_level": 40, "expires_at": "" }),
                40,
                json!(null),
            ),
            (json!({ "access_level": 50 }), 50, json!(null)),
            (json!({ "access_level": 10 }), 10, json!(null)),
        ] {
            let answer = app.put(&one(source, 10), &owner, &body).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            assert_eq!(answer.json()["access_level"], level, "{body}");
            assert_eq!(answer.json()["expires_at"], end, "{body}");
            assert_eq!(answer.json()["created_at"], "2015-12-21T13:14:24.077Z");
            let shown = app.get(&one(source, 10), &owner).await;
            assert_eq!(shown.json(), answer.json());
        }
    }
}

#[tokio::test]
async fn what_is_refused() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    let maintainer = app.add_member(3, PROJECT, Role::Maintainer).await;
    let developer = app.add_member(4, PROJECT, Role::Developer).await;
    app.add_member(10, PROJECT, Role::Reporter).await;
    app.add_member(11, PROJECT, Role::Owner).await;
    app.add_member(12, OUTER, Role::Developer).await;
    join(&app, PROJECT, 12, Role::Maintainer, |_| {});
    let forbidden = message("403 Forbidden");
    let not_found = message("404 Not found");
    let missing = json!({ "error": "access_level is missing" });
    let text = "should be greater than or equal to Developer inherited membership from group outer";
    let inherited = fault("access_level", text);
    let past = fault("expires_at", "cannot be a date in the past");
    let list = fault("access_level", "is not included in the list");
    for (caller, user, body, status, expected) in [
        (&owner, 10, json!({}), 400, &missing),
        (&owner, 99, json!({ "access_level": 30 }), 404, &not_found),
        // Inherited only.
        (&owner, 2, json!({ "access_level": 30 }), 404, &not_found),
        (&owner, 12, json!({ "access_level": 20 }), 400, &inherited),
        (&owner, 10, json!({ "access_level": 0 }), 400, &list),
        (
            &owner,
            10,
            json!({ "access_level": 20, "expires_at": "2015-12-01" }),
            400,
            &past,
        ),
        (
            &maintainer,
            10,
            json!({ "access_level": 50 }),
            403,
            &forbidden,
        ),
        // Nobody touches those above them.
        (
            &maintainer,
            11,
            json!({ "access_level": 30 }),
            403,
            &forbidden,
        ),
        (
            &developer,
            10,
            json!({ "access_level": 10 }),
            403,
            &forbidden,
        ),
        (
            &developer,
            4,
            json!({ "access_level": 40 }),
            403,
            &forbidden,
        ),
        (
            &developer,
            99,
            json!({ "access_level": 40 }),
            404,
            &not_found,
        ),
    ] {
        let path = one(PROJECT, user);
        let ask = app.put(&path, caller, &body);
        assert_refused(&app, ask, status, expected.clone()).await;
    }
    let path = format!("{}/ann", members(PROJECT));
    let body = json!({ "access_level": 30 });
    let ask = app.put(&path, &owner, &body);
    assert_refused(&app, ask, 400, json!({ "error": "user_id is invalid" })).await;
    let body = json!({ "access_level": 20 });
    assert_eq!(
        app.put(&one(PROJECT, 10), &maintainer, &body).await.status,
        200
    );
}

#[tokio::test]
async fn the_owner_of_a_personal_project_stays_its_owner() {
    let app = TestApp::new().await;
    let ann = user(&app, 10, "ann").await;
    let root = app.administrator().await;
    let mut project = seed::project(7, &[], "ann/own");
    project.namespace = Namespace::User {
        user_id: UserId(10),
    };
    app.seed.put_project(&project).await.unwrap();
    let source = Source::Project(project.id);
    join(&app, source, 10, Role::Owner, |_| {});
    let path = one(source, 10);
    for caller in [&ann, &root] {
        let body = json!({ "access_level": 30 });
        let ask = app.put(&path, caller, &body);
        assert_refused(&app, ask, 403, message("403 Forbidden")).await;
        let ask = app.delete(&path, caller);
        assert_refused(&app, ask, 403, message("403 Forbidden")).await;
    }
    // Others may own it too, and leave again.
    let bob = user(&app, 11, "bob").await;
    let body = json!({ "user_id": 11, "access_level": 50 });
    assert_eq!(app.post(&members(source), &ann, &body).await.status, 201);
    assert_eq!(app.delete(&one(source, 11), &bob).await.status, 204);
}

#[tokio::test]
async fn a_change_between_is_decided_on_anew() {
    let app = TestApp::new().await;
    nested(&app).await;
    let maintainer = app.add_member(3, PROJECT, Role::Maintainer).await;
    app.add_member(10, PROJECT, Role::Reporter).await;
    // Somebody makes them an owner, whom a maintainer may not change.
    app.replace_before(
        "dynamodb:UpdateItem",
        &seed::member(PROJECT, UserId(10), Role::Owner),
    );
    let body = json!({ "access_level": 20, "expires_at": "2016-01-01" });
    let answer = app.put(&one(PROJECT, 10), &maintainer, &body).await;
    assert_eq!(answer.status, 403, "{answer:?}");
    let shown = app.get(&one(PROJECT, 10), &maintainer).await.json();
    assert_eq!(shown["access_level"], 50);
    assert_eq!(shown["expires_at"], json!(null));
}

#[tokio::test]
async fn what_passes_by_itself_is_not_noticed() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    app.add_member(10, PROJECT, Role::Reporter).await;
    for (fault, level) in [
        (Fault::LostAnswer(Loss::Io), 30),
        (Fault::Throttle, 40),
        (Fault::LostAnswer(Loss::Timeout), 10),
    ] {
        let rule = Rule::new(fault).action("dynamodb:UpdateItem");
        let fired = app.wire.faults().add(rule.times(1));
        let body = json!({ "access_level": level });
        let answer = app.put(&one(PROJECT, 10), &owner, &body).await;
        assert_eq!(answer.status, 200, "{fault:?}: {answer:?}");
        assert_eq!(answer.json()["access_level"], level);
        assert_eq!(fired.count(), 1);
    }
}
