//! Indexes behind their tables.

use super::super::{Fault, Loss, Rule};
use super::{World, job_key, number, text};

async fn running(world: &World) -> Vec<u32> {
    let query = world.dynamodb.query().table_name("jobs");
    let query = query
        .index_name("by_status")
        .key_condition_expression("project_status = :s")
        .expression_attribute_values(":s", text("1#running"));
    let found = query.send().await.unwrap();
    let ids = found.items().iter();
    ids.map(|item| item["id"].as_n().unwrap().parse().unwrap())
        .collect()
}

#[tokio::test]
async fn a_frozen_index_shows_what_was_while_the_table_moves_on() {
    let world = World::start().await;
    world.put_job(1, "running").await;
    world.put_job(2, "pending").await;
    world.wire.lag().freeze();
    world.put_job(1, "success").await;
    world.put_job(2, "running").await;

    assert_eq!(running(&world).await, [1]);
    let get = world.dynamodb.get_item().table_name("jobs");
    let got = get.set_key(Some(job_key(1))).send().await.unwrap();
    assert_eq!(got.item().unwrap()["status"], text("success"));
    let query = world.dynamodb.query().table_name("jobs");
    let query = query.key_condition_expression("project_id = :p");
    let query = query.expression_attribute_values(":p", number(1));
    let found = query.send().await.unwrap();
    assert_eq!(found.items()[1]["status"], text("running"));

    world.wire.lag().freeze();
    assert_eq!(running(&world).await, [2]);

    world.put_job(3, "running").await;
    world.wire.lag().thaw();
    assert_eq!(running(&world).await, [2, 3]);
}

#[tokio::test]
async fn a_read_of_a_frozen_index_is_recorded_and_fails_like_any_other() {
    let world = World::start().await;
    world.put_job(1, "running").await;
    world.wire.lag().freeze();
    world.wire.tape().reset();
    let rule = Rule::new(Fault::LostAnswer(Loss::Io)).times(1);
    world.wire.faults().add(rule);

    assert_eq!(running(&world).await, [1]);
    let calls = world.wire.tape().calls();
    let seen: Vec<_> = calls.iter().map(|call| (call.status, call.units)).collect();
    assert_eq!(seen, [(None, 0.5), (Some(200), 0.5)]);
}

#[tokio::test]
async fn pages_of_a_frozen_index_join_up() {
    let world = World::start().await;
    for id in 1..=5 {
        world.put_job(id, "running").await;
    }
    world.wire.lag().freeze();
    let mut ids = Vec::new();
    let mut start = None;
    loop {
        let query = world.dynamodb.query().table_name("jobs");
        let query = query
            .index_name("by_status")
            .key_condition_expression("project_status = :s")
            .expression_attribute_values(":s", text("1#running"))
            .limit(2)
            .set_exclusive_start_key(start);
        let page = query.send().await.unwrap();
        ids.extend(page.items().iter().map(|item| item["id"].clone()));
        start = page.last_evaluated_key().cloned();
        if start.is_none() {
            break;
        }
    }
    assert_eq!(ids, (1..=5).map(number).collect::<Vec<_>>());
}
