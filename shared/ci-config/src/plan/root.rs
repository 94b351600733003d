//! Which of the global variables a job has.

use std::collections::HashMap;
use std::sync::Arc;

use crate::config::{Config, Definition, Inherit, Variable, Variables};

/// The global variables, with those of the rule that let the pipeline run.
pub(super) fn with_rule<'a>(
    global: &Variables,
    of_rule: impl IntoIterator<Item = (&'a Arc<str>, &'a Arc<str>)>,
) -> Variables {
    let mut variables = global.clone();
    for (name, value) in of_rule {
        variables.insert(Arc::clone(name), Variable::new(Arc::clone(value)));
    }
    variables
}

/// Those that are inherited; None means all.
pub(super) fn inherited(root: &Variables, inherit: &Inherit) -> Option<Variables> {
    match inherit {
        Inherit::All => None,
        Inherit::Nothing => Some(Variables::new()),
        Inherit::Only(names) => {
            let known = names.iter().filter_map(|name| root.get_key_value(name));
            Some(
                known
                    .map(|(name, variable)| (Arc::clone(name), variable.clone()))
                    .collect(),
            )
        }
    }
}

/// The same for all jobs, once for all copies of each.
pub(super) struct Roots {
    pub(super) all: Variables,
    some: HashMap<*const Definition, Variables>,
}

impl Roots {
    pub(super) fn new(config: &Config, all: Variables) -> Self {
        let mut some = HashMap::new();
        for job in config.jobs.values() {
            let definition = Arc::as_ptr(&job.definition);
            if !some.contains_key(&definition)
                && let Some(inherited) = inherited(&all, &job.definition.inherit_variables)
            {
                some.insert(definition, inherited);
            }
        }
        Self { all, some }
    }

    pub(super) fn of(&self, definition: &Arc<Definition>) -> &Variables {
        self.some.get(&Arc::as_ptr(definition)).unwrap_or(&self.all)
    }
}
