//! The corpus in `cases/`: small configurations, each with all that GitLab says of it.
//! `=== name`, the configuration, `--- errors` and one a line, `--- warnings` likewise.
//! `N*255` and the like stand for that many letters.

use std::fs;
use std::path::Path;

use crate::support::{read, texts};

struct Case<'a> {
    name: &'a str,
    yaml: String,
    errors: Vec<String>,
    warnings: Vec<String>,
}

fn repeat(text: &str) -> String {
    let text = text.replace("N*255", &"n".repeat(255));
    text.replace("N*256", &"n".repeat(256))
}

fn parse(text: &str) -> Vec<Case<'_>> {
    let mut cases = Vec::new();
    for part in text.split("\n=== ").skip(1) {
        let (name, rest) = part.split_once('\n').expect("a name and more");
        let mut sections = rest.split("\n--- ");
        let mut case = Case {
            name,
            yaml: repeat(sections.next().unwrap_or_default()),
            errors: Vec::new(),
            warnings: Vec::new(),
        };
        for section in sections {
            let mut lines = section.lines();
            let kind = lines.next();
            let lines = lines.filter(|line| !line.is_empty()).map(repeat).collect();
            match kind {
                Some("errors") => case.errors = lines,
                Some("warnings") => case.warnings = lines,
                other => panic!("{name}: an unknown section {other:?}"),
            }
        }
        cases.push(case);
    }
    cases
}

#[test]
fn every_case_gets_the_words_that_gitlab_has_for_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config/cases");
    let mut wrong = Vec::new();
    let mut count = 0;
    for file in fs::read_dir(folder).expect("the corpus") {
        let path = file.expect("a file").path();
        let text = fs::read_to_string(&path).expect("text");
        for case in parse(&text) {
            count += 1;
            let (config, faults) = read(&case.yaml);
            let errors = texts(&faults.errors);
            let warnings = texts(&faults.warnings);
            if errors != case.errors || warnings != case.warnings {
                wrong.push(format!(
                    "{} in {}:\n  errors {errors:#?}\n  not {:#?}\n  warnings {warnings:#?}\n  not {:#?}",
                    case.name,
                    path.display(),
                    case.errors,
                    case.warnings
                ));
            }
            assert_eq!(config.is_some(), errors.is_empty(), "{}", case.name);
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 110, "only {count} cases were read");
}
