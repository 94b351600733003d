//! Lists: whose they are, in pages.

use serde_json::json;
use switchyard::ids::{GroupId, JobId, ProjectId};
use switchyard::variable::{Owner, Variable};
use switchyard_local::seed;

use super::{HOMES, OF_GROUP, OF_INSTANCE, OF_PROJECT, World};

fn keys(answer: &switchyard_tests::Answer) -> Vec<String> {
    let list = answer.json();
    let list = list.as_array().unwrap().iter();
    list.map(|it| it["key"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn each_list_has_its_own() {
    let world = World::new().await;
    world.app.add_project(12, |_| {}).await;
    for (home, key) in HOMES.iter().zip(["P", "G", "I"]) {
        world.made(home, json!({ "key": key, "value": "1" })).await;
    }
    // Those of others, and of a job.
    for owner in [
        Owner::Project(ProjectId(12)),
        Owner::Group(GroupId(12)),
        Owner::Project(ProjectId(10)),
    ] {
        let variable = seed::ci_variable(owner, "X", "1");
        world.app.seed.put(&variable).await.unwrap();
    }
    let played = Variable {
        owner: Owner::Job(JobId(1)),
        key: "X".to_owned(),
        value: "1".to_owned(),
    };
    world.app.seed.put(&played).await.unwrap();
    for (home, key) in [(OF_PROJECT, "P"), (OF_GROUP, "G"), (OF_INSTANCE, "I")] {
        let answer = world.app.get(home, &world.root).await;
        assert_eq!(keys(&answer), [key], "{home}");
        assert_eq!(answer.header("x-total"), Some("1"));
    }
    // By its path, and by whoever owns it.
    let by_path = "/api/v4/projects/group1%2Fproject1/variables";
    assert_eq!(keys(&world.app.get(by_path, &world.owner).await), ["P"]);
}

#[tokio::test]
async fn pages_follow_one_another() {
    let world = World::new().await;
    for home in HOMES {
        let mut expected = Vec::new();
        for number in 0..23 {
            let key = format!("KEY_{number:02}");
            world.made(home, json!({ "key": key, "value": "1" })).await;
            expected.push(key);
        }
        for per_page in [1, 5, 23, 50] {
            let mut seen = Vec::new();
            let mut next = Some(format!("{home}?per_page={per_page}"));
            while let Some(path) = next {
                let answer = world.app.get(&path, &world.root).await;
                assert_eq!(answer.status, 200, "{path}");
                assert_eq!(answer.header("x-total"), Some("23"), "{path}");
                let page = keys(&answer);
                assert!(page.len() <= per_page);
                seen.extend(page);
                next = answer.link("next");
            }
            assert_eq!(seen, expected, "{home} by {per_page}");
        }
        let behind = world.app.get(&format!("{home}?page=3"), &world.root).await;
        assert_eq!(behind.json(), json!([]));
        assert_eq!(behind.header("x-total"), Some("23"));
        let far = world
            .app
            .get(&format!("{home}?page=9999"), &world.root)
            .await;
        assert_eq!(far.status, 405);
    }
}
