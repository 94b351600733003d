//! The corpus in `cases/`: `=== name`, a configuration, then either `--- merged` and what
//! `extends` and `!reference` make of it, or `--- error` and what GitLab says.

use std::fs;
use std::path::Path;

use ci_config::{Fault, Node, extends, reference};

use crate::support::{node, show};

fn compile(yaml: &str) -> Result<Node, Fault> {
    reference::resolve(&extends::resolve(&node(yaml))?)
}

#[test]
fn every_case_is_merged_as_gitlab_does_or_gets_its_words() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile/cases");
    let mut wrong = Vec::new();
    let mut count = 0;
    for file in fs::read_dir(folder).expect("the corpus") {
        let path = file.expect("a file").path();
        let text = fs::read_to_string(&path).expect("text");
        for case in text.split("\n=== ").skip(1) {
            count += 1;
            let (name, rest) = case.split_once('\n').expect("a name and more");
            let (yaml, rest) = rest.split_once("\n--- ").expect("a configuration");
            let (kind, expected) = rest.split_once('\n').expect("what is expected");
            let expected = match kind {
                "merged" => show(&node(expected)),
                "error" => expected.trim().to_owned(),
                other => panic!("{name}: an unknown section {other:?}"),
            };
            let result = compile(yaml);
            let found = match &result {
                Ok(node) => show(node),
                Err(fault) => fault.text.clone(),
            };
            if found != expected || result.is_ok() != (kind == "merged") {
                wrong.push(format!("{name}:\n  {found}\n  not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 35, "only {count} cases were read");
}
