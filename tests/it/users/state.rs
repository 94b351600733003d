//! `POST /users/:id/block` and the like.

use futures::future::join;
use serde_json::{Value, json};
use switchyard::user::UserState;
use switchyard_local::seed;

use super::{USERS, assert_refused, message, world};

const STATES: [UserState; 4] = [
    UserState::Active,
    UserState::Blocked,
    UserState::Banned,
    UserState::Deactivated,
];

/// What it comes to: the body and the state, or the reason of a 403.
type Outcome = Result<(Value, &'static str), &'static str>;

/// The answers in each of [`STATES`].
fn table() -> Vec<(&'static str, [Outcome; 4])> {
    let done = |state| Ok((json!(true), state));
    let (null, no) = (json!(null), json!(false));
    vec![
        (
            "block",
            [
                done("blocked"),
                Ok((null.clone(), "blocked")),
                Ok((null.clone(), "banned")),
                done("blocked"),
            ],
        ),
        (
            "unblock",
            [
                Ok((no.clone(), "active")),
                done("active"),
                Ok((no.clone(), "banned")),
                Err("Deactivated users cannot be unblocked by the API"),
            ],
        ),
        (
            "ban",
            [
                done("banned"),
                Err("You cannot ban blocked users."),
                Err("You cannot ban banned users."),
                Err("You cannot ban deactivated users."),
            ],
        ),
        (
            "unban",
            [
                Err("You cannot unban active users."),
                Err("You cannot unban blocked users."),
                done("active"),
                Err("You cannot unban deactivated users."),
            ],
        ),
        (
            "activate",
            [
                Ok((no, "active")),
                Err("A blocked user must be unblocked to be activated"),
                Err("A blocked user must be unblocked to be activated"),
                done("active"),
            ],
        ),
        (
            "deactivate",
            [
                done("deactivated"),
                Err("A blocked user cannot be deactivated by the API"),
                Err("A blocked user cannot be deactivated by the API"),
                Ok((null, "deactivated")),
            ],
        ),
    ]
}

#[tokio::test]
async fn every_event_in_every_state() {
    let (app, root, _) = world().await;
    for (event, outcomes) in table() {
        for (state, outcome) in STATES.into_iter().zip(outcomes) {
            let mut user = seed::user(7, "ada");
            user.state = state;
            app.replace(&user);
            let before = app.dump();
            let path = format!("{USERS}/7/{event}");
            let answer = app.post(&path, &root, &json!({})).await;
            let what = format!("{event} of {state:?}");
            match outcome {
                Ok((body, after)) => {
                    assert_eq!(answer.status, 201, "{what}: {answer:?}");
                    assert_eq!(answer.json(), body, "{what}");
                    let seen = app.get(&format!("{USERS}/7"), &root).await.json();
                    assert_eq!(seen["state"], after, "{what}");
                    assert_eq!(app.dump() == before, body != json!(true), "{what}");
                }
                Err(reason) => {
                    let body = message(&format!("403 Forbidden - {reason}"));
                    assert_refused(&answer, 403, &body);
                    assert_eq!(app.dump(), before, "{what}");
                }
            }
        }
    }
}

#[tokio::test]
async fn it_counts_from_the_next_request_on() {
    let (app, root, ada) = world().await;
    for (event, back, text) in [
        ("block", "unblock", "Your account has been blocked."),
        ("ban", "unban", "Your account has been banned."),
        (
            "deactivate",
            "activate",
            "Your account has been deactivated by your administrator.",
        ),
    ] {
        assert_eq!(app.get("/api/v4/user", &ada).await.status, 200);
        let path = format!("{USERS}/7/{event}");
        assert_eq!(app.post(&path, &root, &json!({})).await.status, 201);
        let answer = app.get("/api/v4/user", &ada).await;
        assert_refused(&answer, 403, &message(&format!("403 Forbidden - {text}")));
        let path = format!("{USERS}/7/{back}");
        assert_eq!(app.post(&path, &root, &json!({})).await.status, 201);
        assert_eq!(app.get("/api/v4/user", &ada).await.status, 200);
    }
}

#[tokio::test]
async fn administrators_do_not_lock_themselves_out() {
    let (app, root, _) = world().await;
    let before = app.dump();
    for (event, done) in [
        ("block", "blocked"),
        ("ban", "banned"),
        ("deactivate", "deactivated"),
    ] {
        let path = format!("{USERS}/1/{event}");
        let answer = app.post(&path, &root, &json!({})).await;
        let text = format!("403 Forbidden - The API initiating user cannot be {done} by the API");
        assert_refused(&answer, 403, &message(&text));
    }
    for event in ["block", "unblock", "ban", "unban", "activate", "deactivate"] {
        let path = format!("{USERS}/99/{event}");
        let answer = app.post(&path, &root, &json!({})).await;
        assert_refused(&answer, 404, &message("404 User Not Found"));
    }
    assert_eq!(app.dump(), before);
}

#[tokio::test]
async fn of_two_at_once_one_finds_it_done() {
    let (app, root, _) = world().await;
    let path = format!("{USERS}/7/block");
    let body = json!({});
    let (one, two) = join(app.post(&path, &root, &body), app.post(&path, &root, &body)).await;
    let mut bodies = [one.json().to_string(), two.json().to_string()];
    bodies.sort();
    assert_eq!(bodies, ["null", "true"]);
    // Of a block and a ban the later one is told how it is.
    app.replace(&seed::user(7, "ada"));
    let ban = format!("{USERS}/7/ban");
    let (one, two) = join(app.post(&path, &root, &body), app.post(&ban, &root, &body)).await;
    let state = app.get(&format!("{USERS}/7"), &root).await.json()["state"].clone();
    match (one.status.as_u16(), two.status.as_u16()) {
        (201, 403) => assert_eq!(state, "blocked"),
        (201, 201) => assert_eq!((one.json(), state), (json!(null), json!("banned"))),
        other => panic!("{other:?}"),
    }
}
