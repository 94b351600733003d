//! `spec:inputs` and `$[[ inputs.name ]]`: what a configuration may be told, and where that
//! goes in it. Words and limits are those of GitLab's `Ci::Inputs` and
//! `Gitlab::Ci::Config::Interpolation`.

use std::sync::Arc;

use indexmap::IndexMap;

use crate::effort::Effort;
use crate::fault::Fault;
use crate::node::{Mapping, Node, Value};

mod access;
mod block;
mod function;
mod header;
mod input;
mod json;
mod rule;
mod template;

use input::Input;

/// What is said when inputs are given to a file that has no header.
pub const NOT_DEFINED: &str =
    "Given inputs not defined in the `spec` section of the included configuration file";

/// How many errors GitLab shows of one file.
const MAX_SHOWN: usize = 3;

/// What all searches for patterns may cost, each time that inputs are given.
const EFFORT: usize = 1_000_000;

/// What the header of a file says.
///
/// The `inputs` of files that `spec:include` names are to be put into the header before it
/// is read; files are nothing that this knows of.
#[derive(Clone, Debug, Default)]
pub struct Spec {
    inputs: IndexMap<Arc<str>, Input>,
    /// What `$[[ component.… ]]` may ask for.
    component_keys: Vec<Arc<str>>,
    component: Mapping,
}

impl Spec {
    /// Reads a header: the first of two documents, with `spec`.
    pub fn read(header: &Node) -> Result<Self, Vec<Fault>> {
        header::read(header)
    }

    /// Tells what `$[[ component.… ]]` gives: `name`, `sha`, `version`, `reference`. What the
    /// header does not ask for is left out.
    #[must_use]
    pub fn with_component(mut self, component: Mapping) -> Self {
        self.component = component;
        self.component
            .retain(|key, _| self.component_keys.contains(key));
        self
    }

    /// Puts what is given into the content, and defaults where nothing is. `expand` puts
    /// variables into a text, for `expand_vars`; those that there are not stay as they are.
    pub fn apply(
        &self,
        content: &Node,
        given: &IndexMap<Arc<str>, Node>,
        expand: &dyn Fn(&str) -> String,
    ) -> Result<Node, Vec<Fault>> {
        let inputs = self.values(given)?;
        let mapping = |keys: Mapping| Node::new(Value::Mapping(Arc::new(keys)), content.span);
        let context = Mapping::from_iter([
            (Arc::from("inputs"), mapping(inputs)),
            (Arc::from("component"), mapping(self.component.clone())),
        ]);
        template::fill(content, &context, expand)
    }

    /// The value of each input, in the order in which the header has them: rules may ask for
    /// those before them.
    fn values(&self, given: &IndexMap<Arc<str>, Node>) -> Result<Mapping, Vec<Fault>> {
        let mut faults = Vec::new();
        let unknown: Vec<&str> = (given.keys())
            .filter(|name| !self.inputs.contains_key(&**name))
            .map(|name| &**name)
            .collect();
        if !unknown.is_empty() {
            let unknown = unknown.join(", ");
            faults.push(Fault::new(format!("unknown input arguments: {unknown}")));
        }
        let effort = Effort::new(EFFORT);
        let mut values = Mapping::new();
        for (name, input) in &self.inputs {
            let known = |name: &str| values.get(name).or_else(|| given.get(name));
            match input.value(given.get(name), &known, &effort) {
                Ok(value) => {
                    values.insert(Arc::clone(name), value);
                }
                Err(messages) => {
                    let fault = |message| format!("`{name}` input: {message}");
                    faults.extend(
                        messages
                            .into_iter()
                            .map(|message| Fault::new(fault(message)).at(input.span)),
                    );
                }
            }
        }
        if effort.is_spent() {
            return Err(vec![Fault::new("config too large")]);
        }
        if faults.is_empty() {
            Ok(values)
        } else {
            Err(faults)
        }
    }
}

/// All that GitLab says of one file: the first three, in one line.
pub fn summary(faults: &[Fault]) -> String {
    let texts: Vec<&str> = (faults.iter().take(MAX_SHOWN))
        .map(|fault| fault.text.as_str())
        .collect();
    texts.join(", ")
}
