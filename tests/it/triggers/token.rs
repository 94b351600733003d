//! Which trigger a token is of.

use serde_json::json;
use switchyard_local::seed::at;

use super::World;

#[tokio::test]
async fn a_token_leads_to_its_trigger_and_nothing_else_does() {
    let world = World::new().await;
    let store = &world.app.seed.store;
    let mut tokens = Vec::new();
    for description in ["a", "b"] {
        let made = world.made(json!({ "description": description })).await;
        let token = made["token"].as_str().unwrap().to_owned();
        let found = store.trigger_of(&token).await.unwrap().unwrap();
        assert_eq!(found.description, description);
        assert_eq!(found.id.0, made["id"].as_u64().unwrap());
        assert_eq!((found.project_id, found.owner_id), (1.into(), 2.into()));
        tokens.push(token);
    }
    // The digits of one with the number of the other, parts of one, and what is none.
    let crossed = format!("{}{}", &tokens[0][..46], &tokens[1][46..]);
    let upper = tokens[0].to_uppercase();
    let bare = &tokens[0][..46];
    let longer = format!("{}0", tokens[0]);
    for token in [&*crossed, &*upper, bare, &*longer, "", "glptt-", "glptt-__"] {
        assert_eq!(store.trigger_of(token).await.unwrap(), None, "{token}");
    }
    let path = "/api/v4/projects/1/triggers/1";
    assert_eq!(world.app.delete(path, &world.one).await.status, 204);
    assert_eq!(store.trigger_of(&tokens[0]).await.unwrap(), None);
    assert!(store.trigger_of(&tokens[1]).await.unwrap().is_some());
}

#[tokio::test]
async fn its_use_is_noted_and_its_end_known() {
    let world = World::new().await;
    let store = &world.app.seed.store;
    let body = json!({ "description": "a", "expires_at": "2015-12-25" });
    let made = world.made(body).await;
    let token = made["token"].as_str().unwrap();
    let trigger = store.trigger_of(token).await.unwrap().unwrap();
    assert!(!trigger.is_expired(at("2015-12-24T23:59:59.999Z")));
    assert!(trigger.is_expired(at("2015-12-25T00:00:00.000Z")));

    let now = at("2015-12-24T20:00:00.000Z");
    assert!(store.trigger_used(&trigger, now).await.unwrap());
    let path = super::at(&made);
    let shown = world.app.get(&path, &world.one).await.json();
    assert_eq!(shown["last_used"], "2015-12-24T20:00:00.000Z");
    assert_eq!(shown["updated_at"], made["updated_at"]);
    // Whoever knows it as it was before is late.
    let later = at("2015-12-24T19:00:00.000Z");
    assert!(!store.trigger_used(&trigger, later).await.unwrap());
    assert_eq!(world.app.delete(&path, &world.one).await.status, 204);
    let used = switchyard::trigger::Trigger {
        last_used: Some(now),
        ..trigger
    };
    assert!(!store.trigger_used(&used, later).await.unwrap());
    assert_eq!(world.rows(), 0);
}
