//! Random pipelines against a few lines that say the same in another way.

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::world::World;

const VARIABLES: [&str; 3] = ["A", "B", "C"];
const PATHS: [&str; 3] = ["a", "b", "c"];

/// A rule: the variable that must be set, the path that must have changed, and `when`.
#[derive(Clone, Debug)]
struct Rule {
    variable: Option<usize>,
    path: Option<usize>,
    when: Option<&'static str>,
}

fn rule() -> impl Strategy<Value = Rule> {
    let when = prop::sample::select(vec![None, Some("never"), Some("manual"), Some("always")]);
    let clause = || prop::option::of(0_usize..3);
    (clause(), clause(), when).prop_map(|(variable, path, when)| Rule {
        // A rule without anything is none.
        when: when.or((variable.is_none() && path.is_none()).then_some("on_success")),
        variable,
        path,
    })
}

impl Rule {
    fn yaml(&self) -> String {
        let clauses = [
            self.variable.map(|at| format!("if: ${}", VARIABLES[at])),
            self.path.map(|at| format!("changes: [{}]", PATHS[at])),
            self.when.map(|when| format!("when: {when}")),
        ];
        let clauses: Vec<_> = clauses.into_iter().flatten().collect();
        format!("{{{}}}", clauses.join(", "))
    }
}

#[derive(Clone, Debug)]
struct Job {
    stage: usize,
    rules: Option<Vec<Rule>>,
    /// Earlier jobs, and whether they may be missing.
    needs: Option<Vec<(usize, bool)>>,
}

fn jobs() -> impl Strategy<Value = Vec<Job>> {
    let rules = prop::option::of(prop::collection::vec(rule(), 1..4));
    let needs = prop::option::of(prop::collection::btree_map(0_usize..6, any::<bool>(), 0..3));
    prop::collection::vec((0_usize..3, rules, needs), 1..7).prop_map(|jobs| {
        let stages: Vec<usize> = jobs.iter().map(|(stage, ..)| *stage).collect();
        let job = |(place, (stage, rules, needs)): (usize, (usize, _, Option<_>))| {
            let allowed = |(need, _): &(usize, bool)| *need < place && stages[*need] <= stage;
            let needs: Option<std::collections::BTreeMap<usize, bool>> = needs;
            Job {
                stage,
                rules,
                needs: needs.map(|needs| needs.into_iter().filter(allowed).collect()),
            }
        };
        jobs.into_iter().enumerate().map(job).collect()
    })
}

fn yaml(jobs: &[Job]) -> String {
    let mut yaml = "stages: [s0, s1, s2]\n".to_owned();
    for (place, job) in jobs.iter().enumerate() {
        yaml.push_str(&format!(
            "j{place}:\n  script: x\n  stage: s{}\n",
            job.stage
        ));
        if let Some(rules) = &job.rules {
            let rules: Vec<_> = rules.iter().map(Rule::yaml).collect();
            yaml.push_str(&format!("  rules: [{}]\n", rules.join(", ")));
        }
        if let Some(needs) = &job.needs {
            let needs: Vec<_> = (needs.iter())
                .map(|(need, optional)| format!("{{job: j{need}, optional: {optional}}}"))
                .collect();
            yaml.push_str(&format!("  needs: [{}]\n", needs.join(", ")));
        }
    }
    yaml
}

/// `when` of the job, if it runs.
fn expected(
    job: &Job,
    set: &BTreeSet<usize>,
    changed: Option<&BTreeSet<usize>>,
) -> Option<&'static str> {
    let Some(rules) = &job.rules else {
        return Some("on_success");
    };
    for rule in rules {
        let set = rule.variable.is_none_or(|variable| set.contains(&variable));
        let changed = match (rule.path, changed) {
            (None, _) | (_, None) => true,
            (Some(path), Some(changed)) => changed.contains(&path),
        };
        if set && changed {
            return rule
                .when
                .or(Some("on_success"))
                .filter(|when| *when != "never");
        }
    }
    None
}

proptest! {
    #[test]
    fn jobs_run_when_the_oracle_says_so(
        jobs in jobs(),
        set in prop::collection::btree_set(0_usize..3, 0..3),
        changed in prop::option::of(prop::collection::btree_set(0_usize..3, 0..3)),
    ) {
        let set_variables: Vec<_> = set.iter().map(|at| (VARIABLES[*at], "1")).collect();
        let world = World {
            changed: changed.as_ref().map(|paths| paths.iter().map(|at| PATHS[*at]).collect()),
            ..World::with(&set_variables)
        };
        let when: Vec<_> = jobs.iter().map(|job| expected(job, &set, changed.as_ref())).collect();
        let missing = jobs.iter().enumerate().any(|(place, job)| {
            let mut needs = job.needs.iter().flatten();
            when[place].is_some() && needs.any(|(need, optional)| !optional && when[*need].is_none())
        });
        let plan = world.plan(&yaml(&jobs));
        if missing || when.iter().all(Option::is_none) {
            prop_assert!(plan.is_err());
            return Ok(());
        }
        let plan = plan.expect("a plan");
        // Stage by stage, and in a stage as they were written.
        let mut order: Vec<usize> = (0..jobs.len()).filter(|place| when[*place].is_some()).collect();
        order.sort_by_key(|place| (jobs[*place].stage, *place));
        let names: Vec<_> = plan.jobs.iter().map(|job| job.name.to_string()).collect();
        prop_assert_eq!(&names, &order.iter().map(|place| format!("j{place}")).collect::<Vec<_>>());
        let mut next = 0;
        for (place, stage) in plan.stages.iter().enumerate() {
            prop_assert!(!stage.jobs.is_empty());
            prop_assert_eq!(stage.jobs.start, next);
            next = stage.jobs.end;
            for job in &plan.jobs[stage.jobs.clone()] {
                prop_assert_eq!(job.stage, place);
                prop_assert_eq!(&job.definition.stage, &stage.name);
            }
        }
        prop_assert_eq!(next, plan.jobs.len());
        for (job, place) in plan.jobs.iter().zip(&order) {
            prop_assert_eq!(Some(job.when.as_str()), when[*place]);
            let needed = job.needs.as_ref().map(|needs| {
                needs.iter().map(|need| order[need.job]).collect::<Vec<_>>()
            });
            let expected = jobs[*place].needs.as_ref().map(|needs| {
                (needs.iter().map(|(need, _)| *need)).filter(|need| when[*need].is_some()).collect()
            });
            prop_assert_eq!(needed, expected);
        }
    }
}
