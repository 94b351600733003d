//! The functions: their binaries, environment variables and rights.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{TemplateError, entries, items, text};

/// A Lambda function of the template.
#[derive(Debug, Clone, PartialEq)]
pub struct Function {
    /// The resource's name in the template, e.g. `JobTokenFunction`.
    pub logical_id: String,
    /// The cargo binary, which is also the function's name on this machine, e.g. `job-token`.
    pub name: String,
    /// Its environment variables, those of `Globals` included.
    pub environment: BTreeMap<String, String>,
    /// What its role allows, in the order of the template.
    pub statements: Vec<Statement>,
}

/// One allowing statement of a function's role.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// The policy it stands in, e.g. `data`.
    pub policy: String,
    /// The actions, e.g. `dynamodb:Query`.
    pub actions: Vec<String>,
    /// The resources, as ARNs of this machine.
    pub resources: Vec<String>,
    /// The statement's condition, `Null` when it has none.
    pub condition: Value,
}

/// Reads a function from its resolved properties and those of its role.
pub(super) fn read(
    logical_id: &str,
    name: String,
    globals: &Value,
    properties: &Value,
    role: &Value,
) -> Result<Function, TemplateError> {
    let mut environment = BTreeMap::new();
    for source in [globals, properties] {
        for (variable, value) in entries(&source["Environment"]["Variables"]) {
            let value = text(value).ok_or_else(|| {
                TemplateError::shape(format!("{logical_id}.{variable}"), "not a plain value")
            })?;
            environment.insert(variable.to_owned(), value);
        }
    }
    let mut statements = Vec::new();
    for policy in items(&role["Policies"]) {
        for statement in items(&policy["PolicyDocument"]["Statement"]) {
            if statement["Effect"] == "Allow" {
                statements.push(Statement {
                    policy: text(&policy["PolicyName"]).unwrap_or_default(),
                    actions: items(&statement["Action"])
                        .into_iter()
                        .filter_map(text)
                        .collect(),
                    resources: items(&statement["Resource"])
                        .into_iter()
                        .filter_map(text)
                        .collect(),
                    condition: statement["Condition"].clone(),
                });
            }
        }
    }
    Ok(Function {
        logical_id: logical_id.to_owned(),
        name,
        environment,
        statements,
    })
}
