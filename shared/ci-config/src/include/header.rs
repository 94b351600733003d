//! `spec:include`: files with more inputs for a header.

use std::sync::Arc;

use super::file::{File, HEADER_INCLUDE};
use super::fill::Filled;
use super::load::Scope;
use super::location;
use super::pass::Pass;
use super::too_many;
use crate::fault::Fault;
use crate::merge::deep_merge;
use crate::node::{Mapping, Node, Value};

const KEYS: [&str; 7] = [
    "local",
    "file",
    "remote",
    "project",
    "ref",
    "integrity",
    "cache",
];

impl Pass<'_> {
    /// A header with the inputs of the files that it includes; none while one is missing.
    /// These are looked for where the file with the header is.
    pub(super) fn with_included_inputs(
        &mut self,
        header: &Node,
        scope: &Scope,
    ) -> Result<Option<Filled>, Fault> {
        let spec = header.get("spec");
        let include = spec.and_then(|spec| spec.get("include"));
        let (Some(spec), Some(include)) = (spec, include.filter(|node| !location::is_blank(node)))
        else {
            return Ok(Some((header.clone(), Vec::new())));
        };
        check_keys(include)?;
        let Some(mut files) = self.header_files(include, scope)? else {
            return Ok(None);
        };
        let mut inputs = Vec::new();
        let mut pending = false;
        for file in &mut files {
            match self.header_inputs(file)? {
                Some(node) => inputs.push(node),
                None => pending |= file.error.is_none(),
            }
        }
        if pending {
            return Ok(None);
        }
        if let Some(error) = files.iter().find_map(|file| file.error.clone()) {
            return Err(error);
        }
        inputs.extend(spec.get("inputs").cloned());
        check_duplicates(&inputs)?;
        let none = Node::new(Value::Mapping(Arc::default()), spec.span);
        let inputs = inputs.iter().fold(none, deep_merge);
        let mut keys = spec.as_mapping().cloned().unwrap_or_default();
        keys.shift_remove("include");
        keys.insert("inputs".into(), inputs);
        let spec = Node::new(Value::Mapping(Arc::new(keys)), spec.span);
        let header_keys = Mapping::from([("spec".into(), spec)]);
        let header = Node::new(Value::Mapping(Arc::new(header_keys)), header.span);
        Ok(Some((header, files)))
    }

    /// None while a wildcard is open.
    fn header_files(&mut self, include: &Node, scope: &Scope) -> Result<Option<Vec<File>>, Fault> {
        let locations = location::read(include, |name| self.variable(name, scope));
        let mut files = Vec::new();
        let mut pending = false;
        for location in locations? {
            let spread = self.spread(&location, scope)?;
            pending |= spread.is_none();
            for location in spread.unwrap_or_default() {
                let file = self.file(&location, scope, &HEADER_INCLUDE);
                files.push(file?);
                if files.len() > self.limits.files {
                    return Err(too_many(self.limits.files));
                }
            }
        }
        Ok((!pending).then_some(files))
    }

    /// What one of them has under `inputs`; none if it is missing or has an error.
    fn header_inputs(&mut self, file: &mut File) -> Result<Option<Node>, Fault> {
        let surroundings = self.surroundings;
        let shown = surroundings.mask(&file.location);
        file.check_location(&shown);
        if file.error.is_some() {
            return Ok(None);
        }
        let Some(source) = file.source(&shown) else {
            return Ok(None);
        };
        let answers = self.answers;
        let Some(answer) = answers.get(&source) else {
            self.wanted.insert(source);
            return Ok(None);
        };
        let Some(fetched) = file.take(answer, |text| surroundings.mask(text)) else {
            return Ok(None);
        };
        let draft = match self.cache.draft(&source, &shown, fetched.text) {
            Ok(draft) => draft,
            Err(fault) => {
                file.fail_inside(&shown, &fault);
                return Ok(None);
            }
        };
        let keys = draft.content.as_mapping();
        let Some(keys) = keys.filter(|keys| !keys.is_empty()) else {
            file.fail(format!(
                "Included file `{shown}` does not have valid YAML syntax!"
            ));
            return Ok(None);
        };
        let unknown: Vec<_> = (keys.keys())
            .filter(|key| &***key != "inputs")
            .map(|key| format!(":{key}"))
            .collect();
        if !unknown.is_empty() {
            let unknown = unknown.join(", ");
            file.fail(format!(
                "Header include file `{shown}` contains unknown keys: [{unknown}]"
            ));
            return Ok(None);
        }
        Ok(keys.get("inputs").cloned())
    }
}

fn check_keys(include: &Node) -> Result<(), Fault> {
    let one = std::slice::from_ref(include);
    for node in include.as_sequence().unwrap_or(one) {
        let keys = node.as_mapping().into_iter().flat_map(Mapping::keys);
        let unknown: Vec<_> = keys
            .filter(|key| !KEYS.contains(&&***key))
            .map(AsRef::as_ref)
            .collect();
        if !unknown.is_empty() {
            let text = format!(
                "header:spec:include:include config contains unknown keys: {}",
                unknown.join(", ")
            );
            return Err(Fault::new(text.to_lowercase()).at(node.span));
        }
    }
    Ok(())
}

fn check_duplicates(inputs: &[Node]) -> Result<(), Fault> {
    let mut counts: indexmap::IndexMap<&str, usize> = indexmap::IndexMap::new();
    for key in inputs
        .iter()
        .filter_map(Node::as_mapping)
        .flat_map(Mapping::keys)
    {
        *counts.entry(key).or_default() += 1;
    }
    let twice: Vec<_> = (counts.iter())
        .filter(|(_, count)| **count > 1)
        .map(|(key, _)| *key)
        .collect();
    if twice.is_empty() {
        return Ok(());
    }
    Err(Fault::new(format!(
        "Duplicate input keys found: {}. Input keys must be unique across all included files \
         and inline specifications.",
        twice.join(", ")
    )))
}
