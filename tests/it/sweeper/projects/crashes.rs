//! A sweeper that dies after any of its calls: the next one finishes, and the end is the same.

use std::collections::BTreeSet;

use sweeper::Work;
use switchyard_local::seed::at;
use switchyard_tests::TestApp;
use switchyard_tests::app::NOW;
use switchyard_tests::wire::{Fault, Loss, Rule};

use super::{PROJECT, assert_bots_are_marked, left, mark, others, world};

/// More calls than such a sweep makes.
const CALLS: u32 = 200;

/// Lets every call from the n-th on fail. With `lost` the n-th still has its effect.
/// Answers whether it came to that.
async fn die(app: &TestApp, call: u32, lost: bool, budget: usize) -> bool {
    let faults = app.wire.faults();
    let broken = || Rule::new(Fault::InternalError).function("sweeper");
    let loss = lost.then(|| {
        let loss = Rule::new(Fault::LostAnswer(Loss::Io)).function("sweeper");
        faults.add(loss.after(call).times(1))
    });
    let rest = faults.add(broken().after(call));
    // It may end with or without an error: what counts is what it leaves.
    drop(app.sweep_only_within(Work::Projects, budget).await);
    faults.clear();
    loss.unwrap_or(rest).count() > 0
}

/// `deleted_at` decides whether the sweep that dies is one of the first minute.
async fn wherever(deleted_at: &str, budget: usize, lost: &[bool], least: u32) {
    let (app, project) = world(4).await;
    mark(&app, &project, at(deleted_at));
    let before = app.dump();
    let mut died = 0;
    for &lost in lost {
        for call in 0..CALLS {
            app.restore(&before);
            app.set_time(at(NOW));
            if !die(&app, call, lost, budget).await {
                break;
            }
            died += 1;
            let what = format!("call {call}, lost {lost}");
            let during = app.dump();
            assert_eq!(others(&during, PROJECT), others(&before, PROJECT), "{what}");
            app.pass(60);
            app.sweep_only(Work::Projects).await;
            let after = app.dump();
            assert_eq!(left(&after, PROJECT), BTreeSet::new(), "{what}");
            assert_eq!(others(&after, PROJECT), others(&before, PROJECT), "{what}");
            assert_bots_are_marked(&app, PROJECT).await;
        }
    }
    assert!(died >= least && died < 2 * CALLS, "it died {died} times");
}

#[tokio::test]
async fn wherever_the_first_sweep_dies() {
    wherever(NOW, 1_000, &[false, true], 15).await;
}

#[tokio::test]
async fn wherever_the_last_sweep_dies() {
    wherever("2015-12-24T17:00:00.000Z", 1_000, &[false, true], 60).await;
}

/// With so little to do that it ends in the middle.
#[tokio::test]
async fn wherever_one_of_many_sweeps_dies() {
    wherever("2015-12-24T17:00:00.000Z", 30, &[true], 20).await;
}
