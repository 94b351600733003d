//! What one job says of another: stages, needs, dependencies, environments.

use std::collections::{HashMap, HashSet};

use crate::config::{Action, Config, Environment, Job, Need, Work};
use crate::entries::included_jobs;
use crate::fault::{Errors, Fault};

/// All that is wrong between jobs, in GitLab's words. GitLab stops at the first.
pub(crate) fn check(config: &Config) -> Vec<Fault> {
    let mut checker = Checker {
        config,
        stages: (config.stages.iter().enumerate())
            .map(|(place, stage)| (&**stage, place))
            .collect(),
        errors: Errors::default(),
    };
    for job in config.jobs.values() {
        // Every error about a stage lists all of them.
        if checker.errors.is_full() {
            break;
        }
        checker.check_stage(job);
        checker.check_dependencies(job);
        checker.check_needs(job);
        checker.check_environment(job);
    }
    checker.check_cycles();
    checker.errors.into_vec()
}

/// The needs of a job that are not in the pipeline, once rules have decided which jobs are.
pub fn absent_needs(
    job: &Job,
    needs: &[Need],
    is_in_pipeline: impl Fn(&str) -> bool,
) -> Vec<Fault> {
    let absent = (needs.iter()).filter(|need| !need.optional && !is_in_pipeline(&need.job));
    absent
        .map(|need| {
            Fault::new(format!(
                "'{}' job needs '{}' job, but '{}' does not exist in the pipeline. This might be because of the only, except, or rules keywords. To need a job that sometimes does not exist in the pipeline, use needs:optional.",
                job.name, need.job, need.job
            ))
            .at(job.definition.span)
        })
        .collect()
}

struct Checker<'a> {
    config: &'a Config,
    /// The place of each stage in their order.
    stages: HashMap<&'a str, usize>,
    errors: Errors,
}

impl<'a> Checker<'a> {
    fn fail(&mut self, job: &Job, text: String) {
        self.errors.push(Fault::new(text).at(job.definition.span));
    }

    fn place(&self, job: &Job) -> Option<usize> {
        self.stages.get(&*job.definition.stage).copied()
    }

    fn check_stage(&mut self, job: &Job) {
        if self.place(job).is_none() {
            let text = format!(
                "{} job: chosen stage {} does not exist; available stages are {}",
                job.name,
                job.definition.stage,
                self.config.stages.join(", ")
            );
            self.fail(job, text);
        }
    }

    fn check_dependencies(&mut self, job: &Job) {
        for name in job.dependencies.iter().flat_map(|names| names.iter()) {
            self.check_other(job, name, "dependency", false);
        }
        if let Work::Trigger(trigger) = &job.definition.work {
            for name in included_jobs(trigger) {
                self.check_other(job, name, "dependency", false);
            }
        }
    }

    fn check_needs(&mut self, job: &Job) {
        let of_rules = job.rules.iter().flat_map(|rules| rules.iter());
        let of_rules = of_rules.filter_map(|rule| rule.needs.as_ref());
        for needs in job.needs.iter().chain(of_rules) {
            for need in &needs.jobs {
                self.check_other(job, &need.job, "need", need.optional);
            }
            let mut seen = HashSet::new();
            let mut twice: Vec<&str> = Vec::new();
            for need in &needs.jobs {
                if !seen.insert(&need.job) && !twice.contains(&&*need.job) {
                    twice.push(&need.job);
                }
            }
            if !twice.is_empty() {
                let text = format!(
                    "{} has the following needs duplicated: {}.",
                    job.name,
                    twice.join(", ")
                );
                self.fail(job, text);
            }
        }
    }

    /// Another job must be there, and not later.
    fn check_other(&mut self, job: &Job, name: &str, kind: &str, optional: bool) {
        let Some(other) = self.config.jobs.get(name) else {
            if !optional {
                self.fail(job, format!("{} job: undefined {kind}: {name}", job.name));
            }
            return;
        };
        let place = self.place(other);
        if place.is_none() || place > self.place(job) {
            let text = format!(
                "{} job: {kind} {name} is not defined in current or prior stages",
                job.name
            );
            self.fail(job, text);
        }
    }

    fn check_environment(&mut self, job: &Job) {
        let Some(environment) = &job.definition.environment else {
            return;
        };
        let Some(on_stop) = &environment.on_stop else {
            return;
        };
        if let Some(problem) = self.problem_of_on_stop(environment, on_stop) {
            let text = format!("{} job: on_stop job {on_stop} {problem}", job.name);
            self.fail(job, text);
        }
    }

    fn problem_of_on_stop(&self, starts: &Environment, on_stop: &str) -> Option<&'static str> {
        let Some(job) = self.config.jobs.get(on_stop) else {
            return Some("is not defined");
        };
        let Some(stops) = &job.definition.environment else {
            return Some("does not have environment defined");
        };
        if stops.name != starts.name {
            return Some("have different environment name");
        }
        (stops.action != Action::Stop).then_some("needs to have action stop defined")
    }

    fn check_cycles(&mut self) {
        let needs: Vec<Vec<usize>> = (self.config.jobs.values())
            .map(|job| {
                let needs = job.needs.iter().flat_map(|needs| &needs.jobs);
                needs
                    .filter_map(|need| self.config.jobs.get_index_of(&need.job))
                    .collect()
            })
            .collect();
        for circle in circles(&needs) {
            let names: Vec<&str> = circle
                .iter()
                .filter_map(|place| self.config.jobs.get_index(*place))
                .map(|(name, _)| &**name)
                .collect();
            let what = match names[..] {
                [alone] => format!("self-dependency: {alone}"),
                _ => format!("topological sort failed: {names:?}"),
            };
            if let Some((_, job)) = circle
                .first()
                .and_then(|place| self.config.jobs.get_index(*place))
            {
                let job: &'a Job = job;
                self.fail(
                    job,
                    format!("The pipeline has circular dependencies: {what}"),
                );
            }
        }
    }
}

/// The groups in which each job needs itself through others (Tarjan's strongly connected
/// components), and those that need themselves. Walks without recursion: chains of needs
/// may be as long as there are jobs.
fn circles(needs: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut order = vec![usize::MAX; needs.len()];
    let mut lowest = vec![usize::MAX; needs.len()];
    let mut open = vec![false; needs.len()];
    let mut stack = Vec::new();
    let mut found = Vec::new();
    let mut next = 0;
    for start in 0..needs.len() {
        let mut path = vec![(start, 0)];
        if order[start] != usize::MAX {
            continue;
        }
        while let Some((job, taken)) = path.pop() {
            if taken == 0 {
                order[job] = next;
                lowest[job] = next;
                next += 1;
                stack.push(job);
                open[job] = true;
            }
            if let Some(&needed) = needs[job].get(taken) {
                path.push((job, taken + 1));
                if order[needed] == usize::MAX {
                    path.push((needed, 0));
                } else if open[needed] {
                    lowest[job] = lowest[job].min(order[needed]);
                }
                continue;
            }
            if lowest[job] == order[job] {
                let from = stack.iter().rposition(|open| *open == job).unwrap_or(0);
                let group = stack.split_off(from);
                for member in &group {
                    open[*member] = false;
                }
                if group.len() > 1 || needs[job].contains(&job) {
                    found.push(group);
                }
            }
            if let Some((parent, _)) = path.last() {
                lowest[*parent] = lowest[*parent].min(lowest[job]);
            }
        }
    }
    found
}
