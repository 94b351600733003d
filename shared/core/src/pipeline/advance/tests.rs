use super::*;
use crate::job::FailureReason;
use world::{BORN, Row, World, place};

mod properties;
mod world;

fn at(seconds: i64) -> Time {
    Time::from_microseconds(seconds * 1_000_000)
}

/// The status of a `created` job after one that has this status, for each `when`.
#[test]
fn what_follows_from_the_prior_status() {
    let whens = ["on_success", "manual", "delayed", "on_failure", "always"];
    #[rustfmt::skip]
    let table = [
        // by stage        on_success manual   delayed  on_failure always
        ("", "success",    "pending  manual   scheduled skipped  pending"),
        ("", "skipped",    "pending  manual   scheduled skipped  pending"),
        ("", "manual af",  "pending  manual   scheduled skipped  pending"),
        ("", "failed af",  "pending  manual   scheduled skipped  pending"),
        ("", "failed",     "skipped  skipped  skipped  pending  pending"),
        ("", "canceled",   "skipped  skipped  skipped  skipped  skipped"),
        ("", "manual",     "created  created  created  created  created"),
        ("", "running",    "created  created  created  created  created"),
        ("", "pending",    "created  created  created  created  created"),
        ("", "scheduled",  "created  created  created  created  created"),
        ("", "canceling",  "created  created  created  created  created"),
        ("", "preparing",  "created  created  created  created  created"),
        ("", "waiting_for_resource", "created created created created created"),
        ("", "waiting_for_callback", "created created created created created"),
        // by needs
        ("needs=a", "success",   "pending  manual   scheduled skipped  pending"),
        ("needs=a", "skipped",   "skipped  skipped  skipped  skipped  pending"),
        ("needs=a", "manual af", "skipped  skipped  skipped  skipped  pending"),
        ("needs=a", "failed af", "pending  manual   scheduled skipped  pending"),
        ("needs=a", "failed",    "skipped  skipped  skipped  pending  pending"),
        ("needs=a", "canceled",  "skipped  skipped  skipped  skipped  skipped"),
        ("needs=a", "manual",    "created  created  created  created  created"),
        ("needs=a", "running",   "created  created  created  created  created"),
        ("needs=a", "pending",   "created  created  created  created  created"),
        ("needs=a", "scheduled", "created  created  created  created  created"),
        ("needs=a", "canceling", "created  created  created  created  created"),
        ("needs=a", "preparing", "created  created  created  created  created"),
        ("needs=a", "waiting_for_resource", "created created created created created"),
        ("needs=a", "waiting_for_callback", "created created created created created"),
        // for nothing, whatever else happens
        ("needs=", "running",    "pending  manual   scheduled skipped  pending"),
    ];
    for (needs, prior, row) in table {
        for (when, expected) in whens.into_iter().zip(row.split_whitespace()) {
            let text = format!("a {prior} | b created {when} {needs}");
            let mut world = World::read(&text);
            world.settle();
            assert_eq!(world.builds[1].status.as_str(), expected, "{text}");
        }
    }
}

#[test]
fn pipelines_go_on() {
    #[rustfmt::skip]
    let table = [
        // a stage that starts
        ("a created, b created | c created", "pending pending created = pending"),
        ("a success, b running | c created", "success running created = running"),
        ("a success, b success | c created", "success success pending = running"),
        // nothing earlier
        ("a created always", "pending = pending"),
        ("a created on_failure", "skipped = skipped"),
        ("a created manual af", "manual = skipped"),
        ("a created manual", "manual = manual"),
        // what is skipped is passed over at once
        ("a failed | b created | c created", "failed skipped skipped = failed"),
        ("a failed | b created | c created always", "failed skipped pending = running"),
        ("a success | b created on_failure | c created", "success skipped pending = running"),
        ("a created on_failure | b created", "skipped pending = pending"),
        ("a canceled | b created always", "canceled skipped = canceled"),
        ("a canceled af | b created", "canceled pending = pending"),
        // a manual job that blocks, and one that does not
        ("a created manual | b created", "manual created = manual"),
        ("a created manual af | b created", "manual pending = pending"),
        ("a manual, b running | c created", "manual running created = running"),
        ("a manual, b failed | c created on_failure", "manual failed created = manual"),
        // needs do not wait for stages, nor stages for those later
        ("a running, b success | c created needs=b", "running success pending = running"),
        ("a running | b created needs=", "running pending = running"),
        ("a running | b created needs= | c created", "running pending created = running"),
        ("a success | b created needs=a, c created needs=b", "success pending created = running"),
        // in one stage, in any order
        ("a created needs=b, b failed", "skipped failed = failed"),
        ("a created needs=b, b created needs=c, c failed", "skipped skipped failed = failed"),
        // one that does not run decides at once; one that failed does not
        ("a skipped, b running | c created needs=a+b", "skipped running skipped = running"),
        ("a failed, b running | c created needs=a+b", "failed running created = running"),
        ("a failed, b success | c created on_failure needs=a+b", "failed success pending = running"),
        // a need that is not there yet is waited for
        ("a success | b created needs=z", "success created = running"),
    ];
    for (before, after) in table {
        let mut world = World::read(before);
        world.settle();
        assert_eq!(world.statuses(), after, "{before}");
    }
}

#[test]
fn who_is_not_born_or_has_no_jobs_is_left_alone() {
    let mut world = World::read("a created");
    world.pipeline.building = true;
    assert_eq!(world.advance(), []);

    let mut world = World::new(Vec::new());
    world.pipeline.status = Status::Failed;
    assert_eq!(world.advance(), []);
}

#[test]
fn times_of_a_pipeline() {
    let mut world = World::read("a running, b running | c created, d created");
    let times = |world: &World| {
        let Pipeline {
            started_at,
            finished_at,
            duration,
            ..
        } = world.pipeline;
        (started_at, finished_at, duration)
    };
    world.pipeline.bridges.insert(JobId(4));
    world.builds[0].started_at = Some(at(10));
    world.builds[1].started_at = Some(at(12));
    world.settle();
    assert_eq!(times(&world), (Some(at(10)), None, None));

    world.happen(JobId(1), Event::Success, at(20));
    world.happen(JobId(2), Event::Success, at(24));
    world.settle();
    assert_eq!(times(&world), (Some(at(10)), None, None));

    // Waiting does not count, nor do bridges.
    world.happen(JobId(3), Event::Run, at(100));
    world.happen(JobId(4), Event::Run, at(100));
    world.happen(JobId(3), Event::Drop(FailureReason::ScriptFailure), at(105));
    world.happen(JobId(4), Event::Success, at(200));
    world.settle();
    assert_eq!(times(&world), (Some(at(10)), Some(at(200)), Some(14 + 5)));

    // Once more: the old times stay until there are new ones.
    let again = world.retry(JobId(3));
    world.settle();
    assert_eq!(world.pipeline.status, Status::Running);
    assert_eq!(times(&world), (Some(at(10)), Some(at(200)), Some(19)));
    world.happen(again, Event::Run, at(300));
    world.happen(again, Event::Success, at(301));
    world.settle();
    assert_eq!(world.pipeline.status, Status::Success);
    assert_eq!(times(&world), (Some(at(10)), Some(at(301)), Some(14 + 1)));
}

#[test]
fn skipped_jobs_come_back() {
    #[rustfmt::skip]
    let table = [
        ("a failed | b skipped | c skipped", "a", "b c"),
        ("a failed, b failed, c skipped | d skipped", "a", "d"),
        ("a skipped | b failed | c skipped, d success, e canceled", "b", "c"),
        ("a failed, b skipped needs=a, c skipped needs=b", "a", "b c"),
        ("a failed, b skipped needs=a, c skipped needs=b", "b", "c"),
        // through one that ran all the same
        ("a failed | b success always needs=a | c skipped needs=b", "a", "c"),
        // by needs only, but through jobs that wait for stages too
        ("a failed, b failed | c skipped needs=b, d skipped | e skipped needs=d", "a", "d e"),
    ];
    for (jobs, retried, back) in table {
        let world = World::read(jobs);
        let id = JobId(u64::from(place(retried)) + 1);
        let names = |changes: Vec<Change>| {
            let name = |change| match change {
                Change::Build {
                    id,
                    event: Event::Process { user: UserId(2) },
                } => char::from(b'a' + (id.0 - 1) as u8).to_string(),
                other => panic!("{other:?}"),
            };
            changes.into_iter().map(name).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(names(world.reset_skipped(id)), back, "{jobs}");

        // After the retry, by either id.
        let mut world = world;
        let new = world.retry(id);
        assert_eq!(names(world.reset_skipped(id)), back, "{jobs}");
        assert_eq!(names(world.reset_skipped(new)), back, "{jobs}");
    }
    assert_eq!(World::read("a skipped").reset_skipped(JobId(99)), []);
}

#[test]
fn a_retry_goes_on_where_the_pipeline_stopped() {
    let mut world = World::read("a failed | b skipped needs=a | c skipped");
    let second = world.retry(JobId(1));
    for change in world.reset_skipped(JobId(1)) {
        world.apply(change);
    }
    world.settle();
    let waiting = "failed created created pending = pending";
    assert_eq!(world.statuses(), waiting);
    assert_eq!(world.builds[1].user_id, UserId(2));

    // Who needs the first waits for the third.
    world.happen(second, Event::Cancel { graceful: false }, BORN);
    let third = world.retry(second);
    world.settle();
    let waiting = "failed created created canceled pending = pending";
    assert_eq!(world.statuses(), waiting);
    world.happen(third, Event::Run, BORN);
    world.happen(third, Event::Success, BORN);
    world.settle();
    let goes_on = "failed pending created canceled success = running";
    assert_eq!(world.statuses(), goes_on);
}
