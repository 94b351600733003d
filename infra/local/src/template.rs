//! `infra/template.yaml` as typed data: the tables, functions, routes, rights and
//! gateway responses of the stack, with every intrinsic function resolved to what
//! it means on this machine.
//!
//! Only what a local stack and the tests need is read; the rest of the template
//! (alarms, key policies, outputs) is CloudFormation's business. A resource that
//! is read and has an unexpected shape is an error that names it, never skipped.

mod api;
mod functions;
mod resolve;
mod tables;
mod yaml;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::Value;

pub use api::{GatewayResponse, Route};
pub use functions::{Function, Statement};
pub use resolve::BUCKET;
pub use tables::{Index, Key, KeyType, Projection, Table};

use resolve::Resolver;

/// Why a template could not be read.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    /// The file is missing or unreadable.
    #[error("cannot read {path}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The text is not YAML.
    #[error("not YAML: {0}")]
    Syntax(String),
    /// A part of the template has an unexpected shape.
    #[error("{place}: {problem}")]
    Shape {
        /// Where, e.g. `JobsTable.KeySchema`.
        place: String,
        /// What was expected.
        problem: String,
    },
}

impl TemplateError {
    fn shape(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Shape {
            place: place.into(),
            problem: problem.into(),
        }
    }
}

/// The stack as the template declares it.
#[derive(Debug, Clone)]
pub struct Template {
    /// All tables, by logical id.
    pub tables: Vec<Table>,
    /// All functions, by logical id.
    pub functions: Vec<Function>,
    /// The routes of the REST API.
    pub routes: Vec<Route>,
    /// What the gateway itself answers, by type (`DEFAULT_4XX`, `REQUEST_TOO_LARGE`, …).
    pub gateway_responses: BTreeMap<String, GatewayResponse>,
}

impl Template {
    /// Reads the template of this repository, with the parameters' default values.
    pub fn of_repository() -> Result<Self, TemplateError> {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
        Self::read(&path, &BTreeMap::new())
    }

    /// Reads a template file; `parameters` override the default values.
    pub fn read(path: &Path, parameters: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let text = std::fs::read_to_string(path).map_err(|source| TemplateError::Io {
            path: path.to_owned(),
            source,
        })?;
        Self::parse(&text, parameters)
    }

    /// Reads a template's text; `parameters` override the default values.
    pub fn parse(text: &str, parameters: &BTreeMap<String, String>) -> Result<Self, TemplateError> {
        let document = yaml::load(text)?;
        let resolver = Resolver::new(&document, parameters)?;
        let globals = resolver.resolve(&document["Globals"]["Function"]);
        let mut template = Self {
            tables: Vec::new(),
            functions: Vec::new(),
            routes: Vec::new(),
            gateway_responses: BTreeMap::new(),
        };
        for (logical_id, resource) in entries(&document["Resources"]) {
            if !resolver.exists(resource) {
                continue;
            }
            let properties = resolver.resolve(&resource["Properties"]);
            match resource["Type"].as_str() {
                Some("AWS::DynamoDB::Table") => {
                    template
                        .tables
                        .push(tables::read(logical_id, &resolver, &properties)?);
                }
                Some("AWS::Serverless::Function") => {
                    let role = resource["Properties"]["Role"]["Fn::GetAtt"][0]
                        .as_str()
                        .ok_or_else(|| TemplateError::shape(logical_id, "no role of its own"))?;
                    let role = resolver.resolve(&document["Resources"][role]["Properties"]);
                    let name = resolver.name(logical_id);
                    template.functions.push(functions::read(
                        logical_id,
                        name,
                        &globals,
                        &properties,
                        &role,
                    )?);
                }
                Some("AWS::Serverless::Api") => {
                    template
                        .routes
                        .extend(api::routes(logical_id, &properties)?);
                    template
                        .gateway_responses
                        .extend(api::gateway_responses(&properties));
                }
                _ => {}
            }
        }
        Ok(template)
    }

    /// The function with this binary name.
    pub fn function(&self, name: &str) -> Option<&Function> {
        self.functions.iter().find(|function| function.name == name)
    }

    /// The table with this local name.
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// The environment variables that AWS would give to this function, with
    /// `overrides` on top. An unknown function has only the overrides.
    pub fn environment(
        &self,
        function: &str,
        overrides: &BTreeMap<String, String>,
    ) -> BTreeMap<String, String> {
        let mut variables = self
            .function(function)
            .map(|function| function.environment.clone())
            .unwrap_or_default();
        variables.extend(overrides.clone());
        variables
    }
}

/// The entries of a mapping; nothing for anything else.
fn entries(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.as_str(), value))
}

/// The items of a list, or the one value that stands in its place.
fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.iter().collect(),
        one => vec![one],
    }
}

/// A scalar as CloudFormation passes it on: as text.
fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests;
