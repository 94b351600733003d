//! Makes the copies of parallel jobs, and names them wherever the job was named.

use std::sync::Arc;

use indexmap::{IndexMap, IndexSet};

use crate::config::{Copy, Job, Matrix, Needs, Parallel, Rule, Texts};
use crate::fault::{Errors, Fault};

mod needs;

/// Jobs of one pipeline. GitLab's own limit is off by default; here something must bound
/// what 2 MB of text can ask for.
const MAX_JOBS: usize = 10_000;

const MAX_NAME_LENGTH: usize = 255;

type Jobs = IndexMap<Arc<str>, Job>;

/// What the matrix sets in one copy; nothing where there is only a number.
type Row = Arc<IndexMap<Arc<str>, Arc<str>>>;

/// The names of all copies of each parallel job.
type Copies = IndexMap<Arc<str>, Vec<(Arc<str>, Row)>>;

pub(crate) fn expand(jobs: Jobs) -> Result<Jobs, Vec<Fault>> {
    let total: usize = jobs.values().map(count_of).sum();
    if total > MAX_JOBS {
        return Err(vec![Fault::new(format!(
            "The number of jobs has exceeded the limit of {MAX_JOBS}. Try splitting the configuration with parent-child-pipelines"
        ))]);
    }
    let mut errors = Errors::default();
    let mut copies = Copies::new();
    for job in jobs.values() {
        let Some(parallel) = &job.definition.parallel else {
            continue;
        };
        if let Some(own) = copies_of(&job.name, parallel) {
            copies.insert(Arc::clone(&job.name), own);
        } else {
            let text = format!(
                "jobs:{} name is too long (maximum is {MAX_NAME_LENGTH} characters)",
                job.name
            );
            errors.push(Fault::new(text.to_lowercase()).at(job.definition.span));
        }
    }
    let mut expanded = Jobs::with_capacity(total);
    for job in jobs.into_values() {
        if errors.is_full() {
            break;
        }
        if let Err(error) = expand_one(job, &copies, &mut expanded) {
            errors.push(error);
        }
    }
    let errors = errors.into_vec();
    if errors.is_empty() {
        Ok(expanded)
    } else {
        Err(errors)
    }
}

fn count_of(job: &Job) -> usize {
    match &job.definition.parallel {
        None => 1,
        Some(Parallel::Number(number)) => *number,
        Some(Parallel::Matrix(matrix)) => count(matrix),
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

/// None when a name would be too long.
fn copies_of(name: &str, parallel: &Parallel) -> Option<Vec<(Arc<str>, Row)>> {
    match parallel {
        Parallel::Number(total) => (1..=*total)
            .map(|index| {
                let name: Arc<str> = format!("{name} {index}/{total}").into();
                (name.chars().count() <= MAX_NAME_LENGTH).then(|| (name, Row::default()))
            })
            .collect(),
        Parallel::Matrix(matrix) => (rows(matrix).into_iter())
            .map(|row| Some((name_of(name, &row)?, row)))
            .collect(),
    }
}

/// The name of a copy, unless that is too long. Not built at all then: a value may be as
/// long as a whole configuration.
fn name_of(name: &str, row: &Row) -> Option<Arc<str>> {
    let characters: usize = (row.values())
        .map(|value| value.chars().count() + ", ".len())
        .sum();
    let around = name.chars().count() + ": []".len();
    if (characters + around).saturating_sub(", ".len()) > MAX_NAME_LENGTH {
        return None;
    }
    let values: Vec<_> = row.values().map(AsRef::as_ref).collect();
    Some(format!("{name}: [{}]", values.join(", ")).into())
}

/// Each combination, the last key varying fastest.
fn rows(matrix: &Matrix) -> Vec<Row> {
    let mut rows = Vec::with_capacity(count(matrix));
    for keys in matrix {
        let turns: usize = keys.values().map(Vec::len).product();
        for turn in 0..turns {
            let mut slower = turns;
            let row = (keys.iter()).map(|(name, values)| {
                slower /= values.len();
                let value = &values[turn / slower % values.len()];
                (Arc::clone(name), Arc::clone(value))
            });
            rows.push(Arc::new(row.collect()));
        }
    }
    rows
}

fn expand_one(mut job: Job, copies: &Copies, expanded: &mut Jobs) -> Result<(), Fault> {
    let of_rules = job.rules.iter().flat_map(|rules| rules.iter());
    let of_rules = of_rules.filter_map(|rule| rule.needs.as_ref());
    for needs in job.needs.iter().chain(of_rules) {
        needs::check_count(&job, &needs.jobs, copies)?;
    }
    job.dependencies = job.dependencies.map(|names| expand_names(&names, copies));
    let Some(own) = copies.get(&job.name) else {
        let job = with_needs(&job, &Row::default(), copies)?;
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
            variables: Arc::clone(row),
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
    let expand = |needs: &Needs| needs::expand(job, needs, row, copies);
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
