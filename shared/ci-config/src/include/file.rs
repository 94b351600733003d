//! One file that is to be included: which source it comes from, and what is wrong with it.

use std::sync::Arc;

use super::json::to_json;
use super::load::Scope;
use super::location::{Location, is_blank, is_url};
use super::row::Kind;
use super::source::{Place, Source};
use crate::fault::Fault;
use crate::node::{Mapping, Node, Span, Value};
use crate::text::to_text;

/// What may be included where.
pub(super) struct Grammar {
    name: &'static str,
    kinds: &'static [Kind],
}

pub(super) const INCLUDE: Grammar = Grammar {
    name: "include",
    kinds: &[
        Kind::Local,
        Kind::File,
        Kind::Remote,
        Kind::Template,
        Kind::Artifact,
        Kind::Component,
    ],
};

/// Of `spec:include`.
pub(super) const HEADER_INCLUDE: Grammar = Grammar {
    name: "header include",
    kinds: &[Kind::Local, Kind::Remote, Kind::File],
};

const TEMPLATE_SUFFIX: &str = ".gitlab-ci.yml";

/// With its variables replaced.
#[derive(Clone, Debug)]
pub(super) struct File {
    pub(super) kind: Kind,
    /// As it is shown: a path, a URL, a name.
    pub(super) location: Arc<str>,
    is_string: bool,
    pub(super) params: Mapping,
    /// What stands around the include itself.
    pub(super) context: Scope,
    /// Where the file was found, if that is a repository.
    pub(super) found: Option<(Place, Arc<str>)>,
    pub(super) span: Span,
    /// In GitLab's words; the first counts.
    pub(super) error: Option<Fault>,
}

impl File {
    /// Finds out which kind of include it is. `mask` hides the values of variables.
    pub(super) fn of(
        location: &Location,
        context: &Scope,
        grammar: &Grammar,
        mask: impl Fn(&str) -> String,
    ) -> Result<Self, Fault> {
        let mut matching = (grammar.kinds.iter()).filter_map(|kind| {
            let text = text_of(location, *kind)?;
            (!text.0.trim().is_empty()).then_some((*kind, text))
        });
        let subkeys = || {
            let subkeys = grammar
                .kinds
                .iter()
                .map(|kind| format!("`{}`", subkey(*kind)));
            subkeys.collect::<Vec<_>>().join(", ")
        };
        let fail = |text: String| Err(Fault::new(text).at(location.span));
        match (matching.next(), matching.next()) {
            (Some((kind, (text, is_string))), None) => Ok(Self {
                kind,
                location: text.into(),
                is_string,
                params: location.params.clone(),
                context: context.clone(),
                found: None,
                span: location.span,
                error: None,
            }),
            (Some(_), Some(_)) => fail(format!("Each include must use only one of: {}", subkeys())),
            (None, _) => {
                let params = Value::Mapping(Arc::new(location.params.clone()));
                let shown = mask(&to_json(&Node::new(params, location.span)));
                fail(format!(
                    "`{shown}` does not have a valid subkey for {}. Valid subkeys are: {}",
                    grammar.name,
                    subkeys()
                ))
            }
        }
    }

    pub(super) fn param(&self, key: &str) -> Option<Arc<str>> {
        let node = self.params.get(key).filter(|node| !is_blank(node))?;
        Some(to_text(node).into())
    }

    /// GitLab takes the first of a list, and small letters.
    pub(super) fn project(&self) -> Arc<str> {
        let node = self.params.get("project");
        let node = node.and_then(|node| node.as_sequence().map_or(Some(node), <[Node]>::first));
        node.map(to_text).unwrap_or_default().to_lowercase().into()
    }

    pub(super) fn reference(&self) -> Option<Arc<str>> {
        let node = self.params.get("ref")?;
        let unset = matches!(node.value, Value::Null | Value::Bool(false));
        (!unset).then(|| to_text(node).into())
    }

    pub(super) fn inputs(&self) -> Option<&Node> {
        self.params.get("inputs").filter(|node| !node.is_null())
    }

    pub(super) fn fail(&mut self, text: String) {
        if self.error.is_none() {
            self.error = Some(Fault::new(text).at(self.span));
        }
    }

    /// What is wrong within the file, where it is wrong.
    pub(super) fn fail_inside(&mut self, shown: &str, fault: &Fault) {
        self.fail(format!("`{shown}`: {}", fault.text));
        if let (Some(error), Some(span)) = (&mut self.error, fault.span) {
            error.span = Some(span);
        }
    }

    /// What can be said before anything is fetched.
    pub(super) fn check_location(&mut self, shown: &str) {
        if !self.is_string {
            self.fail(format!("Included file `{shown}` needs to be a string"));
        } else if self.kind != Kind::Component && !has_yaml_extension(&self.location) {
            self.fail(format!(
                "Included file `{shown}` does not have YAML extension!"
            ));
        } else if self.kind == Kind::Remote && !is_url(&self.location) {
            self.fail(format!(
                "Remote file `{shown}` does not have a valid address!"
            ));
        } else if self.kind == Kind::Template && !self.location.ends_with(TEMPLATE_SUFFIX) {
            self.fail(format!("Template file `{shown}` is not a valid location!"));
        }
    }

    /// Where it comes from, if there is such a place.
    pub(super) fn source(&mut self, shown: &str) -> Option<Source> {
        let location = Arc::clone(&self.location);
        match self.kind {
            Kind::Local => {
                let Some(place) = self.context.place.clone() else {
                    self.fail(format!("Local file `{shown}` does not have project!"));
                    return None;
                };
                Some(Source::Local {
                    place,
                    path: location,
                })
            }
            Kind::File => Some(Source::Project {
                project: self.project(),
                reference: self.reference(),
                file: location,
            }),
            Kind::Template => Some(Source::Template { name: location }),
            Kind::Remote => Some(Source::Remote {
                url: location,
                integrity: self.param("integrity"),
            }),
            Kind::Component => {
                if self.context.place.is_none() {
                    self.fail("Unable to use components outside of a project context".to_owned());
                    return None;
                }
                Some(Source::Component { address: location })
            }
            Kind::Artifact => {
                let job = self.param("job");
                match job {
                    _ if !self.context.is_child => self.fail(
                        "Including configs from artifacts is only allowed when triggering child pipelines"
                            .to_owned(),
                    ),
                    None => self.fail(
                        "Job must be provided when including configs from artifacts".to_owned(),
                    ),
                    Some(job) => {
                        return Some(Source::Artifact {
                            job,
                            path: location,
                        });
                    }
                }
                None
            }
        }
    }
}

const fn subkey(kind: Kind) -> &'static str {
    match kind {
        Kind::Local => "local",
        Kind::File => "project",
        Kind::Remote => "remote",
        Kind::Template => "template",
        Kind::Artifact => "artifact",
        Kind::Component => "component",
    }
}

/// Where the file is, if the include is of this kind, and whether that is a string. Paths
/// lose their leading slashes, and GitLab makes strings of them for that.
fn text_of(location: &Location, kind: Kind) -> Option<(String, bool)> {
    let node = location.get(subkey(kind)).filter(|node| !is_blank(node))?;
    let path = |node: &Node| (to_text(node).trim_start_matches('/').to_owned(), true);
    match kind {
        Kind::Local => Some(path(node)),
        Kind::File => location.get("file").map(path),
        Kind::Remote | Kind::Template | Kind::Artifact | Kind::Component => {
            Some((to_text(node), node.as_str().is_some()))
        }
    }
}

/// `/.+\.(yml|yaml)$/i` of the last part of the path.
fn has_yaml_extension(location: &str) -> bool {
    let name = location.trim_end_matches('/').rsplit('/').next();
    name.is_some_and(|name| {
        name.lines().any(|line| {
            let line = line.to_ascii_lowercase();
            let stem = line.strip_suffix(".yml").or(line.strip_suffix(".yaml"));
            stem.is_some_and(|stem| !stem.is_empty())
        })
    })
}
