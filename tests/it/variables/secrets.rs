//! Values stand in the answers of those who may see them and in the table of secret values,
//! and nowhere else.

use http::Method;
use serde_json::json;
use switchyard_tests::wire::{Fault, Rule};

use super::{HOMES, World};
use crate::bad_input::secrets::Log;

const SECRET: &str = "kept-to-oneself";

#[tokio::test]
async fn values_are_neither_logged_nor_told_nor_kept_elsewhere() {
    let world = World::new().await;
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::INFO)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let subscriber = tracing::Dispatch::new(subscriber);
    // With only one, what another test's thread logs first would be switched off for all.
    let _other = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let _guard = tracing::dispatcher::set_default(&subscriber);

    for home in HOMES {
        let one = format!("{home}/A");
        let body = json!({ "key": "A", "value": SECRET, "masked": true });
        world.made(home, body.clone()).await;
        world
            .send(
                Method::PUT,
                &one,
                &json!({ "value": format!("{SECRET}-2") }),
            )
            .await;
        // Whatever is wrong, the answer does not repeat the value.
        let query = format!("{home}?key=B-&value={SECRET}");
        for (method, path, body) in [
            (Method::POST, home, body.clone()),
            (Method::POST, &query, json!({})),
            (Method::POST, home, json!({ "key": "-", "value": SECRET })),
            (
                Method::POST,
                home,
                json!({ "key": "B", "value": { "a": SECRET } }),
            ),
            (
                Method::PUT,
                &one,
                json!({ "value": format!("{SECRET} with blanks") }),
            ),
            (
                Method::PUT,
                &one,
                json!({ "value": SECRET, "raw": "perhaps" }),
            ),
            (
                Method::PUT,
                &format!("{home}/B"),
                json!({ "value": SECRET }),
            ),
        ] {
            let answer = world.send(method, path, &body).await;
            assert!(answer.status.is_client_error(), "{path} {body}: {answer:?}");
            let told = String::from_utf8_lossy(&answer.body);
            assert!(!told.contains(SECRET), "{path} {body}: {told}");
        }
        for fault in [Fault::Throttle, Fault::InternalError] {
            world.app.wire.faults().add(Rule::new(fault));
            for (method, path) in [(Method::POST, home), (Method::PUT, &one)] {
                let body = json!({ "key": "C", "value": SECRET });
                let answer = world.send(method, path, &body).await;
                assert!(answer.status.is_server_error(), "{answer:?}");
                let told = String::from_utf8_lossy(&answer.body);
                assert!(!told.contains(SECRET), "{told}");
            }
            world.app.wire.faults().clear();
        }
    }
    let logged = log.text();
    assert!(logged.contains("answered"), "nothing was logged");
    assert!(!logged.contains(SECRET), "a value was logged");
    for (table, rows) in world.app.dump().rows {
        let is_there = rows.iter().any(|row| row.contains(SECRET));
        assert_eq!(is_there, table == "variables", "{table}");
    }
}
