//! Needs, once it is known which jobs are in the pipeline.

use std::collections::HashMap;
use std::sync::Arc;

use super::PlannedNeed;
use super::draft::Draft;
use crate::check;
use crate::config::{Job, Need};
use crate::fault::Fault;

/// What is wrong with the job's own needs. GitLab looks at no others, even when a rule has
/// put its own in their place.
pub(super) fn faults(job: &Job, most: usize, places: &HashMap<Arc<str>, usize>) -> Vec<Fault> {
    let needs = job.needs.as_ref().map_or(&[][..], |needs| &needs.jobs);
    if needs.len() > most {
        let text = format!(
            "{}: one job can only need {most} others, but you have listed {}. See needs keyword documentation for more details",
            job.name,
            needs.len()
        );
        return vec![Fault::new(text).at(job.definition.span)];
    }
    check::absent_needs(job, needs, |name| places.contains_key(name))
}

/// What the job waits for; None when that is the earlier stages.
pub(super) fn planned(
    job: &Job,
    draft: &Draft,
    places: &HashMap<Arc<str>, usize>,
) -> Option<Vec<PlannedNeed>> {
    let matched = draft.rule.as_ref();
    let rule = matched.and_then(|matched| matched.rules.get(matched.place));
    // In GitLab an empty list in a rule takes the place of nothing.
    let of_rule = rule.and_then(|rule| rule.needs.as_ref());
    let of_rule = of_rule.filter(|needs| !needs.jobs.is_empty());
    let needs = of_rule.or(job.needs.as_ref())?;
    let place = |need: &Need| {
        Some(PlannedNeed {
            job: *places.get(&need.job)?,
            artifacts: need.artifacts,
        })
    };
    Some(needs.jobs.iter().filter_map(place).collect())
}
