use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

fn claim(pipeline: u64, job: u64) -> Claim {
    Claim {
        pipeline: PipelineId(pipeline),
        job: JobId(job),
    }
}

fn group(mode: ProcessMode, waiting: &[(u64, u64)], upcoming: &[(u64, u64)]) -> ResourceGroup {
    let now = Time::from_microseconds(0);
    let claims = |list: &[(u64, u64)]| list.iter().map(|(p, j)| claim(*p, *j)).collect();
    ResourceGroup {
        process_mode: mode,
        waiting: claims(waiting),
        upcoming: claims(upcoming),
        ..ResourceGroup::new(ProjectId(1), "g".to_owned(), ResourceGroupId(1), now)
    }
}

/// GitLab's documentation of the process modes, in its words as a table.
#[test]
fn modes_choose_who_is_next() {
    use ProcessMode::{NewestFirst, NewestReadyFirst, OldestFirst, Unordered};
    let asked = [(5, 50), (3, 31), (9, 90)];
    for (mode, upcoming, expected) in [
        (Unordered, vec![], Some(50)),
        (Unordered, vec![(1, 10), (12, 120)], Some(50)),
        (OldestFirst, vec![], Some(31)),
        (OldestFirst, vec![(3, 30)], Some(31)),
        (OldestFirst, vec![(4, 40)], Some(31)),
        (OldestFirst, vec![(2, 20)], None),
        (NewestFirst, vec![], Some(90)),
        (NewestFirst, vec![(9, 89)], Some(90)),
        (NewestFirst, vec![(10, 100)], None),
        (NewestReadyFirst, vec![(10, 100), (1, 10)], Some(90)),
    ] {
        let group = group(mode, &asked, &upcoming);
        let next = group.next().map(|claim| claim.job.0);
        assert_eq!(next, expected, "{mode:?} {upcoming:?}");
    }
}

/// Those of GitLab's `upcoming_jobs`, under the same modes.
#[test]
fn modes_say_who_stands_in_line() {
    use ProcessMode::{NewestFirst, NewestReadyFirst, OldestFirst, Unordered};
    let asked = [(5, 51), (3, 31), (9, 90)];
    let upcoming = [(5, 50), (12, 120), (1, 10)];
    for (mode, expected) in [
        (Unordered, vec![51, 31, 90]),
        (OldestFirst, vec![10, 31, 51, 50, 90, 120]),
        (NewestFirst, vec![120, 90, 51, 50, 31, 10]),
        (NewestReadyFirst, vec![90, 51, 31]),
    ] {
        let group = group(mode, &asked, &upcoming);
        let line: Vec<u64> = group.in_line().iter().map(|claim| claim.job.0).collect();
        assert_eq!(line, expected, "{mode:?}");
    }
}

#[test]
fn modes_read_as_they_are_written() {
    for mode in ProcessMode::ALL {
        assert_eq!(serde_json::to_value(mode).unwrap(), mode.as_str());
    }
}

proptest! {
    /// While somebody has it nobody gets it; who gets it had asked; and when all leave, all
    /// that asked have had it, each once.
    #[test]
    fn each_has_it_once(
        waiting in vec((0..5_u64, 0..30_u64), 0..12),
        mode in select(ProcessMode::ALL.to_vec()),
    ) {
        let mut asked = waiting;
        asked.sort_unstable();
        asked.dedup();
        let mut group = group(mode, &asked, &[]);
        let mut had = Vec::new();
        while let Some(claim) = group.next() {
            group.grant(claim);
            prop_assert_eq!(group.next(), None);
            had.push((claim.pipeline.0, claim.job.0));
            group.remove(claim);
        }
        had.sort_unstable();
        prop_assert_eq!(had, asked);
    }
}
