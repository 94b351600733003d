//! Which rows were seen to belong together.
//!
//! A hint may say what to fetch, never what is true: the rows it leads to are
//! read strongly together with those that prove the link. A wrong hint costs one
//! more round and nothing else.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Mutex;

use super::Key;
use crate::ids::{GroupId, JobId, PipelineId, ProjectId, RunnerId, TokenId, UserId};
use crate::job::Job;
use crate::token::Digest;

/// Links kept of each kind. When it is full it is forgotten and learnt again.
const CAPACITY: usize = 4_096;

#[derive(Default)]
pub struct Hints {
    pub user_of_token: Links<Digest, UserId>,
    pub digest_of_token: Links<TokenId, Digest>,
    pub project_of_path: Links<String, ProjectId>,
    pub user_of_name: Links<String, UserId>,
    pub ancestors_of_project: Links<ProjectId, Vec<GroupId>>,
    pub group_of_path: Links<String, GroupId>,
    pub ancestors_of_group: Links<GroupId, Vec<GroupId>>,
    pub relations_of_job: Links<(ProjectId, JobId), JobRelations>,
    pub user_of_pipeline: Links<(ProjectId, PipelineId), UserId>,
}

/// The rows that a job is shown with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobRelations {
    pub pipeline_id: PipelineId,
    pub user_id: UserId,
    pub runner: Option<(RunnerId, Option<String>)>,
}

impl JobRelations {
    pub fn of(job: &Job) -> Self {
        let runner = job.runner_id.map(|runner| (runner, job.system_id.clone()));
        Self {
            pipeline_id: job.build.pipeline_id,
            user_id: job.build.user_id,
            runner,
        }
    }

    /// The keys of the rows that a job of this project is shown with.
    pub fn keys(&self, project: ProjectId) -> Vec<Key> {
        let mut keys = vec![
            Key::Pipeline(project, self.pipeline_id),
            Key::User(self.user_id),
        ];
        if let Some((runner, system)) = &self.runner {
            keys.push(Key::Runner(*runner));
            keys.extend(
                system
                    .clone()
                    .map(|system| Key::RunnerManager(*runner, system)),
            );
        }
        keys
    }
}

pub struct Links<K, V>(Mutex<HashMap<K, V>>);

impl<K, V> Default for Links<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Eq + Hash, V: Clone> Links<K, V> {
    pub fn get(&self, from: &K) -> Option<V> {
        self.lock().get(from).cloned()
    }

    pub fn learn(&self, from: K, to: V) {
        let mut links = self.lock();
        if links.len() >= CAPACITY && !links.contains_key(&from) {
            links.clear();
        }
        links.insert(from, to);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<K, V>> {
        // A panic elsewhere cannot leave a map of hints in a state that matters.
        self.0
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}
