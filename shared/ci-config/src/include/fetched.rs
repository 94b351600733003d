//! What came of asking for a file.

use std::sync::Arc;

use super::file::File;
use super::load::{ComponentContext, Scope};
use super::row::Kind;
use super::source::{Answer, Found, Missing, Place};

/// What is in a file, and what it may refer to.
pub(super) struct Fetched<'a> {
    pub(super) text: &'a Arc<[u8]>,
    pub(super) scope: Scope,
}

impl File {
    /// Takes the answer to its source: what is in the file, unless it is an error.
    pub(super) fn take<'a>(
        &mut self,
        answer: &'a Answer,
        mask: impl Fn(&str) -> String,
    ) -> Option<Fetched<'a>> {
        let inner = self.context.clone();
        let (text, scope) = match (self.kind, answer) {
            (Kind::Local | Kind::Artifact, Ok(Found::Text(text))) => (text, inner),
            // Nothing of the project is for files from elsewhere: a URL they include could
            // carry its variables away.
            (Kind::Template | Kind::Remote, Ok(Found::Text(text))) => (text, Scope::default()),
            (Kind::File, Ok(Found::Project { sha, text })) => {
                let place = Place {
                    project: self.project(),
                    sha: Arc::clone(sha),
                };
                let scope = Scope {
                    place: Some(place),
                    component: None,
                    ..inner
                };
                (text, scope)
            }
            (Kind::Component, Ok(Found::Component(component))) => {
                let scope = Scope {
                    place: Some(component.place.clone()),
                    sees_variables: inner.sees_variables,
                    is_child: false,
                    component: Some(ComponentContext {
                        name: Arc::clone(&component.name),
                        sha: Arc::clone(&component.place.sha),
                        version: Arc::clone(&component.version),
                        reference: Arc::clone(&component.reference),
                    }),
                };
                (&component.text, scope)
            }
            (
                Kind::Local
                | Kind::File
                | Kind::Remote
                | Kind::Template
                | Kind::Artifact
                | Kind::Component,
                Ok(_),
            ) => {
                let text = self.missing(&Missing::File, mask);
                self.fail(text);
                return None;
            }
            (_, Err(missing)) => {
                let text = self.missing(missing, mask);
                self.fail(text);
                return None;
            }
        };
        let is_empty = text.iter().all(u8::is_ascii_whitespace);
        if is_empty {
            let text = self.empty(&mask(&self.location), mask);
            self.fail(text);
            return None;
        }
        let path = match (self.kind, answer) {
            (Kind::Local | Kind::File, _) => Some(&self.location),
            (Kind::Component, Ok(Found::Component(component))) => Some(&component.path),
            (Kind::Remote | Kind::Template | Kind::Artifact | Kind::Component, _) => None,
        };
        self.found = scope.place.clone().zip(path.cloned());
        Some(Fetched { text, scope })
    }
}
