//! What is known of repositories while a plan is made. Plans are made without reading: what
//! is asked and not known is noted, read, and the plan is made again.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use ci_config::plan::{Changed, Files, Repository};
use switchyard::error::Result;
use switchyard::project::Project;
use switchyard::repository::Oid;

use crate::sources::Sources;

/// A question about a repository.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Question {
    Files,
    FilesOf(String, Option<String>),
    ChangedSince(String),
}

enum Fact {
    Files(Arc<[Arc<str>]>),
    FilesOf(Files),
    ChangedSince(Changed),
}

#[derive(Default)]
pub(crate) struct Facts {
    facts: HashMap<Question, Fact>,
    asked: RefCell<HashSet<Question>>,
}

impl Facts {
    /// Finds out what was asked. Answers whether there was anything.
    pub(crate) async fn learn(
        &mut self,
        sources: &mut Sources<'_>,
        project: &Project,
        commit: Option<Oid>,
    ) -> Result<bool> {
        let asked: Vec<Question> = self.asked.get_mut().drain().collect();
        for question in &asked {
            let fact = match question {
                Question::Files => {
                    let paths = match commit {
                        Some(commit) => sources.paths(project.id, commit).await?,
                        None => None,
                    };
                    Fact::Files(paths.unwrap_or_default())
                }
                Question::FilesOf(path, reference) => {
                    Fact::FilesOf(files_of(sources, path, reference.as_deref()).await?)
                }
                Question::ChangedSince(reference) => {
                    Fact::ChangedSince(changed(sources, project, reference, commit).await?)
                }
            };
            self.facts.insert(question.clone(), fact);
        }
        Ok(!asked.is_empty())
    }

    fn ask(&self, question: Question) {
        self.asked.borrow_mut().insert(question);
    }
}

async fn files_of(sources: &mut Sources<'_>, path: &str, reference: Option<&str>) -> Result<Files> {
    let Some(project) = sources.project(path).await? else {
        return Ok(Files::NoProject);
    };
    let Some(commit) = sources.commit(&project, reference).await? else {
        return Ok(Files::NoRef);
    };
    let paths = sources.paths(project.id, commit).await?;
    Ok(paths.map_or(Files::NoRef, Files::Found))
}

async fn changed(
    sources: &mut Sources<'_>,
    project: &Project,
    reference: &str,
    commit: Option<Oid>,
) -> Result<Changed> {
    let Some(since) = sources.commit(project, Some(reference)).await? else {
        return Ok(Changed::NoRef);
    };
    let Some(commit) = commit else {
        return Ok(Changed::Unknown);
    };
    let paths = sources.changed_paths(project.id, since, commit).await?;
    Ok(paths.map_or(Changed::Unknown, Changed::Paths))
}

impl Repository for Facts {
    fn files(&self) -> Arc<[Arc<str>]> {
        match self.facts.get(&Question::Files) {
            Some(Fact::Files(paths)) => Arc::clone(paths),
            Some(Fact::FilesOf(_) | Fact::ChangedSince(_)) | None => {
                self.ask(Question::Files);
                Arc::default()
            }
        }
    }

    fn files_of(&self, project: &str, reference: Option<&str>) -> Files {
        let question = Question::FilesOf(project.to_owned(), reference.map(str::to_owned));
        match self.facts.get(&question) {
            Some(Fact::FilesOf(files)) => files.clone(),
            Some(Fact::Files(_) | Fact::ChangedSince(_)) | None => {
                self.ask(question);
                Files::Found(Arc::default())
            }
        }
    }

    fn changed_since(&self, reference: &str) -> Changed {
        let question = Question::ChangedSince(reference.to_owned());
        match self.facts.get(&question) {
            Some(Fact::ChangedSince(changed)) => changed.clone(),
            Some(Fact::Files(_) | Fact::FilesOf(_)) | None => {
                self.ask(question);
                Changed::Unknown
            }
        }
    }
}
