//! One walk over the tree of includes, as far as the answers reach.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexSet;

use super::file::{File, Grammar, INCLUDE};
use super::load::{Cache, Loaded, Scope};
use super::location::{self, Location};
use super::row::Kind;
use super::rules::{Judge, Verdict};
use super::source::{Answer, Source};
use super::work::Work;
use super::{Inclusion, Limits, RootFile, Surroundings, too_many, too_much};
use crate::config::Checks;
use crate::fault::Fault;
use crate::merge::deep_merge;
use crate::node::{Mapping, Node, Value};

pub(super) struct Pass<'a> {
    pub(super) answers: &'a HashMap<Source, Answer>,
    pub(super) cache: &'a mut Cache,
    pub(super) limits: Limits,
    pub(super) surroundings: &'a dyn Surroundings,
    checks: &'a Checks,
    pub(super) work: &'a Work,
    /// All that are to be included, in GitLab's order: those of one file first, then what
    /// they include themselves.
    pub(super) files: Vec<File>,
    /// What there is no answer for yet. While there is any, errors may be premature.
    pub(super) wanted: IndexSet<Source>,
    /// Of all files, each as often as it is included.
    bytes: usize,
}

impl<'a> Pass<'a> {
    pub(super) fn new(
        inclusion: &'a mut Inclusion,
        surroundings: &'a dyn Surroundings,
        checks: &'a Checks,
    ) -> Self {
        Self {
            answers: &inclusion.answers,
            cache: &mut inclusion.loaded,
            limits: inclusion.limits,
            surroundings,
            checks,
            work: &inclusion.work,
            files: Vec::new(),
            wanted: IndexSet::new(),
            bytes: 0,
        }
    }

    pub(super) fn into_parts(self) -> (Vec<File>, IndexSet<Source>) {
        (self.files, self.wanted)
    }

    pub(super) fn expand_root(&mut self, root: &RootFile) -> Result<Option<Node>, Fault> {
        if root.loaded.get().is_none() {
            let inputs = root.inputs.as_ref();
            let filled = self.fill(&root.draft, inputs, &root.scope, true);
            let Some(filled) = filled.transpose() else {
                return Ok(None);
            };
            let loaded =
                filled.map(|(content, headers)| Loaded::new(content, headers, root.scope.clone()));
            _ = root.loaded.set(loaded);
        }
        match root.loaded.get() {
            None => Ok(None),
            Some(Err(fault)) => Err(fault.clone()),
            Some(Ok(loaded)) => {
                self.files.extend(loaded.headers.iter().cloned());
                self.check_count()?;
                self.expand(loaded)
            }
        }
    }

    /// A file over all that it includes; none while something is missing. The depth is
    /// bounded by the number of files.
    pub(super) fn expand(&mut self, loaded: &Loaded) -> Result<Option<Node>, Fault> {
        let mut pending = false;
        let mut files = Vec::new();
        match self.locations(loaded)? {
            None => pending = true,
            Some(locations) => {
                for location in locations.iter() {
                    self.work.check()?;
                    match self.spread(location, &loaded.scope)? {
                        None => pending = true,
                        Some(locations) => files.extend(locations),
                    }
                }
            }
        }
        // One more than there may be is enough to say that there are too many.
        files.truncate(self.limits.files + 1);
        let mut files = (files.iter())
            .map(|location| self.file(location, &loaded.scope, &INCLUDE))
            .collect::<Result<Vec<_>, _>>()?;
        if files.is_empty() {
            return Ok((!pending).then(|| loaded.content.clone()));
        }

        let first = self.files.len();
        for file in &mut files {
            file.check_location(&self.surroundings.mask(&file.location));
            self.files.push(file.clone());
            self.check_count().map_err(|fault| fault.at(file.span))?;
        }
        let mut sources = Vec::new();
        for file in &mut files {
            let mut source = None;
            if file.error.is_none() {
                source = file.source(&self.surroundings.mask(&file.location));
            }
            let missing = source
                .as_ref()
                .filter(|source| !self.answers.contains_key(*source));
            if let Some(missing) = missing {
                self.wanted.insert(missing.clone());
            }
            sources.push(source);
        }

        let mut contents = Vec::new();
        for (place, (file, source)) in files.iter_mut().zip(&sources).enumerate() {
            let Some(source) = source else { continue };
            let content = self.content(file, source)?;
            pending |= content.is_none() && file.error.is_none();
            contents.extend(content);
            self.files[first + place].found.clone_from(&file.found);
        }
        if pending {
            return Ok(None);
        }
        if let Some(error) = files.into_iter().find_map(|file| file.error) {
            return Err(error);
        }
        Ok(Some(merge(&contents, &loaded.content)))
    }

    /// The includes of a file that its rules let pass; none while that is open.
    fn locations(&mut self, loaded: &Loaded) -> Result<Option<Arc<[Location]>>, Fault> {
        if let Some(known) = loaded.locations.get() {
            return Ok(Some(Arc::clone(known)));
        }
        let locations = match loaded.content.get("include") {
            None => Vec::new(),
            Some(include) => location::read(include, |name| self.variable(name, &loaded.scope))?,
        };
        let judge = Judge {
            surroundings: self.surroundings,
            checks: self.checks,
            scope: &loaded.scope,
            work: self.work,
        };
        let mut passing = Vec::new();
        let mut pending = false;
        for location in locations {
            match judge.judge(location.get("rules"), &|source| self.answers.get(source))? {
                Verdict::Pass => passing.push(location),
                Verdict::Skip => {}
                Verdict::Unknown(source) => {
                    pending = true;
                    self.wanted.insert(source);
                }
            }
            self.work.check()?;
        }
        if pending {
            return Ok(None);
        }
        let passing = loaded.locations.get_or_init(|| passing.into());
        Ok(Some(Arc::clone(passing)))
    }

    fn check_count(&self) -> Result<(), Fault> {
        if self.files.len() > self.limits.files {
            return Err(too_many(self.limits.files));
        }
        Ok(())
    }

    pub(super) fn variable(&self, name: &str, scope: &Scope) -> Option<Arc<str>> {
        let name = Some(name).filter(|_| scope.sees_variables);
        name.and_then(|name| self.surroundings.variable(name))
    }

    pub(super) fn file(
        &self,
        location: &Location,
        scope: &Scope,
        grammar: &Grammar,
    ) -> Result<File, Fault> {
        let location = location.expanded(|name| self.variable(name, scope));
        File::of(&location, scope, grammar, |text| {
            self.surroundings.mask(text)
        })
    }

    /// What is in a file, with its own includes; none if it is missing or has an error.
    fn content(&mut self, file: &mut File, source: &Source) -> Result<Option<Node>, Fault> {
        let answers = self.answers;
        let Some(answer) = answers.get(source) else {
            return Ok(None);
        };
        let surroundings = self.surroundings;
        let shown = surroundings.mask(&file.location);
        let Some(fetched) = file.take(answer, |text| surroundings.mask(text)) else {
            return Ok(None);
        };
        let draft = self.cache.draft(source, &shown, fetched.text);
        if file.kind == Kind::Component && draft.is_ok_and(|draft| draft.includes_inputs()) {
            file.fail(format!(
                "Component `{shown}` cannot use `spec:include`. This keyword is not supported in \
                 components"
            ));
            return Ok(None);
        }
        let length = fetched.text.len();
        let Some(loaded) = self.load(file, source, fetched) else {
            return Ok(None);
        };
        let loaded = match loaded {
            Ok(loaded) => loaded,
            Err(fault) => {
                file.fail_inside(&shown, &fault);
                return Ok(None);
            }
        };
        self.files.extend(loaded.headers.iter().cloned());
        self.check_count().map_err(|fault| fault.at(file.span))?;
        let Some(content) = self.expand(&loaded)? else {
            return Ok(None);
        };
        if content.as_mapping().is_none_or(Mapping::is_empty) {
            file.fail(format!(
                "Included file `{shown}` does not have valid YAML syntax!"
            ));
            return Ok(None);
        }
        self.bytes = self.bytes.saturating_add(length);
        if self.bytes > self.limits.bytes {
            return Err(too_much());
        }
        Ok(Some(content))
    }
}

/// In their order, and the file that includes them on top.
fn merge(included: &[Node], content: &Node) -> Node {
    let mut merged = Node::new(Value::Mapping(Arc::default()), content.span);
    for node in included {
        merged = deep_merge(merged, node);
    }
    let mut merged = deep_merge(merged, content);
    if let Value::Mapping(keys) = &mut merged.value {
        Arc::make_mut(keys).shift_remove("include");
    }
    merged
}
