//! Tokens in clear stand in the answers of create and rotate, and nowhere else.

use serde_json::json;
use switchyard_tests::Caller;

use super::{OWN, TOKENS, World, holder, id};
use crate::bad_input::secrets::Log;

#[tokio::test]
async fn new_tokens_are_neither_logged_nor_stored_nor_shown_again() {
    let world = World::with_project().await;
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let subscriber = tracing::Dispatch::new(subscriber);
    // With only one, what another test's thread logs first would be switched off for all.
    let _other = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let _guard = tracing::dispatcher::set_default(&subscriber);

    let mut secrets = Vec::new();
    let own = json!({ "name": "a", "scopes": ["self_rotate"] });
    let robot = json!({ "name": "a", "scopes": ["api"] });
    for (path, caller, body, home) in [
        (OWN, &world.alice, &own, TOKENS),
        (
            "/api/v4/users/2/personal_access_tokens",
            &world.root,
            &robot,
            TOKENS,
        ),
        (
            "/api/v4/projects/1/access_tokens",
            &world.alice,
            &robot,
            "/api/v4/projects/1/access_tokens",
        ),
        (
            "/api/v4/groups/1/access_tokens",
            &world.alice,
            &robot,
            "/api/v4/groups/1/access_tokens",
        ),
    ] {
        let made = world.app.post(path, caller, body).await;
        let one = format!("{home}/{}", id(&made));
        let rotated = world
            .post(&format!("{one}/rotate"), caller, json!({}))
            .await;
        let itself = format!("{home}/self/rotate");
        let again = world.post(&itself, &holder(&rotated), json!({})).await;
        let made = [made, rotated, again];
        for answer in &made {
            let Caller::Token(secret) = holder(answer) else {
                unreachable!("a token")
            };
            secrets.push(secret);
        }
        // With the first one once more, so that all are revoked.
        world.post(&itself, &holder(&made[0]), json!({})).await;
        for path in [home, &one] {
            let answer = world.app.get(path, caller).await;
            let shown = format!("{answer:?}{}", String::from_utf8_lossy(&answer.body));
            assert!(
                secrets.iter().all(|secret| !shown.contains(secret)),
                "{path}"
            );
        }
    }
    assert_eq!(secrets.len(), 12);
    let (logged, stored) = (log.text(), format!("{:?}", world.app.dump().rows));
    assert!(logged.contains("answered"), "nothing was logged");
    for secret in &secrets {
        assert!(!logged.contains(secret.as_str()), "a token was logged");
        assert!(!stored.contains(secret.as_str()), "a token was stored");
    }
}
