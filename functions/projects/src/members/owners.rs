//! A group keeps an owner: its last one neither leaves nor becomes something less.
//!
//! Owners of the groups above count, as in GitLab. Who takes an owner away counts up
//! `owners_revision` in the group's row, which was read before the owners were: of two who
//! do so at the same time one finds it changed, and looks again.

use futures::future::try_join_all;
use switchyard::error::{Error, Result};
use switchyard::http::App;
use switchyard::ids::UserId;
use switchyard::member::{Member, Role};
use switchyard::project::Group;
use switchyard::store::{Key, Rows, Write};
use switchyard::time::Day;
use switchyard::user::User;

use super::place::Of;

/// What has to be written with the end of this membership, or with its change.
///
/// # Errors
/// 403 if it is that of a group's last owner.
pub(super) async fn guard(
    of: &Of,
    member: &Member,
    today: Day,
    app: &App,
) -> Result<Option<Write>> {
    let Of::Group(group) = of else {
        return Ok(None);
    };
    if member.access_level != Role::Owner {
        return Ok(None);
    }
    if !has_other_owner(of, member.user_id, today, app).await? {
        return Err(Error::Forbidden(None));
    }
    let counted = Group {
        owners_revision: group.owners_revision + 1,
        ..group.clone()
    };
    Write::edit(group, &counted).map(Some)
}

/// Whether somebody else owns the group, or one above it. Robots do not count.
async fn has_other_owner(of: &Of, leaving: UserId, today: Day, app: &App) -> Result<bool> {
    let sources = of.sources();
    let owners = sources.iter().map(|source| app.store.owners_of(*source));
    let owners = try_join_all(owners).await?.into_iter().flatten();
    let here = of.source();
    let others: Vec<UserId> = owners
        .filter(|owner| owner.role(today).is_some())
        .filter(|owner| owner.user_id != leaving || owner.source != here)
        .map(|owner| owner.user_id)
        .collect();
    let mut rows = Rows::default();
    rows.load(&app.store, others.iter().copied().map(Key::User))
        .await?;
    for id in others {
        let user: Option<User> = rows.get(&Key::User(id))?;
        if user.is_some_and(|user| !user.bot && user.deleted_at.is_none()) {
            return Ok(true);
        }
    }
    Ok(false)
}
