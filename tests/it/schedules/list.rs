//! Lists: which schedules, and which pipelines one started.

use serde_json::{Value, json};
use switchyard::ids::PipelineId;
use switchyard_local::seed;
use switchyard_tests::Answer;

use super::{ALL, World, daily};

fn ids(answer: &Answer) -> Vec<u64> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let list = answer.json();
    let list = list.as_array().unwrap().iter();
    list.map(|it| it["id"].as_u64().unwrap()).collect()
}

#[tokio::test]
async fn a_scope_leaves_others_out_and_pages_follow_one_another() {
    let world = World::new().await;
    for number in 1..=7 {
        let mut body = daily();
        body["active"] = json!(number % 3 != 0);
        world.made(body).await;
    }
    for (query, expected) in [
        ("", vec![1, 2, 3, 4, 5, 6, 7]),
        ("scope=active", vec![1, 2, 4, 5, 7]),
        ("scope=inactive", vec![3, 6]),
        ("scope=", vec![1, 2, 3, 4, 5, 6, 7]),
    ] {
        for per_page in [1, 2, 100] {
            let mut seen = Vec::new();
            let mut next = Some(format!("{ALL}?{query}&per_page={per_page}"));
            while let Some(path) = next {
                let answer = world.app.get(&path, &world.reporter).await;
                let total = expected.len().to_string();
                assert_eq!(answer.header("x-total"), Some(&*total), "{path}");
                seen.extend(ids(&answer));
                next = answer.link("next");
            }
            assert_eq!(seen, expected, "{query} by {per_page}");
        }
    }
    let wrong = world.app.get(&format!("{ALL}?scope=x"), &world.owner).await;
    let expected = json!({ "error": "scope does not have a valid value" });
    assert_eq!((wrong.status.as_u16(), wrong.json()), (400, expected));
}

#[tokio::test]
async fn its_pipelines_are_those_that_came_to_be() {
    let world = World::new().await;
    let path = world.one().await;
    let pipelines = format!("{path}/pipelines");
    let empty: [u64; 0] = [];
    assert_eq!(
        ids(&world.app.get(&pipelines, &world.reporter).await),
        empty
    );

    let mut schedule = seed::schedule(1.into(), 1, 3.into());
    schedule.pipelines = (11..=16).map(PipelineId).collect();
    world.app.replace(&schedule);
    // 12 was never begun, 13 is not yet born, 16 was deleted.
    for id in [11, 13, 14, 15, 16] {
        let mut pipeline = seed::pipeline(1.into(), id, id * 100, 0);
        pipeline.building = id == 13;
        pipeline.deleted_at = (id == 16).then(|| seed::at("2015-12-24T17:00:00.000Z"));
        world.app.seed.put(&pipeline).await.unwrap();
    }
    let answer = world.app.get(&pipelines, &world.reporter).await;
    assert_eq!(ids(&answer), [11, 14, 15]);
    assert_eq!(answer.header("x-total"), Some("3"));
    let all = world
        .app
        .get("/api/v4/projects/1/pipelines", &world.owner)
        .await;
    let of = |list: &Value, id: u64| {
        let list = list.as_array().unwrap().iter();
        list.clone().find(|it| it["id"] == id).cloned().unwrap()
    };
    let fifteenth = of(&all.json(), 15);
    assert_eq!(of(&answer.json(), 15), fifteenth);
    let second = world
        .app
        .get(&format!("{pipelines}?per_page=2&page=2"), &world.owner)
        .await;
    assert_eq!(ids(&second), [15]);

    let shown = world.app.get(&path, &world.reporter).await.json();
    assert_eq!(shown["last_pipeline"], fifteenth);
}
