//! Looking at projects until a page is full, over a bounded number of rows, and showing it.

use std::collections::{BTreeSet, HashSet};

use switchyard::error::{Error, Result};
use switchyard::http::access::{Caller, role, sources_of_project};
use switchyard::http::pagination::{MAX_OFFSET, Offset, Page};
use switchyard::http::request::RequestInfo;
use switchyard::http::views::{Above, ProjectView};
use switchyard::http::{App, Reader};
use switchyard::ids::{GroupId, ProjectId, UserId};
use switchyard::member::Source;
use switchyard::policy::{Action, Standing, Verdict, may};
use switchyard::project::{Group, Namespace, Project};
use switchyard::store::jobs::From;
use switchyard::store::walk::{Sequence, Walk};
use switchyard::store::{Key, Rows};

use super::filter::Filter;
use super::order::{Order, OrderBy};
use super::show;

/// Rows that one request looks at.
pub(super) const MAX_ROWS: usize = 2_000;

/// Where no more rows are than these, all are looked at: short lists tell their total.
const COUNTED: usize = 500;

/// The parameters that all lists of projects have.
pub(super) struct Params {
    pub(super) filter: Filter,
    order: Order,
    simple: bool,
    offset: Offset,
    by_key: bool,
}

impl Params {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let by_key = reader.one_of("pagination", |text| match text {
            "keyset" => Some(true),
            "offset" | "legacy" => Some(false),
            _ => None,
        });
        Self {
            filter: Filter::read(reader),
            order: Order::read(reader),
            simple: reader.boolean("simple").unwrap_or(false),
            offset: Offset::read(reader),
            by_key: by_key.unwrap_or(false),
        }
    }

    /// # Errors
    /// What is no fault of a single parameter.
    pub(super) fn check(&self) -> Result<()> {
        self.filter.check(self.order)?;
        if self.by_key {
            return match self.order.by {
                OrderBy::Id => Ok(()),
                OrderBy::CreatedAt
                | OrderBy::Name
                | OrderBy::Path
                | OrderBy::UpdatedAt
                | OrderBy::LastActivityAt
                | OrderBy::Similarity
                | OrderBy::StarCount
                | OrderBy::Size => Err(Error::KeysetUnavailable),
            };
        }
        let offset = self.offset.bounded("Project", MAX_OFFSET)?;
        offset.bounded("Project", MAX_ROWS as u64)?;
        Ok(())
    }

    /// Where the list begins.
    pub(super) fn from(&self) -> From<u64> {
        self.order.from(&self.filter)
    }

    fn is_of_ids(&self) -> bool {
        self.order.is_of_ids(&self.filter)
    }

    /// Rows before the page.
    fn skip(&self) -> usize {
        if self.by_key {
            0
        } else {
            self.offset.skip_rows()
        }
    }

    /// Rows up to the end of the page, and one that tells whether there are more.
    fn needed(&self) -> usize {
        self.skip() + self.offset.rows() + 1
    }
}

/// Where to look for projects.
pub(super) enum Among {
    /// All there are, up to this number.
    All { last: u64 },
    /// Those with these ids, in the order of the list.
    These(These),
}

impl Among {
    pub(super) fn nothing() -> Self {
        Self::These(These::new(Vec::new(), true, Place::Anywhere, From::Newest))
    }
}

/// Projects that an index knows.
pub(super) struct These {
    pub(super) ids: Vec<ProjectId>,
    /// Whether there are no others.
    pub(super) is_all: bool,
    /// Where they have to be, since the index may be old.
    pub(super) place: Place,
    /// What else is read together with the first of them.
    pub(super) along: Vec<Key>,
}

/// Where projects are.
pub(super) enum Place {
    Anywhere,
    OfUser(UserId),
    /// Right in one of these groups, and above, in or below this one.
    InGroups(BTreeSet<GroupId>, Box<Group>),
}

impl Place {
    fn holds(&self, project: &Project) -> bool {
        match self {
            Self::Anywhere => true,
            Self::OfUser(id) => project.namespace == Namespace::User { user_id: *id },
            Self::InGroups(ids, group) => {
                let above = project.ancestors();
                above.last().is_some_and(|id| {
                    ids.contains(id) && (above.contains(&group.id) || group.ancestors.contains(id))
                })
            }
        }
    }
}

impl These {
    /// The first [`MAX_ROWS`] of these ids in the order of the list.
    pub(super) fn new(
        mut ids: Vec<ProjectId>,
        is_all: bool,
        place: Place,
        from: From<u64>,
    ) -> Self {
        ids.sort_unstable();
        ids.dedup();
        match from {
            From::Newest => ids.reverse(),
            From::Below(bound) => {
                ids.retain(|id| id.0 < bound);
                ids.reverse();
            }
            From::Above(bound) => ids.retain(|id| id.0 > bound),
        }
        let is_all = is_all && ids.len() <= MAX_ROWS;
        ids.truncate(MAX_ROWS);
        Self {
            ids,
            is_all,
            place,
            along: Vec::new(),
        }
    }
}

/// Projects that are in the list, and where those begin that were not looked at.
struct Found {
    projects: Vec<Project>,
    rest: Option<From<u64>>,
}

/// A list of projects for somebody.
pub(super) struct Collection<'a> {
    pub(super) app: &'a App,
    pub(super) caller: &'a Caller,
    pub(super) params: &'a Params,
    pub(super) request: &'a RequestInfo,
    pub(super) rows: Rows,
    /// Where the caller may be a member, if that is known; their rows decide.
    pub(super) memberships: Option<HashSet<Source>>,
}

impl Collection<'_> {
    pub(super) async fn page(mut self, among: Among) -> Result<Page<ProjectView>> {
        let Found { mut projects, rest } = if self.params.filter.is_empty() {
            let projects = Vec::new();
            Found {
                projects,
                rest: None,
            }
        } else {
            self.find(among).await?
        };
        let params = self.params;
        params.order.sort(&mut projects, &params.filter);
        if params.by_key {
            return self.page_by_key(projects, rest).await;
        }
        let offset = &params.offset;
        let page = offset.slice(&projects);
        if page.is_empty() && rest.is_some() && offset.page > 1 {
            return Err(Error::OffsetTooLarge {
                rows_of: "Project",
                limit: MAX_ROWS as u64,
            });
        }
        let views = self.views(page).await?;
        let has_more = rest.is_some() || projects.len() > offset.skip_rows() + page.len();
        let total = rest.is_none().then_some(projects.len() as u64);
        Ok(Page::by_offset(
            views,
            offset,
            total,
            has_more,
            self.request,
        ))
    }

    async fn page_by_key(
        mut self,
        mut projects: Vec<Project>,
        rest: Option<From<u64>>,
    ) -> Result<Page<ProjectView>> {
        let rows = self.params.offset.rows();
        let next = if projects.len() > rows {
            projects.truncate(rows);
            projects.last().map(|last| last.id.0)
        } else {
            match rest {
                Some(From::Below(id) | From::Above(id)) => Some(id),
                Some(From::Newest) | None => None,
            }
        };
        let views = self.views(&projects).await?;
        let next = next.map(|id| (self.params.order.parameter(), id));
        Ok(Page::by_id(views, next, self.request))
    }

    /// Looks at rows until the page is full, or [`MAX_ROWS`] were looked at. In another
    /// order than that of the ids any row may belong on the page.
    async fn find(&mut self, among: Among) -> Result<Found> {
        let (in_order, needed) = (self.params.is_of_ids(), self.params.needed());
        let mut step = match &among {
            _ if !in_order => MAX_ROWS,
            _ if self.params.by_key => needed,
            // Where few are, all are looked at.
            Among::These(These { ids, .. }) if ids.len() <= COUNTED => COUNTED,
            Among::All { last } if *last <= COUNTED as u64 => COUNTED,
            Among::These(_) | Among::All { .. } => needed,
        };
        let mut left = MAX_ROWS;
        let mut source = Rest {
            from: Some(self.params.from()),
            among,
        };
        let mut projects = Vec::new();
        loop {
            let limit = step.min(left);
            let looked_at = source.next(self, limit).await?;
            self.keep(looked_at, &mut projects, &mut source).await?;
            left -= limit;
            let is_full = in_order && projects.len() >= needed;
            if source.from.is_none() || left == 0 || is_full {
                return Ok(Found {
                    projects,
                    rest: source.from,
                });
            }
            // Where few fit, fewer and larger reads find them.
            step *= 8;
        }
    }

    /// Adds those that are in the list, and reads for them what it takes to know.
    async fn keep(
        &mut self,
        mut looked_at: Vec<Project>,
        projects: &mut Vec<Project>,
        source: &mut Rest,
    ) -> Result<()> {
        let filter = &self.params.filter;
        if let Some(from) = source.from
            && self.params.is_of_ids()
            && let Some(last) = looked_at.last()
            && filter.is_past(last, matches!(from, From::Above(_)))
        {
            source.from = None;
        }
        looked_at.retain(|project| filter.fits(project));
        let skip = self.params.skip().saturating_sub(projects.len());
        let shown = looked_at.iter().skip(skip).take(self.params.offset.rows());
        let mut keys: Vec<Key> = looked_at
            .iter()
            .flat_map(|it| self.member_keys(it))
            .collect();
        if self.params.is_of_ids() {
            // Most of them will be on the page, and are shown with these.
            keys.extend(shown.flat_map(Above::keys));
        }
        self.rows.load(&self.app.store, keys).await?;
        for project in looked_at {
            if self.is_shown(&project)? {
                projects.push(project);
            }
        }
        Ok(())
    }

    /// The memberships that may count in a project.
    fn member_keys(&self, project: &Project) -> Vec<Key> {
        let Some(user) = self.caller.user() else {
            return Vec::new();
        };
        let sources = sources_of_project(project.id, project.ancestors());
        let sources = sources.filter(|source| self.may_be_member(source));
        sources.map(|source| Key::Member(source, user.id)).collect()
    }

    fn may_be_member(&self, source: &Source) -> bool {
        let memberships = self.memberships.as_ref();
        memberships.is_none_or(|memberships| memberships.contains(source))
    }

    fn is_shown(&self, project: &Project) -> Result<bool> {
        let standing = self.standing(project)?;
        if may(Action::ReadProject, project, standing) != Verdict::Allowed {
            return Ok(false);
        }
        let role = match self.caller.user() {
            Some(user) => role(user.id, project, &self.rows, self.request)?,
            None => None,
        };
        Ok(self.params.filter.admits(role))
    }

    fn standing(&self, project: &Project) -> Result<Standing> {
        match self.caller.user() {
            None => Ok(Standing::Anonymous),
            Some(user) if user.admin => Ok(Standing::Administrator),
            Some(user) => {
                let role = role(user.id, project, &self.rows, self.request)?;
                Ok(Standing::User(role))
            }
        }
    }

    async fn views(&mut self, page: &[Project]) -> Result<Vec<ProjectView>> {
        let keys: Vec<Key> = page.iter().flat_map(Above::keys).collect();
        self.rows.load(&self.app.store, keys).await?;
        page.iter().map(|project| self.view(project)).collect()
    }

    fn view(&self, project: &Project) -> Result<ProjectView> {
        let viewer = match self.caller.user() {
            Some(user) if !self.params.simple => {
                let (standing, today) = (self.standing(project)?, self.request.now.day());
                Some(show::viewer(user.id, standing, project, &self.rows, today)?)
            }
            Some(_) | None => None,
        };
        let above = Above::of(project, &self.rows)?;
        let base_url = &self.request.base_url;
        Ok(ProjectView::new(project, &above, viewer, base_url))
    }
}

/// What is left to be looked at.
struct Rest {
    among: Among,
    /// Where it begins; none when there is nothing left.
    from: Option<From<u64>>,
}

impl Rest {
    /// The next projects, from at most `limit` rows.
    async fn next(&mut self, list: &mut Collection<'_>, limit: usize) -> Result<Vec<Project>> {
        let Some(from) = self.from else {
            return Ok(Vec::new());
        };
        let store = &list.app.store;
        match &mut self.among {
            Among::All { last } => {
                let walked: Walk<Project> = store
                    .walk_up_to(*last, Sequence::Projects, from, limit)
                    .await?;
                self.from = walked.rest;
                Ok(walked.rows)
            }
            Among::These(these) => {
                let later = these.ids.split_off(limit.min(these.ids.len()));
                let ids = std::mem::replace(&mut these.ids, later);
                let user = list.caller.user().map(|user| user.id);
                let members = ids.iter().map(|id| Source::Project(*id));
                let members = members.filter(|source| list.may_be_member(source));
                let members = members.filter_map(|source| Some(Key::Member(source, user?)));
                let keys = ids.iter().map(|id| Key::Project(*id)).chain(members);
                let keys: Vec<Key> = keys.chain(these.along.drain(..)).collect();
                list.rows.load(store, keys).await?;
                let is_end = these.ids.is_empty() && these.is_all;
                self.from = ids.last().filter(|_| !is_end).map(|last| match from {
                    From::Newest | From::Below(_) => From::Below(last.0),
                    From::Above(_) => From::Above(last.0),
                });
                let mut projects = Vec::new();
                for id in ids {
                    let project: Option<Project> = list.rows.get(&Key::Project(id))?;
                    projects.extend(project.filter(|project| these.place.holds(project)));
                }
                Ok(projects)
            }
        }
    }
}
