//! How many calls, one after another, an action may take for a job that was seen before.

use http::Method;
use switchyard_tests::TestApp;
use switchyard_tests::wire::Call;

use super::{World, erase, id, path};

/// Calls up to the one that has the effect, and those for what follows.
struct Cost {
    effect: u32,
    whole: u32,
}

async fn cost(world: &World, name: &str, action: &str, effect: impl Fn(&Call) -> bool) -> Cost {
    let path = path(id(name), action);
    // The rows that belong together are known then.
    let shown = path.strip_suffix(&format!("/{action}")).unwrap();
    assert_eq!(world.app.get(shown, &world.maintainer).await.status, 200);
    let (answer, spent) = world
        .app
        .spend_on(Method::POST, &path, &world.maintainer, "")
        .await;
    assert!(answer.status.is_success(), "{action}: {answer:?}");
    let calls = world.app.wire.tape().calls();
    let effect = calls.iter().find(|call| effect(call)).unwrap();
    Cost {
        effect: effect.depth,
        whole: spent.depth,
    }
}

fn is_transaction(call: &Call) -> bool {
    call.action == "dynamodb:TransactWriteItems"
}

#[tokio::test]
async fn cancel_play_and_erase_take_three_and_retry_four_then_comes_what_follows() {
    // What follows: the pipeline, its jobs, and what is written.
    const FOLLOWS: u32 = 3;
    let world = World::new("a running, b failed, c manual | d created").await;
    for (name, action, budget) in [("a", "cancel", 3), ("b", "retry", 4), ("c", "play", 3)] {
        let cost = cost(&world, name, action, is_transaction).await;
        assert!(cost.effect <= budget, "{action}: {} deep", cost.effect);
        assert!(
            cost.whole <= cost.effect + FOLLOWS,
            "{action}: {} deep, {} for the effect",
            cost.whole,
            cost.effect
        );
    }
    assert_eq!(world.app.wire.tape().violations(), [""; 0]);
}

/// The mark that it is gone to everybody; then objects, rows, and the end of the work.
#[tokio::test]
async fn erasing_takes_three_to_the_mark() {
    let world = World::new("a success").await;
    erase::furnish(&world, "a").await;
    let is_mark = |call: &Call| call.action == "dynamodb:UpdateItem";
    let cost = cost(&world, "a", "erase", is_mark).await;
    assert!(cost.effect <= 3, "{} deep", cost.effect);
    assert!(cost.whole <= cost.effect + 4, "{} deep", cost.whole);
}

/// As many calls in a project with many jobs as in one with few.
#[tokio::test]
async fn what_it_takes_does_not_grow_with_the_project() {
    let few = World::new("a running | b created").await;
    let many = World::new("a running | b created").await;
    add_jobs(&many.app).await;
    let small = cost(&few, "a", "cancel", is_transaction).await;
    let units = few.app.wire.tape().units();
    let large = cost(&many, "a", "cancel", is_transaction).await;
    assert_eq!((small.effect, small.whole), (large.effect, large.whole));
    assert_eq!(units, many.app.wire.tape().units());
}

async fn add_jobs(app: &TestApp) {
    let project = super::PROJECT;
    for pipeline in 0..20 {
        let first = 5_000 + pipeline * 100;
        let statuses = [switchyard::job::Status::Success; 50];
        app.add_pipeline(project, 100 + pipeline, first, &statuses)
            .await;
    }
}
