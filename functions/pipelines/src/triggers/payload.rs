//! What a trigger hands to its pipeline: variables, and all that it was sent as a file.

use create_pipeline::Given;
use serde_json::{Map, Value as Json};
use switchyard::error::{Error, Result};
use switchyard::http::Reader;
use switchyard::http::credentials::SECRET_PARAMETERS;
use switchyard::http::params::Value;
use switchyard::http::request::RequestInfo;
use switchyard::variable::VariableType;

use crate::given::MAX_VARIABLES;

/// The variable that holds what was sent, as in GitLab.
const PAYLOAD: &str = "TRIGGER_PAYLOAD";

/// Bytes of it: a row of the database holds no more than 400 KB.
const MAX_PAYLOAD: usize = 300_000;

/// What is said of variables that are no texts.
pub(super) fn not_texts() -> Error {
    Error::Refused("variables needs to be a map of key-valued strings".to_owned())
}

/// `variables`: texts by their names; none if they are something else.
pub(super) fn variables(reader: &mut Reader<'_>) -> Option<Vec<Given>> {
    let variables = match reader.value("variables") {
        None => return Some(Vec::new()),
        Some(Value::Text(text)) if text.is_empty() => return Some(Vec::new()),
        Some(Value::Text(_) | Value::List(_)) => {
            reader.fault("variables is invalid".to_owned());
            return None;
        }
        Some(Value::Map(variables)) => variables,
    };
    if variables.len() > MAX_VARIABLES {
        reader.fault(format!(
            "variables is too long (maximum is {MAX_VARIABLES} variables)"
        ));
        return None;
    }
    let variables = variables.iter().map(|(key, value)| match value {
        Value::Text(text) => Some(Given {
            key: key.trim().to_owned(),
            value: text.clone(),
            variable_type: VariableType::EnvVar,
            raw: false,
        }),
        Value::List(_) | Value::Map(_) => None,
    });
    variables.collect()
}

/// # Errors
/// 400 for variables that are no texts in JSON, where parameters do not tell.
pub(super) fn demand_texts(request: &RequestInfo) -> Result<()> {
    let body = members(request);
    let Some(Json::Object(variables)) = body.get("variables") else {
        return Ok(());
    };
    if variables.values().all(Json::is_string) {
        Ok(())
    } else {
        Err(not_texts())
    }
}

/// All parameters as they came, those of the path too, without the token and what else is
/// secret.
///
/// # Errors
/// 400 if they are too long.
pub(super) fn payload(request: &RequestInfo) -> Result<Given> {
    let mut all = request.params.to_json();
    all.extend(members(request));
    let of_path = request.route_params.iter();
    all.extend(of_path.map(|(name, value)| (name.clone(), Json::String(value.clone()))));
    all.retain(|name, _| !SECRET_PARAMETERS.contains(&name.as_str()));
    let value = Json::Object(all).to_string();
    if value.len() > MAX_PAYLOAD {
        let text = format!("{PAYLOAD} is too long (maximum is {MAX_PAYLOAD} bytes)");
        return Err(Error::invalid("base", text));
    }
    Ok(Given {
        key: PAYLOAD.to_owned(),
        value,
        variable_type: VariableType::File,
        // Whatever stands in it refers to nothing.
        raw: true,
    })
}

/// What the body says, if it is JSON. That it can be read, the parameters showed.
fn members(request: &RequestInfo) -> Map<String, Json> {
    let body = request.json.as_ref();
    let members = body.and_then(|body| serde_json::from_slice(body).ok());
    members.unwrap_or_default()
}
