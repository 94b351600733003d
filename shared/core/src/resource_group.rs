//! A resource group: of the jobs that name it, one at a time runs. Pure: rows come in, and
//! what is to be written is left to the store.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::{JobId, PipelineId, ProjectId, ResourceGroupId};
use crate::job::{Build, Status, Turn};
use crate::time::Time;

#[cfg(test)]
mod tests;

/// How many jobs a group knows at a time. More wait outside until some have left.
pub const MAX_CLAIMS: usize = 5_000;

/// It comes into being when a job names it, and stays as long as its project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceGroup {
    pub project_id: ProjectId,
    /// Its name.
    pub key: String,
    pub id: ResourceGroupId,
    pub process_mode: ProcessMode,
    pub created_at: Time,
    pub updated_at: Time,
    /// Who has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holder: Option<Claim>,
    /// Who is to have it, in the order in which they asked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<Claim>,
    /// Who may ask one day: jobs whose time has not come.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upcoming: Vec<Claim>,
    /// Grows with every change.
    pub revision: u64,
}

/// A job, and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Claim {
    #[serde(rename = "p")]
    pub pipeline: PipelineId,
    #[serde(rename = "j")]
    pub job: JobId,
}

/// Who comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProcessMode {
    /// Who asked first.
    #[default]
    Unordered,
    /// The job of the oldest pipeline, even if it has not asked yet.
    OldestFirst,
    /// The job of the newest pipeline, even if it has not asked yet.
    NewestFirst,
    /// Of those that asked, the job of the newest pipeline.
    NewestReadyFirst,
}

impl ProcessMode {
    pub const ALL: [Self; 4] = [
        Self::Unordered,
        Self::OldestFirst,
        Self::NewestFirst,
        Self::NewestReadyFirst,
    ];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unordered => "unordered",
            Self::OldestFirst => "oldest_first",
            Self::NewestFirst => "newest_first",
            Self::NewestReadyFirst => "newest_ready_first",
        }
    }
}

impl ResourceGroup {
    pub const fn new(project_id: ProjectId, key: String, id: ResourceGroupId, now: Time) -> Self {
        Self {
            project_id,
            key,
            id,
            process_mode: ProcessMode::Unordered,
            created_at: now,
            updated_at: now,
            holder: None,
            waiting: Vec::new(),
            upcoming: Vec::new(),
            revision: 0,
        }
    }

    /// Gives a job the turn that its status asks for, and answers which one it has then. The
    /// group itself is given by [`grant`](Self::grant) only.
    pub fn admit(&mut self, build: &Build) -> Turn {
        let claim = Claim::of(build);
        let wanted = build.wanted_turn();
        if wanted == Turn::Holding {
            return build.turn;
        }
        let was = self.turn_of(claim);
        if was == wanted {
            return wanted;
        }
        let is_new = was == Turn::Outside;
        if is_new && self.waiting.len() + self.upcoming.len() >= MAX_CLAIMS {
            return Turn::Outside;
        }
        self.remove(claim);
        match wanted {
            Turn::Upcoming => self.upcoming.push(claim),
            Turn::Waiting => self.waiting.push(claim),
            Turn::Outside | Turn::Holding => {}
        }
        wanted
    }

    /// Who gets the group now; none while somebody has it, or nobody may.
    pub fn next(&self) -> Option<Claim> {
        if self.holder.is_some() {
            return None;
        }
        let first = self.in_line().into_iter().next();
        first.filter(|claim| self.waiting.contains(claim))
    }

    /// Who is to have it, those first who come next. Whether jobs that have not asked yet
    /// stand in line, the mode says.
    pub fn in_line(&self) -> Vec<Claim> {
        // In one pipeline who asked comes before who did not.
        let asked = self.waiting.iter().map(|claim| (*claim, true));
        let upcoming = self.upcoming.iter().map(|claim| (*claim, false));
        let mut line: Vec<(Claim, bool)> = match self.process_mode {
            ProcessMode::Unordered | ProcessMode::NewestReadyFirst => asked.collect(),
            ProcessMode::OldestFirst | ProcessMode::NewestFirst => asked.chain(upcoming).collect(),
        };
        match self.process_mode {
            ProcessMode::Unordered => {}
            ProcessMode::OldestFirst => {
                line.sort_by_key(|(claim, asked)| (claim.pipeline, !asked, claim.job));
            }
            ProcessMode::NewestFirst | ProcessMode::NewestReadyFirst => {
                line.sort_by_key(|(claim, asked)| (Reverse(claim.pipeline), !asked, claim.job));
            }
        }
        line.into_iter().map(|(claim, _)| claim).collect()
    }

    /// Gives the group to one that waits.
    pub fn grant(&mut self, claim: Claim) {
        self.remove(claim);
        self.holder = Some(claim);
    }

    /// Forgets a job.
    pub fn remove(&mut self, claim: Claim) {
        self.waiting.retain(|other| *other != claim);
        self.upcoming.retain(|other| *other != claim);
        if self.holder == Some(claim) {
            self.holder = None;
        }
    }

    fn turn_of(&self, claim: Claim) -> Turn {
        if self.holder == Some(claim) {
            Turn::Holding
        } else if self.waiting.contains(&claim) {
            Turn::Waiting
        } else if self.upcoming.contains(&claim) {
            Turn::Upcoming
        } else {
            Turn::Outside
        }
    }
}

impl Claim {
    pub const fn of(build: &Build) -> Self {
        Self {
            pipeline: build.pipeline_id,
            job: build.id,
        }
    }
}

impl Build {
    /// What its status makes of it in its resource group, if it has one.
    pub const fn wanted_turn(&self) -> Turn {
        if self.resource_group.is_none() {
            return Turn::Outside;
        }
        match self.status {
            Status::Created | Status::Scheduled => Turn::Upcoming,
            Status::WaitingForResource => Turn::Waiting,
            Status::Preparing
            | Status::WaitingForCallback
            | Status::Pending
            | Status::Running
            | Status::Canceling => Turn::Holding,
            Status::Success
            | Status::Failed
            | Status::Canceled
            | Status::Skipped
            | Status::Manual => Turn::Outside,
        }
    }

    /// Whether its resource group has to hear of it.
    pub fn is_out_of_turn(&self) -> bool {
        self.turn != self.wanted_turn() && self.wanted_turn() != Turn::Holding
    }
}
