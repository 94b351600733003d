//! Makes the copies of parallel jobs, and names them wherever the job was named.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use crate::config::{Copy, Job, Matrix, Need, Needs, Parallel, Rule, Texts, Variable};
use crate::fault::{Fault, MAX_ERRORS};

/// Jobs of one pipeline. GitLab's own limit is off by default; here something must bound
/// what 2 MB of text can ask for.
const MAX_JOBS: usize = 10_000;

/// GitLab's default limit.
const MAX_NEEDS: usize = 50;

const MAX_NAME_LENGTH: usize = 255;

type Jobs = IndexMap<Arc<str>, Job>;

/// What the matrix sets in each copy; nothing where there is only a number.
type Row = IndexMap<Arc<str>, Arc<str>>;

/// The names of all copies of each parallel job.
type Copies = IndexMap<Arc<str>, Vec<(Arc<str>, Row)>>;

pub(crate) fn expand(jobs: Jobs) -> Result<Jobs, Vec<Fault>> {
    let mut total = 0_usize;
    for job in jobs.values() {
        total += match &job.definition.parallel {
            None => 1,
            Some(Parallel::Number(number)) => *number,
            Some(Parallel::Matrix(matrix)) => count(matrix),
        };
    }
    if total > MAX_JOBS {
        return Err(vec![Fault::new(format!(
            "The number of jobs has exceeded the limit of {MAX_JOBS}. Try splitting the configuration with parent-child-pipelines"
        ))]);
    }
    let copies: Copies = jobs
        .values()
        .filter_map(|job| {
            let copies = copies(&job.name, job.definition.parallel.as_ref()?);
            Some((Arc::clone(&job.name), copies))
        })
        .collect();
    let mut expanded = Jobs::with_capacity(total);
    let mut errors = Vec::new();
    for job in jobs.into_values() {
        if let Err(error) = check(&job, &copies) {
            errors.push(error);
        } else if let Err(error) = expand_one(job, &copies, &mut expanded) {
            errors.push(error);
        }
    }
    errors.truncate(MAX_ERRORS);
    if errors.is_empty() {
        Ok(expanded)
    } else {
        Err(errors)
    }
}

/// How many copies a matrix makes; the reader has seen to it that they can be counted.
fn count(matrix: &Matrix) -> usize {
    let of_row = |row: &IndexMap<Arc<str>, Vec<Arc<str>>>| {
        (row.values()).fold(1_usize, |product, values| {
            product.saturating_mul(values.len())
        })
    };
    matrix.iter().map(of_row).sum()
}

fn copies(name: &str, parallel: &Parallel) -> Vec<(Arc<str>, Row)> {
    match parallel {
        Parallel::Number(total) => (1..=*total)
            .map(|index| (format!("{name} {index}/{total}").into(), Row::new()))
            .collect(),
        Parallel::Matrix(matrix) => (rows(matrix).into_iter())
            .map(|row| (matrix_name(name, &row), row))
            .collect(),
    }
}

fn matrix_name(name: &str, row: &Row) -> Arc<str> {
    let values: Vec<_> = row.values().map(AsRef::as_ref).collect();
    format!("{name}: [{}]", values.join(", ")).into()
}

/// Each combination, the last key varying fastest.
fn rows(matrix: &Matrix) -> Vec<Row> {
    let mut all = Vec::with_capacity(count(matrix));
    for keys in matrix {
        let mut rows = vec![Row::new()];
        if keys.values().any(Vec::is_empty) {
            rows.clear();
        }
        for (name, values) in keys {
            rows = rows
                .iter()
                .flat_map(|row| {
                    values.iter().map(|value| {
                        let mut row = row.clone();
                        row.insert(Arc::clone(name), Arc::clone(value));
                        row
                    })
                })
                .collect();
        }
        all.append(&mut rows);
    }
    all
}

/// The limits that hold for all copies alike, before any is made.
fn check(job: &Job, copies: &Copies) -> Result<(), Fault> {
    let of_rules = job.rules.iter().flat_map(|rules| rules.iter());
    let needs = of_rules.filter_map(|rule| rule.needs.as_ref());
    for needs in job.needs.iter().chain(needs) {
        let listed: usize = (needs.jobs.iter())
            .map(|need| match (copies.get(&need.job), &need.parallel) {
                (None, _) => 1,
                (Some(_), Some(matrix)) => count(matrix),
                (Some(copies), None) => copies.len(),
            })
            .sum();
        if listed > MAX_NEEDS {
            let text = format!(
                "{}: one job can only need {MAX_NEEDS} others, but you have listed {listed}. See needs keyword documentation for more details",
                job.name
            );
            return Err(Fault::new(text).at(job.definition.span));
        }
    }
    let names = copies.get(&job.name).into_iter().flatten();
    if names.map(|(name, _)| name.chars().count()).max() > Some(MAX_NAME_LENGTH) {
        let text = format!(
            "jobs:{} name is too long (maximum is {MAX_NAME_LENGTH} characters)",
            job.name
        );
        return Err(Fault::new(text.to_lowercase()).at(job.definition.span));
    }
    Ok(())
}

fn expand_one(mut job: Job, copies: &Copies, expanded: &mut Jobs) -> Result<(), Fault> {
    job.dependencies = job.dependencies.map(|names| expand_names(&names, copies));
    let Some(own) = copies.get(&job.name) else {
        let job = with_needs(&job, &Row::new(), copies)?;
        expanded.insert(Arc::clone(&job.name), job);
        return Ok(());
    };
    for (place, (name, row)) in own.iter().enumerate() {
        let mut copy = with_needs(&job, row, copies)?;
        copy.name = Arc::clone(name);
        copy.copy = Some(Copy {
            of: Arc::clone(&job.name),
            index: place + 1,
            total: own.len(),
            variables: row.clone(),
        });
        // Of copies with one name the last stays.
        expanded.insert(Arc::clone(name), copy);
    }
    Ok(())
}

fn expand_names(names: &Texts, copies: &Copies) -> Texts {
    let mut all = IndexSet::new();
    for name in names.iter() {
        match copies.get(name) {
            Some(copies) => all.extend(copies.iter().map(|(name, _)| Arc::clone(name))),
            None => {
                all.insert(Arc::clone(name));
            }
        }
    }
    all.into_iter().collect()
}

fn with_needs(job: &Job, row: &Row, copies: &Copies) -> Result<Job, Fault> {
    let expand = |needs: &Needs| expand_needs(job, needs, row, copies);
    let needs = job.needs.as_ref().map(expand).transpose()?;
    let needy = |rules: &&Arc<[Rule]>| rules.iter().any(|rule| rule.needs.is_some());
    let rules = match job.rules.as_ref().filter(needy) {
        None => job.rules.clone(),
        Some(rules) => Some(
            (rules.iter())
                .map(|rule| {
                    Ok(Rule {
                        needs: rule.needs.as_ref().map(expand).transpose()?,
                        ..rule.clone()
                    })
                })
                .collect::<Result<_, Fault>>()?,
        ),
    };
    Ok(Job {
        needs,
        rules,
        ..job.clone()
    })
}

fn expand_needs(job: &Job, needs: &Needs, row: &Row, copies: &Copies) -> Result<Needs, Fault> {
    let fill = |text: &Arc<str>| interpolate(job, text, row);
    let mut jobs = Vec::with_capacity(needs.jobs.len());
    for need in &needs.jobs {
        let need = Need {
            job: fill(&need.job)?,
            parallel: need
                .parallel
                .as_ref()
                .map(|matrix| fill_matrix(matrix, &fill))
                .transpose()?,
            ..need.clone()
        };
        let named = |name| Need {
            job: name,
            parallel: None,
            ..need.clone()
        };
        match (copies.get(&need.job), &need.parallel) {
            (None, _) => jobs.push(named(Arc::clone(&need.job))),
            (Some(_), Some(matrix)) => {
                let rows = rows(matrix);
                jobs.extend(rows.iter().map(|row| named(matrix_name(&need.job, row))));
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
    let mut filled = String::with_capacity(text.len());
    let mut rest = &**text;
    while let Some(place) = rest.find(OPENING) {
        let (before, from_opening) = rest.split_at(place);
        filled.push_str(before);
        let inside = &from_opening[OPENING.len()..];
        let Some((name, after)) = matrix_variable(inside) else {
            filled.push_str(OPENING);
            rest = inside;
            continue;
        };
        let own = job.definition.variables.get(name);
        let Some(value) = row.get(name).or_else(|| own.map(value_of)) else {
            let text = format!(
                "{} job: '{name}' does not exist in matrix configuration",
                job.name
            );
            return Err(Fault::new(text).at(job.definition.span));
        };
        filled.push_str(value);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled.into())
}

const fn value_of(variable: &Variable) -> &Arc<str> {
    &variable.value
}

/// The name in ` matrix.NAME ]]`, and what follows.
fn matrix_variable(inside: &str) -> Option<(&str, &str)> {
    let (block, after) = inside.split_once("]]")?;
    let name = block.trim().strip_prefix("matrix.")?;
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    (!name.is_empty() && name.chars().all(is_word)).then_some((name, after))
}
