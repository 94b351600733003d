//! What the rules of protected branches and tags have in common.

use switchyard::error::{Error, Result};
use switchyard::http::Reader;
use switchyard::repository::{MAX_PROTECTED, RefAccess};

/// Bytes of the name of a rule.
const MAX_RULE_NAME: usize = 255;

/// One of GitLab's access levels, maintainers where none is given.
pub(crate) fn access_level(reader: &mut Reader<'_>, name: &str) -> RefAccess {
    let level = reader.integer(name);
    let access = level.map(|level| (level, RefAccess::of_level(level)));
    match access {
        None => RefAccess::Maintainer,
        Some((_, Some(access))) => access,
        Some((_, None)) => {
            reader.fault(format!("{name} does not have a valid value"));
            RefAccess::Maintainer
        }
    }
}

/// # Errors
/// 422 with what is wrong with a new rule where there are so many already.
pub(crate) fn check_rule_name(name: &str, rules: usize) -> Result<()> {
    let mut wrong = Vec::new();
    if name.trim().is_empty() {
        wrong.push("Name can't be blank".to_owned());
    }
    if name.len() > MAX_RULE_NAME {
        wrong.push(format!(
            "Name is too long (maximum is {MAX_RULE_NAME} characters)"
        ));
    }
    if rules >= MAX_PROTECTED {
        wrong.push(format!(
            "There are too many rules (maximum is {MAX_PROTECTED})"
        ));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(Error::UnprocessableModel(wrong))
    }
}

/// A number that no rule of the project has.
pub(crate) fn next_rule_id(ids: impl Iterator<Item = u64>) -> u64 {
    ids.max().unwrap_or_default() + 1
}
