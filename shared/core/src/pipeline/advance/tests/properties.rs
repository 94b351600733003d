//! Whole lives of random pipelines, with runners that always finish, held to an oracle
//! that knows the end from the plan alone.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::*;
use crate::job::Job;
use crate::job::lifecycle::Gates;
use crate::pipeline::composite::status_of;
use crate::pipeline::{Picture, Reset};

#[derive(Clone, Debug)]
struct Plan {
    stage: usize,
    when: When,
    allow_failure: bool,
    needs: Option<Vec<u16>>,
    /// How it ends if it runs.
    outcome: Status,
}

impl Plan {
    /// The places of what the job in `plans[place]` waits for.
    fn waits_for(plans: &[Self], place: usize) -> Vec<usize> {
        match &plans[place].needs {
            Some(needs) => needs.iter().map(|&needed| usize::from(needed)).collect(),
            None => (0..plans.len())
                .filter(|&other| plans[other].stage < plans[place].stage)
                .collect(),
        }
    }
}

fn any_plans() -> impl Strategy<Value = Vec<Plan>> {
    use Status::{Canceled, Failed, Success};
    use When::{Always, Manual, OnFailure, OnSuccess};

    let whens = select(vec![OnSuccess, OnSuccess, OnFailure, Always, Manual]);
    let outcomes = select(vec![Success, Success, Failed, Canceled]);
    let needs = proptest::option::of(any::<u8>());
    let job = (
        0..4_usize,
        any::<u8>(),
        whens,
        any::<bool>(),
        needs,
        outcomes,
    );
    vec(job, 1..8).prop_map(|mut jobs| {
        jobs.sort_by_key(|(stage, ..)| *stage);
        // Who may be needed: those of earlier stages, and of the own one in some order.
        let ranks: Vec<_> = jobs
            .iter()
            .enumerate()
            .map(|(place, (stage, rank, ..))| (*stage, *rank, place))
            .collect();
        let needed = |mask: u8, place: usize| {
            (0..ranks.len())
                .filter(|&other| ranks[other] < ranks[place] && mask >> other & 1 == 1)
                .map(|other| other as u16)
                .collect()
        };
        jobs.into_iter()
            .enumerate()
            .map(
                |(place, (stage, _, when, allow_failure, mask, outcome))| Plan {
                    stage,
                    when,
                    allow_failure,
                    needs: mask.map(|mask| needed(mask, place)),
                    outcome,
                },
            )
            .collect()
    })
}

/// How every job ends, from the plan and no states in between, when all that block are
/// played. `known` are ends that are there already.
fn ends(plans: &[Plan], mut known: Vec<Option<Status>>) -> Vec<Status> {
    (0..plans.len())
        .map(|place| end(plans, &mut known, place))
        .collect()
}

fn end(plans: &[Plan], known: &mut [Option<Status>], place: usize) -> Status {
    if let Some(end) = known[place] {
        return end;
    }
    let plan = &plans[place];
    let (mut idle, mut failed, mut canceled) = (false, false, false);
    for other in Plan::waits_for(plans, place) {
        let strict = !plans[other].allow_failure;
        match end(plans, known, other) {
            Status::Skipped | Status::Manual => idle = true,
            Status::Failed => failed |= strict,
            Status::Canceled => canceled |= strict,
            _ => {}
        }
    }
    let runs = if idle && plan.needs.is_some() {
        plan.when == When::Always
    } else if failed {
        plan.when == When::OnFailure || plan.when == When::Always
    } else {
        plan.when != When::OnFailure && !canceled
    };
    let end = if !runs {
        Status::Skipped
    } else if plan.when == When::Manual && plan.allow_failure {
        Status::Manual
    } else {
        plan.outcome
    };
    known[place] = Some(end);
    end
}

/// The latest job of a place.
fn latest(world: &World, place: usize) -> &Build {
    let mut build = &world.builds[place];
    while let Some(next) = build.retried_by {
        build = &world.builds[next.0 as usize - 1];
    }
    build
}

fn statuses(world: &World, plans: &[Plan]) -> Vec<Status> {
    (0..plans.len())
        .map(|place| latest(world, place).status)
        .collect()
}

/// Waits for someone who need not come.
fn is_optional(build: &Build) -> bool {
    build.status == Status::Manual && build.allow_failure
}

/// Nothing of what the job waits for can change by itself; only where one that it needs
/// does not run, GitLab waits no longer for the others.
fn may_be_decided(world: &World, plans: &[Plan], place: usize) -> bool {
    let waits_for = Plan::waits_for(plans, place);
    let mut builds = waits_for.iter().map(|&other| latest(world, other));
    let over = |build: &Build| build.status.is_final() || is_optional(build);
    let idle = |build: &Build| build.status == Status::Skipped || is_optional(build);
    builds.clone().all(over) || (plans[place].needs.is_some() && builds.any(idle))
}

enum Move {
    /// Writes some of the changes, maybe not all: then the function died.
    Advance(Vec<Change>),
    Happen(JobId, Event),
}

fn moves(world: &World, plans: &[Plan]) -> Vec<Move> {
    let mut moves = Vec::new();
    let changes = world.advance();
    if !changes.is_empty() {
        moves.push(Move::Advance(changes));
    }
    for build in world.builds.iter().filter(|b| b.retried_by.is_none()) {
        let event = match build.status {
            Status::Pending => Event::Run,
            // A retry always succeeds.
            Status::Running => match plans.get(build.id.0 as usize - 1).map(|p| p.outcome) {
                Some(Status::Failed) => Event::Drop(FailureReason::ScriptFailure),
                Some(Status::Canceled) => Event::Cancel { graceful: false },
                _ => Event::Success,
            },
            Status::Manual if !build.allow_failure => Event::Enqueue {
                gates: Gates::default(),
                user: Some(UserId(3)),
            },
            _ => continue,
        };
        moves.push(Move::Happen(build.id, event));
    }
    moves
}

/// Lets runners run, people play what blocks, and functions advance or die, in the order
/// that `choices` choose, until nothing is left to do.
fn run(world: &mut World, plans: &[Plan], choices: &[Index]) -> Result<(), TestCaseError> {
    for step in 0.. {
        // A job is decided, played, taken and finished; each may change the pipeline.
        prop_assert!(step <= 8 * world.builds.len(), "this never ends");
        let mut moves = moves(world, plans);
        if moves.is_empty() {
            break;
        }
        let choice =
            |offset: usize, len: usize| choices[(step + offset) % choices.len()].index(len);
        match moves.swap_remove(choice(0, moves.len())) {
            Move::Happen(id, event) => world.happen(id, event, BORN),
            Move::Advance(changes) => {
                let written = 1 + choice(1, changes.len());
                for change in changes.iter().take(written) {
                    if let Change::Build { id, .. } = change {
                        let place = id.0 as usize - 1;
                        prop_assert!(may_be_decided(world, plans, place), "{id} was early");
                    }
                    world.apply(*change);
                }
                if written == changes.len() {
                    prop_assert_eq!(world.advance(), []);
                }
            }
        }
    }
    prop_assert_eq!(Some(world.pipeline.status), status_of(&world.builds));
    Ok(())
}

fn start(plans: &[Plan]) -> World {
    let row = |plan: &Plan| Row {
        stage: plan.stage,
        status: Status::Created,
        when: plan.when,
        allow_failure: plan.allow_failure,
        needs: plan.needs.clone(),
    };
    World::new(plans.iter().map(row).collect())
}

fn picture(world: &World) -> Picture {
    let job = |build: &Build| {
        let mut job: Job = serde_json::from_value(serde_json::to_value(build).unwrap()).unwrap();
        job.build = build.clone();
        job
    };
    Picture {
        pipeline: world.pipeline.clone(),
        jobs: world.builds.iter().map(job).collect(),
        bridges: Vec::new(),
    }
}

/// Processes a pipeline until nothing is left to do. Each time only some of the rows that
/// change are written before the function dies, as `cuts` say; with none of them, all are.
fn processed(mut picture: Picture, cuts: &[Index]) -> Result<Picture, TestCaseError> {
    let mut cuts = cuts.iter();
    for _ in 0..100 {
        let decided = picture.decided(BORN).unwrap();
        if decided == picture {
            return Ok(picture);
        }
        let pairs = picture.jobs.iter().zip(&decided.jobs).enumerate();
        let changed = pairs.filter(|(_, (old, new))| old != new);
        let changed: Vec<usize> = changed.map(|(place, _)| place).collect();
        match cuts.next().map(|cut| cut.index(changed.len() + 1)) {
            Some(written) if written < changed.len() => {
                for place in &changed[..written] {
                    picture.jobs[*place] = decided.jobs[*place].clone();
                }
            }
            Some(_) | None => picture = decided,
        }
    }
    Err(TestCaseError::fail("this never ends"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// Whatever finishes first and wherever a function dies, the end is the same: the one
    /// the oracle knows, in which every job is final or waits for someone who need not come.
    #[test]
    fn every_order_has_the_same_end(
        plans in any_plans(),
        choices in vec(any::<Index>(), 1..60),
    ) {
        let mut world = start(&plans);
        run(&mut world, &plans, &choices)?;
        prop_assert_eq!(statuses(&world, &plans), ends(&plans, vec![None; plans.len()]));
        for build in &world.builds {
            prop_assert!(build.status.is_final() || is_optional(build), "{}", world.statuses());
        }
    }

    /// The order of the rows does not matter.
    #[test]
    fn rows_come_in_any_order(plans in any_plans(), seed in any::<Index>()) {
        let world = start(&plans);
        let mut turned = world.clone();
        turned.builds.rotate_left(seed.index(plans.len()));
        prop_assert_eq!(turned.advance(), world.advance());
        turned.builds.reverse();
        prop_assert_eq!(turned.advance(), world.advance());
    }

    /// A retry brings back what was skipped for its sake, and touches nothing that ran.
    #[test]
    fn a_retry_changes_only_what_was_skipped(
        plans in any_plans(),
        choices in vec(any::<Index>(), 1..60),
        retried in any::<Index>(),
    ) {
        let mut world = start(&plans);
        run(&mut world, &plans, &choices)?;
        let before = world.builds.clone();
        let finished: Vec<&Build> = before.iter().filter(|b| b.is_retryable(false)).collect();
        prop_assume!(!finished.is_empty());
        let old = finished[retried.index(finished.len())].id;
        let new = world.retry(old);
        for change in world.reset_skipped(old) {
            world.apply(change);
        }
        run(&mut world, &plans, &choices)?;

        let ended = |build: &Build| match build.status {
            _ if build.id == old => Some(Status::Success),
            Status::Skipped => None,
            status => Some(status),
        };
        let known = before.iter().map(ended).collect();
        prop_assert_eq!(statuses(&world, &plans), ends(&plans, known));
        for (now, then) in world.builds.iter().zip(before) {
            if then.id == old {
                prop_assert_eq!(now, &Build { retried_by: Some(new), ..then });
            } else if then.status != Status::Skipped {
                prop_assert_eq!(now, &then);
            }
        }
    }

    /// A retry leaves a mark behind which job skipped ones come back. Wherever whoever
    /// follows it dies, the end is that of one who did not, and the mark is gone.
    #[test]
    fn a_mark_that_is_followed_up_in_pieces_has_the_same_end(
        plans in any_plans(),
        choices in vec(any::<Index>(), 1..60),
        retried in any::<Index>(),
        cuts in vec(any::<Index>(), 0..12),
    ) {
        let mut world = start(&plans);
        run(&mut world, &plans, &choices)?;
        let finished = world.builds.iter().filter(|build| build.is_retryable(false));
        let finished: Vec<JobId> = finished.map(|build| build.id).collect();
        prop_assume!(!finished.is_empty());
        let job = world.retry(finished[retried.index(finished.len())]);
        world.pipeline.resets.push(Reset { job, user: UserId(2) });
        world.pipeline.deadline = Some(BORN);

        let whole = processed(picture(&world), &[])?;
        let pieces = processed(picture(&world), &cuts)?;
        prop_assert_eq!(&pieces.pipeline.resets, &[]);
        prop_assert_eq!(pieces.pipeline.deadline, None);
        prop_assert_eq!(pieces.pipeline.status, whole.pipeline.status);
        for (piece, whole) in pieces.jobs.iter().zip(&whole.jobs) {
            let (piece, whole) = (&piece.build, &whole.build);
            prop_assert_eq!(piece.status, whole.status, "{}", piece.id);
            prop_assert_eq!(piece.user_id, whole.user_id, "{}", piece.id);
        }
    }
}
