//! What patterns may come to in one configuration.

use crate::support::{read, texts, valid};

fn jobs(count: usize, key: &str) -> String {
    (0..count)
        .map(|n| {
            format!(
                "j{n}: {{script: x, {}}}\n",
                key.replace('N', &n.to_string())
            )
        })
        .collect()
}

#[test]
fn what_is_said_often_counts_once() {
    let long = "x".repeat(1_000);
    let key = format!("rules: [{{if: $A =~ /{long}/}}], coverage: /{long}/");
    valid(&jobs(1_000, &key));
}

#[test]
fn what_is_no_pattern_does_not_count() {
    let long = "x".repeat(1_000);
    let key = format!("rules: [{{if: '$A == \"{long}N\"'}}]");
    valid(&jobs(1_000, &key));
}

#[test]
fn different_ones_count_together() {
    let long = "x".repeat(1_000);
    for key in [
        format!("rules: [{{if: $A =~ /{long}N/}}]"),
        format!("only: {{variables: [$A =~ /{long}N/]}}"),
        format!("only: [/{long}N/]"),
        format!("coverage: /{long}N/"),
        format!("coverage: /{}N/", r"\pL".repeat(16)),
    ] {
        valid(&jobs(200, &key));
        let (_, faults) = read(&jobs(400, &key));
        assert_eq!(texts(&faults.errors), ["The parsed YAML is too big"]);
    }
}
