//! What happens to jobs from the outside, as runners would let it happen; and whole lives of
//! random pipelines, in which functions die anywhere.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use switchyard::ids::{JobId, PipelineId};
use switchyard::job::lifecycle::{Event, transition};
use switchyard::job::{Downstream, FailureReason, Job, Status};
use switchyard::pipeline::{Block, Source, Upstream};
use switchyard::store::{Key, Rows, Write, Written};
use switchyard_local::seed;
use switchyard_tests::wire::{Fault, Loss, Rule};

use super::{FIRST, PIPELINE, PROJECT, World};

pub(super) const OTHER: PipelineId = PipelineId(7);

impl World {
    /// Lets something happen to a job, and what follows from it.
    pub(super) async fn happens(&self, id: u64, event: Event) {
        assert!(self.happened(id, event, None).await, "{id} {event:?}");
        let pipeline = self.job(id).await.build.pipeline_id;
        self.processed(pipeline).await;
    }

    pub(super) async fn processed(&self, id: PipelineId) {
        let now = self.app.now();
        let store = self.app.store_of("jobs");
        store.process(PROJECT, id, now).await.unwrap();
    }

    /// Only the job and the mark that something follows.
    pub(super) async fn happened(&self, id: u64, event: Event, exit_code: Option<i32>) -> bool {
        let store = &self.app.seed.store;
        let now = self.app.now();
        let old = self.job(id).await;
        let mut coded = old.build.clone();
        coded.exit_code = exit_code;
        let Ok(build) = transition(&coded, event, now) else {
            return false;
        };
        let new = Job {
            build,
            ..old.clone()
        };
        let key = Key::Pipeline(PROJECT, old.build.pipeline_id);
        let mut rows = Rows::default();
        rows.load(store, [key.clone()]).await.unwrap();
        let pipeline: switchyard::pipeline::Pipeline = rows.get(&key).unwrap().unwrap();
        let writes = vec![
            Write::edit(&old, &new).unwrap(),
            Write::edit(&pipeline, &pipeline.touched(now)).unwrap(),
        ];
        store.write_all(writes).await.unwrap() == Written::All
    }
}

/// What stands behind the name of a job.
const EXTRAS: [&str; 8] = [
    "",
    "group=g",
    "group=g",
    "group=h",
    "group=g retry=1",
    "retry=2",
    "af group=g",
    "always group=g",
];

/// How a job ends.
const ENDS: [Status; 4] = [
    Status::Success,
    Status::Success,
    Status::Failed,
    Status::Canceled,
];

/// A pipeline in which jobs share groups, fail, and are retried.
fn any_pipeline(random: &mut StdRng) -> String {
    let mut text = String::new();
    for name in ["a", "b", "c"].iter().take(random.random_range(1..4)) {
        let between = match (text.is_empty(), random.random()) {
            (true, _) => "",
            (false, true) => " | ",
            (false, false) => ", ",
        };
        let extra = EXTRAS.choose(random).unwrap();
        text.push_str(&format!("{between}{name} created {extra}"));
    }
    text
}

async fn builds(world: &World, count: usize) -> Vec<Job> {
    let mut all = Vec::new();
    for number in 0..count {
        let id = PipelineId(PIPELINE.0 + number as u64);
        let picture = world.app.seed.store.picture(PROJECT, id).await;
        all.extend(picture.unwrap().unwrap().jobs);
    }
    all
}

/// Those that have their resource group, by the group.
fn holders(jobs: &[Job]) -> BTreeMap<&str, Vec<JobId>> {
    let mut holders: BTreeMap<&str, Vec<JobId>> = BTreeMap::new();
    for job in jobs {
        let has_it = match job.build.status {
            Status::Pending | Status::Running | Status::Preparing | Status::Canceling => true,
            Status::Created
            | Status::WaitingForResource
            | Status::WaitingForCallback
            | Status::Success
            | Status::Failed
            | Status::Canceled
            | Status::Skipped
            | Status::Manual
            | Status::Scheduled => false,
        };
        if let Some(group) = job.build.resource_group.as_deref().filter(|_| has_it) {
            holders.entry(group).or_default().push(job.build.id);
        }
    }
    holders
}

/// Makes a pipeline one that a bridge of the first pipeline has started and follows.
async fn adopt(world: &World, child: PipelineId) {
    let store = &world.app.seed.store;
    let above = store.picture(PROJECT, PIPELINE).await.unwrap().unwrap();
    let below = store.picture(PROJECT, child).await.unwrap().unwrap();
    let bridge_id = JobId(FIRST + 90);
    let mut parent = above.pipeline.clone();
    parent.blocks.push(Block {
        first: bridge_id,
        count: 1,
    });
    parent.bridges.insert(bridge_id);
    world.app.replace(&parent);
    let mut build = seed::build(&parent, bridge_id.0, "below", Status::Running);
    build.stage = "stage 0".to_owned();
    let downstream = Downstream {
        project_id: PROJECT,
        pipeline_id: child,
    };
    world.app.replace(&seed::bridge(build, Some(downstream)));
    let mut pipeline = below.pipeline;
    pipeline.source = Source::ParentPipeline;
    pipeline.upstream = Some(Upstream {
        project_id: PROJECT,
        pipeline_id: PIPELINE,
        bridge_id,
        follows: true,
    });
    world.app.replace(&pipeline);
}

/// Lets runners run in some order, and functions die, until nothing is left to do.
async fn live(seed: u64) {
    let mut random = StdRng::seed_from_u64(seed);
    let world = World::new(&any_pipeline(&mut random)).await;
    let count = random.random_range(2..4);
    for number in 1..count {
        let id = PipelineId(PIPELINE.0 + number as u64);
        let text = any_pipeline(&mut random);
        world.add(id, FIRST + 100 * number as u64, &text).await;
    }
    // The last one may be a child of the first one, whose bridge waits for its end.
    let child = PipelineId(PIPELINE.0 + count as u64 - 1);
    let has_child = random.random();
    if has_child {
        adopt(&world, child).await;
    }
    let mut idle = 0;
    for step in 0.. {
        assert!(step < 400, "seed {seed}: this never ends");
        let jobs = builds(&world, count).await;
        for (group, holders) in holders(&jobs) {
            assert!(holders.len() < 2, "seed {seed}, {group}: {holders:?}");
        }
        let movable = jobs
            .iter()
            .filter(|job| matches!(job.build.status, Status::Pending | Status::Running));
        let movable: Vec<&Job> = movable.collect();
        if let Some(job) = movable.choose(&mut random)
            && random.random_ratio(3, 4)
        {
            idle = 0;
            let event = match (job.build.status, ENDS.choose(&mut random).unwrap()) {
                (Status::Pending, _) => Event::Run,
                (_, Status::Failed) => Event::Drop(FailureReason::ScriptFailure),
                (_, Status::Canceled) => Event::Cancel { graceful: false },
                _ => Event::Success,
            };
            world.happened(job.build.id.0, event, None).await;
            continue;
        }
        // A function follows up, and may die.
        let faults = world.app.wire.faults();
        let call = random.random_range(0..10);
        if random.random_ratio(2, 3) {
            if random.random() {
                let lost = Rule::new(Fault::LostAnswer(Loss::Io)).function("jobs");
                faults.add(lost.after(call).times(1));
            }
            faults.add(Rule::new(Fault::InternalError).function("jobs").after(call));
        }
        let now = world.app.now();
        let id = PipelineId(PIPELINE.0 + random.random_range(0..count) as u64);
        drop(world.app.store_of("jobs").process(PROJECT, id, now).await);
        faults.clear();
        if movable.is_empty() {
            idle += 1;
            world.app.pass(31);
            world.app.sweep_only(sweeper::Work::Pipelines).await;
        }
        if idle > 3 * count {
            break;
        }
    }
    for job in builds(&world, count).await {
        let build = &job.build;
        assert!(
            build.status.is_final(),
            "seed {seed}: {} {:?}",
            build.id,
            build.status
        );
    }
    if has_child {
        let store = &world.app.seed.store;
        let above = store.picture(PROJECT, PIPELINE).await.unwrap().unwrap();
        let below = store.picture(PROJECT, child).await.unwrap().unwrap();
        let bridge = above.bridges[0].build.status;
        let expected = match below.pipeline.status {
            Status::Success => Status::Success,
            Status::Canceled => Status::Canceled,
            _ => Status::Failed,
        };
        assert_eq!(bridge, expected, "seed {seed}: {:?}", below.pipeline.status);
    }
    for number in 0..count {
        let id = PipelineId(PIPELINE.0 + number as u64);
        let picture = world.app.seed.store.picture(PROJECT, id).await;
        let picture = picture.unwrap().unwrap();
        assert_eq!(picture.errands(), vec![], "seed {seed}");
        assert_eq!(picture.pipeline.deadline, None, "seed {seed}");
    }
}

/// One of a group at a time, and all come to an end.
#[tokio::test]
async fn resource_groups_retries_and_children_come_to_an_end() {
    for seed in 0..16 {
        live(seed).await;
    }
}
