//! `POST …/members` for one user.

use http::Method;
use serde_json::json;
use switchyard::member::Role;
use switchyard::time::Day;
use switchyard_local::seed::{self, at};
use switchyard_tests::TestApp;
use switchyard_tests::wire::{Fault, Loss, Rule};

use super::{
    INNER, OUTER, PROJECT, assert_refused, fault, join, members, message, nested, one, user,
};

#[tokio::test]
async fn by_number_and_by_name() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    user(&app, 10, "Ann").await;
    user(&app, 11, "bob").await;
    for source in [INNER, PROJECT] {
        let body = json!({ "user_id": 10, "access_level": 30, "expires_at": "2016-02-01" });
        let answer = app.post(&members(source), &owner, &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let basic = |id: u64, name: &str| {
            json!({
                "id": id, "username": name, "name": name, "public_email": "", "state": "active",
                "locked": false, "avatar_url": null, "web_url": format!("https://example.com/{name}"),
            })
        };
        let mut expected = basic(10, "Ann");
        for (field, value) in [
            ("access_level", json!(30)),
            ("created_at", json!("2015-12-24T18:00:00.000Z")),
            ("expires_at", json!("2016-02-01")),
            ("created_by", basic(2, "user2")),
            ("membership_state", json!("active")),
        ] {
            expected[field] = value;
        }
        assert_eq!(answer.json(), expected);
        let shown = app.get(&one(source, 10), &owner).await;
        assert_eq!(shown.json(), expected);

        let body = json!({ "username": "BOB", "access_level": 20 });
        let answer = app.post(&members(source), &owner, &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        assert_eq!(answer.json()["id"], 11);
        assert_eq!(answer.json()["expires_at"], json!(null));
    }
}

#[tokio::test]
async fn in_other_spellings() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    for id in 10..=12 {
        user(&app, id, &format!("u{id}")).await;
    }
    let mut headers = owner.headers();
    headers.push(("content-type", "application/x-www-form-urlencoded"));
    let form = "user_id=10&access_level=30&expires_at=2016-02-01T00%3A00%3A00Z";
    let answer = app
        .request(Method::POST, &members(PROJECT), &headers, form)
        .await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.json()["expires_at"], "2016-02-01");

    let path = format!("{}?username=u11&access_level=30", members(PROJECT));
    let answer = app.request(Method::POST, &path, &owner.headers(), "").await;
    assert_eq!(answer.status, 201, "{answer:?}");

    let path = "/api/v4/projects/outer%2Finner%2Fproject/members";
    let body = json!({ "user_id": "12", "access_level": "15", "expires_at": null });
    let answer = app.post(path, &owner, &body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(answer.json()["access_level"], 15);
}

#[tokio::test]
async fn parameters_that_cannot_be_read() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    let neither = "user_id, username are missing, at least one parameter must be provided";
    let both = "user_id, username are mutually exclusive";
    for (body, text) in [
        (json!({}), format!("access_level is missing, {neither}")),
        (json!({ "access_level": 30 }), neither.to_owned()),
        (
            json!({ "access_level": 30, "user_id": 2, "username": "a" }),
            both.to_owned(),
        ),
        (
            json!({ "access_level": "high", "user_id": 2 }),
            "access_level is invalid".to_owned(),
        ),
        (
            json!({ "access_level": 30, "user_id": "ann" }),
            "user_id is invalid".to_owned(),
        ),
        (
            json!({ "access_level": 30, "user_id": 2, "expires_at": "soon" }),
            "expires_at is invalid".to_owned(),
        ),
    ] {
        for source in [OUTER, PROJECT] {
            let path = members(source);
            let ask = app.post(&path, &owner, &body);
            assert_refused(&app, ask, 400, json!({ "error": text })).await;
        }
    }
}

#[tokio::test]
async fn who_cannot_be_added() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    app.add_member(10, INNER, Role::Developer).await;
    app.add_member(11, PROJECT, Role::Developer).await;
    user(&app, 12, "free").await;
    let mut gone = seed::user(13, "gone");
    gone.deleted_at = Some(at("2015-12-24T17:00:00.000Z"));
    app.add_user(&gone).await;
    let mut robot = seed::user(14, "robot");
    robot.bot = true;
    app.add_user(&robot).await;
    let unknown = message("404 User Not Found");
    let exists = message("Member already exists");
    let list = fault("access_level", "is not included in the list");
    let past = fault("expires_at", "cannot be a date in the past");
    let robots = fault(
        "user",
        "project bots cannot be added to other groups / projects",
    );
    for (source, user, level, expires_at, status, body) in [
        (PROJECT, 99, 30, "", 404, &unknown),
        (PROJECT, 0, 30, "", 404, &unknown),
        (PROJECT, 13, 30, "", 404, &unknown),
        (INNER, 10, 50, "", 409, &exists),
        (PROJECT, 11, 10, "", 409, &exists),
        (PROJECT, 12, 0, "", 400, &list),
        (PROJECT, 12, 5, "", 400, &list),
        (INNER, 12, 35, "", 400, &list),
        (INNER, 12, 60, "", 400, &list),
        (INNER, 12, -30, "", 400, &list),
        (INNER, 12, 30, "2015-12-23", 400, &past),
        (PROJECT, 14, 30, "", 400, &robots),
    ] {
        let body_sent = json!({ "user_id": user, "access_level": level, "expires_at": expires_at });
        let path = members(source);
        let ask = app.post(&path, &owner, &body_sent);
        assert_refused(&app, ask, status, body.clone()).await;
    }
    let by_name = json!({ "username": "nobody", "access_level": 30 });
    let path = members(PROJECT);
    assert_refused(
        &app,
        app.post(&path, &owner, &by_name),
        404,
        unknown.clone(),
    )
    .await;
    // Groups have names too, in the same place.
    let a_group = json!({ "username": "outer", "access_level": 30 });
    assert_refused(&app, app.post(&path, &owner, &a_group), 404, unknown).await;
    // Several faults are told together.
    let body = json!({ "user_id": 12, "access_level": 7, "expires_at": "2000-01-01" });
    let both = json!({ "message": {
        "access_level": ["is not included in the list"],
        "expires_at": ["cannot be a date in the past"],
    } });
    assert_refused(&app, app.post(&path, &owner, &body), 400, both).await;
}

#[tokio::test]
async fn not_below_what_is_inherited() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    app.add_member(10, OUTER, Role::Developer).await;
    join(&app, INNER, 10, Role::Maintainer, |_| {});
    let path = members(PROJECT);
    let body = json!({ "user_id": 10, "access_level": 30 });
    let ask = app.post(&path, &owner, &body);
    let text =
        "should be greater than or equal to Maintainer inherited membership from group Inner";
    assert_refused(&app, ask, 400, fault("access_level", text)).await;

    app.add_member(11, OUTER, Role::Developer).await;
    let path = members(INNER);
    let body = json!({ "user_id": 11, "access_level": 20 });
    let ask = app.post(&path, &owner, &body);
    let text = "should be greater than or equal to Developer inherited membership from group outer";
    assert_refused(&app, ask, 400, fault("access_level", text)).await;
    for level in [30, 40] {
        let source = if level == 30 { INNER } else { PROJECT };
        let body = json!({ "user_id": 11, "access_level": level });
        assert_eq!(app.post(&members(source), &owner, &body).await.status, 201);
    }
    // What has ended is inherited no more.
    app.add_member(12, OUTER, Role::Owner).await;
    join(&app, OUTER, 12, Role::Owner, |member| {
        member.expires_at = Day::parse("2015-12-24");
    });
    let body = json!({ "user_id": 12, "access_level": 10 });
    assert_eq!(app.post(&members(INNER), &owner, &body).await.status, 201);
}

#[tokio::test]
async fn nobody_gives_more_than_they_have() {
    let app = TestApp::new().await;
    nested(&app).await;
    let maintainer = app.add_member(2, PROJECT, Role::Maintainer).await;
    let owner = app.add_member(3, PROJECT, Role::Owner).await;
    let root = app.administrator().await;
    for id in 10..=13 {
        user(&app, id, &format!("u{id}")).await;
    }
    let path = members(PROJECT);
    let body = json!({ "user_id": 10, "access_level": 50 });
    let ask = app.post(&path, &maintainer, &body);
    assert_refused(&app, ask, 403, message("403 Forbidden")).await;
    for (caller, user, level) in [
        (&maintainer, 10, 40),
        (&owner, 11, 50),
        (&root, 12, 50),
        (&maintainer, 13, 10),
    ] {
        let body = json!({ "user_id": user, "access_level": level });
        assert_eq!(app.post(&path, caller, &body).await.status, 201, "{user}");
    }
    // In a group it takes an owner to add anybody.
    let in_group = app.add_member(4, OUTER, Role::Maintainer).await;
    let path = members(INNER);
    let body = json!({ "user_id": 10, "access_level": 10 });
    let ask = app.post(&path, &in_group, &body);
    assert_refused(&app, ask, 403, message("403 Forbidden")).await;
}

#[tokio::test]
async fn a_membership_that_has_ended_is_replaced() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    user(&app, 10, "ann").await;
    join(&app, PROJECT, 10, Role::Owner, |member| {
        member.expires_at = Day::parse("2015-12-20");
    });
    assert_eq!(app.get(&one(PROJECT, 10), &owner).await.status, 404);
    let body = json!({ "user_id": 10, "access_level": 20 });
    let answer = app.post(&members(PROJECT), &owner, &body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let shown = app.get(&one(PROJECT, 10), &owner).await.json();
    assert_eq!(shown["access_level"], 20);
    assert_eq!(shown["expires_at"], json!(null));
    assert_eq!(shown["created_at"], "2015-12-24T18:00:00.000Z");
}

#[tokio::test]
async fn two_at_once_add_one_member() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    user(&app, 10, "ann").await;
    let path = members(PROJECT);
    let low = json!({ "user_id": 10, "access_level": 20 });
    let high = json!({ "user_id": 10, "access_level": 40 });
    let (a, b) = futures::join!(
        app.post(&path, &owner, &low),
        app.post(&path, &owner, &high)
    );
    let (won, lost) = if a.status == 201 { (a, b) } else { (b, a) };
    assert_eq!(won.status, 201, "{won:?}");
    assert_eq!(lost.status, 409, "{lost:?}");
    assert_eq!(lost.json(), message("Member already exists"));
    let shown = app.get(&one(PROJECT, 10), &owner).await.json();
    assert_eq!(shown["access_level"], won.json()["access_level"]);
}

#[tokio::test]
async fn nobody_is_added_to_what_is_deleted_meanwhile() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    user(&app, 10, "ann").await;
    let outer = seed::group(1, &[], "outer");
    let mut group = seed::group(2, &[&outer], "inner");
    group.deleted_at = Some(at("2015-12-24T17:00:00.000Z"));
    let above = [1, 2].map(switchyard::ids::GroupId);
    let mut project = seed::project(7, &above, "outer/inner/project");
    project.deleted_at = group.deleted_at;
    let body = json!({ "user_id": 10, "access_level": 20 });

    app.replace_before("dynamodb:TransactWriteItems", &project);
    let answer = app.post(&members(PROJECT), &owner, &body).await;
    assert_eq!(answer.status, 404, "{answer:?}");
    assert_eq!(answer.json(), message("404 Project Not Found"));

    app.replace_before("dynamodb:TransactWriteItems", &group);
    let answer = app.post(&members(INNER), &owner, &body).await;
    assert_eq!(answer.status, 404, "{answer:?}");
    assert_eq!(answer.json(), message("404 Group Not Found"));
    let rows = app.dump().rows;
    let (_, rows) = rows
        .iter()
        .find(|(name, _)| name.contains("embers"))
        .unwrap();
    assert_eq!(rows.len(), 1, "{rows:?}");
}

#[tokio::test]
async fn what_passes_by_itself_is_not_noticed() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    for (id, fault) in (10..).zip([
        Fault::LostAnswer(Loss::Io),
        Fault::LostAnswer(Loss::Timeout),
        Fault::Throttle,
        Fault::TransactionConflict,
    ]) {
        user(&app, id, &format!("u{id}")).await;
        let rule = Rule::new(fault).action("dynamodb:TransactWriteItems");
        let fired = app.wire.faults().add(rule.times(1));
        let body = json!({ "user_id": id, "access_level": 20 });
        let answer = app.post(&members(PROJECT), &owner, &body).await;
        assert_eq!(answer.status, 201, "{fault:?}: {answer:?}");
        assert_eq!(fired.count(), 1, "{fault:?}");
    }
}

/// Authentication with all memberships, the user, and one transaction.
#[tokio::test]
async fn three_rounds_are_enough() {
    let app = TestApp::new().await;
    nested(&app).await;
    let owner = app.add_member(2, OUTER, Role::Owner).await;
    for id in 10..=12 {
        user(&app, id, &format!("u{id}")).await;
    }
    let add = async |body: serde_json::Value| {
        app.wire.lockstep(true);
        app.wire.tape().reset();
        let answer = app.post(&members(PROJECT), &owner, &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        app.wire.tape().depth()
    };
    add(json!({ "username": "u10", "access_level": 20 })).await;
    assert_eq!(app.delete(&one(PROJECT, 10), &owner).await.status, 204);
    for body in [
        json!({ "user_id": 11, "access_level": 20 }),
        // Whose number was learnt.
        json!({ "username": "u10", "access_level": 20 }),
    ] {
        assert_eq!(add(body).await, 3);
    }
}
