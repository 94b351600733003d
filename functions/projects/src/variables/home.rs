//! The project or the group whose variables a request is about, or the instance.

use switchyard::error::{Error, Result};
use switchyard::http::request::RequestInfo;
use switchyard::http::{App, CallerAccess, GroupAccess, ProjectAccess};
use switchyard::project::{Group, Project};
use switchyard::store::belongings::Partition;
use switchyard::store::{Key, Rows, Write};
use switchyard::variable::{CiVariable, Owner};

use super::settings::Filter;

/// Variables that each may have, as in GitLab.
const MAX_OF_PROJECT: u64 = 8_000;
const MAX_OF_GROUP: u64 = 30_000;
const MAX_OF_INSTANCE: u64 = 25;

/// The attribute of a project's and a group's row that counts its variables.
const COUNT: &str = "variable_count";

/// Whose variables they are; the caller may administer them.
pub(super) struct Home<E> {
    pub(super) params: E,
    pub(super) request: RequestInfo,
    kind: Kind,
}

#[expect(clippy::large_enum_variant, reason = "there is one of it in a request")]
enum Kind {
    Project(Project),
    Group(Group),
    Instance,
}

impl<E> From<ProjectAccess<E>> for Home<E> {
    fn from(access: ProjectAccess<E>) -> Self {
        Self {
            params: access.params,
            request: access.request,
            kind: Kind::Project(access.project),
        }
    }
}

impl<E> From<GroupAccess<E>> for Home<E> {
    fn from(access: GroupAccess<E>) -> Self {
        Self {
            params: access.params,
            request: access.request,
            kind: Kind::Group(access.group),
        }
    }
}

impl<E> Home<E> {
    /// # Errors
    /// 403 for those who are no administrators.
    pub(super) fn of_instance(access: CallerAccess<E>) -> Result<Self> {
        access.caller.administrator()?;
        Ok(Self {
            params: access.params,
            request: access.request,
            kind: Kind::Instance,
        })
    }

    pub(super) fn owner(&self) -> Owner {
        match &self.kind {
            Kind::Project(project) => Owner::Project(project.id),
            Kind::Group(group) => Owner::Group(group.id),
            Kind::Instance => Owner::Instance,
        }
    }

    /// Whether its variables may be for some environments only, and hidden.
    pub(super) fn has_scopes(&self) -> bool {
        match &self.kind {
            Kind::Project(_) | Kind::Group(_) => true,
            Kind::Instance => false,
        }
    }

    /// How many there are.
    pub(super) async fn count(&self, app: &App) -> Result<u64> {
        match &self.kind {
            Kind::Project(project) => Ok(project.variable_count),
            Kind::Group(group) => Ok(group.variable_count),
            // They are so few that they can be counted, and have no row to count them in.
            Kind::Instance => {
                let all = Partition::Variables(Owner::Instance);
                let keys = app.store.keys_in(all, 2 * MAX_OF_INSTANCE as usize).await?;
                Ok(keys.len() as u64)
            }
        }
    }

    /// # Errors
    /// 400 if there is no room for one more.
    pub(super) async fn demand_room(&self, app: &App) -> Result<()> {
        let (what, limit) = match &self.kind {
            Kind::Project(_) => ("project", MAX_OF_PROJECT),
            Kind::Group(_) => ("group", MAX_OF_GROUP),
            Kind::Instance => ("instance", MAX_OF_INSTANCE),
        };
        if self.count(app).await? < limit {
            return Ok(());
        }
        let text = format!("Maximum number of {what} ci variables ({limit}) exceeded");
        Err(Error::invalid("base", text))
    }

    /// Counts one more, and assumes that the owner is still there and that there is room.
    /// The instance has no row to count in: those who come at the same time are all let in.
    pub(super) fn one_more(&self) -> Result<Option<Write>> {
        let (count, limit) = match &self.kind {
            Kind::Project(project) => (Write::count_up(project, COUNT)?, MAX_OF_PROJECT),
            Kind::Group(group) => (Write::count_up(group, COUNT)?, MAX_OF_GROUP),
            Kind::Instance => return Ok(None),
        };
        count.below(COUNT, limit).map(Some)
    }

    /// Counts one less.
    pub(super) fn one_less(&self) -> Option<Write> {
        let key = match &self.kind {
            Kind::Project(project) => Key::Project(project.id),
            Kind::Group(group) => Key::Group(group.id),
            Kind::Instance => return None,
        };
        Some(Write::add(key, COUNT, -1))
    }

    /// The same as it is now.
    ///
    /// # Errors
    /// 404 if it was deleted.
    pub(super) async fn read_again(mut self, app: &App) -> Result<Self> {
        let mut rows = Rows::default();
        self.kind = match self.kind {
            Kind::Project(project) => {
                let key = Key::Project(project.id);
                rows.load(&app.store, [key.clone()]).await?;
                let found: Option<Project> = rows.get(&key)?;
                let found = found.filter(|project| project.deleted_at.is_none());
                Kind::Project(found.ok_or_else(|| Error::not_found("Project"))?)
            }
            Kind::Group(group) => {
                let key = Key::Group(group.id);
                rows.load(&app.store, [key.clone()]).await?;
                let found: Option<Group> = rows.get(&key)?;
                let found = found.filter(Group::exists);
                Kind::Group(found.ok_or_else(|| Error::not_found("Group"))?)
            }
            Kind::Instance => Kind::Instance,
        };
        Ok(self)
    }

    /// The variable that the path names, and the parameter `filter` where its key stands
    /// there for several scopes.
    ///
    /// # Errors
    /// 404 if there is none, 409 if there are several.
    pub(super) async fn variable(&self, filter: &Filter, app: &App) -> Result<CiVariable> {
        let key = self.request.route_params.iter();
        let mut key = key.filter(|(name, _)| name == "key").map(|(_, key)| key);
        let key = key.next_back().map_or("", String::as_str);
        let scope = filter.0.as_deref();
        let mut found = app
            .store
            .ci_variables_called(self.owner(), key, scope, 2)
            .await?;
        if found.len() > 1 {
            let text = "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'";
            return Err(Error::Conflict(text.to_owned()));
        }
        found.pop().ok_or_else(|| {
            Error::not_found(match self.kind {
                Kind::Project(_) => "Variable",
                Kind::Group(_) => "GroupVariable",
                Kind::Instance => "InstanceVariable",
            })
        })
    }
}
