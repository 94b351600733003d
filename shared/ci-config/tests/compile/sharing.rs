//! Jobs that have something from one template share it in memory. Nobody can tell.

use std::sync::Arc;

use ci_config::plan::{Context, Limits, NoRepository, Plan, Source};
use ci_config::variables::Collection;
use ci_config::{Config, Node, Value, extends, reference};
use proptest::prelude::*;

use crate::support::{CHECKS, node, show};

/// The same with nothing shared.
fn apart(node: &Node) -> Node {
    let value = match &node.value {
        Value::Sequence(nodes) => Value::Sequence(Arc::new(nodes.iter().map(apart).collect())),
        Value::Mapping(keys) => {
            let keys = keys.iter();
            let keys = keys.map(|(key, node)| (Arc::from(&**key), apart(node)));
            Value::Mapping(Arc::new(keys.collect()))
        }
        Value::String(text) => Value::String(Arc::from(&**text)),
        other => other.clone(),
    };
    Node::new(value, node.span)
}

/// What becomes of a configuration, in all that a user sees of it.
fn outcome(root: &Node, separate: fn(&Node) -> Node) -> String {
    let extended = extends::resolve(&separate(root)).expect("bases that are there");
    let resolved = match reference::resolve(&separate(&extended)) {
        Ok(resolved) => separate(&resolved),
        Err(fault) => return format!("{fault:?}"),
    };
    let (config, faults) = Config::read(&resolved, &CHECKS);
    let context = Context {
        source: Source::Push,
        reference: "main",
        is_tag: false,
        project: "group/project",
        kubernetes: false,
        changed_paths: None,
        repository: &NoRepository,
        variables: &Collection::default(),
        limits: Limits::default(),
    };
    let plan = config.map(|config| Plan::new(&config, &context));
    let plan = plan.map(|plan| match plan {
        Ok(plan) => format!("{:?}", plan.jobs),
        Err(refusal) => refusal.to_string(),
    });
    format!("{} {faults:?} {plan:?}", show(&resolved))
}

fn rule() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just("if: $A"),
        Just("if: $A, when: never"),
        Just("if: $B == null"),
        Just("if: $B =~ /b+/, when: manual"),
        Just("when: always"),
        Just("when: sometimes"),
        Just("if: '${A}'"),
    ]
}

/// Templates with rules, some of which refer to others, and jobs that extend them.
fn configuration() -> impl Strategy<Value = String> {
    let item = prop_oneof![
        4 => rule().prop_map(|rule| format!("{{{rule}}}")),
        2 => "!reference \\[\\.t[0-2], rules\\]",
        1 => "!reference \\[\\.t[0-2], rules, if\\]",
    ];
    let template = prop::collection::vec(item, 0..3);
    let job = (0..3_usize, "[AB]");
    (
        prop::collection::vec(template, 3),
        prop::collection::vec(job, 1..5),
    )
        .prop_map(|(templates, jobs)| {
            let templates = templates.iter().enumerate().map(|(place, rules)| {
                let rules = rules.join(", ");
                format!(".t{place}: {{script: x, rules: [{rules}]}}\n")
            });
            let jobs = jobs.iter().enumerate().map(|(place, (base, name))| {
                format!("j{place}: {{extends: .t{base}, variables: {{{name}: b}}}}\n")
            });
            templates.chain(jobs).collect()
        })
}

proptest! {
    #[test]
    fn sharing_does_not_show(text in configuration()) {
        let root = node(&text);
        prop_assert_eq!(outcome(&root, Node::clone), outcome(&root, apart));
    }
}
