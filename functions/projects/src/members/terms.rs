//! What a membership says, as it is asked for, and what is wrong with that.

use switchyard::error::{ModelErrors, Result};
use switchyard::http::Reader;
use switchyard::ids::UserId;
use switchyard::member::Source;
use switchyard::member::{Member, Role};
use switchyard::project::Group;
use switchyard::store::Key;
use switchyard::time::Day;

use super::place::Place;

/// A role, and the day on which it ends.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// None if there is no such role.
    pub(super) role: Option<Role>,
    /// None if it was not given, `Some(None)` if it was given empty.
    pub(super) expires_at: Option<Option<Day>>,
}

impl Terms {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let level = reader.required("access_level", Reader::integer);
        Self {
            role: Role::of_level(level),
            expires_at: reader.clearable("expires_at", Reader::day),
        }
    }

    /// The role, if nothing is wrong with it or with the day for this user.
    ///
    /// # Errors
    /// 400 with all that is wrong.
    pub(super) fn check<E>(&self, place: &Place<E>, user: UserId) -> Result<Role> {
        let mut errors = ModelErrors::default();
        match self.role {
            None => errors.add("access_level", "is not included in the list"),
            Some(role) => {
                if let Some((above, group)) = inherited(place, user)?
                    && role < above
                {
                    errors.add(
                        "access_level",
                        format!(
                            "should be greater than or equal to {} inherited membership from \
                             group {group}",
                            above.title()
                        ),
                    );
                }
            }
        }
        let today = place.request.now.day();
        if self.expires_at.flatten().is_some_and(|day| day < today) {
            errors.add("expires_at", "cannot be a date in the past");
        }
        let role = self.role.unwrap_or(Role::Guest);
        errors.finish().map(|()| role)
    }
}

/// The highest role from a group above, and the group's name.
fn inherited<E>(place: &Place<E>, user: UserId) -> Result<Option<(Role, String)>> {
    let mut highest: Option<(Role, String)> = None;
    for id in place.of.above() {
        let member: Option<Member> = place.rows.get(&Key::Member(Source::Group(*id), user))?;
        let Some(role) = member.and_then(|member| member.role(place.request.now.day())) else {
            continue;
        };
        if highest.as_ref().is_none_or(|(known, _)| role > *known) {
            let group: Option<Group> = place.rows.get(&Key::Group(*id))?;
            highest = Some((role, group.map(|group| group.name).unwrap_or_default()));
        }
    }
    Ok(highest)
}
