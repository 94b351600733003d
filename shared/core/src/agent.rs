//! Cluster agents and who may use them from a job.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::ids::{AgentId, ProjectId, UserId};
use crate::job::Environment;
use crate::member::Source;
use crate::time::Time;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agent {
    /// The project that configures it.
    pub project_id: ProjectId,
    pub id: AgentId,
    pub name: String,
    pub created_at: Time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by_user_id: Option<UserId>,
    /// Where grants of it may lie: they are found by what they are granted to. Names a
    /// place before a grant is written there, and until it is gone.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub granted_to: BTreeSet<Source>,
}

impl Agent {
    /// The row that keeps its name unique within its project.
    pub fn name_row(&self) -> AgentName {
        AgentName {
            project_id: self.project_id,
            name: self.name.clone(),
            agent_id: self.id,
        }
    }
}

/// Keeps an agent's name unique within the project that configures it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentName {
    pub project_id: ProjectId,
    pub name: String,
    pub agent_id: AgentId,
}

/// The access that an agent's configuration gives to a project or a group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentGrant {
    pub source: Source,
    pub agent_id: AgentId,
    pub config_project_id: ProjectId,
    /// The JSON object to hand out with the agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration: Option<String>,
    /// Only for jobs of these environments (`*` matches any run of characters); empty means all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<String>,
}

impl AgentGrant {
    pub fn admits(&self, environment: Option<&Environment>) -> bool {
        self.environments.is_empty()
            || environment.is_some_and(|environment| {
                self.environments
                    .iter()
                    .any(|pattern| matches(pattern, &environment.name))
            })
    }
}

/// Whether `text` fits a pattern in which `*` stands for any run of characters.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, mut patterns)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut rest) = text.strip_prefix(head) else {
        return false;
    };
    while let Some((middle, later)) = patterns.split_once('*') {
        let Some(at) = rest.find(middle) else {
            return false;
        };
        rest = &rest[at + middle.len()..];
        patterns = later;
    }
    rest.ends_with(patterns)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        for (pattern, text, fits) in [
            ("production", "production", true),
            ("production", "prod", false),
            ("review/*", "review/a/b", true),
            ("review/*", "review", false),
            ("*", "", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c", false),
            ("a*a", "a", false),
        ] {
            assert_eq!(matches(pattern, text), fits, "{pattern} {text}");
        }
    }
}
