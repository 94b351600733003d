//! Reads YAML into nodes, and knows expressions, patterns and durations in the roughest way.

use std::sync::Arc;

use ci_config::{Checks, Config, Fault, Faults, Mapping, Node, Span, Value};
use saphyr::{LoadableYamlNode, MarkedYaml, Scalar, YamlData};

pub(crate) const CHECKS: Checks = Checks {
    expression: |text| text.starts_with(['$', '(', '"']) && !text.contains("${"),
    pattern: |text| {
        let pattern = text
            .strip_prefix('/')
            .and_then(|text| text.rsplit_once('/'));
        pattern.is_some_and(|(pattern, _)| regex::Regex::new(pattern).is_ok())
    },
    duration: |text| {
        let (number, unit) = text.split_once(' ')?;
        let seconds = match unit {
            "minutes" => 60,
            "hours" => 3_600,
            "days" | "day" => 86_400,
            "week" | "weeks" => 604_800,
            _ => return None,
        };
        Some(number.parse::<u64>().ok()? * seconds)
    },
};

pub(crate) fn read(yaml: &str) -> (Option<Config>, Faults) {
    Config::read(&node(yaml), &CHECKS)
}

/// What must be valid.
pub(crate) fn valid(yaml: &str) -> Config {
    let (config, faults) = read(yaml);
    assert_eq!(texts(&faults.errors), Vec::<&str>::new(), "in\n{yaml}");
    config.expect("a configuration without errors")
}

pub(crate) fn texts(faults: &[Fault]) -> Vec<&str> {
    faults.iter().map(|fault| fault.text.as_str()).collect()
}

pub(crate) fn node(yaml: &str) -> Node {
    let documents = MarkedYaml::load_from_str(yaml).expect("YAML");
    let [document] = &documents[..] else {
        panic!("one document in\n{yaml}");
    };
    convert(document)
}

fn convert(yaml: &MarkedYaml<'_>) -> Node {
    let value = match &yaml.data {
        YamlData::Value(Scalar::Null) => Value::Null,
        YamlData::Value(Scalar::Boolean(value)) => Value::Bool(*value),
        YamlData::Value(Scalar::Integer(number)) => Value::Integer(*number),
        YamlData::Value(Scalar::FloatingPoint(number)) => Value::Float(number.into_inner()),
        YamlData::Value(Scalar::String(text)) => Value::String(text.as_ref().into()),
        YamlData::Sequence(items) => Value::Sequence(Arc::new(items.iter().map(convert).collect())),
        YamlData::Mapping(keys) => {
            let keys = keys.iter().map(|(key, node)| {
                let key = match convert(key).value {
                    Value::String(text) => text,
                    Value::Bool(value) => value.to_string().into(),
                    Value::Integer(number) => number.to_string().into(),
                    other => panic!("a key {other:?}"),
                };
                (key, convert(node))
            });
            Value::Mapping(Arc::new(keys.collect::<Mapping>()))
        }
        other => panic!("not expected in tests: {other:?}"),
    };
    let span = Span {
        file: 0,
        line: u32::try_from(yaml.span.start.line()).expect("a small file"),
        column: u32::try_from(yaml.span.start.col() + 1).expect("a short line"),
    };
    Node::new(value, span)
}
