//! What a schedule can be, and how many there can be.

use http::Method;
use serde_json::{Value, json};
use switchyard::project::{FeatureAccess, Project};
use switchyard::repository::{ProtectedBranch, ProtectedTag, RefAccess};
use switchyard_local::seed;

use super::{ALL, World, at, daily, error, forbidden, invalid};

#[tokio::test]
async fn a_schedule_is_answered_and_shown_as_it_was_made() {
    let world = World::new().await;
    let made = world.made(daily()).await;
    let owner = json!({
        "id": 3, "username": "user3", "public_email": "", "name": made["owner"]["name"],
        "state": "active", "locked": false, "avatar_url": null,
        "web_url": made["owner"]["web_url"],
    });
    let mut listed = json!({
        "id": 1, "description": "daily", "ref": "main", "cron": "0 1 * * *",
        "cron_timezone": "UTC", "next_run_at": "2015-12-25T01:00:00.000Z", "active": true,
        "created_at": "2015-12-24T18:00:00.000Z", "updated_at": "2015-12-24T18:00:00.000Z",
        "owner": owner,
    });
    assert_eq!(
        world.app.get(ALL, &world.owner).await.json(),
        json!([listed])
    );
    listed["last_pipeline"] = json!(null);
    // Only those who may change it see that it has variables, or none.
    let shown = world.app.get(&at(&made), &world.reporter).await;
    assert_eq!((shown.status.as_u16(), shown.json()), (200, listed.clone()));
    listed["variables"] = json!([]);
    assert_eq!(made, listed);
    for caller in [&world.owner, &world.maintainer, &world.root] {
        assert_eq!(world.app.get(&at(&made), caller).await.json(), listed);
    }
}

/// Worked out with a calendar. It is the 24th of December, six in the evening in UTC.
#[tokio::test]
async fn it_runs_next_when_its_zone_says_so() {
    let world = World::new().await;
    for (cron, zone, next) in [
        ("0 1 * * *", "UTC", json!("2015-12-25T01:00:00.000Z")),
        (
            "0 1 * * *",
            "Europe/Berlin",
            json!("2015-12-25T00:00:00.000Z"),
        ),
        (
            "0 1 * * *",
            "Pacific Time (US & Canada)",
            json!("2015-12-25T09:00:00.000Z"),
        ),
        (
            "0 19 * * *",
            "Europe/Berlin",
            json!("2015-12-25T18:00:00.000Z"),
        ),
        ("*/15 * * * *", "UTC", json!("2015-12-24T18:15:00.000Z")),
        ("@hourly", "UTC", json!("2015-12-24T19:00:00.000Z")),
        ("30 2 29 2 *", "UTC", json!("2016-02-29T02:30:00.000Z")),
        ("0 0 * * 1", "UTC", json!("2015-12-28T00:00:00.000Z")),
    ] {
        let mut body = daily();
        body["cron"] = json!(cron);
        body["cron_timezone"] = json!(zone);
        for active in [true, false] {
            body["active"] = json!(active);
            let made = world.made(body.clone()).await;
            assert_eq!(made["next_run_at"], next, "{cron} {zone}");
            for (field, value) in body.as_object().unwrap() {
                assert_eq!(made[field], *value, "{cron} {zone}");
            }
            let gone = world.app.delete(&at(&made), &world.owner).await;
            assert_eq!(gone.status, 204);
        }
    }
}

#[tokio::test]
async fn short_names_of_branches_and_tags_become_full_ones() {
    let world = World::new().await;
    let branch = seed::branch(1.into(), "main", "0ff3");
    world.app.seed.put(&branch).await.unwrap();
    let mut tag = seed::branch(1.into(), "v1.0", "0ff3");
    tag.tag = true;
    world.app.seed.put(&tag).await.unwrap();
    for (given, shown) in [
        ("main", "refs/heads/main"),
        ("v1.0", "refs/tags/v1.0"),
        ("refs/heads/main", "refs/heads/main"),
        ("refs/tags/gone", "refs/tags/gone"),
        ("not-there", "not-there"),
    ] {
        let mut body = daily();
        body["ref"] = json!(given);
        let made = world.made(body).await;
        assert_eq!(made["ref"], shown);
        let change = json!({ "ref": given });
        let edited = world.send(Method::PUT, &at(&made), &change).await;
        assert_eq!(edited.json()["ref"], shown, "{edited:?}");
    }
}

#[tokio::test]
async fn what_a_schedule_cannot_be_is_refused() {
    let world = World::new().await;
    let changed = |changes: Value| {
        let mut body = daily();
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    };
    let long = "x".repeat(256);
    let too_long = ["is too long (maximum is 255 characters)"];
    let missing = "description is missing, ref is missing, cron is missing";
    let mut cases = vec![
        (json!({}), error(missing)),
        (changed(json!({ "ref": "" })), error("ref is empty")),
        (changed(json!({ "ref": " " })), error("ref is empty")),
        (
            changed(json!({ "ref": ["a"], "cron": {}, "active": "perhaps" })),
            error("ref is invalid, cron is invalid, active is invalid"),
        ),
        (
            changed(json!({ "description": " " })),
            invalid("description", &["can't be blank"]),
        ),
        (
            changed(json!({ "cron": "" })),
            invalid("cron", &[" is invalid syntax", "can't be blank"]),
        ),
        (
            changed(json!({ "description": long })),
            invalid("description", &too_long),
        ),
        (changed(json!({ "ref": long })), invalid("ref", &too_long)),
        (
            changed(json!({ "cron_timezone": "Mars/Olympus" })),
            invalid("cron_timezone", &[" is invalid syntax"]),
        ),
        (
            changed(json!({ "cron": "x", "cron_timezone": "y", "description": "" })),
            (
                400,
                json!({ "message": {
                    "cron": [" is invalid syntax"],
                    "cron_timezone": [" is invalid syntax"],
                    "description": ["can't be blank"],
                } }),
            ),
        ),
    ];
    for cron in [
        "x",
        "0 1 * *",
        "61 * * * *",
        "* * 32 * *",
        "0 0 31 2 *",
        "@never",
    ] {
        let body = changed(json!({ "cron": cron }));
        cases.push((body, invalid("cron", &[" is invalid syntax"])));
    }
    for (body, expected) in cases {
        world.refused(Method::POST, ALL, body, expected).await;
    }
}

#[tokio::test]
async fn there_is_room_for_ten() {
    let world = World::new().await;
    let mut last = Value::Null;
    for _ in 0..10 {
        last = world.made(daily()).await;
    }
    let text = "Maximum number of ci pipeline schedules (10) exceeded";
    let expected = invalid("base", &[text]);
    world.refused(Method::POST, ALL, daily(), expected).await;
    assert_eq!(world.app.delete(&at(&last), &world.owner).await.status, 204);
    assert_eq!((world.counted(), world.rows("schedules")), (9, 9));
    world.made(daily()).await;
    assert_eq!(world.counted(), 10);
}

#[tokio::test]
async fn where_builds_are_closed_nothing_is_scheduled() {
    let world = World::new().await;
    let one = world.one().await;
    let change = json!({ "description": "changed" });
    for (closed, reads) in [
        (
            (|project: &mut Project| project.archived = true) as fn(&mut Project),
            200,
        ),
        (
            |project| project.builds_access_level = FeatureAccess::Disabled,
            403,
        ),
    ] {
        let mut project = seed::project(1, &[1.into()], "group1/project1");
        closed(&mut project);
        world.app.replace(&project);
        for (method, path, body) in [
            (Method::POST, ALL, daily()),
            (Method::PUT, &one, change.clone()),
            (Method::DELETE, &one, json!({})),
        ] {
            world.refused(method, path, body, forbidden()).await;
        }
        assert_eq!(world.app.get(&one, &world.owner).await.status, reads);
    }
}

#[tokio::test]
async fn on_protected_branches_and_tags_it_takes_who_may_change_them() {
    let world = World::new().await;
    let mut project = seed::project(1, &[1.into()], "group1/project1");
    let created_at = seed::at("2015-12-24T17:00:00.000Z");
    for (id, name, merge) in [
        (1, "release/*", RefAccess::Maintainer),
        (2, "merged/*", RefAccess::Developer),
    ] {
        project.protected_branches.push(ProtectedBranch {
            id,
            name: name.to_owned(),
            push: RefAccess::Maintainer,
            merge,
            allow_force_push: false,
            created_at,
        });
    }
    project.protected_tags.push(ProtectedTag {
        id: 1,
        name: "v*".to_owned(),
        create: RefAccess::Maintainer,
        created_at,
    });
    world.app.replace(&project);
    let free = at(&world.made(daily()).await);
    for (name, is_free) in [
        ("refs/heads/release/1", false),
        ("release/1", false),
        ("refs/tags/v1", false),
        ("refs/heads/merged/1", true),
        ("refs/heads/v1", true),
        ("refs/tags/release/1", true),
    ] {
        let mut body = daily();
        body["ref"] = json!(name);
        let change = json!({ "ref": name });
        if is_free {
            world.made(body).await;
            let edited = world.send(Method::PUT, &free, &change).await;
            assert_eq!(edited.status, 200, "{name}: {edited:?}");
            continue;
        }
        world
            .refused(Method::POST, ALL, body.clone(), forbidden())
            .await;
        world.refused(Method::PUT, &free, change, forbidden()).await;
        let made = world.app.post(ALL, &world.maintainer, &body).await;
        assert_eq!(made.status, 201, "{name}: {made:?}");
        // Its description is not the branch's business.
        let theirs = at(&made.json());
        let taken = json!({ "description": "new" });
        let edited = world.app.put(&theirs, &world.maintainer, &taken).await;
        assert_eq!(edited.status, 200, "{edited:?}");
    }
}
