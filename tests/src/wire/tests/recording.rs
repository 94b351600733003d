//! What stands on the tape.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_dynamodb::types::{ConditionCheck, Put, ReturnConsumedCapacity, TransactWriteItem};

use super::super::{Right, Service};
use super::{World, dynamodb, job, job_key, jobs, number, text, user};

#[tokio::test]
async fn a_batch_is_recorded_with_its_tables_units_and_bytes() {
    let world = World::start().await;
    for id in 1..=3 {
        world.put_job(id, "running").await;
    }
    world.wire.tape().reset();

    let batch = world.dynamodb.batch_get_item();
    let batch = batch.request_items("jobs", jobs(1..=3));
    let answer = batch.request_items("users", user(1)).send().await.unwrap();

    assert_eq!(answer.responses().unwrap()["jobs"].len(), 3);
    assert!(
        answer.consumed_capacity().is_empty(),
        "nobody but the tap asked for units"
    );
    let calls = world.wire.tape().calls();
    let [call] = &*calls else {
        panic!("one call, not {calls:?}");
    };
    assert_eq!(call.function, "jobs");
    assert_eq!(call.service, Service::DynamoDb);
    assert_eq!(call.action, "dynamodb:BatchGetItem");
    assert_eq!(call.resources(), ["jobs", "users"]);
    assert_eq!(call.depth, 1);
    // Three strong reads, and half a unit for a missing row read weakly.
    assert_eq!(call.units, 3.5);
    assert_eq!(world.wire.tape().units(), 3.5);
    assert_eq!(call.status, Some(200));
    assert!(call.request_bytes > 100 && call.response_bytes > 100);
}

#[tokio::test]
async fn units_asked_for_are_left_in_the_answer() {
    let world = World::start().await;
    let get = world.dynamodb.get_item().table_name("jobs");
    let get = get.set_key(Some(job_key(1))).consistent_read(true);
    let get = get.return_consumed_capacity(ReturnConsumedCapacity::Total);
    let answer = get.send().await.unwrap();
    let consumed = answer.consumed_capacity().unwrap();
    assert_eq!(consumed.capacity_units(), Some(1.0));
    assert_eq!(world.wire.tape().units(), 1.0);
}

#[tokio::test]
async fn a_query_needs_a_right_on_its_table_or_its_index() {
    let world = World::start().await;
    world.put_job(1, "running").await;
    world.wire.tape().reset();

    let query = world.dynamodb.query().table_name("jobs");
    let query = query.key_condition_expression("project_id = :p");
    let query = query.expression_attribute_values(":p", number(1));
    assert_eq!(query.send().await.unwrap().count(), 1);

    let query = world.dynamodb.query().table_name("jobs");
    let query = query.index_name("by_status");
    let query = query.key_condition_expression("project_status = :s");
    let query = query.expression_attribute_values(":s", text("1#running"));
    assert_eq!(query.send().await.unwrap().count(), 1);

    let calls = world.wire.tape().calls();
    let resources: Vec<_> = calls.iter().flat_map(|call| call.resources()).collect();
    assert_eq!(resources, ["jobs", "jobs/index/by_status"]);
    assert!(calls.iter().all(|call| call.action == "dynamodb:Query"));
    assert!(calls.iter().all(|call| call.units == 0.5));
}

#[tokio::test]
async fn a_transaction_needs_the_rights_of_its_members() {
    let world = World::start().await;
    let put = Put::builder()
        .table_name("jobs")
        .set_item(Some(job(1, "pending")));
    let check = ConditionCheck::builder()
        .table_name("users")
        .key("id", number(1))
        .condition_expression("attribute_not_exists(id)");
    let transaction = world.dynamodb.transact_write_items();
    let transaction = transaction.transact_items(
        TransactWriteItem::builder()
            .put(put.build().unwrap())
            .build(),
    );
    let transaction = transaction.transact_items(
        TransactWriteItem::builder()
            .condition_check(check.build().unwrap())
            .build(),
    );
    transaction.send().await.unwrap();

    let tape = world.wire.tape();
    assert_eq!(tape.calls()[0].action, "dynamodb:TransactWriteItems");
    // Two units for each member, and one for the row in the index.
    assert_eq!(tape.units(), 5.0);
    let rights = BTreeSet::from([
        Right::new("dynamodb:ConditionCheckItem", "users"),
        Right::new("dynamodb:PutItem", "jobs"),
    ]);
    assert_eq!(
        tape.actions_by_function(),
        BTreeMap::from([("jobs".to_owned(), rights)])
    );
}

#[tokio::test]
async fn rights_are_kept_apart_by_function_and_outlive_a_reset() {
    let world = World::start().await;
    world.put_job(1, "running").await;
    world.wire.tape().reset();
    let sweeper = dynamodb(&world.wire, &world.endpoint, "sweeper");
    let delete = sweeper.delete_item().table_name("jobs");
    delete.set_key(Some(job_key(1))).send().await.unwrap();
    let tape = world.wire.tape();
    tape.record("traces", "s3:GetObject", "logs/1/2");

    assert_eq!(tape.count(), 1);
    let rights = tape.actions_by_function();
    let rights: Vec<_> = rights
        .iter()
        .flat_map(|(function, rights)| {
            rights
                .iter()
                .map(move |right| format!("{function}: {right}"))
        })
        .collect();
    assert_eq!(
        rights,
        [
            "jobs: dynamodb:PutItem on jobs",
            "sweeper: dynamodb:DeleteItem on jobs",
            "traces: s3:GetObject on logs/1/2",
        ]
    );
}

#[tokio::test]
async fn depth_counts_what_follows_and_not_what_runs_beside() {
    let world = World::start().await;
    let read = || async {
        let get = world.dynamodb.get_item().table_name("jobs");
        get.set_key(Some(job_key(1))).send().await.unwrap()
    };
    read().await;
    futures::join!(read(), read(), read());
    read().await;

    let tape = world.wire.tape();
    let depths: Vec<_> = tape.calls().iter().map(|call| call.depth).collect();
    assert_eq!(depths, [1, 2, 2, 2, 3]);
    assert_eq!(tape.depth(), 3);

    tape.reset();
    assert_eq!((tape.count(), tape.depth()), (0, 0));
    read().await;
    assert_eq!(tape.depth(), 1);
}

#[tokio::test]
async fn in_lockstep_the_depth_of_chains_side_by_side_is_that_of_the_longest() {
    let world = World::start().await;
    world.wire.lag().freeze();
    world.wire.lockstep(true);
    // A frozen index is read at once, so this chain would run ahead of the other.
    let fast = async {
        for _ in 0..5 {
            let query = world.dynamodb.query().table_name("jobs");
            let query = query.index_name("by_status");
            let query = query.key_condition_expression("project_status = :s");
            let query = query.expression_attribute_values(":s", text("1#running"));
            query.send().await.unwrap();
        }
    };
    let slow = async {
        for id in 0..3 {
            let get = world.dynamodb.get_item().table_name("jobs");
            get.set_key(Some(job_key(id))).send().await.unwrap();
        }
    };
    futures::join!(fast, slow);
    let calls = world.wire.tape().calls();
    let depths: Vec<_> = calls.iter().map(|call| call.depth).collect();
    assert_eq!(depths, [1, 1, 2, 2, 3, 3, 4, 5]);
}

#[tokio::test]
async fn a_caller_that_gives_up_leaves_its_call_on_the_tape_and_blocks_nobody() {
    let world = World::start().await;
    world.wire.lockstep(true);
    let get = world.dynamodb.get_item().table_name("jobs");
    let mut abandoned = Box::pin(get.set_key(Some(job_key(1))).send());
    assert!(futures::poll!(&mut abandoned).is_pending());
    drop(abandoned);
    world.put_job(2, "running").await;

    let calls = world.wire.tape().calls();
    let seen: Vec<_> = calls.iter().map(|call| (call.depth, call.status)).collect();
    assert_eq!(seen, [(1, None), (1, Some(200))]);
}
