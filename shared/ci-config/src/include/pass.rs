//! One walk over the tree of includes, as far as the answers reach.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexSet;

use super::file::File;
use super::load::{Cache, Loaded, Scope};
use super::location::{self, Location, text_node};
use super::row::Kind;
use super::rules::{Judge, Verdict};
use super::source::{Answer, Found, Place, Source};
use super::wildcard::Wildcard;
use super::work::Work;
use super::{Inclusion, Limits, Surroundings, too_much};
use crate::config::Checks;
use crate::fault::Fault;
use crate::merge::deep_merge;
use crate::node::{Mapping, Node, Value};

pub(super) struct Pass<'a> {
    answers: &'a HashMap<Source, Answer>,
    cache: &'a mut Cache,
    limits: Limits,
    surroundings: &'a dyn Surroundings,
    checks: &'a Checks,
    work: &'a Work,
    /// All that are to be included, in GitLab's order: those of one file first, then what
    /// they include themselves.
    files: Vec<File>,
    /// What there is no answer for yet. While there is any, errors may be premature.
    wanted: IndexSet<Source>,
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
            .map(|location| self.file(location, &loaded.scope))
            .collect::<Result<Vec<_>, _>>()?;
        if files.is_empty() {
            return Ok((!pending).then(|| loaded.content.clone()));
        }

        let first = self.files.len();
        for file in &mut files {
            file.check_location(&self.surroundings.mask(&file.location));
            self.files.push(file.clone());
            if self.files.len() > self.limits.files {
                let text = format!(
                    "Maximum of {} nested includes are allowed!",
                    self.limits.files
                );
                return Err(Fault::new(text).at(file.span));
            }
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
            return known.clone().map(Some);
        }
        let locations = match loaded.content.get("include") {
            None => Ok(Vec::new()),
            Some(include) => location::read(include, |name| self.variable(name, &loaded.scope)),
        };
        let judge = Judge {
            surroundings: self.surroundings,
            checks: self.checks,
            scope: &loaded.scope,
            work: self.work,
        };
        let mut passing = Ok(Vec::new());
        let mut pending = false;
        for location in locations.as_deref().unwrap_or_default() {
            self.work.check()?;
            let verdict = judge.judge(location.get("rules"), &|source| self.answers.get(source));
            match (verdict, &mut passing) {
                (Ok(Verdict::Pass), Ok(passing)) => passing.push(location.clone()),
                (Ok(_), Err(_)) | (Ok(Verdict::Skip), Ok(_)) => {}
                (Ok(Verdict::Unknown(source)), Ok(_)) => {
                    pending = true;
                    self.wanted.insert(source);
                }
                (Err(fault), _) => {
                    passing = Err(fault);
                    break;
                }
            }
        }
        if pending {
            return Ok(None);
        }
        let passing = locations.and(passing).map(Arc::from);
        loaded.locations.get_or_init(|| passing).clone().map(Some)
    }

    /// One include for each file of a list, and for each that a wildcard finds; none while
    /// that is open.
    fn spread(
        &mut self,
        location: &Location,
        scope: &Scope,
    ) -> Result<Option<Vec<Location>>, Fault> {
        let is_set = |node: &&Node| !matches!(node.value, Value::Null | Value::Bool(false));
        if location.get("project").filter(is_set).is_some() {
            let Some(file) = location
                .get("file")
                .filter(|node| !location::is_blank(node))
            else {
                let text = "include config must specify the file where to fetch the config from";
                return Err(Fault::new(text).at(location.span));
            };
            let files = file.as_sequence().unwrap_or(std::slice::from_ref(file));
            return Ok(Some(
                (files.iter())
                    .map(|file| location.with("file", file.clone()))
                    .collect(),
            ));
        }
        let wildcard = location
            .get("local")
            .filter(|node| node.as_str().is_some_and(|path| path.contains('*')));
        let (Some(node), Some(place)) = (wildcard, &scope.place) else {
            return Ok(Some(vec![location.clone()]));
        };
        let pattern = node.as_str().unwrap_or_default().trim_start_matches('/');
        Ok(self.find(pattern, place).map(|paths| {
            let paths = paths.iter();
            paths
                .map(|path| location.with("local", text_node(path, node.span)))
                .collect()
        }))
    }

    /// What a wildcard finds, but for what is included already.
    fn find(&mut self, pattern: &str, place: &Place) -> Option<Vec<Arc<str>>> {
        let source = Source::Paths {
            project: Arc::clone(&place.project),
            reference: Some(Arc::clone(&place.sha)),
        };
        let Some(answer) = self.answers.get(&source) else {
            self.wanted.insert(source);
            return None;
        };
        let Ok(Found::Paths(paths)) = answer else {
            return Some(Vec::new());
        };
        self.work.compare(1, paths.len());
        let wildcard = Wildcard::new(pattern);
        let is_new = |path: &&Arc<str>| {
            !self.files.iter().any(|file| {
                file.kind == Kind::Local
                    && file.location == **path
                    && (file.context.place.as_ref())
                        .is_some_and(|other| other.project == place.project)
            })
        };
        let found = paths
            .iter()
            .filter(|path| wildcard.matches(path))
            .filter(is_new);
        Some(found.take(self.limits.files + 1).cloned().collect())
    }

    fn variable(&self, name: &str, scope: &Scope) -> Option<Arc<str>> {
        let name = Some(name).filter(|_| scope.sees_variables);
        name.and_then(|name| self.surroundings.variable(name))
    }

    fn file(&self, location: &Location, scope: &Scope) -> Result<File, Fault> {
        let location = location.expanded(|name| self.variable(name, scope));
        File::of(&location, scope, |text| self.surroundings.mask(text))
    }

    /// What is in a file, with its own includes; none if it is missing or has an error.
    fn content(&mut self, file: &mut File, source: &Source) -> Result<Option<Node>, Fault> {
        let answers = self.answers;
        let Some(answer) = answers.get(source) else {
            return Ok(None);
        };
        let surroundings = self.surroundings;
        let Some(fetched) = file.take(answer, |text| surroundings.mask(text)) else {
            return Ok(None);
        };
        let shown = surroundings.mask(&file.location);
        let loaded = self.cache.load(
            source,
            &file.location,
            fetched.text,
            fetched.scope,
            file.inputs(),
        );
        let loaded = match loaded {
            Ok(loaded) => loaded,
            Err(error) => {
                file.fail(format!("`{shown}`: {error}"));
                return Ok(None);
            }
        };
        let content = match loaded.content.as_mapping().is_none_or(Mapping::is_empty) {
            true => None,
            false => match self.expand(&loaded)? {
                None => return Ok(None),
                content => content,
            },
        };
        let content = content.filter(|node| node.as_mapping().is_some_and(|keys| !keys.is_empty()));
        if content.is_none() {
            file.fail(format!(
                "Included file `{shown}` does not have valid YAML syntax!"
            ));
            return Ok(None);
        }
        self.bytes = self.bytes.saturating_add(fetched.text.len());
        if self.bytes > self.limits.bytes {
            return Err(too_much());
        }
        Ok(content)
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
