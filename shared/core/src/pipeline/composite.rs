//! One status for many jobs: of a pipeline, of its earlier stages, of what a job needs.

use crate::job::{Build, Status};

/// The status of a pipeline with these jobs and bridges; none if it has none. Those that
/// a later one replaced do not count.
pub fn status_of<'a>(builds: impl IntoIterator<Item = &'a Build>) -> Option<Status> {
    let latest = builds
        .into_iter()
        .filter(|build| build.retried_by.is_none());
    let mut statuses = Statuses::default();
    for build in latest {
        statuses.insert(build.status, build.allow_failure);
    }
    statuses.of_stages()
}

/// A set of statuses, and two more that jobs have only for those after them: failed or
/// cancelled where that is allowed, and manual where nobody waits for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Statuses(u16);

const SUCCESS_WITH_WARNINGS: Statuses = Statuses(1 << 13);
const IGNORED: Statuses = Statuses(1 << 14);

impl Statuses {
    const fn of(statuses: &[Status]) -> Self {
        let mut bits = 0;
        let mut rest = statuses;
        while let [first, others @ ..] = rest {
            bits |= 1 << *first as u16;
            rest = others;
        }
        Self(bits)
    }

    pub(super) const fn insert(&mut self, status: Status, allow_failure: bool) {
        let mark = match (status, allow_failure) {
            (Status::Failed | Status::Canceled, true) => SUCCESS_WITH_WARNINGS,
            (Status::Manual, true) => IGNORED,
            (
                Status::Created
                | Status::WaitingForResource
                | Status::Preparing
                | Status::WaitingForCallback
                | Status::Pending
                | Status::Running
                | Status::Success
                | Status::Failed
                | Status::Canceling
                | Status::Canceled
                | Status::Skipped
                | Status::Manual
                | Status::Scheduled,
                _,
            ) => Self::of(&[status]),
        };
        *self = self.and(mark);
    }

    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    const fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    const fn any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The status of whole stages: the first of GitLab's rules that fits.
    pub(super) const fn of_stages(self) -> Option<Status> {
        use Status::{
            Canceled, Canceling, Created, Failed, Manual, Pending, Preparing, Running, Scheduled,
            Skipped, Success, WaitingForCallback, WaitingForResource,
        };
        let harmless = SUCCESS_WITH_WARNINGS.and(IGNORED);
        Some(if self.0 == 0 {
            return None;
        } else if self.within(Self::of(&[Skipped]).and(IGNORED)) {
            Skipped
        } else if self.within(Self::of(&[Success, Skipped]).and(harmless)) {
            Success
        } else if self.within(Self::of(&[Created]).and(harmless)) {
            Created
        } else if self.within(Self::of(&[Preparing]).and(harmless)) {
            Preparing
        } else if self.within(Self::of(&[Canceled, Success, Skipped]).and(harmless)) {
            Canceled
        } else if self.within(Self::of(&[Pending, Created, Skipped]).and(harmless)) {
            Pending
        } else if self.any(Self::of(&[Running, Pending])) {
            Running
        } else if self.any(Self::of(&[WaitingForResource])) {
            WaitingForResource
        } else if self.any(Self::of(&[WaitingForCallback])) {
            WaitingForCallback
        } else if self.any(Self::of(&[Manual])) {
            Manual
        } else if self.any(Self::of(&[Scheduled])) {
            Scheduled
        } else if self.any(Self::of(&[Preparing])) {
            Preparing
        } else if self.any(Self::of(&[Created])) {
            Running
        } else if self.any(Self::of(&[Canceling])) {
            Canceling
        } else {
            Failed
        })
    }

    /// The status of what a job needs. One that does not run at all decides at once, even
    /// while others still run, as in GitLab.
    pub(super) const fn of_needs(self) -> Option<Status> {
        let ended = Self::of(&[
            Status::Success,
            Status::Failed,
            Status::Canceled,
            Status::Skipped,
        ])
        .and(SUCCESS_WITH_WARNINGS);
        if self.any(Self::of(&[Status::Skipped]).and(IGNORED)) {
            Some(Status::Skipped)
        } else if !self.within(ended) {
            Some(Status::Pending)
        } else {
            self.of_stages()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads `failed(af) success`; `af` is `allow_failure`.
    fn statuses(text: &str) -> Statuses {
        let mut statuses = Statuses::default();
        for word in text.split_whitespace() {
            let (name, allow_failure) = match word.strip_suffix("(af)") {
                Some(name) => (name, true),
                None => (word, false),
            };
            statuses.insert(Status::parse(name).unwrap(), allow_failure);
        }
        statuses
    }

    #[test]
    fn of_stages() {
        for (jobs, expected) in [
            // GitLab's examples
            ("failed success", "failed"),
            ("failed created", "running"),
            ("success pending", "running"),
            ("success created", "running"),
            ("pending created", "pending"),
            ("canceled success", "canceled"),
            ("canceled failed", "failed"),
            ("canceled created", "running"),
            ("failed(af) success", "success"),
            ("failed(af)", "success"),
            ("manual(af)", "skipped"),
            ("manual(af) success", "success"),
            ("manual success", "manual"),
            ("manual running", "running"),
            ("manual created", "manual"),
            ("skipped success", "success"),
            ("failed skipped", "failed"),
            // one for each rule that is left
            ("manual(af) skipped", "skipped"),
            ("canceled(af)", "success"),
            ("created canceled(af) manual(af)", "created"),
            ("preparing failed(af)", "preparing"),
            ("canceled skipped failed(af)", "canceled"),
            ("created skipped", "pending"),
            (
                "waiting_for_resource waiting_for_callback",
                "waiting_for_resource",
            ),
            ("waiting_for_callback manual", "waiting_for_callback"),
            ("manual scheduled", "manual"),
            ("scheduled preparing", "scheduled"),
            ("preparing created", "preparing"),
            ("canceling created", "running"),
            ("canceling failed", "canceling"),
        ] {
            let found = statuses(jobs).of_stages().map(Status::as_str);
            assert_eq!(found, Some(expected), "{jobs}");
        }
        assert_eq!(statuses("").of_stages(), None);
    }

    #[test]
    fn of_needs() {
        for (jobs, expected) in [
            ("success", "success"),
            ("success failed(af)", "success"),
            ("success failed", "failed"),
            ("success canceled", "canceled"),
            ("canceled failed", "failed"),
            ("success skipped", "skipped"),
            ("success manual(af)", "skipped"),
            ("running skipped", "skipped"),
            ("running failed", "pending"),
            ("manual success", "pending"),
            ("created", "pending"),
            ("canceling", "pending"),
        ] {
            let found = statuses(jobs).of_needs().map(Status::as_str);
            assert_eq!(found, Some(expected), "{jobs}");
        }
        assert_eq!(statuses("").of_needs(), None);
    }

    /// The same rules said another way: what is allowed to fail or ignored is set aside,
    /// and the rest is looked at job by job.
    fn oracle(jobs: &[(Status, bool)]) -> Option<&'static str> {
        let ignored = |&(status, allowed): &(Status, bool)| allowed && status == Status::Manual;
        let warned = |&(status, allowed): &(Status, bool)| {
            allowed && [Status::Failed, Status::Canceled].contains(&status)
        };
        let warnings = jobs.iter().any(warned);
        let rest: Vec<&str> = jobs
            .iter()
            .filter(|job| !ignored(job) && !warned(job))
            .map(|(status, _)| status.as_str())
            .collect();
        let all = |names: &[&str]| rest.iter().all(|name| names.contains(name));
        if jobs.is_empty() {
            return None;
        }
        if all(&["skipped"]) {
            return Some(if warnings { "success" } else { "skipped" });
        }
        for (names, result) in [
            (&["success", "skipped"][..], "success"),
            (&["created"], "created"),
            (&["preparing"], "preparing"),
            (&["canceled", "success", "skipped"], "canceled"),
            (&["pending", "created", "skipped"], "pending"),
        ] {
            if all(names) {
                return Some(result);
            }
        }
        [
            ("running", "running"),
            ("pending", "running"),
            ("waiting_for_resource", "waiting_for_resource"),
            ("waiting_for_callback", "waiting_for_callback"),
            ("manual", "manual"),
            ("scheduled", "scheduled"),
            ("preparing", "preparing"),
            ("created", "running"),
            ("canceling", "canceling"),
        ]
        .into_iter()
        .find(|(name, _)| rest.contains(name))
        .map_or(Some("failed"), |(_, result)| Some(result))
    }

    /// There are only so many sets: all are compared.
    #[test]
    fn every_set_agrees_with_the_oracle() {
        let warned = [(Status::Failed, true), (Status::Canceled, true)];
        for warned in warned {
            let mut marks: Vec<(Status, bool)> = Status::ALL.map(|status| (status, false)).into();
            marks.extend([(Status::Manual, true), warned]);
            for set in 0..1_u32 << marks.len() {
                let bits = marks.iter().enumerate();
                let jobs: Vec<(Status, bool)> = bits
                    .filter(|(bit, _)| set >> bit & 1 == 1)
                    .map(|(_, job)| *job)
                    .collect();
                let mut statuses = Statuses::default();
                for &(status, allow_failure) in &jobs {
                    statuses.insert(status, allow_failure);
                }
                let found = statuses.of_stages();
                assert_eq!(found.map(Status::as_str), oracle(&jobs), "{jobs:?}");

                // Decided only when nothing can still happen by itself.
                let over = jobs.iter().all(|&(status, allow_failure)| {
                    status.is_final() || (status == Status::Manual && allow_failure)
                });
                assert!(
                    found.is_none_or(|status| status.is_final() == over),
                    "{jobs:?}"
                );
            }
        }
    }
}
