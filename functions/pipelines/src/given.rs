//! The variables and inputs that a pipeline is given. What cannot be read is refused: a
//! pipeline never runs without a variable that somebody meant to give it.

use std::sync::Arc;

use ci_config::Node;
use ci_config::node::{Mapping, Span, Value as NodeValue};
use create_pipeline::{Given, duplicates};
use serde::Deserialize;
use switchyard::error::{Error, ModelErrors, Result};
use switchyard::http::Reader;
use switchyard::http::params::{Value, VariableHash};
use switchyard::variable::{VariableType, key_faults};
use utoipa::ToSchema;

/// As many as schedules and jobs could ever give.
pub(crate) const MAX_VARIABLES: usize = 500;

/// Characters, as in GitLab.
const MAX_VALUE: usize = 10_000;

/// Bytes of all values: as JSON they fit into an answer.
const MAX_BYTES: usize = 500_000;

/// As many as in GitLab.
const MAX_INPUTS: usize = 20;

/// A variable as the body has it, when it is JSON.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "it only describes the parameters")]
pub(crate) struct GivenVariable {
    key: String,
    value: String,
    variable_type: Option<VariableType>,
}

/// `variables`: a list of hashes, or a hash of them by their places, as forms write it.
pub(crate) fn variables(reader: &mut Reader<'_>) -> Vec<Given> {
    let hashes = reader.variables("variables", MAX_VARIABLES).into_iter();
    let given = hashes.filter_map(|hash| variable(&hash, reader));
    given.collect()
}

fn variable(hash: &VariableHash<'_>, reader: &mut Reader<'_>) -> Option<Given> {
    let key = hash.required("key", reader);
    let value = hash.required("value", reader);
    let variable_type = match hash.text("variable_type", reader).as_deref() {
        None | Some("env_var") => VariableType::EnvVar,
        Some("file") => VariableType::File,
        Some(_) => {
            let name = hash.called("variable_type");
            reader.fault(format!("{name} does not have a valid value"));
            return None;
        }
    };
    let (key, value) = key.zip(value)?;
    Some(Given {
        key: key.trim().to_owned(),
        value,
        variable_type,
        raw: false,
    })
}

/// # Errors
/// 400 for what no variable can be, in GitLab's words.
pub(crate) fn check(given: &[Given]) -> Result<()> {
    demand_distinct(given)?;
    let bytes: usize = given.iter().map(|one| one.value.len()).sum();
    if bytes > MAX_BYTES {
        let text = format!("variables are too long (maximum is {MAX_BYTES} bytes)");
        return Err(Error::invalid("base", text));
    }
    for one in given {
        let mut faults = ModelErrors::default();
        key_faults(&one.key, &mut faults);
        if one.value.chars().count() > MAX_VALUE {
            let text = format!("is too long (maximum is {MAX_VALUE} characters)");
            faults.add("value", text);
        }
        let mut named = ModelErrors::default();
        for (field, texts) in faults.0 {
            for text in texts {
                named.add(&format!("variables.{field}"), text);
            }
        }
        named.finish()?;
    }
    Ok(())
}

/// # Errors
/// 400 for names that come up more than once.
pub(crate) fn demand_distinct(given: &[Given]) -> Result<()> {
    let again = duplicates(given);
    if again.is_empty() {
        return Ok(());
    }
    let text = format!("Duplicate variable names: {}", again.join(", "));
    Err(Error::invalid("base", text))
}

/// `inputs`: a hash of values by the names of inputs.
pub(crate) fn inputs(reader: &mut Reader<'_>) -> Option<Node> {
    match reader.value("inputs")? {
        Value::Map(inputs) if inputs.len() > MAX_INPUTS => {
            reader.fault(format!(
                "inputs is too long (maximum is {MAX_INPUTS} inputs)"
            ));
            None
        }
        inputs @ Value::Map(_) => Some(node(inputs)),
        Value::Text(text) if text.is_empty() => None,
        Value::Text(_) | Value::List(_) => {
            reader.fault("inputs is invalid".to_owned());
            None
        }
    }
}

fn node(value: &Value) -> Node {
    let value = match value {
        Value::Text(text) => NodeValue::String(text.as_str().into()),
        Value::List(values) => NodeValue::Sequence(Arc::new(values.iter().map(node).collect())),
        Value::Map(members) => {
            let members = members.iter();
            let keys: Mapping = members
                .map(|(key, value)| (key.as_str().into(), node(value)))
                .collect();
            NodeValue::Mapping(Arc::new(keys))
        }
    };
    Node::new(value, Span::default())
}
