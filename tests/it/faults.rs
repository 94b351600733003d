//! Stores that are throttled, broken or half done: reads repeat what may pass, and answer
//! what does not in GitLab's form.

use std::collections::HashSet;
use std::sync::Mutex;

use futures::future::join_all;
use switchyard_tests::wire::{Call, Fault, Keep, Loss, Right, Rule, Service};
use switchyard_tests::{Answer, TestApp};

use crate::budgets::BUDGETS;
use crate::reads::{self, Things};

struct World {
    app: TestApp,
    things: Things,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let developer = reads::surroundings(&app).await;
        let things = reads::project(&app, 1, 100, developer).await;
        Self { app, things }
    }

    async fn read(&self, pattern: &str) -> Answer {
        let (path, caller) = (self.things.path(pattern), self.things.caller(pattern));
        self.app.get(&path, caller).await
    }

    /// Every read, side by side: their pauses between attempts overlap.
    async fn read_all(&self) -> Vec<(&'static str, Answer)> {
        let reads =
            BUDGETS.map(|budget| async move { (budget.read, self.read(budget.read).await) });
        join_all(reads).await
    }

    /// All answers while nothing goes wrong, which others are compared with.
    async fn good_answers(&self) -> Vec<(&'static str, Answer)> {
        let answers = self.read_all().await;
        for (read, answer) in &answers {
            assert_eq!(answer.status, 200, "{read}: {answer:?}");
        }
        answers
    }

    async fn assert_answers_stay(&self, good: &[(&'static str, Answer)]) {
        for ((read, answer), (_, good)) in self.read_all().await.iter().zip(good) {
            assert_eq!(answer.status, 200, "{read}: {answer:?}");
            assert_eq!(answer.body, good.body, "{read}");
        }
    }
}

fn assert_busy(read: &str, answer: &Answer) {
    assert_eq!(answer.status, 503, "{read}: {answer:?}");
    assert_eq!(
        answer.json(),
        serde_json::json!({ "message": "503 Service Unavailable" }),
        "{read}"
    );
    assert!(answer.header("retry-after").is_some(), "{read}");
    assert!(answer.header("x-request-id").is_some(), "{read}");
}

fn assert_broken(read: &str, answer: &Answer) {
    assert_eq!(answer.status, 500, "{read}: {answer:?}");
    assert_eq!(
        answer.json(),
        serde_json::json!({ "message": "500 Internal Server Error" }),
        "{read}"
    );
    assert_eq!(answer.header("retry-after"), None, "{read}");
    assert!(answer.header("x-request-id").is_some(), "{read}");
}

/// What stands in a read's way until it passes by itself.
const PASSING: [Fault; 6] = [
    Fault::Throttle,
    Fault::RequestLimit,
    Fault::InternalError,
    Fault::LostAnswer(Loss::Io),
    Fault::LostAnswer(Loss::Timeout),
    Fault::Unprocessed(Keep::EverySecond),
];

/// Holds for the first call of each kind: the next attempt at it is let through.
fn the_first_of_its_kind() -> impl Fn(&Call) -> bool {
    let seen = Mutex::new(HashSet::new());
    move |call| {
        let rights = call.rights.iter().map(Right::to_string);
        let kind = (
            call.function.clone(),
            rights.collect::<Vec<_>>(),
            call.request_bytes,
        );
        seen.lock().unwrap().insert(kind)
    }
}

#[tokio::test]
async fn what_passes_is_not_noticed() {
    let world = World::new().await;
    let good = world.good_answers().await;
    for fault in PASSING {
        let rule = Rule::new(fault).when(the_first_of_its_kind());
        let fired = world.app.wire.faults().add(rule);
        world.assert_answers_stay(&good).await;
        assert!(fired.count() > 20, "{fault:?}: {}", fired.count());
        world.app.wire.faults().clear();
    }
}

#[tokio::test]
async fn what_stays_is_a_503() {
    let world = World::new().await;
    world.good_answers().await;
    for fault in [
        Fault::Throttle,
        Fault::RequestLimit,
        Fault::LostAnswer(Loss::Io),
        Fault::LostAnswer(Loss::Timeout),
    ] {
        world.app.wire.faults().add(Rule::new(fault));
        for (read, answer) in world.read_all().await {
            assert_busy(read, &answer);
        }
        world.app.wire.faults().clear();
    }
    world.good_answers().await;
}

#[tokio::test]
async fn internal_errors_of_a_store_are_a_500() {
    let world = World::new().await;
    world.good_answers().await;
    world.app.wire.faults().add(Rule::new(Fault::InternalError));
    for (read, answer) in world.read_all().await {
        assert_broken(read, &answer);
    }
}

/// The first call, which proves who asks, succeeds; what it found is no answer yet.
#[tokio::test]
async fn queries_that_fail_behind_a_good_start_fail_the_request() {
    let world = World::new().await;
    world.good_answers().await;
    for budget in BUDGETS {
        let queries = Rule::new(Fault::Throttle).action("dynamodb:Query");
        let fired = world.app.wire.faults().add(queries);
        let answer = world.read(budget.read).await;
        if fired.count() > 0 {
            assert_busy(budget.read, &answer);
        } else {
            assert_eq!(answer.status, 200, "{}", budget.read);
        }
        world.app.wire.faults().clear();
    }
}

#[tokio::test]
async fn an_archived_log_that_cannot_be_read_is_no_log() {
    let world = World::new().await;
    let read = "projects/{project}/jobs/{ended}/trace";
    let s3 = |fault| Rule::new(fault).when(|call| call.service == Service::S3);
    let faults = world.app.wire.faults();
    faults.add(s3(Fault::Throttle));
    assert_busy(read, &world.read(read).await);
    faults.clear();
    faults.add(s3(Fault::InternalError));
    assert_broken(read, &world.read(read).await);
    faults.clear();
    faults.add(s3(Fault::Throttle).times(2));
    assert_eq!(&world.read(read).await.body[..], b"$ make\n");
}

/// Whether a large log's snapshot is there is asked by `HEAD`, whose answer names no error.
#[tokio::test]
async fn a_large_log_waits_for_a_busy_bucket() {
    let world = World::new().await;
    let running = &world.things.running;
    // Noise, so that it cannot be compressed into rows.
    let mut state = 1_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 56) as u8
    })
    .take(4_100_000)
    .collect();
    let seed = &world.app.seed;
    seed.append_log(running, 7, &noise).await.unwrap();
    let read = "projects/{project}/jobs/{running}/trace";
    let faults = world.app.wire.faults();
    for action in ["s3:HeadObject", "s3:CreateMultipartUpload", "s3:UploadPart"] {
        let fired = faults.add(Rule::new(Fault::Throttle).when(move |call| call.action == action));
        assert_busy(read, &world.read(read).await);
        assert!(fired.count() > 0, "{action}");
        faults.clear();
    }
    assert_eq!(world.read(read).await.status, 302);
}

#[tokio::test]
async fn keys_that_stay_unprocessed_for_a_while_are_asked_for_again() {
    let world = World::new().await;
    let good = world.good_answers().await;
    let list = "projects/{project}/jobs?scope=running&pagination=keyset";
    let (_, expected) = good.iter().find(|(read, _)| *read == list).unwrap();
    for (keep, times) in [
        (Keep::First(1), 4),
        (Keep::Last(2), 5),
        (Keep::EverySecond, 3),
    ] {
        let fired = world.app.wire.faults();
        let fired = fired.add(Rule::new(Fault::Unprocessed(keep)).times(times));
        assert_eq!(world.read(list).await.body, expected.body, "{keep:?}");
        assert_eq!(fired.count(), times, "{keep:?}");
        world.app.wire.faults().clear();
    }
    let stays = Rule::new(Fault::Unprocessed(Keep::First(1)));
    world.app.wire.faults().add(stays);
    assert_busy(list, &world.read(list).await);
}

/// Wherever a fault strikes, a list is whole or there is none.
#[tokio::test]
async fn no_fault_makes_a_list_shorter() {
    let world = World::new().await;
    let good = world.good_answers().await;
    for seed in 0..6 {
        for fault in PASSING {
            let rule = Rule::new(fault).chance(seed, 4);
            world.app.wire.faults().add(rule);
        }
        for ((read, answer), (_, good)) in world.read_all().await.iter().zip(&good) {
            match answer.status.as_u16() {
                200 => assert_eq!(answer.body, good.body, "seed {seed}: {read}"),
                503 => assert_busy(read, answer),
                500 => assert_broken(read, answer),
                other => panic!("seed {seed}: {read} is {other}"),
            }
        }
        world.app.wire.faults().clear();
    }
    world.assert_answers_stay(&good).await;
}
