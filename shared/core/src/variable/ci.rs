//! CI variables of the instance, of groups, projects and schedules, and what GitLab lets
//! them be. Source of the rules and texts: GitLab's models of variables.

use std::fmt;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Owner;
use crate::error::ModelErrors;
use crate::time::Time;

/// Characters of a key, a scope and a description.
const MAX_TEXT: usize = 255;

/// Characters of a variable's value, and of that of a file: GitLab's limits for the
/// instance. Other levels have none there; here they have that of a file, and schedules
/// the smaller one, so that all that one has fits into an answer.
const MAX_VALUE: usize = 10_000;
const MAX_FILE: usize = 50_000;

/// How a job gets to see the value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VariableType {
    #[default]
    EnvVar,
    /// The variable holds the path of a file with the value.
    File,
}

/// A variable as somebody set it. Its key may stand there once for each scope.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CiVariable {
    pub owner: Owner,
    /// The row's own `key` has the scope behind it.
    #[serde(rename = "name")]
    pub key: String,
    pub value: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub variable_type: VariableType,
    /// Only for jobs of protected branches and tags.
    #[serde(default, skip_serializing_if = "is_default")]
    pub protected: bool,
    /// Runners keep the value out of logs.
    #[serde(default, skip_serializing_if = "is_default")]
    pub masked: bool,
    /// The API does not show the value either.
    #[serde(default, skip_serializing_if = "is_default")]
    pub hidden: bool,
    /// References to other variables in the value are left as they are.
    #[serde(default, skip_serializing_if = "is_default")]
    pub raw: bool,
    pub environment_scope: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    pub created_at: Time,
    pub updated_at: Time,
    /// Grows with every change: what is right about it is so about all of it together.
    pub revision: u64,
}

impl CiVariable {
    /// The scope that fits every environment, and jobs without one.
    pub const ANY_ENVIRONMENT: &str = "*";

    /// What its row is found by below its owner. Neither part can contain the sign between.
    pub fn sort_key(key: &str, environment_scope: &str) -> String {
        format!("{}{environment_scope}", Self::sort_prefix(key))
    }

    /// What the rows of one key begin with, whatever their scopes.
    pub fn sort_prefix(key: &str) -> String {
        format!("{key}#")
    }

    /// What is wrong with it by itself.
    pub fn faults(&self) -> ModelErrors {
        let mut faults = ModelErrors::default();
        key_faults(&self.key, &mut faults);
        let limit = match (self.owner, self.variable_type) {
            (Owner::Instance, VariableType::EnvVar)
            | (Owner::Schedule(_) | Owner::Pipeline(_), _) => MAX_VALUE,
            (Owner::Instance, VariableType::File)
            | (Owner::Group(_) | Owner::Project(_) | Owner::Job(_), _) => MAX_FILE,
        };
        if self.value.chars().count() > limit {
            let text =
                format!("The value of the provided variable exceeds the {limit} character limit");
            faults.add("value", text);
        }
        if self.masked && !self.is_maskable() {
            faults.add("value", "is invalid");
        }
        let scope = &self.environment_scope;
        if !scope
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_/${}.* ".contains(c))
        {
            faults.add(
                "environment_scope",
                "can contain only letters, digits, '-', '_', '/', '$', '{', '}', '.', '*' and spaces",
            );
        }
        demand_length("environment_scope", scope, &mut faults);
        if let Some(description) = &self.description {
            demand_length("description", description, &mut faults);
        }
        faults
    }

    /// Whether runners can keep the value out of a log: one line of at least eight
    /// characters, and without anything that would be expanded, unless it is raw.
    fn is_maskable(&self) -> bool {
        let is_known = |c: char| c.is_ascii_alphanumeric() || "_+=/@:.~-".contains(c);
        let is_blank = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n' | '\x0b' | '\x0c');
        let fits = |c: char| if self.raw { !is_blank(c) } else { is_known(c) };
        self.value.chars().count() >= 8 && self.value.chars().all(fits)
    }
}

/// What is wrong with a key.
pub fn key_faults(key: &str, faults: &mut ModelErrors) {
    if key.is_empty() {
        faults.add("key", "can't be blank");
    }
    demand_length("key", key, faults);
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if key.is_empty() || !key.chars().all(is_allowed) {
        faults.add("key", "can contain only letters, digits and '_'.");
    }
}

fn demand_length(field: &str, text: &str, faults: &mut ModelErrors) {
    if text.chars().count() > MAX_TEXT {
        faults.add(
            field,
            format!("is too long (maximum is {MAX_TEXT} characters)"),
        );
    }
}

impl fmt::Debug for CiVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { owner, key, .. } = self;
        write!(
            f,
            "CiVariable({owner}, {key}, {}, …)",
            self.environment_scope
        )
    }
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
