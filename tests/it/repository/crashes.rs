//! A function that dies after any of its calls leaves nothing of a commit, or all of it.

use http::Method;
use serde_json::{Value, json};
use switchyard_tests::wire::{Fault, Loss, Rule};

use super::{World, at};

/// More calls than any of these makes.
const CALLS: u32 = 14;

/// What can be seen of a repository.
async fn seen(world: &World) -> Vec<Value> {
    // Who died before the pipeline of the push left it to the sweeper.
    let now = world.app.now();
    world.app.pass(61);
    world.app.sweep_only(sweeper::Work::Pushes).await;
    world.app.set_time(now);
    let mut seen = Vec::new();
    for path in [
        "",
        "repository/branches",
        "repository/tags",
        "repository/commits",
        "repository/tree?recursive=true",
        "protected_branches",
    ] {
        let answer = world.app.get(&at(path), &world.maintainer).await;
        seen.push(serde_json::from_slice(&answer.body).unwrap());
    }
    for push in world.pushes().await {
        seen.push(json!([push.ref_name, push.before_sha, push.sha, push.tag]));
    }
    seen
}

#[tokio::test]
async fn a_write_happens_wholly_or_not_at_all() {
    let commit = json!({
        "branch": "main", "commit_message": "two",
        "actions": [
            { "action": "create", "file_path": "x", "content": "1" },
            { "action": "create", "file_path": "y", "content": "2" },
            { "action": "delete", "file_path": "README.md" },
        ],
    });
    let first = json!({ "branch": "main", "commit_message": "one", "content": "1" });
    for (empty, method, path, body) in [
        (true, Method::POST, "repository/files/f", first),
        (false, Method::POST, "repository/commits", commit),
        (
            false,
            Method::POST,
            "repository/branches",
            json!({ "branch": "b", "ref": "main" }),
        ),
        (
            false,
            Method::POST,
            "repository/tags",
            json!({ "tag_name": "t", "ref": "main" }),
        ),
        (
            false,
            Method::DELETE,
            "repository/branches/feature",
            json!({}),
        ),
    ] {
        let prepared = async || {
            if empty {
                World::empty().await
            } else {
                World::new().await
            }
        };
        let world = prepared().await;
        let nothing = seen(&world).await;
        let answer = world
            .app
            .send(method.clone(), &at(path), &world.maintainer, &body)
            .await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
        let all = seen(&world).await;
        assert_ne!(nothing, all);

        let (mut died, mut done) = (0, 0);
        'calls: for call in 0..CALLS {
            for lost in [false, true] {
                let world = prepared().await;
                let faults = world.app.wire.faults();
                if lost {
                    let rule = Rule::new(Fault::LostAnswer(Loss::Io)).function("repository");
                    faults.add(rule.after(call).times(1));
                }
                let rest = Rule::new(Fault::InternalError).function("repository");
                let fired = faults.add(rest.after(call));
                world
                    .app
                    .send(method.clone(), &at(path), &world.maintainer, &body)
                    .await;
                faults.clear();
                // Behind the last call there is none to die at.
                if fired.count() == 0 {
                    continue 'calls;
                }
                died += 1;
                let found = seen(&world).await;
                let what = format!("{method} {path}, call {call}, lost {lost}");
                assert!(found == nothing || found == all, "{what}: {found:?}");
                done += usize::from(found == all);
                // Whoever asks again comes to the same end.
                if found == nothing {
                    let answer = world
                        .app
                        .send(method.clone(), &at(path), &world.maintainer, &body)
                        .await;
                    assert!(answer.status.is_success(), "{what}: {answer:?}");
                    assert_eq!(seen(&world).await, all, "{what}");
                }
            }
        }
        assert!(
            died > 3 && done > 0,
            "{path} died {died} times, and was done {done} times"
        );
    }
}
