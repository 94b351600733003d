//! In which order projects are listed.

use std::cmp::Ordering;

use switchyard::http::Reader;
use switchyard::project::Project;
use switchyard::store::jobs::From;

use super::filter::Filter;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OrderBy {
    Id,
    CreatedAt,
    Name,
    Path,
    UpdatedAt,
    LastActivityAt,
    Similarity,
    StarCount,
    /// What administrators may sort by, and GitLab measures.
    Size,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Order {
    pub(super) by: OrderBy,
    ascending: bool,
}

impl Order {
    /// `order_by` and `sort`.
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let by = reader.one_of("order_by", |text| match text {
            "id" => Some(OrderBy::Id),
            "created_at" => Some(OrderBy::CreatedAt),
            "name" => Some(OrderBy::Name),
            "path" => Some(OrderBy::Path),
            "updated_at" => Some(OrderBy::UpdatedAt),
            "last_activity_at" => Some(OrderBy::LastActivityAt),
            "similarity" => Some(OrderBy::Similarity),
            "star_count" => Some(OrderBy::StarCount),
            "storage_size" | "repository_size" | "wiki_size" | "packages_size" => {
                Some(OrderBy::Size)
            }
            _ => None,
        });
        let ascending = reader.one_of("sort", |text| match text {
            "asc" => Some(true),
            "desc" => Some(false),
            _ => None,
        });
        Self {
            by: by.unwrap_or(OrderBy::CreatedAt),
            ascending: ascending.unwrap_or(false),
        }
    }

    /// Whether it is the order of the ids. These are given out when a project is created;
    /// and of stars and sizes all projects have equally many.
    pub(super) fn is_of_ids(self, filter: &Filter) -> bool {
        match self.by {
            OrderBy::Id | OrderBy::CreatedAt | OrderBy::StarCount | OrderBy::Size => true,
            OrderBy::Similarity => filter.search.is_none(),
            OrderBy::Name | OrderBy::Path | OrderBy::UpdatedAt | OrderBy::LastActivityAt => false,
        }
    }

    /// Whether the ids of the list go up.
    fn goes_up(self, filter: &Filter) -> bool {
        self.ascending && self.is_of_ids(filter)
    }

    /// Where the list begins.
    pub(super) fn from(self, filter: &Filter) -> From<u64> {
        match (self.goes_up(filter), filter.id_before) {
            (true, _) => From::Above(filter.id_after.unwrap_or(0)),
            (false, Some(id)) => From::Below(id),
            (false, None) => From::Newest,
        }
    }

    /// The parameter by which a list goes on behind a project.
    pub(super) fn parameter(self) -> &'static str {
        if self.ascending {
            "id_after"
        } else {
            "id_before"
        }
    }

    pub(super) fn sort(self, projects: &mut [Project], filter: &Filter) {
        projects.sort_by(|a, b| self.compare(a, b, filter));
    }

    fn compare(self, a: &Project, b: &Project, filter: &Filter) -> Ordering {
        let by_name = || a.name.to_lowercase().cmp(&b.name.to_lowercase());
        let order = match self.by {
            OrderBy::Id | OrderBy::CreatedAt | OrderBy::StarCount | OrderBy::Size => {
                Ordering::Equal
            }
            OrderBy::Name => by_name(),
            OrderBy::Path => a.path.to_lowercase().cmp(&b.path.to_lowercase()),
            OrderBy::UpdatedAt => a.updated_at.cmp(&b.updated_at),
            OrderBy::LastActivityAt => a.last_activity_at.cmp(&b.last_activity_at),
            // The most alike come first, whatever `sort` says.
            OrderBy::Similarity if filter.search.is_some() => {
                let by_rank = filter.distance(a).cmp(&filter.distance(b));
                return by_rank.then_with(by_name).then(b.id.cmp(&a.id));
            }
            OrderBy::Similarity => Ordering::Equal,
        };
        let ascending = order.then(a.id.cmp(&b.id));
        if self.ascending {
            ascending
        } else {
            ascending.reverse()
        }
    }
}
