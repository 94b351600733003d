//! The variables that a job is played with. What cannot be read is refused: a job never
//! runs without a variable that somebody meant to give it.

use serde::Deserialize;
use switchyard::error::{ModelErrors, Result};
use switchyard::http::Reader;
use switchyard::http::params::Value;
use utoipa::ToSchema;

const NAME: &str = "job_variables_attributes";

/// They are written with the job, in one transaction.
pub(crate) const MAX_VARIABLES: usize = 90;

/// Characters, as in GitLab.
const MAX_KEY: usize = 255;
const MAX_VALUE: usize = 10_000;

/// The body, when it is JSON.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "it only describes the parameters")]
pub(crate) struct PlayRequest {
    job_variables_attributes: Option<Vec<JobVariable>>,
}

#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "it only describes the parameters")]
pub(crate) struct JobVariable {
    key: String,
    value: String,
}

/// Keys and values in the order in which they came: a list of hashes, or a hash of them by
/// their places, as forms write it.
pub(crate) fn read(reader: &mut Reader<'_>) -> Vec<(String, String)> {
    let elements: Vec<&Value> = match reader.value(NAME) {
        None => return Vec::new(),
        Some(Value::Text(text)) if text.is_empty() => return Vec::new(),
        Some(Value::List(elements)) => elements.iter().collect(),
        Some(Value::Map(elements)) => {
            let numbered = elements.iter().map(|(place, element)| {
                let place: Option<usize> = place.parse().ok();
                place.map(|place| (place, element))
            });
            let Some(mut numbered) = numbered.collect::<Option<Vec<_>>>() else {
                reader.fault(format!("{NAME} is invalid"));
                return Vec::new();
            };
            numbered.sort_by_key(|(place, _)| *place);
            numbered.into_iter().map(|(_, element)| element).collect()
        }
        Some(Value::Text(_)) => {
            reader.fault(format!("{NAME} is invalid"));
            return Vec::new();
        }
    };
    if elements.len() > MAX_VARIABLES {
        reader.fault(format!(
            "{NAME} is too long (maximum is {MAX_VARIABLES} variables)"
        ));
        return Vec::new();
    }
    let mut variables = Vec::with_capacity(elements.len());
    for (place, element) in elements.into_iter().enumerate() {
        let Value::Map(attributes) = element else {
            reader.fault(format!("{NAME}[{place}] is invalid"));
            continue;
        };
        let mut attribute = |name: &str| match attributes.get(name) {
            Some(Value::Text(text)) => Some(text.clone()),
            Some(Value::List(_) | Value::Map(_)) => {
                reader.fault(format!("{NAME}[{place}][{name}] is invalid"));
                None
            }
            None => {
                reader.fault(format!("{NAME}[{place}][{name}] is missing"));
                None
            }
        };
        let (key, value) = (attribute("key"), attribute("value"));
        variables.extend(key.zip(value));
    }
    variables
}

/// # Errors
/// 400 for names and values that a variable cannot have.
pub(crate) fn check(variables: &[(String, String)]) -> Result<()> {
    let mut errors = ModelErrors::default();
    for (place, (key, value)) in variables.iter().enumerate() {
        let word = |character: char| character.is_ascii_alphanumeric() || character == '_';
        if key.is_empty() {
            errors.add("job_variables.key", "can't be blank");
        } else if !key.chars().all(word) {
            let text = "can contain only letters, digits and '_'.";
            errors.add("job_variables.key", text);
        } else if key.len() > MAX_KEY {
            let text = format!("is too long (maximum is {MAX_KEY} characters)");
            errors.add("job_variables.key", text);
        } else if variables[..place].iter().any(|(other, _)| other == key) {
            errors.add("job_variables.key", "has already been taken");
        }
        if value.chars().count() > MAX_VALUE {
            let text = format!("is too long (maximum is {MAX_VALUE} characters)");
            errors.add("job_variables.value", text);
        }
    }
    errors.finish()
}
