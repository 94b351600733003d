//! The end of a user: the mark after which nobody sees them, and the groups that would be
//! left without an owner.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use super::{email_of, entry_of};
use crate::error::Result;
use crate::ids::{GroupId, UserId};
use crate::member::{Member, Role, Source};
use crate::project::Group;
use crate::store::jobs::items;
use crate::store::{Key, MAX_TRANSACTION, Rows, Store, Table, Write, Written, number, row_of};
use crate::time::{Day, Time};
use crate::user::User;

/// Memberships of a user that are looked at for groups that are theirs alone.
const MAX_MEMBERSHIPS: usize = 2_000;

/// Whether a user may go.
#[derive(Debug)]
pub enum Ownership {
    /// A group has no other owner.
    Sole(GroupId),
    /// Who owns their groups besides, as it was read: this has to be so still.
    Shared(Vec<Write>),
}

impl Store {
    /// Marks a user for deletion and frees their name and address, or changes nothing.
    /// Assumes that all is as it was read. Answers whether it was.
    pub async fn mark_user_deleted(
        &self,
        user: &User,
        now: Time,
        also_as_read: Vec<Write>,
    ) -> Result<bool> {
        let marked = User {
            deleted_at: Some(now),
            deadline: Some(now),
            ..user.clone()
        };
        let mut writes = vec![
            Write::edit(user, &marked)?,
            Write::delete(&email_of(user))?,
            Write::delete(&entry_of(user))?,
        ];
        let mut rows = Rows::default();
        let key = Key::Group(user.namespace_id);
        rows.load(self, [key.clone()]).await?;
        if let Some(namespace) = rows.get::<Group>(&key)? {
            let marked = Group {
                deleted_at: Some(now),
                ..namespace.clone()
            };
            writes.push(Write::edit(&namespace, &marked)?);
        }
        // What does not fit in is known to have been so a moment ago.
        writes.extend(also_as_read);
        writes.truncate(MAX_TRANSACTION);
        Ok(self.write_all(writes).await? == Written::All)
    }

    /// Whether a group would be left without an owner. Which groups a user owns, the index
    /// `by_user` says; who else owns them is read strongly. Owners through a group above
    /// count, bots do not.
    pub async fn ownership(&self, user: UserId, today: Day) -> Result<Ownership> {
        let sources = self.sources_of_user(user, MAX_MEMBERSHIPS).await?;
        let groups = sources.into_iter().filter_map(|source| match source {
            Source::Group(id) => Some(id),
            Source::Project(_) => None,
        });
        let groups: Vec<GroupId> = groups.collect();
        let mut rows = Rows::default();
        let own = |id: GroupId| Key::Member(Source::Group(id), user);
        let keys = groups.iter().flat_map(|id| [Key::Group(*id), own(*id)]);
        rows.load(self, keys).await?;
        // Each row once: a transaction takes none twice.
        let mut owners: HashMap<UserId, Write> = HashMap::new();
        let mut memberships: HashMap<(Source, UserId), Write> = HashMap::new();
        for id in groups {
            let group: Option<Group> = rows.get(&Key::Group(id))?;
            let membership: Option<Member> = rows.get(&own(id))?;
            let role = membership.and_then(|membership| membership.role(today));
            let Some(group) = group.filter(Group::exists) else {
                continue;
            };
            if role != Some(Role::Owner) {
                continue;
            }
            match self.other_owner(&group, user, today).await? {
                None => return Ok(Ownership::Sole(id)),
                Some((owner, membership)) => {
                    owners.insert(owner.id, Write::check(&owner)?);
                    let place = (membership.source, owner.id);
                    memberships.insert(place, Write::check(&membership)?);
                }
            }
        }
        Ok(Ownership::Shared(
            owners
                .into_values()
                .chain(memberships.into_values())
                .collect(),
        ))
    }

    async fn other_owner(
        &self,
        group: &Group,
        user: UserId,
        today: Day,
    ) -> Result<Option<(User, Member)>> {
        for id in std::iter::once(group.id).chain(group.ancestors.iter().copied()) {
            let source = Source::Group(id);
            let query = self
                .client
                .query()
                .table_name(self.table(Table::Members))
                .consistent_read(true)
                .key_condition_expression("#source = :source")
                .filter_expression("access_level = :owner")
                .expression_attribute_names("#source", "source")
                .expression_attribute_values(":source", AttributeValue::S(source.to_string()))
                .expression_attribute_values(":owner", number(u8::from(Role::Owner).into()));
            let owners: Vec<Member> = items(query, MAX_MEMBERSHIPS)
                .await?
                .into_iter()
                .map(row_of)
                .collect::<Result<_>>()?;
            let mut rows = Rows::default();
            rows.load(self, owners.iter().map(|owner| Key::User(owner.user_id)))
                .await?;
            for owner in owners {
                let is_good = owner.user_id != user && owner.role(today).is_some();
                let other: Option<User> = rows.get(&Key::User(owner.user_id))?;
                let other = other.filter(|other| is_good && other.exists() && !other.bot);
                if let Some(other) = other {
                    return Ok(Some((other, owner)));
                }
            }
        }
        Ok(None)
    }
}
