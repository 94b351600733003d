//! Needs on parallel jobs: all copies, or those that a matrix names.

use std::sync::Arc;

use indexmap::IndexMap;

use super::{Copies, MAX_NAME_LENGTH, Row, count, name_of, rows};
use crate::config::{Job, Matrix, Need, Needs};
use crate::fault::Fault;

/// GitLab's default limit.
const MAX_NEEDS: usize = 50;

pub(super) fn check_count(job: &Job, needs: &[Need], copies: &Copies) -> Result<(), Fault> {
    let listed: usize = (needs.iter())
        .map(|need| match (copies.get(&need.job), &need.parallel) {
            (None, _) => 1,
            (Some(_), Some(matrix)) => count(matrix),
            (Some(copies), None) => copies.len(),
        })
        .sum();
    if listed <= MAX_NEEDS {
        return Ok(());
    }
    let text = format!(
        "{}: one job can only need {MAX_NEEDS} others, but you have listed {listed}. See needs keyword documentation for more details",
        job.name
    );
    Err(Fault::new(text).at(job.definition.span))
}

pub(super) fn expand(job: &Job, needs: &Needs, row: &Row, copies: &Copies) -> Result<Needs, Fault> {
    let fill = |text: &Arc<str>| interpolate(job, text, row);
    let filled = (needs.jobs.iter())
        .map(|need| {
            let parallel = need.parallel.as_ref();
            Ok(Need {
                job: fill(&need.job)?,
                parallel: parallel
                    .map(|matrix| fill_matrix(matrix, &fill))
                    .transpose()?,
                ..need.clone()
            })
        })
        .collect::<Result<Vec<Need>, Fault>>()?;
    // Once more: other jobs may be meant now than before.
    check_count(job, &filled, copies)?;
    let mut jobs = Vec::with_capacity(filled.len());
    for need in filled {
        let named = |name| Need {
            job: name,
            parallel: None,
            ..need.clone()
        };
        match (copies.get(&need.job), &need.parallel) {
            (None, _) => jobs.push(named(Arc::clone(&need.job))),
            (Some(_), Some(matrix)) => {
                for row in &rows(matrix) {
                    let copy = name_of(&need.job, row).ok_or_else(|| too_long(job, &need.job))?;
                    jobs.push(named(copy));
                }
            }
            (Some(copies), None) => {
                jobs.extend(copies.iter().map(|(name, _)| named(Arc::clone(name))));
            }
        }
    }
    Ok(Needs {
        jobs,
        others: needs.others.clone(),
    })
}

fn too_long(job: &Job, need: &str) -> Fault {
    let text = format!(
        "{} job: need `{need}` name is too long (maximum is {MAX_NAME_LENGTH} characters)",
        job.name
    );
    Fault::new(text).at(job.definition.span)
}

fn fill_matrix(
    matrix: &Matrix,
    fill: &impl Fn(&Arc<str>) -> Result<Arc<str>, Fault>,
) -> Result<Matrix, Fault> {
    let mut filled = Matrix::with_capacity(matrix.len());
    for row in matrix {
        let mut keys = IndexMap::with_capacity(row.len());
        for (name, values) in row {
            let values = values.iter().map(fill).collect::<Result<_, _>>()?;
            keys.insert(Arc::clone(name), values);
        }
        filled.push(keys);
    }
    Ok(filled)
}

/// Puts in what the matrix, or the job itself, sets for `$[[ matrix.NAME ]]`.
fn interpolate(job: &Job, text: &Arc<str>, row: &Row) -> Result<Arc<str>, Fault> {
    const OPENING: &str = "$[[";
    if !text.contains(OPENING) {
        return Ok(Arc::clone(text));
    }
    let mut filled = String::new();
    let mut rest = &**text;
    while let Some((before, inside)) = rest.split_once(OPENING) {
        filled.push_str(before);
        let Some((name, after)) = matrix_variable(inside) else {
            filled.push_str(OPENING);
            rest = inside;
            continue;
        };
        let own = (job.definition.variables.get(name)).map(|variable| &variable.value);
        let Some(value) = row.get(name).or(own) else {
            let text = format!(
                "{} job: '{name}' does not exist in matrix configuration",
                job.name
            );
            return Err(Fault::new(text).at(job.definition.span));
        };
        filled.push_str(value);
        // Part of a name in the end; values may be long, and many.
        if filled.chars().count() > MAX_NAME_LENGTH {
            return Err(too_long(job, text));
        }
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled.into())
}

/// The name in ` matrix.NAME ]]`, and what follows.
fn matrix_variable(inside: &str) -> Option<(&str, &str)> {
    let (block, after) = inside.split_once("]]")?;
    let name = block.trim().strip_prefix("matrix.")?;
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    (!name.is_empty() && name.chars().all(is_word)).then_some((name, after))
}
