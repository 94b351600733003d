//! Which users a list is about.

use switchyard::http::Reader;
use switchyard::policy::may_list_user;
use switchyard::time::Time;
use switchyard::user::{User, UserState};

/// What was asked for. Of the flags only `true` narrows the list.
#[derive(Default)]
pub(crate) struct Filter {
    pub(crate) username: Option<String>,
    pub(crate) without_projects: bool,
    /// In lower case.
    search: Option<String>,
    active: bool,
    blocked: bool,
    external: bool,
    exclude_external: bool,
    without_project_bots: bool,
    admins: bool,
    /// Somebody who signs in elsewhere; here nobody does.
    identity: bool,
    created_after: Option<Time>,
    created_before: Option<Time>,
}

impl Filter {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Self {
        let flag = |reader: &mut Reader<'_>, name| reader.boolean(name).unwrap_or(false);
        // There are no users but people and the bots of tokens.
        flag(reader, "exclude_internal");
        let identity = ["extern_uid", "provider"].map(|name| reader.text(name).is_some());
        if identity[0] != identity[1] {
            let text = "extern_uid, provider provide all or none of parameters";
            reader.fault(text.to_owned());
        }
        Self {
            username: reader.text("username"),
            search: reader.text("search").map(|text| text.to_lowercase()),
            active: flag(reader, "active"),
            blocked: flag(reader, "blocked"),
            external: flag(reader, "external"),
            exclude_external: flag(reader, "exclude_external"),
            without_project_bots: flag(reader, "without_project_bots"),
            admins: flag(reader, "admins"),
            identity: identity == [true, true],
            created_after: reader.time("created_after"),
            created_before: reader.time("created_before"),
            without_projects: flag(reader, "without_projects"),
        }
    }

    /// GitLab drops for others what only administrators may ask for.
    pub(crate) fn forget_what_is_for_administrators(&mut self) {
        self.admins = false;
        self.identity = false;
        self.created_after = None;
        self.created_before = None;
        self.without_projects = false;
    }

    /// Whether a user is meant, as far as the row tells, and may be listed for this viewer.
    pub(crate) fn fits(&self, user: &User, viewer: Option<&User>) -> bool {
        let sees_all = viewer.is_some_and(|viewer| viewer.admin);
        may_list_user(user, viewer)
            && self
                .search
                .as_deref()
                .is_none_or(|text| is_found(text, user, sees_all))
            && (!self.active || user.state == UserState::Active)
            && (!self.blocked || user.state == UserState::Blocked)
            && (!self.external || user.external)
            && (!self.exclude_external || !user.external)
            && (!self.without_project_bots || !user.bot)
            && (!self.admins || user.admin)
            && !self.identity
            && self.created_after.is_none_or(|time| user.created_at > time)
            && self
                .created_before
                .is_none_or(|time| user.created_at < time)
    }
}

/// Part of a name, or a whole address, which only administrators find if it is not public.
fn is_found(text: &str, user: &User, sees_all: bool) -> bool {
    user.name.to_lowercase().contains(text)
        || user.username.to_lowercase().contains(text)
        || user.profile.public_email == text
        || (sees_all && user.email == text)
}
