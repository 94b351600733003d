//! The walk through everything that is done with access tokens.

use serde_json::{Value, json};
use switchyard_tests::world::ROOT;
use switchyard_tests::{Caller, TestApp};

const USER: &str = "/api/v4/user/personal_access_tokens";
const OF_USERS: &str = "/api/v4/personal_access_tokens";

/// Makes tokens of all kinds, looks at them, rotates and revokes them.
pub(super) async fn walk(app: &TestApp) {
    let root = app.add_token(ROOT, |token| token.id.0 = 999).await;
    let body = json!({ "name": "made", "scopes": ["k8s_proxy", "self_rotate"] });
    let made = post(app, USER, &root, &body, 201).await;
    let itself = Caller::Token(made["token"].as_str().unwrap().to_owned());
    let one = format!("{OF_USERS}/{}", made["id"]);
    let for_user = "/api/v4/users/5/personal_access_tokens";
    post(app, for_user, &root, &body, 201).await;
    for path in [
        OF_USERS,
        &format!("{OF_USERS}?user_id=5&search=made"),
        &format!("{OF_USERS}/self/associations"),
        &one,
    ] {
        assert_eq!(app.get(path, &root).await.status, 200, "{path}");
    }
    let rotate = format!("{OF_USERS}/self/rotate");
    post(app, &rotate, &itself, &json!({}), 200).await;
    // Once more, with the token that was replaced: then the new one is revoked.
    post(app, &rotate, &itself, &json!({}), 401).await;
    assert_eq!(app.delete(&one, &root).await.status, 204);

    for home in ["/api/v4/projects/1", "/api/v4/groups/10"] {
        let tokens = format!("{home}/access_tokens");
        let body = json!({ "name": "bot", "scopes": ["api"] });
        let made = post(app, &tokens, &root, &body, 201).await;
        let one = format!("{tokens}/{}", made["id"]);
        for path in [&tokens, &one] {
            assert_eq!(app.get(path, &root).await.status, 200, "{path}");
        }
        let rotated = post(app, &format!("{one}/rotate"), &root, &json!({}), 200).await;
        // The first one is revoked already, so only its being so is checked.
        let which = if home.contains("groups") {
            &rotated
        } else {
            &made
        };
        let path = format!("{tokens}/{}", which["id"]);
        assert_eq!(app.delete(&path, &root).await.status, 204, "{path}");
    }
}

async fn post(app: &TestApp, path: &str, caller: &Caller, body: &Value, status: u16) -> Value {
    let answer = app.post(path, caller, body).await;
    assert_eq!(answer.status, status, "{path}: {answer:?}");
    answer.json()
}
