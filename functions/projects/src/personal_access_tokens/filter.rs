//! Which tokens a list shows, and in which order.

use std::cmp::Ordering;

use switchyard::error::Result;
use switchyard::http::pagination::Offset;
use switchyard::http::{App, Reader};
use switchyard::store::jobs::From;
use switchyard::store::{Key, Rows};
use switchyard::time::{Day, Time};
use switchyard::token::{AccessToken, Digest};

/// Tokens that a request looks at, at most.
pub(crate) const MAX_ROWS: usize = 2_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Active,
    Inactive,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    /// The number, and with it the time of creation.
    Id,
    ExpiresAt,
    LastUsedAt,
    Name,
}

#[derive(Clone, Copy, PartialEq, Eq)]
struct Sort {
    by: By,
    ascending: bool,
}

pub(crate) struct Filter {
    revoked: Option<bool>,
    state: Option<State>,
    created_before: Option<Time>,
    created_after: Option<Time>,
    last_used_before: Option<Time>,
    last_used_after: Option<Time>,
    expires_before: Option<Day>,
    expires_after: Option<Day>,
    /// Words that the name has to hold, in lower case.
    search: Vec<String>,
    sort: Sort,
    pub(crate) offset: Offset,
}

impl Filter {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Self {
        let state = |text: &str| match text {
            "active" => Some(State::Active),
            "inactive" => Some(State::Inactive),
            _ => None,
        };
        let search = reader.text("search").unwrap_or_default().to_lowercase();
        Self {
            revoked: reader.boolean("revoked"),
            state: reader.one_of("state", state),
            created_before: reader.time("created_before"),
            created_after: reader.time("created_after"),
            last_used_before: reader.time("last_used_before"),
            last_used_after: reader.time("last_used_after"),
            expires_before: reader.day("expires_before"),
            expires_after: reader.day("expires_after"),
            search: search.split_whitespace().map(str::to_owned).collect(),
            sort: Sort::parse(&reader.text("sort").unwrap_or_default()),
            offset: Offset::read(reader),
        }
    }

    /// Where the list begins in the order of numbers.
    pub(crate) fn from(&self) -> From<u64> {
        match self.sort {
            Sort {
                by: By::Id,
                ascending: false,
            } => From::Newest,
            Sort { .. } => From::Above(0),
        }
    }

    /// How many tokens have to be looked at.
    pub(crate) fn limit(&self) -> usize {
        if self.narrows() || self.sort.by != By::Id {
            return MAX_ROWS;
        }
        let needed = self.offset.skip_rows() + self.offset.rows() + 1;
        needed.min(MAX_ROWS)
    }

    fn narrows(&self) -> bool {
        self.revoked.is_some()
            || self.state.is_some()
            || self.created_before.is_some()
            || self.created_after.is_some()
            || self.last_used_before.is_some()
            || self.last_used_after.is_some()
            || self.expires_before.is_some()
            || self.expires_after.is_some()
            || !self.search.is_empty()
    }

    /// Takes away those that are not meant, and sorts the others.
    pub(crate) fn apply(&self, tokens: &mut Vec<AccessToken>, now: Time) {
        tokens.retain(|token| self.fits(token, now.day()));
        let order = |a: &AccessToken, b: &AccessToken| self.sort.compare(a, b);
        tokens.sort_by(order);
    }

    fn fits(&self, token: &AccessToken, today: Day) -> bool {
        let active = !token.revoked && !token.is_expired(today);
        let used = |holds: &dyn Fn(Time) -> bool| token.last_used_at.is_some_and(holds);
        let expires = |holds: &dyn Fn(Day) -> bool| token.expires_at.is_some_and(holds);
        let name = token.name.to_lowercase();
        self.revoked.is_none_or(|revoked| token.revoked == revoked)
            && self
                .state
                .is_none_or(|state| active == (state == State::Active))
            && self
                .created_before
                .is_none_or(|time| token.created_at <= time)
            && self
                .created_after
                .is_none_or(|time| token.created_at >= time)
            && self
                .last_used_before
                .is_none_or(|time| used(&|used| used <= time))
            && self
                .last_used_after
                .is_none_or(|time| used(&|used| used >= time))
            && self
                .expires_before
                .is_none_or(|day| expires(&|last| last < day))
            && self
                .expires_after
                .is_none_or(|day| expires(&|last| last >= day))
            && self.search.iter().all(|word| name.contains(word))
    }
}

impl Sort {
    /// What is not known is passed over, as in GitLab.
    fn parse(text: &str) -> Self {
        let (by, ascending) = match text {
            "created_desc" | "created_at_desc" | "id_desc" => (By::Id, false),
            "expires_asc" | "expires_at_asc_id_desc" => (By::ExpiresAt, true),
            "expires_desc" => (By::ExpiresAt, false),
            "last_used_asc" => (By::LastUsedAt, true),
            "last_used_desc" => (By::LastUsedAt, false),
            "name_asc" => (By::Name, true),
            "name_desc" => (By::Name, false),
            _ => (By::Id, true),
        };
        Self { by, ascending }
    }

    /// A token without a day or a time counts as the latest; of equals the newest is first.
    fn compare(self, a: &AccessToken, b: &AccessToken) -> Ordering {
        let last = |day: Option<Day>| (day.is_none(), day);
        let used = |time: Option<Time>| (time.is_none(), time);
        let order = match self.by {
            By::Id => a.id.cmp(&b.id),
            By::ExpiresAt => last(a.expires_at).cmp(&last(b.expires_at)),
            By::LastUsedAt => used(a.last_used_at).cmp(&used(b.last_used_at)),
            By::Name => a.name.to_lowercase().cmp(&b.name.to_lowercase()),
        };
        let order = if self.ascending {
            order
        } else {
            order.reverse()
        };
        order.then(b.id.cmp(&a.id))
    }
}

/// The rows of these tokens.
pub(crate) async fn load(
    app: &App,
    digests: &[Digest],
    rows: &mut Rows,
) -> Result<Vec<AccessToken>> {
    let keys = || digests.iter().cloned().map(Key::Token);
    rows.load(&app.store, keys()).await?;
    let mut tokens = Vec::new();
    for key in keys() {
        tokens.extend(rows.get::<AccessToken>(&key)?);
    }
    Ok(tokens)
}
