//! The template gives each function the environment that it needs to start.

use std::collections::BTreeMap;

use switchyard::config::Config;
use switchyard::store::Table;
use switchyard_local::template::Template;
use switchyard_tests::app::FUNCTIONS;

/// What Lambda itself adds to a function's environment.
fn by_lambda() -> BTreeMap<String, String> {
    let names = ["AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];
    names
        .map(|name| (name.to_owned(), "set by Lambda".to_owned()))
        .into()
}

#[test]
fn every_function_can_start() {
    let template = Template::of_repository().unwrap();
    for (function, _) in FUNCTIONS {
        let environment = template.environment(function, &by_lambda());
        let config = Config::from_variables(|name| environment.get(name).cloned());
        let config = config.unwrap_or_else(|error| panic!("{function}: {error}"));
        assert!(!config.bucket.is_empty());
        // Only a local stack leads the clients elsewhere.
        assert_eq!(config.dynamodb_endpoint, None);
        assert_eq!(config.s3_endpoint, None);
    }
}

#[test]
fn every_table_variable_names_a_table_with_the_key_that_the_code_writes() {
    let template = Template::of_repository().unwrap();
    for (function, _) in FUNCTIONS {
        let environment = template.environment(function, &by_lambda());
        let config = Config::from_variables(|name| environment.get(name).cloned()).unwrap();
        let mut names: Vec<&str> = Vec::new();
        for table in Table::ALL {
            let name = config.tables.name(table);
            assert_eq!(environment[table.variable()], name);
            let declared = template.table(name);
            let declared = declared.unwrap_or_else(|| panic!("{table:?}: no table {name}"));
            assert_eq!(declared.hash.name, table.partition_key(), "{table:?}");
            names.push(name);
        }
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Table::ALL.len(), "two kinds in one table");
    }
}

#[test]
fn what_is_missing_is_named() {
    let template = Template::of_repository().unwrap();
    let environment = template.environment("jobs", &by_lambda());
    let tables = Table::ALL.map(Table::variable);
    for missing in tables.into_iter().chain(["BUCKET", "AWS_REGION"]) {
        let config = Config::from_variables(|name| {
            environment.get(name).filter(|_| name != missing).cloned()
        });
        let error = config.unwrap_err().to_string();
        assert!(error.contains(missing), "{missing}: {error}");
    }
}
