//! Where somebody is a member: a project or a group, with what is above it.

use switchyard::error::{Error, Result};
use switchyard::http::access::{Caller, PathIds};
use switchyard::http::request::RequestInfo;
use switchyard::http::{App, GroupAccess, ProjectAccess};
use switchyard::ids::{GroupId, UserId};
use switchyard::member::{Member, Role, Source};
use switchyard::policy::{Action, GroupAction, Standing, Verdict, may, may_in_group};
use switchyard::project::{Group, Namespace, Project};
use switchyard::store::{Key, Rows, Write};
use switchyard::user::User;

/// A project or a group, who asks, and what was read on the way.
pub(super) struct Place<E> {
    pub(super) of: Of,
    pub(super) caller: Caller,
    pub(super) standing: Standing,
    pub(super) params: E,
    pub(super) request: RequestInfo,
    pub(super) rows: Rows,
    pub(super) ids: PathIds,
}

#[derive(Clone)]
#[expect(clippy::large_enum_variant, reason = "there is one of it in a request")]
pub(super) enum Of {
    Project(Project),
    Group(Group),
}

impl<E> From<ProjectAccess<E>> for Place<E> {
    fn from(access: ProjectAccess<E>) -> Self {
        Self {
            of: Of::Project(access.project),
            caller: access.caller,
            standing: access.standing,
            params: access.params,
            request: access.request,
            rows: access.rows,
            ids: access.ids,
        }
    }
}

impl<E> From<GroupAccess<E>> for Place<E> {
    fn from(access: GroupAccess<E>) -> Self {
        Self {
            of: Of::Group(access.group),
            caller: access.caller,
            standing: access.standing,
            params: access.params,
            request: access.request,
            rows: access.rows,
            ids: access.ids,
        }
    }
}

impl Of {
    pub(super) fn source(&self) -> Source {
        match self {
            Self::Project(project) => Source::Project(project.id),
            Self::Group(group) => Source::Group(group.id),
        }
    }

    /// The groups whose members are members here too, outermost first.
    pub(super) fn above(&self) -> &[GroupId] {
        match self {
            Self::Project(project) => project.ancestors(),
            Self::Group(group) => &group.ancestors,
        }
    }

    /// It and the groups above.
    pub(super) fn sources(&self) -> Vec<Source> {
        let above = self.above().iter().copied().map(Source::Group);
        std::iter::once(self.source()).chain(above).collect()
    }

    /// That it is still there when a membership is written.
    pub(super) fn check(&self) -> Result<Write> {
        match self {
            Self::Project(project) => Write::check(project),
            Self::Group(group) => Write::check(group),
        }
    }

    /// Whether it is somebody's own project, in which they stay the owner.
    pub(super) fn is_personal_of(&self, user: UserId) -> bool {
        match self {
            Self::Project(project) => project.namespace == Namespace::User { user_id: user },
            Self::Group(_) => false,
        }
    }

    /// As it is now.
    pub(super) async fn read_again(&self, app: &App) -> Result<Self> {
        let mut rows = Rows::default();
        match self {
            Self::Project(project) => {
                let key = Key::Project(project.id);
                rows.load(&app.store, [key.clone()]).await?;
                let project: Option<Project> = rows.get(&key)?;
                let project = project.filter(|project| project.deleted_at.is_none());
                project
                    .map(Self::Project)
                    .ok_or_else(|| Error::not_found("Project"))
            }
            Self::Group(group) => {
                let key = Key::Group(group.id);
                rows.load(&app.store, [key.clone()]).await?;
                let group: Option<Group> = rows.get(&key)?;
                group
                    .filter(Group::exists)
                    .map(Self::Group)
                    .ok_or_else(|| Error::not_found("Group"))
            }
        }
    }
}

impl<E> Place<E> {
    /// Whether the caller may change memberships here.
    pub(super) fn is_administered(&self) -> bool {
        let verdict = match &self.of {
            Of::Project(project) => may(Action::AdminMembers, project, self.standing),
            Of::Group(group) => may_in_group(GroupAction::AdminMembers, group, self.standing),
        };
        verdict == Verdict::Allowed
    }

    /// Whether the caller may give or take a role: nobody may above their own.
    pub(super) fn is_within_reach(&self, role: Role) -> bool {
        Some(role) <= self.standing.role()
    }

    /// The keys of what is to be known of a user to decide about their membership: they,
    /// it, those above, and the names of the groups above.
    pub(super) fn keys_of(&self, user: UserId) -> Vec<Key> {
        let members = self.of.sources().into_iter();
        let members = members.map(|source| Key::Member(source, user));
        let groups = self.of.above().iter().copied().map(Key::Group);
        members.chain(groups).chain([Key::User(user)]).collect()
    }

    /// The user, unless they are gone.
    pub(super) fn user(&self, id: UserId) -> Result<Option<User>> {
        let user: Option<User> = self.rows.get(&Key::User(id))?;
        Ok(user.filter(|user| user.deleted_at.is_none()))
    }

    /// The membership right here, unless it has ended.
    pub(super) fn member(&self, user: UserId) -> Result<Option<Member>> {
        let member = self.rows.get(&Key::Member(self.of.source(), user))?;
        Ok(member.filter(|member| self.counts(member)))
    }

    /// Whether a membership has not ended.
    pub(super) fn counts(&self, member: &Member) -> bool {
        member.role(self.request.now.day()).is_some()
    }
}
