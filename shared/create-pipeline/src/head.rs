//! What a pipeline runs for: a branch or a tag, at a commit.

use std::sync::Arc;

use switchyard::error::Result;
use switchyard::http::App;
use switchyard::pipeline::Commit;
use switchyard::project::Project;
use switchyard::repository::{Oid, Repository, ZERO_SHA, is_protected, short_ref_name};

/// A ref at a commit.
#[derive(Clone, Debug)]
pub struct Head {
    pub ref_name: String,
    pub tag: bool,
    /// What runners check out.
    pub sha: String,
    /// Where the ref stood before; zeros where that is not known.
    pub before_sha: String,
    /// The commit, where it is known here.
    pub commit: Option<Commit>,
    /// Where the configuration and the files beside it are; none where there is no
    /// repository.
    pub files: Option<Oid>,
    /// What the commits changed; none if that is not known.
    pub changed_paths: Option<Arc<[Arc<str>]>>,
    pub is_protected: bool,
}

/// Why there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoHead {
    /// No branch or tag has that name.
    NoReference,
    /// The commit is not there.
    NoCommit,
}

impl Head {
    /// The branch or tag of this name, which may begin with `refs/`, at its head or, where
    /// the code lives elsewhere, at the commit `sha`. There the files are those of the same
    /// branch here if there is one, else of the default branch.
    pub async fn find(
        app: &App,
        project: &Project,
        name: &str,
        sha: Option<&str>,
    ) -> Result<Result<Self, NoHead>> {
        let repository = Repository::new(project.id, &app.store, &app.blobs);
        let is_elsewhere = project.import_url.is_some();
        let found = repository.resolve(name).await?;
        let mut resolved = found.filter(|found| found.reference.is_some());
        if resolved.is_none() && is_elsewhere {
            let default = project.default_branch.as_deref().unwrap_or_default();
            resolved = repository.resolve(default).await?;
        }
        let (short, _) = short_ref_name(name);
        let Some(resolved) = resolved else {
            return Ok(match sha.filter(|_| is_elsewhere) {
                Some(sha) => Ok(Self::elsewhere(project, name, sha, None)),
                None => Err(NoHead::NoReference),
            });
        };
        let reference = resolved.reference.as_ref();
        if let Some(sha) = sha.filter(|_| is_elsewhere) {
            return Ok(Ok(Self::elsewhere(
                project,
                name,
                sha,
                Some(resolved.commit),
            )));
        }
        let Some(reference) = reference.filter(|reference| reference.name == short) else {
            return Ok(Err(NoHead::NoReference));
        };
        let (name, tag) = (reference.name.clone(), reference.tag);
        let head = Self::at(app, project, name, tag, resolved.commit).await?;
        Ok(head.ok_or(NoHead::NoCommit))
    }

    /// The ref at a commit of the repository; none if that is not there.
    pub async fn at(
        app: &App,
        project: &Project,
        ref_name: String,
        tag: bool,
        commit: Oid,
    ) -> Result<Option<Self>> {
        let repository = Repository::new(project.id, &app.store, &app.blobs);
        let row = repository.commit_row(commit).await?;
        Ok(row.map(|row| Self {
            is_protected: is_protected(project, &ref_name, tag),
            ref_name,
            tag,
            sha: commit.to_string(),
            before_sha: ZERO_SHA.to_owned(),
            commit: Some(row.commit),
            files: Some(commit),
            changed_paths: None,
        }))
    }

    fn elsewhere(project: &Project, name: &str, sha: &str, files: Option<Oid>) -> Self {
        let (short, tag) = short_ref_name(name);
        let tag = tag == Some(true);
        Self {
            is_protected: is_protected(project, short, tag),
            ref_name: short.to_owned(),
            tag,
            sha: sha.to_owned(),
            before_sha: ZERO_SHA.to_owned(),
            commit: None,
            files,
            changed_paths: None,
        }
    }
}
