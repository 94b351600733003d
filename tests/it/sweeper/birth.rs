//! A pipeline is born whole, or not at all: wherever its function dies.

use switchyard::definition::Definition;
use switchyard::ids::{JobId, ProjectId};
use switchyard::job::{Job, Status};
use switchyard::pipeline::Pipeline;
use switchyard::project::Project;
use switchyard::store::birth::Newborn;
use switchyard::store::{Key, Rows};
use switchyard_local::seed;
use switchyard_tests::wire::{Fault, Loss, Rule};
use switchyard_tests::world::job;
use switchyard_tests::{Caller, TestApp};

const PROJECT: ProjectId = ProjectId(1);
const PIPELINE: u64 = 6;
const FIRST: u64 = 101;

/// Until then the function may be at work.
const DEADLINE: &str = "2015-12-24T18:00:30.000Z";

struct World {
    app: TestApp,
    root: Caller,
    project: Project,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let root = app.administrator().await;
        let project = app.add_project(PROJECT.0, |_| {}).await;
        Self { app, root, project }
    }

    /// One with so many jobs, and a bridge behind them.
    fn newborn(jobs: u64) -> Newborn {
        let mut pipeline = seed::pipeline(PROJECT, PIPELINE, FIRST, jobs + 1);
        pipeline.status = Status::Created;
        pipeline.deadline = Some(seed::at(DEADLINE));
        let last = JobId(FIRST + jobs);
        pipeline.bridges = [last].into();
        let rows: Vec<Job> = (0..jobs)
            .map(|place| job(&pipeline, FIRST + place, Status::Created, |_| {}))
            .collect();
        let bridge = seed::bridge(
            seed::build(&pipeline, last.0, "deploy", Status::Created),
            None,
        );
        Newborn {
            jobs: rows,
            bridges: vec![bridge],
            definitions: vec![Definition::new(PROJECT, &"make").unwrap().unwrap()],
            variables: Vec::new(),
            pipeline,
        }
    }

    async fn bear(&self, newborn: &Newborn) -> switchyard::error::Result<bool> {
        let store = self.app.store_of("pipelines");
        store.bear(&self.project, newborn, Vec::new()).await
    }

    /// What the lists and the pipeline itself show: how many jobs in the pipeline and in
    /// the project, how many pipelines, and whether the pipeline is there.
    async fn seen(&self) -> (usize, String, usize, u16) {
        let count = |answer: switchyard_tests::Answer| match answer.json().as_array() {
            Some(rows) => rows.len(),
            None => 0,
        };
        let path = |path: &str| format!("/api/v4/projects/1/{path}");
        let get = |text: &str| {
            let path = path(text);
            async move { self.app.get(&path, &self.root).await }
        };
        let jobs = get("pipelines/6/jobs?per_page=100").await;
        let all = get("jobs?per_page=1").await;
        let total = all.header("x-total").unwrap_or_default().to_owned();
        let pipelines = get("pipelines").await;
        let shown = get("pipelines/6").await;
        (count(jobs), total, count(pipelines), shown.status.as_u16())
    }

    async fn pipeline(&self) -> Option<Pipeline> {
        let key = Key::Pipeline(PROJECT, PIPELINE.into());
        let mut rows = Rows::default();
        let store = &self.app.seed.store;
        rows.load(store, [key.clone()]).await.unwrap();
        rows.get(&key).unwrap()
    }

    /// Rows of jobs and bridges, whoever may see them.
    fn builds(&self) -> usize {
        let rows = self.app.dump().rows;
        rows["jobs"].len() + rows["bridges"].len()
    }
}

const NOTHING: fn() -> (usize, String, usize, u16) = || (0, "0".to_owned(), 0, 404);

#[tokio::test]
async fn five_hundred_jobs_are_seen_at_once() {
    let world = World::new().await;
    let newborn = World::newborn(500);
    world.app.wire.tape().reset();
    assert!(world.bear(&newborn).await.unwrap());
    // The row, 502 others by 25, and the transaction.
    assert_eq!(world.app.wire.tape().calls().len(), 1 + 21 + 1);
    assert_eq!(world.seen().await, (100, "500".to_owned(), 1, 200));
    assert_eq!(world.builds(), 501);
    assert_eq!(world.app.wire.tape().violations(), [""; 0]);

    // The sweeper only starts what is to run, since nobody did; the bridge does not know what.
    world.app.pass(3_600);
    world.app.sweep().await;
    assert_eq!(world.seen().await, (100, "500".to_owned(), 1, 200));
    let pipeline = world.pipeline().await.unwrap();
    assert_eq!(
        (pipeline.status, pipeline.deadline),
        (Status::Running, None)
    );
}

#[tokio::test]
async fn numbers_are_given_once() {
    let world = World::new().await;
    let stores = [(); 20].map(|()| world.app.store_of("pipelines"));
    let numbers = stores
        .iter()
        .map(|store| store.reserve_pipeline_iid(PROJECT));
    let numbers = futures::future::try_join_all(numbers).await.unwrap();
    let mut numbers: Vec<u64> = numbers.into_iter().map(Option::unwrap).collect();
    numbers.sort_unstable();
    assert_eq!(numbers, (1..=20).collect::<Vec<_>>());
    let store = &stores[0];
    assert_eq!(
        store.reserve_pipeline_iid(ProjectId(2)).await.unwrap(),
        None
    );
    let deleted = Project {
        deleted_at: Some(seed::at(DEADLINE)),
        ..world.project.clone()
    };
    world.app.replace(&deleted);
    assert_eq!(store.reserve_pipeline_iid(PROJECT).await.unwrap(), None);
}

#[tokio::test]
async fn whole_or_not_at_all_wherever_the_function_dies() {
    let newborn = World::newborn(60);
    let mut ends = [0, 0];
    for call in 0..12 {
        for lost in [false, true] {
            let world = World::new().await;
            let faults = world.app.wire.faults();
            let rule = Rule::new(if lost {
                Fault::LostAnswer(Loss::Io)
            } else {
                Fault::InternalError
            });
            let first = faults.add(rule.function("pipelines").after(call).times(1));
            let rest = Rule::new(Fault::InternalError).function("pipelines");
            faults.add(rest.after(call + 1));
            let born = world.bear(&newborn).await;
            faults.clear();
            if first.count() == 0 {
                continue;
            }
            let what = format!("call {call}, lost {lost}: {born:?}");
            let is_published = world.pipeline().await.is_some_and(|it| !it.building);
            let expected = if is_published {
                (60, "60".to_owned(), 1, 200)
            } else {
                assert!(born.is_err(), "{what}");
                NOTHING()
            };
            assert_eq!(world.seen().await, expected, "{what}");
            // Before its time the sweeper leaves it alone.
            let before = world.app.dump();
            world.app.sweep().await;
            if !is_published {
                assert!(world.app.dump() == before, "{what}");
            }
            world.app.pass(3_600);
            world.app.sweep_within(30).await.unwrap();
            for _ in 0..20 {
                world.app.sweep_within(30).await.unwrap();
            }
            assert_eq!(world.seen().await, expected, "{what}");
            if is_published {
                assert_eq!(world.builds(), 61, "{what}");
            } else {
                assert_eq!(world.builds(), 0, "{what}");
                assert_eq!(world.pipeline().await, None, "{what}");
            }
            ends[usize::from(is_published)] += 1;
        }
    }
    assert!(ends[0] >= 6, "{ends:?}");
}

/// Who is late finds that the sweeper was there.
#[tokio::test]
async fn what_the_sweeper_took_is_not_published() {
    let world = World::new().await;
    let newborn = World::newborn(3);
    let store = world.app.store_of("pipelines");
    let building = Pipeline {
        building: true,
        ..newborn.pipeline.clone()
    };
    let fenced = Pipeline {
        revision: building.revision + 1,
        ..building.clone()
    };
    world
        .app
        .replace_before("dynamodb:TransactWriteItems", &fenced);
    assert!(
        !store
            .bear(&world.project, &newborn, Vec::new())
            .await
            .unwrap()
    );
    assert_eq!(world.seen().await, NOTHING());
}

#[tokio::test]
async fn a_project_that_goes_meanwhile_gets_none() {
    let world = World::new().await;
    let deleted = Project {
        deleted_at: Some(seed::at("2015-12-24T17:00:00.000Z")),
        deadline: Some(seed::at("2015-12-24T17:00:00.000Z")),
        ..world.project.clone()
    };
    world
        .app
        .replace_before("dynamodb:TransactWriteItems", &deleted);
    assert!(!world.bear(&World::newborn(3)).await.unwrap());
    for _ in 0..3 {
        world.app.pass(3_600);
        world.app.sweep().await;
    }
    assert_eq!(world.builds(), 0);
    assert_eq!(world.app.dump().rows["definitions"].len(), 0);
}
