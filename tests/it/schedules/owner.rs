//! Whose business a schedule is.

use http::Method;
use serde_json::json;
use switchyard::member::{Role, Source};
use switchyard_local::seed;

use super::{World, forbidden};

#[tokio::test]
async fn its_owner_and_maintainers_change_it() {
    let world = World::new().await;
    let path = world.one().await;
    let change = json!({ "description": "new" });
    for caller in [&world.developer, &world.reporter] {
        for method in [Method::PUT, Method::DELETE] {
            world
                .refused_to(caller, method, &path, change.clone(), forbidden())
                .await;
        }
        let shown = world.app.get(&path, caller).await.json();
        assert!(!shown.as_object().unwrap().contains_key("variables"));
    }
    for caller in [&world.owner, &world.maintainer, &world.root] {
        assert_eq!(world.app.put(&path, caller, &change).await.status, 200);
    }
    // Whoever is no developer any more owns it in vain.
    let less = seed::member(Source::Project(1.into()), 3.into(), Role::Reporter);
    world.app.replace(&less);
    for method in [Method::PUT, Method::DELETE] {
        world
            .refused(method, &path, change.clone(), forbidden())
            .await;
    }
}

#[tokio::test]
async fn maintainers_take_it_over() {
    let world = World::new().await;
    let path = world.one().await;
    let mut expected = world.app.get(&path, &world.owner).await.json();
    let own = format!("{path}/take_ownership");
    for caller in [&world.owner, &world.developer, &world.reporter] {
        world
            .refused_to(caller, Method::POST, &own, json!({}), forbidden())
            .await;
    }
    world.app.set_time(seed::at("2015-12-24T19:00:00.000Z"));
    let taken = world.app.post(&own, &world.maintainer, &json!({})).await;
    expected["updated_at"] = json!("2015-12-24T19:00:00.000Z");
    expected["owner"] = taken.json()["owner"].clone();
    assert_eq!(expected["owner"]["id"], 2);
    assert_eq!(
        (taken.status.as_u16(), taken.json()),
        (201, expected.clone())
    );
    let again = world.app.post(&own, &world.maintainer, &json!({})).await;
    assert_eq!(
        (again.status.as_u16(), again.json()),
        (200, expected.clone())
    );
    assert_eq!(world.app.get(&path, &world.root).await.json(), expected);
    let change = json!({ "description": "new" });
    world.refused(Method::PUT, &path, change, forbidden()).await;
}

#[tokio::test]
async fn of_whoever_is_gone_the_schedules_stay_without_an_owner() {
    let world = World::new().await;
    let path = world.one().await;
    let mut user = seed::user(3, "user3");
    user.deleted_at = Some(seed::at("2015-12-24T17:00:00.000Z"));
    world.app.replace(&user);
    let shown = world.app.get(&path, &world.maintainer).await;
    assert_eq!(shown.json()["owner"], json!(null), "{shown:?}");
    let listed = world.app.get(super::ALL, &world.maintainer).await;
    assert_eq!(listed.json()[0]["owner"], json!(null));
}
