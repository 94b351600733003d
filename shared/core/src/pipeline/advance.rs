//! What follows for a pipeline from the states of its jobs. Pure: it reads rows and says
//! what to change, and writing is left to the store.

use super::Pipeline;
use super::composite::Statuses;
use super::graph::{Graph, Node};
use crate::ids::{JobId, UserId};
use crate::job::lifecycle::Event;
use crate::job::{Build, Status, When};
use crate::time::Time;

#[cfg(test)]
mod tests;

/// One row to write, by the life cycle's transition or as it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Of a job or a bridge.
    Build {
        id: JobId,
        event: Event,
    },
    Pipeline(Progress),
}

/// What a pipeline's row says of its jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub status: Status,
    pub started_at: Option<Time>,
    pub finished_at: Option<Time>,
    /// Seconds.
    pub duration: Option<u64>,
}

/// Decides all `created` jobs and bridges whose time has come, and the pipeline's status.
///
/// `builds` are all jobs and bridges of the pipeline, retried ones too, in any order, read
/// after the pipeline; who writes the changes has to check the pipeline's revision. The
/// changes come in the order to write them in. They may be written one by one: calling
/// again after any of them gives the rest, and after the last gives none.
pub fn advance(pipeline: &Pipeline, builds: &[&Build]) -> Vec<Change> {
    if !pipeline.is_published() {
        return Vec::new();
    }
    let graph = Graph::new(pipeline, builds);
    let nodes = &graph.nodes;
    let mut statuses: Vec<Status> = nodes.iter().map(Node::status).collect();
    let mut changes = Vec::new();
    loop {
        let decided = changes.len();
        let (mut before, mut seen, mut stage) = (Statuses::default(), Statuses::default(), 0);
        for (place, node) in nodes.iter().enumerate() {
            if node.stage != stage {
                stage = node.stage;
                before = seen;
            }
            if statuses[place] == Status::Created
                && let Some(prior) = prior_status(node, before, nodes, &statuses)
                && let Some((event, status)) = decide(node.build, prior)
            {
                let id = node.build.id;
                changes.push(Change::Build { id, event });
                statuses[place] = status;
            }
            seen.insert(statuses[place], node.build.allow_failure);
        }
        if changes.len() == decided {
            break;
        }
    }

    let mut all = Statuses::default();
    for (node, status) in nodes.iter().zip(&statuses) {
        all.insert(*status, node.build.allow_failure);
    }
    // A pipeline without jobs keeps the status it was made with.
    if let Some(status) = all.of_stages() {
        let progress = progress(pipeline, status, builds);
        let known = Progress {
            status: pipeline.status,
            started_at: pipeline.started_at,
            finished_at: pipeline.finished_at,
            duration: pipeline.duration,
        };
        if progress != known {
            changes.push(Change::Pipeline(progress));
        }
    }
    changes
}

/// The skipped jobs and bridges that come back because `id` runs again, on behalf of
/// `user`: those of later stages, those that need it, and those that need one of these.
/// For a retried job either id will do. Whether they run is then up to [`advance`].
pub fn reset_skipped(
    pipeline: &Pipeline,
    builds: &[&Build],
    id: JobId,
    user: UserId,
) -> Vec<Change> {
    let graph = Graph::new(pipeline, builds);
    let nodes = &graph.nodes;
    let Some(first) = graph.place(id) else {
        return Vec::new();
    };
    let mut affected = vec![false; nodes.len()];
    affected[first] = true;
    loop {
        let mut grew = false;
        for (place, node) in nodes.iter().enumerate() {
            let follows = match &node.needs {
                None => node.stage > nodes[first].stage,
                Some(needs) => needs.iter().flatten().any(|&needed| affected[needed]),
            };
            if follows && !affected[place] {
                affected[place] = true;
                grew = true;
            }
        }
        if !grew {
            break;
        }
    }
    let followers = nodes.iter().enumerate().filter(|(place, node)| {
        *place != first && affected[*place] && node.build.status == Status::Skipped
    });
    followers
        .map(|(_, node)| Change::Build {
            id: node.build.id,
            event: Event::Process { user },
        })
        .collect()
}

/// The status of what the node waits for; none if a part of that is not there.
fn prior_status(
    node: &Node<'_>,
    before: Statuses,
    nodes: &[Node<'_>],
    statuses: &[Status],
) -> Option<Status> {
    let Some(needs) = &node.needs else {
        return Some(before.of_stages().unwrap_or(Status::Success));
    };
    let mut needed = Statuses::default();
    for place in needs {
        let place = (*place)?;
        needed.insert(statuses[place], nodes[place].build.allow_failure);
    }
    Some(needed.of_needs().unwrap_or(Status::Success))
}

/// What happens to a `created` job and the status it has then; none if it has to wait.
fn decide(build: &Build, prior: Status) -> Option<(Event, Status)> {
    let due = match prior {
        Status::Success => match build.when {
            When::OnSuccess | When::Manual | When::Delayed | When::Always => true,
            When::OnFailure => false,
        },
        // Who needs a job that did not run cannot run; a stage may be empty.
        Status::Skipped => match build.when {
            When::OnSuccess | When::Manual | When::Delayed => build.needs.is_none(),
            When::Always => true,
            When::OnFailure => false,
        },
        Status::Failed => match build.when {
            When::OnFailure | When::Always => true,
            When::OnSuccess | When::Manual | When::Delayed => false,
        },
        Status::Canceled => false,
        Status::Created
        | Status::WaitingForResource
        | Status::Preparing
        | Status::WaitingForCallback
        | Status::Pending
        | Status::Running
        | Status::Canceling
        | Status::Manual
        | Status::Scheduled => return None,
    };
    if !due {
        return Some((Event::Skip, Status::Skipped));
    }
    match build.when {
        When::OnSuccess | When::OnFailure | When::Always => {
            let (gates, user) = (build.gates(), None);
            Some((Event::Enqueue { gates, user }, gates.first()))
        }
        When::Manual => Some((Event::Actionize, Status::Manual)),
        When::Delayed => {
            let after = build.start_in.unwrap_or_default();
            Some((Event::Schedule { after }, Status::Scheduled))
        }
    }
}

/// The pipeline's times, all from those of its jobs. A pipeline that runs once more keeps
/// the end of its last run until it has a new one, as in GitLab.
fn progress(pipeline: &Pipeline, status: Status, builds: &[&Build]) -> Progress {
    let first_start = builds.iter().filter_map(|build| build.started_at).min();
    let started_at = pipeline.started_at.or(first_start);
    let latest = || builds.iter().filter(|build| build.retried_by.is_none());
    let mut finished_at = pipeline.finished_at;
    let mut duration = pipeline.duration;
    if status.is_finished() {
        let last_end = latest().filter_map(|build| build.finished_at).max();
        finished_at = last_end.or(finished_at);
    }
    if started_at.is_some() && (status.is_finished() || status == Status::Manual) {
        let jobs = latest().filter(|build| !pipeline.bridges.contains(&build.id));
        let periods = jobs.filter_map(|job| Some((job.started_at?, job.finished_at?)));
        duration = Some(covered_seconds(periods.collect()));
    }
    Progress {
        status,
        started_at,
        finished_at,
        duration,
    }
}

/// The time during which at least one of the periods ran, in whole seconds.
fn covered_seconds(mut periods: Vec<(Time, Time)>) -> u64 {
    periods.sort_unstable();
    let mut microseconds = 0;
    let mut covered_until = None;
    for (start, end) in periods {
        let start = covered_until.map_or(start, |until| start.max(until));
        if end > start {
            microseconds += end.microseconds().abs_diff(start.microseconds());
            covered_until = Some(end);
        }
    }
    microseconds / 1_000_000
}
