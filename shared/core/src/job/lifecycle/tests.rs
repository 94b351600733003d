use std::fmt::Write as _;

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::ids::JobId;
use crate::job::{Artifact, FileType};

const NOW: Time = Time::from_microseconds(1_000_000);

/// A job that has been waiting to start at `NOW`, if it is scheduled.
fn job(status: Status) -> Job {
    let mut job: Job = serde_json::from_value(json!({
        "project_id": 1,
        "id": 7,
        "pipeline_id": 6,
        "name": "teaspoon",
        "stage": "test",
        "status": status,
        "allow_failure": false,
        "user_id": 1,
        "created_at": 0,
        "revision": 1,
    }))
    .unwrap();
    job.build.scheduled_at = (status == Status::Scheduled).then_some(NOW);
    job.build.deadline = job.build.scheduled_at;
    job.build.finished_at = status.is_finished().then_some(NOW);
    job
}

fn build(status: Status) -> Build {
    job(status).build
}

fn after(build: &Build, event: Event) -> Build {
    transition(build, event, NOW).unwrap()
}

fn gates(resource_group: bool, unmet_prerequisites: bool) -> Gates {
    Gates {
        resource_group,
        unmet_prerequisites,
    }
}

fn enqueue(gates: Gates) -> Event {
    Event::Enqueue { gates, user: None }
}

/// Three seconds after `NOW`.
const LATER: Time = Time::from_microseconds(4_000_000);

const OTHER: UserId = UserId(2);

/// Every event with every choice that it holds; the time is `NOW` but in one row.
fn rows() -> Vec<(&'static str, Event, Time)> {
    let (group, unmet) = (gates(true, false), gates(false, true));
    let (both, none) = (gates(true, true), Gates::default());
    let scheduled = |gates| Event::EnqueueScheduled { gates };
    let granted = |unmet_prerequisites| Event::EnqueueWaitingForResource {
        unmet_prerequisites,
    };
    let early = Time::from_microseconds(NOW.microseconds() - 1);
    vec![
        ("process", Event::Process { user: OTHER }, NOW),
        ("enqueue", enqueue(none), NOW),
        ("enqueue, unmet", enqueue(unmet), NOW),
        ("enqueue, resource group", enqueue(group), NOW),
        ("enqueue, both", enqueue(both), NOW),
        ("actionize", Event::Actionize, NOW),
        ("schedule", Event::Schedule { after: 0 }, NOW),
        ("unschedule", Event::Unschedule, NOW),
        ("enqueue_scheduled", scheduled(none), NOW),
        ("enqueue_scheduled, unmet", scheduled(unmet), NOW),
        ("enqueue_scheduled, resource group", scheduled(group), NOW),
        ("enqueue_scheduled, before its time", scheduled(none), early),
        ("enqueue_waiting_for_resource", granted(false), NOW),
        ("enqueue_waiting_for_resource, unmet", granted(true), NOW),
        ("enqueue_preparing", Event::EnqueuePreparing, NOW),
        ("run", Event::Run, NOW),
        ("skip", Event::Skip, NOW),
        ("success", Event::Success, NOW),
        ("drop", Event::Drop(FailureReason::ScriptFailure), NOW),
        ("cancel", Event::Cancel { graceful: false }, NOW),
        ("cancel, graceful", Event::Cancel { graceful: true }, NOW),
        ("force_cancel", Event::ForceCancel, NOW),
    ]
}

const fn code(status: Status) -> &'static str {
    match status {
        Status::Created => "cr",
        Status::WaitingForResource => "wr",
        Status::Preparing => "pr",
        Status::WaitingForCallback => "cb",
        Status::Pending => "pe",
        Status::Running => "ru",
        Status::Success => "su",
        Status::Failed => "fa",
        Status::Canceling => "cg",
        Status::Canceled => "ca",
        Status::Skipped => "sk",
        Status::Manual => "ma",
        Status::Scheduled => "sc",
    }
}

/// The table was written by hand from GitLab's rules, row by row, before it was compared.
#[test]
fn every_event_in_every_status() {
    let (legend, reviewed) = include_str!("matrix.txt").rsplit_once("\n\n").unwrap();
    for status in Status::ALL {
        let entry = format!("{} {}", code(status), status.as_str());
        assert!(legend.contains(&entry), "{entry}");
    }

    let mut matrix = format!("{:47}", "");
    for status in Status::ALL {
        write!(matrix, "{:>3}", code(status)).unwrap();
    }
    matrix.push('\n');
    for (name, event, now) in rows() {
        write!(matrix, "{name:47}").unwrap();
        for status in Status::ALL {
            let cell = match transition(&build(status), event, now) {
                Ok(next) => code(next.status),
                Err(refused) => {
                    assert_eq!(refused, InvalidTransition { status, event });
                    "."
                }
            };
            write!(matrix, "{cell:>3}").unwrap();
        }
        matrix.push('\n');
    }
    assert_eq!(matrix, reviewed, "\n{matrix}");
}

/// By when a job that entered this state now has to leave it.
fn limit(status: Status) -> Option<Time> {
    let seconds = match status {
        Status::Pending => 86_400,
        Status::Running => 3_600 + 900,
        Status::Canceling => 3_600,
        _ => return None,
    };
    let at = NOW.microseconds() + seconds * 1_000_000;
    Some(Time::from_microseconds(at))
}

#[test]
fn a_job_may_run_as_long_as_it_says_and_a_little() {
    let job = Build {
        timeout: Some(600),
        ..build(Status::Pending)
    };
    let running = transition(&job, Event::Run, Time::from_microseconds(0)).unwrap();
    let deadline = running.deadline.unwrap().microseconds();
    assert_eq!(deadline, (600 + 900) * 1_000_000);
}

#[test]
fn times_are_set_on_entering_a_state() {
    let expect = |from: Status, event: Event, change: fn(&mut Build)| {
        let before = build(from);
        let next = after(&before, event);
        let mut expected = Build {
            status: next.status,
            revision: 2,
            deadline: limit(next.status),
            ..before
        };
        change(&mut expected);
        assert_eq!(next, expected, "{event:?} in {from:?}");
    };
    let queued = |build: &mut Build| {
        build.queued_at = Some(NOW);
        build.scheduled_at = None;
    };
    let finished = |build: &mut Build| {
        build.finished_at = Some(NOW);
        build.scheduled_at = None;
    };
    let failed = |build: &mut Build| {
        build.finished_at = Some(NOW);
        build.scheduled_at = None;
        build.failure_reason = Some(FailureReason::ApiFailure);
    };
    let drop = Event::Drop(FailureReason::ApiFailure);
    let cancel = |graceful| Event::Cancel { graceful };
    let granted = Event::EnqueueWaitingForResource {
        unmet_prerequisites: false,
    };
    let enqueue_scheduled = Event::EnqueueScheduled {
        gates: Gates::default(),
    };

    for from in [
        Status::Created,
        Status::Skipped,
        Status::Manual,
        Status::Scheduled,
    ] {
        expect(from, enqueue(Gates::default()), queued);
        expect(from, enqueue(gates(true, false)), |b| b.scheduled_at = None);
    }
    expect(Status::WaitingForResource, granted, queued);
    expect(Status::Preparing, Event::EnqueuePreparing, queued);
    expect(Status::Scheduled, enqueue_scheduled, queued);
    expect(Status::Pending, Event::Run, |b| b.started_at = Some(NOW));
    expect(Status::Running, Event::Success, finished);
    expect(Status::Running, cancel(false), finished);
    expect(Status::Running, cancel(true), |_| ());
    expect(Status::Scheduled, cancel(true), finished);
    expect(Status::Running, drop, failed);
    expect(Status::Scheduled, drop, failed);
    expect(Status::Canceling, drop, finished);
    expect(Status::Canceling, Event::Success, finished);
    expect(Status::Canceling, Event::ForceCancel, finished);
    expect(Status::Created, Event::Skip, |_| ());
    expect(Status::Created, Event::Actionize, |_| ());
    expect(Status::Created, Event::Schedule { after: 3 }, |b| {
        (b.scheduled_at, b.deadline) = (Some(LATER), Some(LATER));
    });
    expect(Status::Scheduled, Event::Unschedule, |b| {
        (b.scheduled_at, b.deadline) = (None, None);
    });
}

#[test]
fn who_plays_or_revives_a_job_becomes_its_user() {
    let (gates, user) = (Gates::default(), Some(OTHER));
    let manual = build(Status::Manual);
    assert_eq!(
        after(&manual, Event::Enqueue { gates, user }).user_id,
        OTHER
    );
    assert_eq!(after(&manual, enqueue(gates)).user_id, UserId(1));
    let process = Event::Process { user: OTHER };
    assert_eq!(after(&build(Status::Skipped), process).user_id, OTHER);
}

#[test]
fn what_may_be_asked_in_which_status() {
    let statuses = |test: &dyn Fn(Job) -> bool| {
        let found = Status::ALL.into_iter().filter(|&status| test(job(status)));
        found.map(code).collect::<Vec<_>>().join(" ")
    };
    let when = |when: When| {
        move |mut job: Job| {
            job.build.when = when;
            job
        }
    };
    let bridge = |job: Job| Bridge {
        definition: None,
        cascaded: false,
        build: job.build,
        downstream: None,
    };
    let (manual, delayed, always) = (when(When::Manual), when(When::Delayed), when(When::Always));

    assert_eq!(statuses(&|job| job.build.is_retryable(false)), "su fa ca");
    assert_eq!(statuses(&|job| job.build.is_retryable(true)), "");
    assert_eq!(
        statuses(&|job| job.build.is_cancelable()),
        "cr wr pr cb pe ru"
    );
    for played in [manual, delayed] {
        let playable = statuses(&|job| played(job).is_playable(false));
        assert_eq!(playable, "su fa ca ma sc");
        assert_eq!(statuses(&|job| played(job).is_playable(true)), "");
    }
    assert_eq!(statuses(&|job| always(job).is_playable(false)), "");
    assert_eq!(
        statuses(&|job| bridge(manual(job)).is_playable(false)),
        "ma"
    );
    assert_eq!(statuses(&|job| bridge(manual(job)).is_playable(true)), "");
    assert_eq!(statuses(&|job| bridge(delayed(job)).is_playable(false)), "");
    assert_eq!(statuses(&|job| job.is_erasable(true)), "su fa ca sk");
    assert_eq!(statuses(&|job| job.is_erasable(false)), "");
}

#[test]
fn a_job_is_retried_once_and_not_when_it_would_fail_again() {
    let mut failed = job(Status::Failed);
    failed.build.when = When::Manual;
    failed.build.failure_reason = Some(FailureReason::ReachedMaxDescendantPipelinesDepth);
    assert!(!failed.build.is_retryable(false));
    failed.build.failure_reason = Some(FailureReason::DownstreamPipelineCreationFailed);
    assert!(failed.build.is_retryable(false) && failed.is_playable(false));
    failed.build.retried_by = Some(JobId(8));
    assert!(!failed.build.is_retryable(false) && !failed.is_playable(false));
}

#[test]
fn a_log_or_an_artifact_is_something_to_erase() {
    let mut with_log = job(Status::Failed);
    with_log.log = Some(crate::job::ArchivedLog { size: 1, crc32: 0 });
    assert!(with_log.is_erasable(false));
    let mut with_artifact = job(Status::Canceled);
    with_artifact.artifacts.push(Artifact {
        file_type: FileType::Junit,
        size: 3,
        filename: "junit.xml.gz".to_owned(),
        file_format: None,
    });
    assert!(with_artifact.is_erasable(false));
}

#[test]
fn jobs_are_archived_by_age_if_the_instance_says_so() {
    let job = build(Status::Failed);
    let archived = |age, now| job.is_archived(age, Time::from_microseconds(now));
    let second = Some(Duration::from_secs(1));
    assert!(!archived(second, 1_000_000));
    assert!(archived(second, 1_000_001));
    assert!(!archived(None, i64::MAX));
}

fn any_event() -> impl Strategy<Value = Event> {
    let gates = || (any::<bool>(), any::<bool>()).prop_map(|(a, b)| gates(a, b));
    let user = || (1..4_u64).prop_map(UserId);
    prop_oneof![
        user().prop_map(|user| Event::Process { user }),
        (gates(), proptest::option::of(user()))
            .prop_map(|(gates, user)| Event::Enqueue { gates, user }),
        Just(Event::Actionize),
        (0..2_u32).prop_map(|after| Event::Schedule { after }),
        Just(Event::Unschedule),
        gates().prop_map(|gates| Event::EnqueueScheduled { gates }),
        any::<bool>().prop_map(|unmet_prerequisites| Event::EnqueueWaitingForResource {
            unmet_prerequisites
        }),
        Just(Event::EnqueuePreparing),
        Just(Event::Run),
        Just(Event::Skip),
        Just(Event::Success),
        Just(Event::Drop(FailureReason::ScriptFailure)),
        any::<bool>().prop_map(|graceful| Event::Cancel { graceful }),
        Just(Event::ForceCancel),
    ]
}

proptest! {
    /// Clocks of different machines differ, so time may also go backwards.
    #[test]
    fn any_life_keeps_the_rules(
        start in proptest::sample::select(Status::ALL.to_vec()),
        events in vec((any_event(), 0..2_000_000_i64), 0..60),
    ) {
        let mut build = build(start);
        for (event, now) in events {
            let now = Time::from_microseconds(now);
            let before = build.clone();
            match transition(&before, event, now) {
                Ok(next) => build = next,
                Err(refused) => {
                    prop_assert_eq!(refused, InvalidTransition { status: before.status, event });
                    continue;
                }
            }

            prop_assert!(!before.status.is_finished(), "left {:?}", before.status);
            if before.status == Status::Skipped {
                let revived = matches!(event, Event::Process { .. } | Event::Enqueue { .. });
                prop_assert!(revived, "{:?}", event);
            }
            prop_assert_ne!(build.status, before.status);
            prop_assert_eq!(build.revision, before.revision + 1);
            prop_assert_eq!(build.finished_at.is_some(), build.status.is_finished());
            prop_assert_eq!(build.scheduled_at.is_some(), build.status == Status::Scheduled);
            let must_end = matches!(
                build.status,
                Status::Pending | Status::Running | Status::Canceling
            );
            if must_end {
                prop_assert!(build.deadline > Some(now));
            } else {
                prop_assert_eq!(build.deadline, build.scheduled_at);
            }
            prop_assert_eq!(
                build.failure_reason.is_some(),
                build.status == Status::Failed
            );
            if build.status == Status::Pending {
                prop_assert_eq!(build.queued_at, Some(now));
            }
            for seconds in [build.duration(now), build.queued_duration(now)] {
                prop_assert!(seconds.is_none_or(|seconds| seconds >= 0.0));
            }
            // What no event may touch.
            let untouched = Build {
                status: before.status,
                failure_reason: before.failure_reason,
                user_id: before.user_id,
                queued_at: before.queued_at,
                scheduled_at: before.scheduled_at,
                deadline: before.deadline,
                started_at: before.started_at,
                finished_at: before.finished_at,
                revision: before.revision,
                ..build.clone()
            };
            prop_assert_eq!(untouched, before);
        }
    }
}
