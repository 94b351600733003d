//! Copies of parallel jobs.

use proptest::prelude::*;

use crate::support::{read, texts, valid};

/// Rows of a matrix: how many values each of their variables has.
fn shapes() -> impl Strategy<Value = Vec<Vec<usize>>> {
    prop::collection::vec(prop::collection::vec(1_usize..6, 1..4), 1..4)
}

fn yaml(shape: &[Vec<usize>]) -> String {
    let rows: Vec<String> = (shape.iter().enumerate())
        .map(|(row, sizes)| {
            let keys: Vec<String> = (sizes.iter().enumerate())
                .map(|(key, size)| {
                    let values: Vec<String> = (0..*size).map(|n| format!("r{row}v{n}")).collect();
                    format!("K{key}: [{}]", values.join(", "))
                })
                .collect();
            format!("{{{}}}", keys.join(", "))
        })
        .collect();
    format!(
        "a: {{script: x, parallel: {{matrix: [{}]}}}}",
        rows.join(", ")
    )
}

proptest! {
    /// As many copies as the sum of the products says, each numbered, the names in the
    /// order of an odometer.
    #[test]
    fn a_matrix_makes_a_copy_for_each_combination(shape in shapes()) {
        let expected: usize = shape.iter().map(|row| row.iter().product::<usize>()).sum();
        let yaml = yaml(&shape);
        if expected > 200 {
            let (config, faults) = read(&yaml);
            prop_assert!(config.is_none());
            prop_assert_eq!(
                texts(&faults.errors),
                ["jobs:a:parallel:matrix config generates too many jobs (maximum is 200)"]
            );
            return Ok(());
        }
        let config = valid(&yaml);
        prop_assert_eq!(config.jobs.len(), expected);
        let mut place = 0;
        for (row, sizes) in shape.iter().enumerate() {
            for turn in 0..sizes.iter().product() {
                let mut rest = turn;
                let mut values: Vec<String> = sizes.iter().rev().map(|size| {
                    let value = format!("r{row}v{}", rest % size);
                    rest /= size;
                    value
                }).collect();
                values.reverse();
                let (name, job) = config.jobs.get_index(place).expect("a copy");
                prop_assert_eq!(&**name, format!("a: [{}]", values.join(", ")));
                let copy = job.copy.as_ref().expect("what makes it a copy");
                prop_assert_eq!((copy.index, copy.total), (place + 1, expected));
                place += 1;
            }
        }
    }

    #[test]
    fn a_number_makes_that_many_copies(total in 1_usize..=200) {
        let config = valid(&format!("a: {{script: x, parallel: {total}}}"));
        let names: Vec<_> = config.jobs.keys().map(ToString::to_string).collect();
        let expected: Vec<_> = (1..=total).map(|index| format!("a {index}/{total}")).collect();
        prop_assert_eq!(names, expected);
    }
}

fn needs(yaml: &str, job: &str) -> Vec<String> {
    let config = valid(yaml);
    let needs = config.jobs[job].needs.as_ref().expect("needs");
    needs.jobs.iter().map(|need| need.job.to_string()).collect()
}

const PARALLEL: &str = "
a: {script: x, stage: build, parallel: 2}
m: {script: x, stage: build, parallel: {matrix: [{A: [x, y], B: [1, 2]}]}}
";

#[test]
fn a_need_on_a_parallel_job_means_all_copies() {
    let yaml = format!("{PARALLEL}b: {{script: x, needs: [a, m]}}");
    assert_eq!(
        needs(&yaml, "b"),
        [
            "a 1/2",
            "a 2/2",
            "m: [x, 1]",
            "m: [x, 2]",
            "m: [y, 1]",
            "m: [y, 2]"
        ]
    );
}

#[test]
fn a_need_may_name_one_copy() {
    let yaml = format!("{PARALLEL}b: {{script: x, needs: ['a 2/2', 'm: [y, 1]']}}");
    assert_eq!(needs(&yaml, "b"), ["a 2/2", "m: [y, 1]"]);
}

#[test]
fn a_need_may_name_some_copies_by_their_matrix() {
    let yaml = format!(
        "{PARALLEL}b: {{script: x, needs: [{{job: m, parallel: {{matrix: [{{A: x, B: [1, 2]}}]}}}}]}}"
    );
    assert_eq!(needs(&yaml, "b"), ["m: [x, 1]", "m: [x, 2]"]);
}

#[test]
fn each_copy_may_need_the_one_like_it() {
    let yaml = format!(
        "{PARALLEL}b:
  script: x
  parallel: {{matrix: [{{A: [x, y]}}]}}
  variables: {{N: 2}}
  needs:
    - job: m
      parallel: {{matrix: [{{A: ['$[[ matrix.A ]]'], B: ['$[[matrix.N]]']}}]}}
"
    );
    assert_eq!(needs(&yaml, "b: [x]"), ["m: [x, 2]"]);
    assert_eq!(needs(&yaml, "b: [y]"), ["m: [y, 2]"]);
}

#[test]
fn needs_of_rules_mean_copies_too() {
    let config = valid(&format!(
        "{PARALLEL}b: {{script: x, rules: [{{if: $A, needs: [a]}}]}}"
    ));
    let rules = config.jobs["b"].rules.as_ref().expect("rules");
    let needs = rules[0].needs.as_ref().expect("needs");
    let names: Vec<_> = needs.jobs.iter().map(|need| &*need.job).collect();
    assert_eq!(names, ["a 1/2", "a 2/2"]);
}

#[test]
fn dependencies_mean_all_copies() {
    let config = valid(&format!(
        "{PARALLEL}b: {{script: x, dependencies: [a, 'a 1/2']}}"
    ));
    let names = config.jobs["b"]
        .dependencies
        .as_ref()
        .expect("dependencies");
    assert_eq!(**names, ["a 1/2".into(), "a 2/2".into()]);
}

#[test]
fn the_matrix_wins_over_the_job() {
    let config = valid(
        "a: {script: x, variables: {A: own, Z: own}, parallel: {matrix: [{A: [x], B: [y]}]}}",
    );
    let variables: Vec<_> = (config.jobs["a: [x, y]"].variables())
        .map(|(name, variable)| format!("{name}={}", variable.value))
        .collect();
    assert_eq!(variables, ["Z=own", "A=x", "B=y"]);
}

#[test]
fn copies_of_one_name_are_one_job() {
    let config = valid("a: {script: x, parallel: {matrix: [{A: [x, x]}, {B: x}]}}");
    assert_eq!(config.jobs.len(), 1);
    let copy = config.jobs[0].copy.as_ref().expect("a copy");
    assert_eq!((copy.index, copy.total), (3, 3));
}

#[test]
fn an_empty_list_makes_no_copies() {
    let config = valid("a: {script: x, parallel: {matrix: [{A: [x, y], B: []}]}}\nb: {script: x}");
    assert_eq!(
        config.jobs.keys().map(|name| &**name).collect::<Vec<_>>(),
        ["b"]
    );
}

#[test]
fn a_pipeline_has_a_largest_size() {
    let jobs = |count: usize| -> String {
        (0..count)
            .map(|n| format!("j{n}: {{script: x, parallel: 200}}\n"))
            .collect()
    };
    assert_eq!(valid(&jobs(50)).jobs.len(), 10_000);
    let (_, faults) = read(&jobs(51));
    let error = texts(&faults.errors).join("\n");
    assert!(error.starts_with("The number of jobs has exceeded the limit of 10000."));
}

#[test]
fn names_of_copies_may_be_too_long() {
    let yaml = format!(
        "a: {{script: x, parallel: {{matrix: [{{A: {}}}]}}}}",
        "v".repeat(251)
    );
    let (_, faults) = read(&yaml);
    assert_eq!(
        texts(&faults.errors),
        ["jobs:a name is too long (maximum is 255 characters)"]
    );
    valid(&yaml.replacen("vv", "v", 1));
    let number = format!("{}: {{script: x, parallel: 2}}", "n".repeat(252));
    let (_, faults) = read(&number);
    assert_eq!(faults.errors.len(), 1);
    valid(&number.replacen("nn", "n", 1));
}

#[test]
fn what_is_put_into_needs_stays_short() {
    let yaml = format!(
        "a: {{script: x, variables: {{V: {}}}, needs: ['{}']}}",
        "v".repeat(100_000),
        "$[[ matrix.V ]]".repeat(10_000)
    );
    let (_, faults) = read(&yaml);
    let error = texts(&faults.errors).join("");
    assert!(
        error.ends_with("name is too long (maximum is 255 characters)"),
        "{error}"
    );
}

#[test]
fn a_matrix_of_many_keys_is_refused() {
    let keys = |count: usize| -> String {
        let keys: Vec<_> = (0..count).map(|n| format!("K{n}: ''")).collect();
        format!(
            "a: {{script: x, parallel: {{matrix: [{{{}}}]}}}}",
            keys.join(", ")
        )
    };
    valid(&keys(126));
    assert!(read(&keys(128)).0.is_none());
}
