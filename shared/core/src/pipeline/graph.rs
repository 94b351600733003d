//! Which of a pipeline's jobs and bridges come before which.

use std::collections::HashMap;

use super::Pipeline;
use crate::ids::JobId;
use crate::job::{Build, Status};

/// The latest jobs and bridges, in the order of their stages and then of their ids.
pub(super) struct Graph<'a> {
    pub(super) nodes: Vec<Node<'a>>,
    places: HashMap<JobId, usize>,
}

pub(super) struct Node<'a> {
    pub(super) build: &'a Build,
    /// Counts the stages from 0.
    pub(super) stage: usize,
    /// The nodes it needs, or none if it waits for the stages before its own. A needed
    /// job whose row was not given is none, and not there yet.
    pub(super) needs: Option<Vec<Option<usize>>>,
    /// How many jobs it has replaced, one after the other.
    pub(super) attempts_before: usize,
}

impl Node<'_> {
    /// Whether it failed, and a new one is to take its place.
    pub(super) fn runs_again(&self) -> bool {
        self.build.runs_again(self.attempts_before)
    }

    /// Its status, for those that wait for it: what will run again has not failed.
    pub(super) fn status(&self) -> Status {
        match self.runs_again() {
            true => Status::Pending,
            false => self.build.status,
        }
    }
}

impl<'a> Graph<'a> {
    /// `builds` are those of the pipeline. Retried jobs have to be among `builds`. That ids are given out in stage order at the
    /// pipeline's birth, and a retry keeps its stage, tells the order of the stages.
    pub(super) fn new(pipeline: &Pipeline, builds: &[&'a Build]) -> Self {
        let mut by_id: Vec<&Build> = builds.to_vec();
        by_id.sort_unstable_by_key(|build| build.id);

        let mut stages: HashMap<&str, usize> = HashMap::new();
        for build in &by_id {
            let next = stages.len();
            stages.entry(&build.stage).or_insert(next);
        }

        let mut latest: Vec<(usize, &Build)> = by_id
            .iter()
            .filter(|build| build.retried_by.is_none())
            .map(|build| (stages[build.stage.as_str()], *build))
            .collect();
        latest.sort_by_key(|(stage, _)| *stage);

        // The places of all rows; that of a retried one is its successor's. Successors have
        // higher ids, so they are placed before.
        let mut places: HashMap<JobId, usize> = latest
            .iter()
            .enumerate()
            .map(|(place, (_, build))| (build.id, place))
            .collect();
        let mut attempts_before = vec![0; latest.len()];
        for build in by_id.iter().rev() {
            let successor = build.retried_by.and_then(|id| places.get(&id).copied());
            if let Some(place) = successor {
                places.insert(build.id, place);
                attempts_before[place] += 1;
            }
        }

        let first = pipeline.blocks.first().map(|block| block.first);
        let born_at = |place: &u16| {
            let id = JobId(first?.0.saturating_add(u64::from(*place)));
            places.get(&id).copied()
        };
        let nodes = latest
            .into_iter()
            .zip(attempts_before)
            .map(|((stage, build), attempts_before)| Node {
                build,
                stage,
                attempts_before,
                needs: build
                    .needs
                    .as_ref()
                    .map(|needs| needs.0.iter().map(born_at).collect()),
            })
            .collect();
        Self { nodes, places }
    }

    /// Where this job is, or the one that replaced it.
    pub(super) fn place(&self, id: JobId) -> Option<usize> {
        self.places.get(&id).copied()
    }
}
