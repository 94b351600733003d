//! Files with a header, and what is given to them.

use std::sync::Arc;

use ci_config::inputs::Spec;
use ci_config::yaml::{Documents, write};
use ci_config::{Fault, Node};
use indexmap::IndexMap;

pub(crate) fn node(yaml: &str) -> Node {
    Documents::read(yaml.as_bytes(), 0).expect("YAML").content
}

/// What a mapping in flow style has.
pub(crate) fn given(yaml: &str) -> IndexMap<Arc<str>, Node> {
    node(yaml).as_mapping().expect("a mapping").clone()
}

pub(crate) fn texts(faults: Vec<Fault>) -> Vec<String> {
    faults.into_iter().map(|fault| fault.text).collect()
}

/// The header as it is below `spec:`, in flow style.
pub(crate) fn spec(yaml: &str) -> Result<Spec, Vec<String>> {
    Spec::read(&node(&format!("spec: {yaml}"))).map_err(texts)
}

/// `$NAME` is `[NAME]`, of any variable.
fn expand(text: &str) -> String {
    let mut parts = text.split('$');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| format!("{text}[{part}]"))
}

pub(crate) fn apply(inputs: &str, values: &str, content: &Node) -> Result<Node, Vec<String>> {
    let spec = spec(&format!("{{inputs: {inputs}}}"))?;
    spec.apply(content, &given(values), &expand).map_err(texts)
}

/// What `k: <text>` becomes, as YAML behind `k:`.
pub(crate) fn fill(inputs: &str, values: &str, text: &str) -> Result<String, Vec<String>> {
    let filled = apply(inputs, values, &node(&format!("k: {text}")))?;
    let written = write(&filled).expect("small");
    let value = written.strip_prefix("---\nk:").expect("the key");
    Ok(value.trim().to_owned())
}
