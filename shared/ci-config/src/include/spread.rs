//! From one include to the files that it names.

use std::sync::Arc;

use super::load::Scope;
use super::location::{self, Location, text_node};
use super::pass::Pass;
use super::row::Kind;
use super::source::{Found, Place, Source};
use super::wildcard::Wildcard;
use crate::fault::Fault;
use crate::node::{Node, Value};

/// Of a wildcard along a path: in the time in which one is found not to begin as the other.
const STEPS_A_COMPARISON: usize = 64;

impl Pass<'_> {
    /// One include for each file of a list, and for each that a wildcard finds; none while
    /// that is open.
    pub(super) fn spread(
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
        let mut steps = 0;
        let found = paths
            .iter()
            .filter(|path| wildcard.matches(path, &mut steps))
            .filter(is_new);
        let found = found.take(self.limits.files + 1).cloned().collect();
        self.work.compare(1, steps / STEPS_A_COMPARISON);
        Some(found)
    }
}
