//! The variables that a job is played with. What cannot be read is refused: a job never
//! runs without a variable that somebody meant to give it.

use serde::Deserialize;
use switchyard::error::{ModelErrors, Result};
use switchyard::http::Reader;
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
    let hashes = reader.variables(NAME, MAX_VARIABLES).into_iter();
    let variables = hashes.filter_map(|hash| {
        let key = hash.required("key", reader);
        key.zip(hash.required("value", reader))
    });
    variables.collect()
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
