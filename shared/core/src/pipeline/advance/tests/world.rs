//! A pipeline with its jobs as the tests write it, and what happens to it.

use serde_json::json;

use super::*;
use crate::ids::PipelineId;
use crate::job::Needs;
use crate::job::lifecycle::transition;
use crate::pipeline::Block;
use crate::pipeline::composite::status_of;

/// A pipeline and its jobs, in one piece.
#[derive(Clone)]
pub(super) struct World {
    pub(super) pipeline: Pipeline,
    pub(super) builds: Vec<Build>,
}

/// A job as a test describes it.
pub(super) struct Row {
    pub(super) stage: usize,
    pub(super) status: Status,
    pub(super) when: When,
    pub(super) allow_failure: bool,
    pub(super) needs: Option<Vec<u16>>,
}

pub(super) const BORN: Time = Time::from_microseconds(0);

impl World {
    /// Jobs named by their place, born with ids from 1, in stage order.
    pub(super) fn new(jobs: Vec<Row>) -> Self {
        let pipeline = serde_json::from_value(json!({
            "project_id": 1, "id": 6, "iid": 1, "status": "created", "source": "push",
            "ref": "main", "tag": false, "sha": "", "before_sha": "", "user_id": 1,
            "created_at": 0, "updated_at": 0, "revision": 1,
            "blocks": [{ "first": 1, "count": jobs.len() }],
        }))
        .unwrap();
        let build = |(place, row): (usize, Row)| {
            let id = place as u64 + 1;
            let mut build: Build = serde_json::from_value(json!({
                "project_id": 1, "id": id, "pipeline_id": PipelineId(6),
                "name": format!("job {id}"), "stage": format!("stage {}", row.stage),
                "status": row.status, "when": row.when, "allow_failure": row.allow_failure,
                "user_id": 1, "created_at": 0, "revision": 1,
            }))
            .unwrap();
            build.needs = row.needs.map(Needs);
            build
        };
        Self {
            pipeline,
            builds: jobs.into_iter().enumerate().map(build).collect(),
        }
    }

    /// Reads `a success, b manual af | c created on_failure needs=a+b`: stages, in them
    /// jobs, in them a one-letter name in the order of the alphabet, a status and the rest.
    pub(super) fn read(text: &str) -> Self {
        let mut jobs = Vec::new();
        for (stage, part) in text.split('|').enumerate() {
            for job in part.split(',') {
                let mut words = job.split_whitespace();
                let name = words.next().unwrap();
                assert_eq!(place(name), jobs.len() as u16, "{name} is out of order");
                let status = Status::parse(words.next().unwrap()).unwrap();
                let mut row = Row {
                    stage,
                    status,
                    when: When::OnSuccess,
                    allow_failure: false,
                    needs: None,
                };
                for word in words {
                    if word == "af" {
                        row.allow_failure = true;
                    } else if let Some(names) = word.strip_prefix("needs=") {
                        let names = names.split('+').filter(|name| !name.is_empty());
                        row.needs = Some(names.map(place).collect());
                    } else {
                        row.when = serde_json::from_value(json!(word)).unwrap();
                    }
                }
                jobs.push(row);
            }
        }
        Self::new(jobs)
    }

    pub(super) fn advance(&self) -> Vec<Change> {
        let builds: Vec<&Build> = self.builds.iter().collect();
        advance(&self.pipeline, &builds)
    }

    pub(super) fn reset_skipped(&self, id: JobId) -> Vec<Change> {
        let builds: Vec<&Build> = self.builds.iter().collect();
        reset_skipped(&self.pipeline, &builds, id, UserId(2))
    }

    pub(super) fn apply(&mut self, change: Change) {
        match change {
            Change::Build { id, event } => self.happen(id, event, BORN),
            Change::Pipeline(progress) => {
                self.pipeline.status = progress.status;
                self.pipeline.started_at = progress.started_at;
                self.pipeline.finished_at = progress.finished_at;
                self.pipeline.duration = progress.duration;
            }
        }
    }

    pub(super) fn happen(&mut self, id: JobId, event: Event, now: Time) {
        let mut builds = self.builds.iter_mut();
        let build = builds.find(|build| build.id == id).unwrap();
        *build = transition(build, event, now).unwrap();
    }

    /// Advances, which a second time must change nothing.
    pub(super) fn settle(&mut self) {
        for change in self.advance() {
            self.apply(change);
        }
        assert_eq!(self.advance(), []);
        let status = status_of(&self.builds);
        assert!(status.is_none_or(|status| status == self.pipeline.status));
    }

    /// Puts a new, pending job in the place of another.
    pub(super) fn retry(&mut self, id: JobId) -> JobId {
        let next = JobId(self.builds.len() as u64 + 1);
        let mut builds = self.builds.iter_mut();
        let old = builds.find(|build| build.id == id).unwrap();
        old.retried_by = Some(next);
        let new = Build {
            id: next,
            status: Status::Pending,
            retried_by: None,
            started_at: None,
            finished_at: None,
            failure_reason: None,
            ..old.clone()
        };
        self.builds.push(new);
        self.pipeline.blocks.push(Block {
            first: next,
            count: 1,
        });
        self.pipeline.retried.insert(id);
        self.pipeline.revision += 1;
        next
    }

    pub(super) fn statuses(&self) -> String {
        let statuses: Vec<&str> = self.builds.iter().map(|b| b.status.as_str()).collect();
        format!("{} = {}", statuses.join(" "), self.pipeline.status.as_str())
    }
}

/// `a` is the first job of the pipeline.
pub(super) fn place(name: &str) -> u16 {
    u16::from(name.as_bytes()[0] - b'a')
}
