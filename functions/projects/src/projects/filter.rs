//! Which projects a list is about.

use switchyard::error::{Error, Result};
use switchyard::http::Reader;
use switchyard::member::Role;
use switchyard::project::{Project, Visibility};
use switchyard::time::Time;

use super::order::{Order, OrderBy};

/// All filters of the project lists.
#[derive(Debug, Default)]
pub(super) struct Filter {
    archived: Option<bool>,
    visibility: Option<Visibility>,
    /// In lower case.
    pub(super) search: Option<String>,
    search_namespaces: bool,
    owned: bool,
    membership: bool,
    min_access_level: Option<Role>,
    imported: bool,
    /// It asks for what no project has here.
    is_of_nothing: bool,
    pub(super) id_after: Option<u64>,
    pub(super) id_before: Option<u64>,
    last_activity_after: Option<Time>,
    last_activity_before: Option<Time>,
    updated_after: Option<Time>,
    updated_before: Option<Time>,
}

impl Filter {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        // Checked as GitLab does; there is nothing here that they would add.
        for name in [
            "statistics",
            "with_custom_attributes",
            "include_pending_delete",
        ] {
            reader.boolean(name);
        }
        let search = reader.text("search").map(|text| text.to_lowercase());
        Self {
            archived: reader.boolean("archived"),
            visibility: reader.one_of("visibility", |text| match text {
                "private" => Some(Visibility::Private),
                "internal" => Some(Visibility::Internal),
                "public" => Some(Visibility::Public),
                _ => None,
            }),
            search: search.filter(|text| !text.trim().is_empty()),
            search_namespaces: reader.boolean("search_namespaces").unwrap_or(false),
            owned: reader.boolean("owned").unwrap_or(false),
            membership: reader.boolean("membership").unwrap_or(false),
            min_access_level: level(reader),
            imported: reader.boolean("imported").unwrap_or(false),
            is_of_nothing: is_of_nothing(reader),
            id_after: id(reader, "id_after"),
            id_before: id(reader, "id_before"),
            last_activity_after: reader.time("last_activity_after"),
            last_activity_before: reader.time("last_activity_before"),
            updated_after: reader.time("updated_after"),
            updated_before: reader.time("updated_before"),
        }
    }

    /// # Errors
    /// 400 if it asks for times of changes in another order than theirs.
    pub(super) fn check(&self, order: Order) -> Result<()> {
        let is_of_changes = self.updated_after.is_some() || self.updated_before.is_some();
        if is_of_changes && order.by != OrderBy::UpdatedAt {
            return Err(Error::bad_request(
                "`updated_at` filter and `updated_at` sorting must be paired",
            ));
        }
        Ok(())
    }

    /// Whether only projects count where the caller is a member, there or above.
    pub(super) fn is_about_memberships(&self) -> bool {
        self.owned || self.membership || self.min_access_level.is_some()
    }

    /// Whether a role in a project is high enough for the list.
    pub(super) fn admits(&self, role: Option<Role>) -> bool {
        let least = if self.owned {
            Some(Role::Owner)
        } else {
            self.min_access_level
        };
        !self.is_about_memberships() || (role.is_some() && role >= least)
    }

    /// Whether no project at all can be in the list.
    pub(super) fn is_empty(&self) -> bool {
        self.is_of_nothing || self.id_before.is_some_and(|before| before <= 1)
    }

    /// Whether a list in the order of ids has come to its end with this project.
    pub(super) fn is_past(&self, project: &Project, ascending: bool) -> bool {
        if ascending {
            self.id_before.is_some_and(|before| project.id.0 >= before)
        } else {
            self.id_after.is_some_and(|after| project.id.0 <= after)
        }
    }

    /// Whether a project is in the list, as far as its row tells.
    pub(super) fn fits(&self, project: &Project) -> bool {
        project.deleted_at.is_none()
            && !self.is_of_nothing
            && self.archived.is_none_or(|it| it == project.archived)
            && self.visibility.is_none_or(|it| it == project.visibility)
            && (!self.imported || project.import_url.is_some())
            && self.is_found(project)
            && self.id_after.is_none_or(|id| project.id.0 > id)
            && self.id_before.is_none_or(|id| project.id.0 < id)
            && is_after(project.last_activity_at, self.last_activity_after)
            && is_before(project.last_activity_at, self.last_activity_before)
            && is_after(project.updated_at, self.updated_after)
            && is_before(project.updated_at, self.updated_before)
    }

    /// Whether one of its texts has all words that are searched.
    fn is_found(&self, project: &Project) -> bool {
        let Some(search) = &self.search else {
            return true;
        };
        let has_all = |text: &str| {
            let text = text.to_lowercase();
            search.split_whitespace().all(|word| text.contains(word))
        };
        has_all(&project.name)
            || has_all(&project.path)
            || project.description.as_deref().is_some_and(has_all)
            || (self.search_namespaces && has_all(&project.full_path))
    }

    /// How far a project is from what is searched: the same, a beginning, a part.
    pub(super) fn distance(&self, project: &Project) -> u8 {
        let Some(search) = &self.search else {
            return 0;
        };
        let names = [project.name.to_lowercase(), project.path.to_lowercase()];
        if names.contains(search) {
            0
        } else if names.iter().any(|name| name.starts_with(search)) {
            1
        } else {
            2
        }
    }
}

fn is_after(time: Time, bound: Option<Time>) -> bool {
    bound.is_none_or(|bound| time > bound)
}

fn is_before(time: Time, bound: Option<Time>) -> bool {
    bound.is_none_or(|bound| time < bound)
}

/// Whether something is asked for that no project has here: stars, topics, languages,
/// issues, merge requests.
fn is_of_nothing(reader: &mut Reader<'_>) -> bool {
    let mut is_asked = false;
    for name in [
        "starred",
        "with_issues_enabled",
        "with_merge_requests_enabled",
    ] {
        is_asked |= reader.boolean(name).unwrap_or(false);
    }
    is_asked |= reader
        .list("topic")
        .is_some_and(|topics| !topics.is_empty());
    is_asked |= reader.integer("topic_id").is_some();
    is_asked |= reader.text("with_programming_language").is_some();
    is_asked
}

fn level(reader: &mut Reader<'_>) -> Option<Role> {
    let level = reader.integer("min_access_level")?;
    let role = Role::of_level(level);
    if role.is_none() {
        reader.fault("min_access_level does not have a valid value".to_owned());
    }
    role
}

/// A bound of ids; below the first one all are alike.
fn id(reader: &mut Reader<'_>, name: &str) -> Option<u64> {
    let id = reader.integer(name)?;
    Some(u64::try_from(id).unwrap_or(0))
}
