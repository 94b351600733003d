//! Each function may do what it does, and nothing else: a walk that makes every function
//! use all that it uses, held against the rights in the template.

mod creation;
mod deletion;
mod errands;
mod groups;
mod project_lists;
mod projects;
mod repository;
mod schedules;
mod scope;
mod steering;
mod tokens;
mod triggers;
mod users;
mod variables;
mod walk;

use std::collections::BTreeSet;

use switchyard::aws;
use switchyard::store::Store;
use switchyard_local::seed;
use switchyard_local::template::Template;
use switchyard_tests::TestApp;
use switchyard_tests::app::FUNCTIONS;
use switchyard_tests::wire::Right;

use walk::World;

/// The key of the secret values.
const VARIABLES_KEY: &str = "arn:aws:kms:local:000000000000:key/VariablesKey";

/// The policy that says what a function does with the data; others are about its logs.
const POLICY: &str = "data";

#[tokio::test]
async fn each_function_has_exactly_the_rights_that_it_uses() {
    let app = TestApp::new().await;
    let world = World::prepare(&app).await;
    start_all(&app).await;
    // First, as later there are tokens with high numbers, and lists go through all numbers.
    tokens::walk(&app).await;
    world.walk().await;

    assert_eq!(app.wire.tape().violations(), [""; 0]);
    let used = app.wire.tape().actions_by_function();
    let mut wrong = Vec::new();
    for function in FUNCTIONS
        .map(|(name, _)| name)
        .into_iter()
        .chain(["sweeper"])
    {
        let mut used: BTreeSet<Right> = used[function].iter().map(with_prefix).collect();
        // Who reads or writes secret values needs their key too; only AWS asks for it.
        if used.iter().any(|right| right.resource == "variables") {
            used.insert(Right::new("kms:Decrypt", VARIABLES_KEY));
        }
        let granted = granted(&app.stack.template, function);
        let lacking = used.difference(&granted);
        wrong.extend(lacking.map(|right| format!("{function} lacks {right}")));
        let needless = granted.difference(&used);
        wrong.extend(needless.map(|right| format!("{function} never uses {right}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn nobody_may_scan_or_do_anything_to_everything() {
    let template = Template::of_repository().unwrap();
    for function in &template.functions {
        for statement in &function.statements {
            for action in &statement.actions {
                assert!(!action.contains('*'), "{}: {action}", function.name);
                assert_ne!(action, "dynamodb:Scan", "{}", function.name);
            }
            let policies = [POLICY, "logs"];
            assert!(policies.contains(&&*statement.policy), "{}", function.name);
            for resource in &statement.resources {
                assert_ne!(resource, "*", "{}", function.name);
            }
        }
    }
}

/// What the template lets a function do.
fn granted(template: &Template, function: &str) -> BTreeSet<Right> {
    let function = template.function(function).unwrap();
    let statements = function
        .statements
        .iter()
        .filter(|statement| statement.policy == POLICY);
    let mut rights = BTreeSet::new();
    for statement in statements {
        for action in &statement.actions {
            for resource in &statement.resources {
                let name = resource
                    .split_once(":table/")
                    .or_else(|| resource.split_once(":::switchyard/"))
                    .or_else(|| resource.split_once(":::"))
                    .map_or(&**resource, |(_, name)| name);
                let is_new = rights.insert(Right::new(action, name));
                assert!(is_new, "{action} on {name} is granted twice");
            }
        }
    }
    rights
}

/// Rights on objects are given by the first part of their keys.
fn with_prefix(right: &Right) -> Right {
    let resource = match (
        right.action.starts_with("s3:"),
        right.resource.split_once('/'),
    ) {
        (true, Some((prefix, _))) => format!("{prefix}/*"),
        _ => right.resource.clone(),
    };
    Right::new(&*right.action, resource)
}

/// The read that each function does while it starts.
async fn start_all(app: &TestApp) {
    for (function, _) in FUNCTIONS {
        let config = seed::config(&app.stack, function).unwrap();
        let client = aws::dynamodb(&config, app.wire.client(function));
        Store::new(client, config.tables.clone())
            .warm()
            .await
            .unwrap();
    }
}
