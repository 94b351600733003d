//! Repositories, templates and servers, and a pipeline's variables, for includes to find.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use ci_config::config::Changes;
use ci_config::include::{
    Answer, Component, Found, Inclusion, Inclusions, Limits, Missing, Place, Root, Source, Step,
    Surroundings,
};
use ci_config::yaml::Documents;
use ci_config::{Fault, Node};

use crate::support::CHECKS;

/// Where the root stands.
pub(crate) const PROJECT: &str = "group/main";
pub(crate) const SHA: &str = "abc";

#[derive(Clone, Default)]
pub(crate) struct World {
    /// By project, commit and path.
    pub(crate) repositories: BTreeMap<(String, String), BTreeMap<String, String>>,
    /// Templates, remote files, components and `job:path` of artifacts.
    pub(crate) others: HashMap<String, String>,
    pub(crate) missing: HashMap<String, Missing>,
    pub(crate) variables: HashMap<String, String>,
    pub(crate) masked: Vec<String>,
    pub(crate) changed: Vec<String>,
    pub(crate) is_child: bool,
    pub(crate) without_project: bool,
}

impl World {
    pub(crate) fn local(mut self, path: &str, text: &str) -> Self {
        let repository = (PROJECT.to_owned(), SHA.to_owned());
        let files = self.repositories.entry(repository).or_default();
        files.insert(path.to_owned(), text.to_owned());
        self
    }

    pub(crate) fn fetch(&self, source: &Source) -> Answer {
        let text = |text: &str| Found::Text(text.as_bytes().into());
        let other = |name: &str| match (self.others.get(name), self.missing.get(name)) {
            (Some(file), _) => Ok(text(file)),
            (None, Some(missing)) => Err(missing.clone()),
            (None, None) => Err(Missing::File),
        };
        match source {
            Source::Local { place, path } => {
                let files = self.files(&place.project, &place.sha)?;
                files
                    .get(&**path)
                    .map(|file| text(file))
                    .ok_or(Missing::File)
            }
            Source::Paths { project, reference } => {
                let files = self.files(project, reference.as_deref().unwrap_or("head"))?;
                Ok(Found::Paths(
                    files.keys().map(|path| path.as_str().into()).collect(),
                ))
            }
            Source::Project {
                project,
                reference,
                file,
            } => {
                let sha = reference.as_deref().unwrap_or("head");
                let files = self.files(project, sha)?;
                let file = files.get(&**file).ok_or(Missing::File)?;
                Ok(Found::Project {
                    sha: sha.into(),
                    text: file.as_bytes().into(),
                })
            }
            Source::Template { name } => other(name),
            Source::Remote { url, .. } => other(url),
            Source::Artifact { job, path } => other(&format!("{job}:{path}")),
            Source::Component { address } => {
                let text = match other(address)? {
                    Found::Text(text) => text,
                    found => return Ok(found),
                };
                let (path, version) = address.split_once('@').unwrap_or((address, "1"));
                Ok(Found::Component(Component {
                    place: Place {
                        project: "group/components".into(),
                        sha: version.into(),
                    },
                    path: "templates/c.yml".into(),
                    text,
                    name: path.rsplit('/').next().unwrap_or_default().into(),
                    version: version.into(),
                    reference: version.into(),
                }))
            }
        }
    }

    fn files(&self, project: &str, sha: &str) -> Result<&BTreeMap<String, String>, Missing> {
        let known = self.repositories.keys().any(|(known, _)| known == project);
        let place = (project.to_owned(), sha.to_owned());
        let files = self.repositories.get(&place);
        files.ok_or(if known {
            Missing::Reference
        } else {
            Missing::Project
        })
    }

    pub(crate) fn root(&self) -> Root {
        let place = Place {
            project: PROJECT.into(),
            sha: SHA.into(),
        };
        Root {
            place: Some(place).filter(|_| !self.without_project),
            is_child: self.is_child,
        }
    }

    /// All the way. Also says what was fetched in which round.
    pub(crate) fn include(
        &self,
        root: Node,
        limits: Limits,
    ) -> (Result<Inclusions, Fault>, Vec<Vec<Source>>) {
        self.follow(Inclusion::new(only(root), None, self.root(), limits))
    }

    pub(crate) fn follow(
        &self,
        mut inclusion: Inclusion,
    ) -> (Result<Inclusions, Fault>, Vec<Vec<Source>>) {
        let mut rounds = Vec::new();
        loop {
            match inclusion.step(self, &CHECKS) {
                Step::Done(result) => return (result, rounds),
                Step::Fetch(sources) => {
                    assert!(!sources.is_empty(), "a step that asks for nothing");
                    for source in &sources {
                        inclusion.answer(source.clone(), self.fetch(source));
                    }
                    rounds.push(sources);
                }
            }
            assert!(rounds.len() < 200, "this does not end");
        }
    }
}

/// A file without a header.
pub(crate) fn only(content: Node) -> Documents {
    Documents {
        header: None,
        content,
        warnings: Vec::new(),
    }
}

impl Surroundings for World {
    fn variable(&self, name: &str) -> Option<Arc<str>> {
        self.variables.get(name).map(|value| value.as_str().into())
    }

    fn expanded_variable(&self, name: &str) -> Option<Arc<str>> {
        self.variable(name)
    }

    fn has_changes(&self, changes: &Changes) -> Result<bool, String> {
        if changes.compare_to.as_deref() == Some("nowhere") {
            return Err("rules:changes:compare_to is not a valid ref".to_owned());
        }
        Ok(ci_config::glob::changes(
            &changes.paths,
            Some(&self.changed),
            &ci_config::glob::Steps::default(),
        ))
    }

    fn mask(&self, text: &str) -> String {
        (self.masked.iter()).fold(text.to_owned(), |text, value| {
            text.replace(value, "[MASKED]")
        })
    }
}
