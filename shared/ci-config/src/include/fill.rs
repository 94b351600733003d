//! Fills inputs into files.

use std::sync::Arc;

use super::expansion::expand;
use super::fetched::Fetched;
use super::file::File;
use super::load::{Draft, Key, Load, Loaded, Scope};
use super::location::text_node;
use super::pass::Pass;
use super::source::Source;
use crate::fault::Fault;
use crate::inputs::{NOT_DEFINED, Spec, summary};
use crate::node::{Mapping, Node, Span};
use crate::variables::Unknown;

/// A configuration, and the files that its header includes.
pub(super) type Filled = (Node, Vec<File>);

impl Pass<'_> {
    /// A file with its inputs; none while that depends on what its header includes.
    pub(super) fn load(
        &mut self,
        file: &File,
        source: &Source,
        fetched: Fetched<'_>,
    ) -> Option<Load> {
        let key = Key {
            source: source.clone(),
            scope: fetched.scope,
            expands: file.context.sees_variables,
        };
        if let Some(known) = self.cache.get(&key, file.inputs()) {
            return Some(known);
        }
        let shown = self.surroundings.mask(&file.location);
        let draft = match self.cache.draft(source, &shown, fetched.text) {
            Ok(draft) => draft,
            Err(error) => return Some(Err(error)),
        };
        // What a wildcard in a header finds depends on all files before, so that it is only
        // final when nothing before is missing.
        let is_final = self.wanted.is_empty() || !draft.includes_inputs();
        let filled = self.fill(&draft, file.inputs(), &key.scope, key.expands);
        let load = filled
            .transpose()?
            .map(|(content, headers)| Arc::new(Loaded::new(content, headers, key.scope.clone())));
        if !is_final {
            return Some(load);
        }
        Some(self.cache.keep(key, file.inputs(), load))
    }

    pub(super) fn fill(
        &mut self,
        draft: &Draft,
        inputs: Option<&Node>,
        scope: &Scope,
        expands: bool,
    ) -> Result<Option<Filled>, Fault> {
        let none = Mapping::new();
        let given = match inputs {
            None => &none,
            Some(node) => (node.as_mapping())
                .ok_or_else(|| Fault::new("Given inputs must be a hash").at(node.span))?,
        };
        let Some(header) = &draft.header else {
            if !given.is_empty() {
                return Err(Fault::new(NOT_DEFINED));
            }
            return Ok(Some((draft.content.clone(), Vec::new())));
        };
        let read = |header: &Node| Spec::read(header).map_err(|faults| together(&faults));
        read(header)?;
        let Some((header, files)) = self.with_included_inputs(header, scope)? else {
            return Ok(None);
        };
        let spec = read(&header)?.with_component(component(scope));
        let surroundings = self.surroundings;
        let expand_vars = |text: &str| {
            expand(text, Unknown::Keep, |name| {
                let name = Some(name).filter(|_| expands)?;
                let value = surroundings.variable(name)?;
                // GitLab refuses to put masked values into a configuration.
                Some(value).filter(|value| surroundings.mask(value) == **value)
            })
        };
        let content = spec
            .apply(&draft.content, given, &expand_vars)
            .map_err(|faults| together(&faults))?;
        Ok(Some((content, files)))
    }
}

/// In one text, where the first of them is.
fn together(faults: &[Fault]) -> Fault {
    Fault {
        text: summary(faults),
        span: faults.iter().find_map(|fault| fault.span),
    }
}

/// What `$[[ component.… ]]` may say.
fn component(scope: &Scope) -> Mapping {
    let Some(component) = &scope.component else {
        return Mapping::new();
    };
    let values = [
        ("name", &component.name),
        ("sha", &component.sha),
        ("version", &component.version),
        ("reference", &component.reference),
    ];
    (values.into_iter())
        .map(|(key, value)| (key.into(), text_node(value, Span::default())))
        .collect()
}
