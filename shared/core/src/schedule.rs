//! Pipeline schedules: when pipelines of a branch or tag start by themselves. Source of
//! the fields: GitLab's API of pipeline schedules.

use serde::{Deserialize, Serialize};

use crate::ids::{PipelineId, ProjectId, ScheduleId, UserId};
use crate::time::Time;

/// Pipelines that a schedule remembers, the latest ones.
const MAX_PIPELINES: usize = 100;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schedule {
    pub project_id: ProjectId,
    pub id: ScheduleId,
    pub description: String,
    /// In full (`refs/heads/main`), if it was there when it was set.
    #[serde(rename = "ref")]
    pub ref_name: String,
    pub cron: String,
    pub cron_timezone: String,
    pub active: bool,
    /// When its time comes, as `cron` says; none if it never does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_run_at: Option<Time>,
    /// In whose name its pipelines run.
    pub owner_id: UserId,
    pub created_at: Time,
    /// When somebody changed it.
    pub updated_at: Time,
    /// The latest pipelines that it was to start, oldest first. Whether there are such
    /// pipelines, their rows tell.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pipelines: Vec<PipelineId>,
    /// Variables of its own.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub variable_count: u64,
    /// Grows with every change: `next_run_at` goes with the rest.
    pub revision: u64,
}

impl Schedule {
    /// Whether a pipeline is to be started now.
    pub fn is_due(&self, now: Time) -> bool {
        self.active && self.next_run_at.is_some_and(|time| time <= now)
    }

    /// The same once its time has come, and `pipeline` is the one that it starts.
    #[must_use]
    pub fn advanced(&self, next_run_at: Option<Time>, pipeline: PipelineId) -> Self {
        let forgotten = (self.pipelines.len() + 1).saturating_sub(MAX_PIPELINES);
        let mut pipelines = self.pipelines[forgotten..].to_vec();
        pipelines.push(pipeline);
        Self {
            next_run_at,
            pipelines,
            revision: self.revision + 1,
            ..self.clone()
        }
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn schedule(active: bool, next_run_at: Option<i64>) -> Schedule {
        Schedule {
            project_id: ProjectId(1),
            id: ScheduleId(1),
            description: String::new(),
            ref_name: String::new(),
            cron: String::new(),
            cron_timezone: String::new(),
            active,
            next_run_at: next_run_at.map(Time::from_microseconds),
            owner_id: UserId(1),
            created_at: Time::from_microseconds(0),
            updated_at: Time::from_microseconds(0),
            pipelines: Vec::new(),
            variable_count: 0,
            revision: 0,
        }
    }

    #[test]
    fn what_is_active_is_due_from_its_time_on() {
        for (active, next_run_at, due) in [
            (true, Some(10), true),
            (true, Some(9), true),
            (true, Some(11), false),
            (true, None, false),
            (false, Some(10), false),
        ] {
            let schedule = schedule(active, next_run_at);
            let now = Time::from_microseconds(10);
            assert_eq!(schedule.is_due(now), due, "{active} {next_run_at:?}");
        }
    }

    #[test]
    fn only_the_latest_pipelines_are_remembered() {
        let mut one = schedule(true, Some(1));
        for id in 1..=250 {
            one = one.advanced(None, PipelineId(id));
        }
        let expected: Vec<PipelineId> = (151..=250).map(PipelineId).collect();
        assert_eq!(one.pipelines, expected);
        assert_eq!(one.revision, 250);
    }
}
