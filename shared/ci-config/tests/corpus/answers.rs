//! What a case answers when the compiler asks for files, changes and variables.

use std::sync::Arc;

use ci_config::config::Changes;
use ci_config::glob::{self, Steps};
use ci_config::include::{Answer, Component, Found, Missing, Place, Source, Surroundings};
use ci_config::plan::{Changed, Files, Repository};

use super::{Case, PROJECT, SHA, Tree};

impl Case {
    pub(super) fn fetch(&self, source: &Source) -> Answer {
        let other = |address: &Arc<str>| self.others.get(&**address).ok_or(Missing::File);
        match source {
            Source::Local { place, path } => {
                let tree = self.tree(&place.project, Some(&place.sha))?;
                let file = tree.get(&**path).ok_or(Missing::File)?;
                Ok(Found::Text(file.as_slice().into()))
            }
            Source::Paths { project, reference } => {
                let tree = self.tree(project, reference.as_deref())?;
                Ok(Found::Paths(paths(tree)))
            }
            Source::Project {
                project,
                reference,
                file,
            } => {
                let tree = self.tree(project, reference.as_deref())?;
                Ok(Found::Project {
                    sha: reference.as_deref().unwrap_or("HEAD").into(),
                    text: tree.get(&**file).ok_or(Missing::File)?.as_slice().into(),
                })
            }
            Source::Remote { url, .. } => Ok(Found::Text(other(url)?.as_slice().into())),
            Source::Component { address } => {
                let (path, version) = address.split_once('@').unwrap_or((address, ""));
                Ok(Found::Component(Component {
                    place: Place {
                        project: "group/components".into(),
                        sha: SHA.into(),
                    },
                    path: "templates/component.yml".into(),
                    text: other(address)?.as_slice().into(),
                    name: path.rsplit('/').next().unwrap_or_default().into(),
                    version: version.into(),
                    reference: version.into(),
                }))
            }
            Source::Template { .. } | Source::Artifact { .. } => Err(Missing::File),
        }
    }

    fn tree(&self, project: &str, reference: Option<&str>) -> Result<&Tree, Missing> {
        if project == PROJECT {
            return Ok(&self.files);
        }
        let at = |reference: &str| self.projects.get(&format!("{project}@{reference}"));
        let head = || self.projects.get(project);
        let found = match reference {
            None | Some("HEAD") => head(),
            Some(reference) => at(reference),
        };
        let known = |key: &String| key.split('@').next() == Some(project);
        found.ok_or_else(|| match self.projects.keys().any(known) {
            true => Missing::Reference,
            false => Missing::Project,
        })
    }
}

impl Repository for Case {
    fn files(&self) -> Arc<[Arc<str>]> {
        paths(&self.files)
    }

    fn files_of(&self, project: &str, reference: Option<&str>) -> Files {
        match self.tree(project, reference) {
            Ok(tree) => Files::Found(paths(tree)),
            Err(Missing::Reference) => Files::NoRef,
            Err(_) => Files::NoProject,
        }
    }

    fn changed_since(&self, reference: &str) -> Changed {
        match self.changed_since.get(reference) {
            Some(paths) => Changed::Paths(paths.as_slice().into()),
            None => Changed::NoRef,
        }
    }
}

impl Surroundings for Case {
    fn variable(&self, name: &str) -> Option<Arc<str>> {
        Some(Arc::clone(&self.variables.get(name)?.value))
    }

    /// No context has a variable that names another one where includes ask for it.
    fn expanded_variable(&self, name: &str) -> Option<Arc<str>> {
        self.variable(name)
    }

    fn has_changes(&self, changes: &Changes) -> Result<bool, String> {
        Ok(glob::changes(
            &changes.paths,
            self.changed.as_deref(),
            &Steps::default(),
        ))
    }

    fn mask(&self, text: &str) -> String {
        self.variables.mask(text)
    }
}

fn paths(tree: &Tree) -> Arc<[Arc<str>]> {
    tree.keys().map(|path| path.as_str().into()).collect()
}
