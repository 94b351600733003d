//! What a configuration may come to, with its includes and once `extends` and `!reference`
//! have copied things about.

use crate::fault::Fault;
use crate::node::{Node, Value};

/// How many values a configuration may have with all that is shared counted anew. GitLab
/// bounds each file alone, and the whole only by time.
const MAX_NODES: usize = 1_000_000;

/// How deeply values may lie in one another, references counted: twice what one file may have.
pub(crate) const MAX_DEPTH: usize = 200;

/// What is left of it.
#[derive(Debug)]
pub(crate) struct Budget(usize);

impl Budget {
    pub(crate) const fn new() -> Self {
        Self(MAX_NODES)
    }

    pub(crate) const fn left(&self) -> usize {
        self.0
    }

    pub(crate) fn spend(&mut self, count: usize) -> Result<(), Fault> {
        self.0 = self.0.checked_sub(count).ok_or_else(too_big)?;
        Ok(())
    }

    /// Spends what a value and all in it come to, and looks no further when that is too much.
    pub(crate) fn spend_on(&mut self, node: &Node) -> Result<(), Fault> {
        self.spend_at(node, 0)
    }

    fn spend_at(&mut self, node: &Node, depth: usize) -> Result<(), Fault> {
        if depth > MAX_DEPTH {
            return Err(too_big());
        }
        self.spend(1)?;
        match &node.value {
            Value::Sequence(nodes) => nodes
                .iter()
                .try_for_each(|node| self.spend_at(node, depth + 1)),
            Value::Mapping(keys) => keys
                .values()
                .try_for_each(|node| self.spend_at(node, depth + 1)),
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::String(_)
            | Value::Reference(_) => Ok(()),
        }
    }
}

pub(crate) fn too_big() -> Fault {
    Fault::new("The parsed YAML is too big")
}
