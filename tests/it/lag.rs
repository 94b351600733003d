//! Indexes that lag behind their tables: reads by id do not notice, and lists lose or
//! double no job that was there throughout, and show none that is not.

use std::collections::{BTreeMap, BTreeSet};

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use switchyard::ids::{JobId, PipelineId};
use switchyard::job::Status;
use switchyard::member::{Role, Source};
use switchyard::pipeline::{Block, Pipeline};
use switchyard_local::seed;
use switchyard_tests::{Answer, Caller, TestApp};

/// One project with one large pipeline whose jobs change.
struct World {
    app: TestApp,
    caller: Caller,
    pipeline: Pipeline,
    statuses: BTreeMap<u64, Status>,
}

/// Statuses that jobs have here; the first two are asked for.
const STATUSES: [Status; 4] = [
    Status::Pending,
    Status::Running,
    Status::Success,
    Status::Manual,
];
const ASKED: [Status; 2] = [Status::Pending, Status::Running];
const SCOPE: &str = "scope%5B%5D=pending&scope%5B%5D=running&";

impl World {
    async fn new(jobs: u64, status: impl Fn(u64) -> Status) -> Self {
        let app = TestApp::new().await;
        let project = app.add_project(1, |project| project.job_count = jobs).await;
        let caller = app.add_member(2, Source::Project(project.id), Role::Developer);
        let caller = caller.await;
        let pipeline = seed::pipeline(project.id, 1, 1, jobs);
        app.replace(&pipeline);
        let mut world = Self {
            app,
            caller,
            pipeline,
            statuses: BTreeMap::new(),
        };
        for id in 1..=jobs {
            world.set(id, status(id));
        }
        world
    }

    /// Creates a job or moves it on.
    fn set(&mut self, id: u64, status: Status) {
        let name = format!("job {id}");
        self.app
            .replace(&seed::job(&self.pipeline, id, &name, status));
        self.statuses.insert(id, status);
    }

    /// Retries a job: one more at the end, and the pipeline's row knows both.
    fn retry(&mut self, id: u64) -> u64 {
        let new = self.statuses.keys().max().unwrap() + 1;
        let (first, count) = (JobId(new), 1);
        self.pipeline.blocks.push(Block { first, count });
        self.pipeline.retried.insert(JobId(id));
        self.app.replace(&self.pipeline);
        self.set(new, Status::Pending);
        new
    }

    fn is_asked(&self, id: u64) -> bool {
        ASKED.contains(&self.statuses[&id])
    }

    fn asked(&self) -> BTreeSet<u64> {
        let ids = self.statuses.keys().copied();
        ids.filter(|id| self.is_asked(*id)).collect()
    }

    async fn get(&self, path: &str) -> Answer {
        let path = format!("/api/v4/projects/1/{path}");
        let answer = self.app.get(&path, &self.caller).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer
    }

    /// Reads the jobs page by page; `between` is called after each.
    async fn walk(&mut self, query: &str, between: impl FnMut(&mut Self, &Answer)) -> Vec<u64> {
        self.walk_list("jobs", query, between).await
    }

    async fn walk_list(
        &mut self,
        list: &str,
        query: &str,
        between: impl FnMut(&mut Self, &Answer),
    ) -> Vec<u64> {
        let mut between = between;
        let mut ids = Vec::new();
        let mut place = String::new();
        loop {
            let answer = self.get(&format!("{list}?{query}{place}")).await;
            ids.extend(answer.ids());
            between(self, &answer);
            let next = answer.header("x-next-page").filter(|page| !page.is_empty());
            place = match (answer.header("x-next-cursor"), next) {
                (Some(cursor), _) => format!("&cursor={}", cursor.replace('=', "%3D")),
                (None, Some(page)) => format!("&page={page}"),
                (None, None) => return ids,
            };
        }
    }
}

/// The two ways to page, and pages of some sizes.
fn pagings() -> impl Iterator<Item = String> {
    let ways = ["", "pagination=keyset&"].into_iter();
    ways.flat_map(|way| [1, 4, 9, 100].map(|per_page| format!("{way}per_page={per_page}")))
}

fn assert_no_doubles(ids: &[u64], case: &str) {
    assert!(ids.is_sorted_by(|a, b| a > b), "{case}: {ids:?}");
}

#[tokio::test]
async fn reads_by_id_do_not_notice() {
    let mut world = World::new(8, |_| Status::Pending).await;
    world.app.wire.lag().freeze();
    world.set(3, Status::Running);
    world.set(4, Status::Failed);
    let retried = world.retry(4);

    for (id, status) in [(3, "running"), (4, "failed"), (retried, "pending")] {
        let job = world.get(&format!("jobs/{id}")).await;
        assert_eq!(job.json()["status"], status);
    }
    let list = world.get("pipelines/1/jobs?scope=running").await;
    assert_eq!(list.ids(), [3]);
    let list = world.get("pipelines/1/jobs").await;
    assert_eq!(list.ids(), [9, 8, 7, 6, 5, 3, 2, 1]);
    let list = world.get("pipelines/1/jobs?include_retried=true&scope=failed");
    assert_eq!(list.await.ids(), [4]);
    let list = world.get("jobs").await;
    assert_eq!(list.ids(), [9, 8, 7, 6, 5, 4, 3, 2, 1]);
    assert_eq!(list.json()[6]["status"], "running");
}

#[tokio::test]
async fn lists_keep_what_stays_and_drop_what_moved_on() {
    let mut world = World::new(40, |id| STATUSES[id as usize % 4]).await;
    let before = world.asked();
    world.app.wire.lag().freeze();
    for (id, status) in [
        (1, Status::Success),
        (4, Status::Running),
        (5, Status::Manual),
        (20, Status::Success),
        (21, Status::Pending),
        (36, Status::Success),
        (39, Status::Pending),
        (40, Status::Manual),
    ] {
        world.set(id, status);
    }
    let new = world.retry(17);
    world.set(new, Status::Pending);
    let all: Vec<u64> = world.statuses.keys().rev().copied().collect();
    let after = world.asked();
    let throughout: BTreeSet<u64> = before.intersection(&after).copied().collect();

    for lagging in [true, false] {
        if !lagging {
            world.app.wire.lag().thaw();
        }
        for paging in pagings() {
            let case = format!("{paging}, lagging: {lagging}");
            // The row count was not told to the project: the rows decide.
            assert_eq!(world.walk(&paging, |_, _| {}).await, all, "{case}");

            let shown = world.walk(&format!("{SCOPE}{paging}"), |_, _| {}).await;
            assert_no_doubles(&shown, &case);
            let shown = BTreeSet::from_iter(shown);
            let expected = if lagging { &throughout } else { &after };
            assert!(shown.is_superset(expected), "{case}: {shown:?}");
            assert!(shown.is_subset(&after), "{case}: {shown:?}");
        }
    }
}

#[tokio::test]
async fn many_jobs_that_moved_on_do_not_end_a_list() {
    let mut world = World::new(160, |_| Status::Pending).await;
    world.app.wire.lag().freeze();
    let stay = [2, 3, 80];
    for id in (1..=160).filter(|id| !stay.contains(id)) {
        world.set(id, Status::Running);
    }
    for paging in pagings() {
        let query = format!("scope=pending&{paging}");
        let shown = world.walk(&query, |_, _| {}).await;
        assert_eq!(shown, [80, 3, 2], "{query}");
    }
}

#[tokio::test]
async fn pipelines_that_moved_on_do_not_end_a_list() {
    let mut world = World::new(0, |_| Status::Pending).await;
    let set = |world: &World, id, status| {
        let mut pipeline = world.pipeline.clone();
        pipeline.id = PipelineId(id);
        pipeline.status = status;
        world.app.replace(&pipeline);
    };
    for id in 1..=60 {
        set(&world, id, Status::Running);
    }
    world.app.wire.lag().freeze();
    let stay = [2, 3, 30];
    for id in (1..=60).filter(|id| !stay.contains(id)) {
        set(&world, id, Status::Success);
    }
    for paging in pagings() {
        let query = format!("status=running&{paging}");
        let shown = world.walk_list("pipelines", &query, |_, _| {}).await;
        assert_eq!(shown, [30, 3, 2], "{query}");
    }
    let all: Vec<u64> = (1..=60).rev().collect();
    let shown = world.walk_list("pipelines", "per_page=7&pagination=keyset", |_, _| {});
    assert_eq!(shown.await, all);
}

/// By offset a row that enters the list shifts all behind it, in GitLab and here; but what
/// was dropped because its index entry was old is dropped just as well when it is not.
#[tokio::test]
async fn an_index_that_catches_up_in_the_middle_of_a_walk_changes_nothing() {
    for paging in pagings() {
        let mut world = World::new(40, |id| STATUSES[id as usize % 4]).await;
        world.app.wire.lag().freeze();
        for id in [1, 5, 9, 21, 24, 33, 36, 40] {
            world.set(id, Status::Success);
        }
        let expected: Vec<u64> = world.asked().into_iter().rev().collect();
        let mut pages = 0;
        let query = format!("{SCOPE}{paging}");
        let shown = world.walk(&query, |world, _| {
            pages += 1;
            match pages % 3 {
                2 => world.app.wire.lag().thaw(),
                _ => world.app.wire.lag().freeze(),
            }
        });
        assert_eq!(shown.await, expected, "{paging}");
    }
}

/// By key anything may happen in the middle of a walk.
#[tokio::test]
async fn by_key_no_change_loses_or_doubles_a_job() {
    for seed in 0..10 {
        let mut rng = StdRng::seed_from_u64(seed);
        let mut world = World::new(60, |id| STATUSES[(id * 7 % 11 % 4) as usize]).await;
        let mut throughout = world.asked();
        let per_page = rng.random_range(1..9);
        let query = format!("{SCOPE}pagination=keyset&per_page={per_page}");
        let shown = world.walk(&query, |world, page| {
            for id in page.ids() {
                assert!(world.is_asked(id), "seed {seed}: {id} moved on");
            }
            match rng.random_range(0..3) {
                0 => world.app.wire.lag().freeze(),
                1 => world.app.wire.lag().thaw(),
                _ => {}
            }
            for _ in 0..rng.random_range(0..5) {
                let id = rng.random_range(1..=60);
                world.set(id, *STATUSES.choose(&mut rng).unwrap());
            }
            if rng.random_bool(0.3) {
                world.retry(rng.random_range(1..=60));
            }
            throughout = &throughout & &world.asked();
        });
        let shown = shown.await;
        assert_no_doubles(&shown, &format!("seed {seed}"));
        let missing = &throughout - &BTreeSet::from_iter(shown);
        assert!(missing.is_empty(), "seed {seed}: {missing:?} are lost");
    }
}
