//! Where a commit goes, and behind what.

use super::{NewCommit, Refusal, Start};
use crate::error::Result;
use crate::pipeline::Ref;
use crate::project::Project;
use crate::repository::names::is_ref_name;
use crate::repository::reader::oid;
use crate::repository::{Oid, Repository, StoredCommit, may_force_push, may_push};
use crate::store::{Key, Rows};

const ON_A_BRANCH: &str = "You can only create or edit files when you are on a branch";

/// The refs that a commit is about.
pub(super) struct Heads {
    /// The branch as it stands.
    pub(super) branch: Option<Ref>,
    /// What comes before the commit; none in an empty repository.
    pub(super) parent: Option<Oid>,
    pub(super) is_empty: bool,
}

impl Repository<'_> {
    /// Reads the refs, and decides in GitLab's order what is wrong with them.
    pub(super) async fn heads(
        &self,
        project: &Project,
        new: &NewCommit,
    ) -> Result<Result<Heads, Refusal>> {
        let key = |name: &str| Key::Ref(self.project, name.to_owned());
        let mut keys = vec![key(&new.branch)];
        let start = match &new.start {
            Start::Branch => Some(key(&new.branch)),
            Start::Other(name) => Some(key(name)),
            Start::Sha(sha) => {
                keys.push(Key::Commit(self.project, sha.clone()));
                None
            }
        };
        keys.extend(start.clone());
        let default = project.default_branch.as_deref().map(key);
        keys.extend(default.clone());
        let mut rows = Rows::default();
        rows.load(self.store, keys).await?;

        if !may_push(project, &new.branch, new.standing) {
            return Ok(Err(Refusal::NotAllowed));
        }
        let invalid = |text: String| Ok(Err(Refusal::Invalid(text)));
        let there: Option<Ref> = rows.get(&key(&new.branch))?;
        let branch = there.clone().filter(|there| !there.tag);
        let default: Option<Ref> = match &default {
            Some(default) => rows.get(default)?,
            None => None,
        };
        let is_empty = default.is_none() && branch.is_none();
        let parent = match (&new.start, &start) {
            _ if is_empty && new.start == Start::Branch => None,
            (Start::Sha(sha), _) => {
                let found: Option<StoredCommit> =
                    rows.get(&Key::Commit(self.project, sha.clone()))?;
                match found {
                    Some(found) => Some(oid(&found.sha)?),
                    None => return invalid(format!("Cannot find start_sha '{sha}'")),
                }
            }
            (Start::Branch | Start::Other(_), Some(start)) => {
                let found: Option<Ref> = rows.get(start)?;
                match found.filter(|found| !found.tag) {
                    Some(found) => Some(oid(&found.sha)?),
                    None => return invalid(ON_A_BRANCH.to_owned()),
                }
            }
            (Start::Branch | Start::Other(_), None) => return invalid(ON_A_BRANCH.to_owned()),
        };
        let name = &new.branch;
        if new.start != Start::Branch
            && branch.is_some()
            && !may_force_push(project, name)
            && new.force
        {
            return Ok(Err(Refusal::NotAllowed));
        }
        if new.start != Start::Branch && branch.is_some() && !new.force {
            return invalid(format!(
                "A branch called '{name}' already exists. Switch to that branch in order to make changes"
            ));
        }
        let is_taken = there.is_some() && branch.is_none();
        if is_taken || (branch.is_none() && !is_ref_name(name)) {
            return invalid(format!(
                "Something went wrong when we tried to create '{name}' for you: Branch name is invalid"
            ));
        }
        Ok(Ok(Heads {
            branch,
            parent,
            is_empty,
        }))
    }
}
