//! What the SDK and its caller see of each fault.

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::get_item::{GetItemError, GetItemOutput};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{Delete, Put, PutRequest, TransactWriteItem, WriteRequest};

use super::super::{Fault, Keep, Loss, Rule};
use super::{World, dynamodb, job, job_key, jobs, user};

async fn get(world: &World) -> Result<GetItemOutput, GetItemError> {
    let get = world.dynamodb.get_item().table_name("jobs");
    let got = get.set_key(Some(job_key(1))).send().await;
    got.map_err(|error| error.into_service_error())
}

#[tokio::test]
async fn a_throttle_that_passes_is_repeated_by_the_sdk() {
    let world = World::start().await;
    let rule = Rule::new(Fault::Throttle).times(2);
    let fired = world.wire.faults().add(rule);
    get(&world).await.unwrap();
    assert_eq!(fired.count(), 2);
    let calls = world.wire.tape().calls();
    let seen: Vec<_> = calls.iter().map(|call| (call.depth, call.status)).collect();
    assert_eq!(seen, [(1, Some(400)), (2, Some(400)), (3, Some(200))]);
}

#[tokio::test]
async fn a_throttle_that_lasts_reaches_the_caller_as_one() {
    let world = World::start().await;
    world.wire.faults().add(Rule::new(Fault::Throttle));
    let error = get(&world).await.unwrap_err();
    assert!(error.is_provisioned_throughput_exceeded_exception());
    assert_eq!(world.wire.tape().count(), 3);

    world.wire.faults().clear();
    world.wire.faults().add(Rule::new(Fault::RequestLimit));
    let error = get(&world).await.unwrap_err();
    assert!(error.is_throttling_exception());
}

#[tokio::test]
async fn an_internal_error_reaches_the_caller_as_one() {
    let world = World::start().await;
    world.wire.faults().add(Rule::new(Fault::InternalError));
    let error = get(&world).await.unwrap_err();
    assert!(error.is_internal_server_error());
}

#[tokio::test]
async fn a_rule_befalls_only_the_calls_that_it_names() {
    let world = World::start().await;
    let sweeper = dynamodb(&world.wire, &world.endpoint, "sweeper");
    let rule = Rule::new(Fault::InternalError)
        .action("dynamodb:PutItem")
        .resource("jobs")
        .function("jobs")
        .when(|call| call.request_bytes > 20)
        .after(1);
    let fired = world.wire.faults().add(rule);

    get(&world).await.unwrap();
    let put = sweeper.put_item().table_name("jobs");
    let put = put.set_item(Some(job(1, "running")));
    put.send().await.unwrap();
    world.put_job(2, "running").await;
    assert_eq!(fired.count(), 0);

    let put = world.dynamodb.put_item().table_name("jobs");
    let put = put.set_item(Some(job(3, "running")));
    put.send().await.unwrap_err();
    assert_eq!(fired.count(), 3);
    assert_eq!(world.status(3), None);
}

#[tokio::test]
async fn chance_is_the_same_in_every_run() {
    let draw = || async {
        let world = World::start().await;
        let rule = Rule::new(Fault::InternalError).chance(7, 3);
        world.wire.faults().add(rule);
        for _ in 0..12 {
            let _ = get(&world).await;
        }
        let calls = world.wire.tape().calls();
        let seen: Vec<_> = calls.iter().map(|call| call.status).collect();
        seen
    };
    let seen = draw().await;
    assert!(seen.contains(&Some(500)) && seen.contains(&Some(200)));
    assert_eq!(seen, draw().await);
}

#[tokio::test]
async fn a_batch_read_leaves_keys_over_until_they_are_asked_for_again() {
    let world = World::start().await;
    for id in 1..=5 {
        world.put_job(id, "running").await;
    }
    let rule = Rule::new(Fault::Unprocessed(Keep::First(2))).times(1);
    world.wire.faults().add(rule);

    let batch = world.dynamodb.batch_get_item();
    let batch = batch.request_items("jobs", jobs(1..=5));
    let answer = batch.request_items("users", user(1)).send().await.unwrap();
    assert_eq!(answer.responses().unwrap()["jobs"].len(), 2);
    let rest = answer.unprocessed_keys().unwrap().clone();
    assert_eq!(rest["jobs"], jobs(3..=5));
    assert_eq!(rest["users"], user(1));

    let again = world.dynamodb.batch_get_item();
    let answer = again.set_request_items(Some(rest)).send().await.unwrap();
    assert_eq!(answer.responses().unwrap()["jobs"].len(), 3);
    assert!(answer.unprocessed_keys().unwrap().is_empty());
}

#[tokio::test]
async fn every_second_key_is_left_over_and_at_least_one_is_done() {
    let world = World::start().await;
    let keeps = [
        (Keep::EverySecond, vec![2, 4]),
        (Keep::Last(2), vec![1, 2, 3]),
        (Keep::First(0), vec![2, 3, 4, 5]),
        (Keep::First(5), vec![]),
    ];
    for (keep, left) in keeps {
        let faults = world.wire.faults();
        faults.clear();
        let fired = faults.add(Rule::new(Fault::Unprocessed(keep)));
        let batch = world.dynamodb.batch_get_item();
        let batch = batch.request_items("jobs", jobs(1..=5));
        let answer = batch.send().await.unwrap();
        let rest = answer.unprocessed_keys().unwrap();
        let expected = (!left.is_empty()).then(|| jobs(left));
        assert_eq!(rest.get("jobs"), expected.as_ref(), "{keep:?}");
        assert_eq!(fired.count(), u32::from(expected.is_some()));
    }
}

#[tokio::test]
async fn a_batch_write_leaves_items_over() {
    let world = World::start().await;
    let rule = Rule::new(Fault::Unprocessed(Keep::First(1))).times(1);
    world.wire.faults().add(rule);
    let write = |id| {
        let put = PutRequest::builder().set_item(Some(job(id, "created")));
        let put = put.build().unwrap();
        WriteRequest::builder().put_request(put).build()
    };
    let batch = world.dynamodb.batch_write_item();
    let batch = batch.request_items("jobs", vec![write(1), write(2)]);
    let answer = batch.send().await.unwrap();
    let rest = answer.unprocessed_items().unwrap();
    assert_eq!(rest["jobs"], [write(2)]);
    assert!(world.status(1).is_some());
    assert_eq!(world.status(2), None);
}

#[tokio::test]
async fn a_lost_answer_hides_a_write_that_took_effect() {
    for loss in [Loss::Io, Loss::Timeout] {
        let world = World::start().await;
        let rule = Rule::new(Fault::LostAnswer(loss)).times(1);
        world.wire.faults().add(rule);
        let put = world.dynamodb.put_item().table_name("jobs");
        let put = put.set_item(Some(job(1, "running")));
        let put = put.condition_expression("attribute_not_exists(id)");
        let error = put.send().await.unwrap_err().into_service_error();

        // The SDK repeats the write, which meets its own first success.
        assert!(error.is_conditional_check_failed_exception());
        assert!(world.status(1).is_some());
        let calls = world.wire.tape().calls();
        let seen: Vec<_> = calls.iter().map(|call| call.status).collect();
        assert_eq!(seen, [None, Some(400)]);
        assert!(calls[0].units > 0.0);
    }
}

#[tokio::test]
async fn an_answer_lost_for_good_reaches_the_caller_as_a_broken_connection() {
    let world = World::start().await;
    world
        .wire
        .faults()
        .add(Rule::new(Fault::LostAnswer(Loss::Io)));
    let put = world.dynamodb.put_item().table_name("jobs");
    let put = put.set_item(Some(job(1, "running")));
    let error = put.send().await.unwrap_err();
    let failure = error.as_service_error();
    assert!(failure.is_none(), "no answer, so no service error");
    assert_eq!(world.wire.tape().count(), 3);
    assert!(world.status(1).is_some());
}

#[tokio::test]
async fn a_transaction_that_conflicts_has_no_effect() {
    let world = World::start().await;
    let rule = Rule::new(Fault::TransactionConflict).times(1);
    world.wire.faults().add(rule);
    let put = Put::builder().table_name("jobs");
    let put = put.set_item(Some(job(1, "pending"))).build().unwrap();
    let delete = Delete::builder().table_name("jobs");
    let delete = delete.set_key(Some(job_key(2))).build().unwrap();
    let transaction = || {
        let transaction = world.dynamodb.transact_write_items();
        let member = TransactWriteItem::builder().put(put.clone()).build();
        let transaction = transaction.transact_items(member);
        let member = TransactWriteItem::builder().delete(delete.clone()).build();
        transaction.transact_items(member).send()
    };
    let error = transaction().await.unwrap_err().into_service_error();
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
        panic!("not cancelled: {error:?}");
    };
    let reasons = cancelled.cancellation_reasons().iter();
    let codes: Vec<_> = reasons.map(|reason| reason.code()).collect();
    assert_eq!(codes, [Some("TransactionConflict"), Some("None")]);
    assert_eq!(world.status(1), None);

    transaction().await.unwrap();
    assert!(world.status(1).is_some());
}

#[tokio::test]
async fn a_single_write_conflicts_by_another_name() {
    let world = World::start().await;
    world
        .wire
        .faults()
        .add(Rule::new(Fault::TransactionConflict));
    get(&world).await.unwrap();
    let put = world.dynamodb.put_item().table_name("jobs");
    let put = put.set_item(Some(job(1, "running")));
    let error = put.send().await.unwrap_err().into_service_error();
    assert_eq!(error.code(), Some("TransactionConflictException"));
    assert!(error.is_transaction_conflict_exception());
}

#[tokio::test]
async fn calls_side_by_side_stay_side_by_side_when_they_fail() {
    let world = World::start().await;
    world
        .wire
        .faults()
        .add(Rule::new(Fault::TransactionConflict));
    let put = |id| {
        let put = world.dynamodb.put_item().table_name("jobs");
        put.set_item(Some(job(id, "running"))).send()
    };
    let (first, second) = futures::join!(put(1), put(2));
    assert!(first.is_err() && second.is_err());
    assert_eq!(world.wire.tape().depth(), 1);
}
