//! Making and deleting branches and tags.

use super::StoredCommit;
use super::push::{Push, ZERO_SHA, asks_to_skip};
use super::reader::Repository;
use crate::error::Result;
use crate::ids::{PushId, UserId};
use crate::pipeline::Ref;
use crate::project::Project;
use crate::store::counters::Counter;
use crate::store::{Write, Written};
use crate::time::Time;

/// What became of a new branch or tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefCreated {
    /// With the push that a pipeline is to be made from.
    Yes(Box<Push>),
    /// A branch or a tag has that name.
    NameTaken,
    ProjectGone,
}

impl Repository<'_> {
    /// Writes a new branch or tag together with its push, or nothing. Assumes that the name
    /// is free, and that the project was not marked as deleted meanwhile.
    pub async fn create_ref(
        &self,
        project: &Project,
        new: &Ref,
        commit: &StoredCommit,
        user_id: UserId,
        now: Time,
    ) -> Result<RefCreated> {
        let id = self.store.reserve_ids(Counter::Pushes, 1).await?;
        let push = Push {
            project_id: self.project,
            id: PushId(id),
            ref_name: new.name.clone(),
            tag: new.tag,
            before: ZERO_SHA.to_owned(),
            after: new.sha.clone(),
            user_id,
            created_at: now,
            ci_skip: asks_to_skip(&commit.commit.message),
            deadline: Some(Push::deadline(now)),
        };
        let writes = vec![
            Write::create(new)?,
            Write::check(project)?,
            Write::create(&push)?,
        ];
        Ok(match self.store.write_all(writes).await? {
            Written::All => RefCreated::Yes(Box::new(push)),
            Written::Refused(places) if places.contains(&1) => RefCreated::ProjectGone,
            Written::Refused(_) => RefCreated::NameTaken,
        })
    }

    /// Deletes a branch or a tag. Assumes that it leads where it was read to lead; answers
    /// whether it did. Nothing is pushed by that, and the commits stay.
    pub async fn delete_ref(&self, old: &Ref) -> Result<bool> {
        self.store.write(Write::delete(old)?).await
    }
}
