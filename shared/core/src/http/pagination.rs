//! Offset and keyset paging: parameters in, headers out.

use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::{Deserialize, Serialize};

use super::credentials::SECRET_PARAMETERS;
use super::params::Reader;
use super::reply::Json;
use super::request::RequestInfo;
use crate::error::{Error, Result};
use crate::store::jobs::From;

/// Rows of a page when nothing is asked for, and at most.
pub const DEFAULT_PER_PAGE: u64 = 20;
pub const MAX_PER_PAGE: u64 = 100;

/// Rows that an offset may skip, as in GitLab.
pub const MAX_OFFSET: u64 = 50_000;

/// A page by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset {
    pub page: u64,
    pub per_page: u64,
    /// As it was asked for, before it was clamped: links repeat it.
    asked_per_page: u64,
}

impl Default for Offset {
    fn default() -> Self {
        Self {
            page: 1,
            per_page: DEFAULT_PER_PAGE,
            asked_per_page: DEFAULT_PER_PAGE,
        }
    }
}

impl Offset {
    /// `page` and `per_page`.
    pub fn read(reader: &mut Reader<'_>) -> Self {
        let page = match reader.integer("page") {
            Some(page) if page < 1 => reader.not_allowed("page"),
            Some(page) => Some(page.unsigned_abs()),
            None => None,
        };
        let per_page = match reader.integer("per_page") {
            Some(0) => {
                reader.fault("per_page has a value not allowed".to_owned());
                None
            }
            Some(per_page) if per_page < 0 => reader.not_allowed("per_page"),
            Some(per_page) => Some(per_page.unsigned_abs()),
            None => None,
        };
        let asked_per_page = per_page.unwrap_or(DEFAULT_PER_PAGE);
        Self {
            page: page.unwrap_or(1),
            per_page: asked_per_page.min(MAX_PER_PAGE),
            asked_per_page,
        }
    }

    /// Rows before the page.
    pub fn skip(&self) -> u64 {
        (self.page - 1).saturating_mul(self.per_page)
    }

    pub fn skip_rows(&self) -> usize {
        usize::try_from(self.skip()).unwrap_or(usize::MAX)
    }

    pub fn rows(&self) -> usize {
        usize::try_from(self.per_page).unwrap_or(usize::MAX)
    }

    /// # Errors
    /// 405 that points to keyset paging, if it skips more than `limit` rows.
    pub fn bounded(self, rows_of: &'static str, limit: u64) -> Result<Self> {
        if self.skip() > limit {
            Err(Error::OffsetTooLarge { rows_of, limit })
        } else {
            Ok(self)
        }
    }

    /// A total that agrees with the rows of the page. What was counted a moment before, or
    /// on keys that lag behind, or with rows that are still being written, must not
    /// promise a page that is not there or hide one that is.
    pub fn agreed(&self, total: u64, rows: usize, has_more: bool) -> u64 {
        let seen = self.skip() + rows as u64;
        if has_more {
            total.max(seen + 1)
        } else if rows > 0 || self.page == 1 {
            seen
        } else {
            total.min(seen)
        }
    }

    /// The page of a list that is all there, and its total.
    pub fn slice<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        let start = self.skip_rows().min(all.len());
        let end = start.saturating_add(self.rows()).min(all.len());
        &all[start..end]
    }
}

/// A page that follows or precedes a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keyset {
    pub cursor: Option<Cursor>,
    pub per_page: u64,
    asked_per_page: u64,
}

impl Keyset {
    pub fn rows(&self) -> usize {
        usize::try_from(self.per_page).unwrap_or(usize::MAX)
    }
}

impl Keyset {
    /// Where the page's rows begin.
    pub fn from<Id: std::convert::From<u64>>(&self) -> From<Id> {
        match self.cursor {
            None => From::Newest,
            Some(Cursor::After(id)) => From::Below(id.into()),
            Some(Cursor::Before(id)) => From::Above(id.into()),
        }
    }

    /// Makes the page of rows that were read from its beginning on, one more than it has
    /// if there are as many; `rest` is where unread ones begin.
    pub fn cut<T, Id: Into<u64>>(
        &self,
        mut items: Vec<T>,
        rest: Option<From<Id>>,
        id: impl Fn(&T) -> u64,
    ) -> KeyPage<T> {
        let is_cut = items.len() > self.rows();
        items.truncate(self.rows());
        let onward = match rest {
            _ if is_cut => items.last().map(&id),
            Some(From::Below(last) | From::Above(last)) => Some(last.into()),
            Some(From::Newest) | None => None,
        };
        if let Some(Cursor::Before(cursor)) = self.cursor {
            items.reverse();
            // The row of the cursor itself is older, so there is a next page.
            let next = items.last().map_or(cursor + 1, id);
            return KeyPage {
                items,
                next: Some(next),
                previous: onward,
            };
        }
        let previous = self.cursor.and(items.first().map(id));
        KeyPage {
            items,
            next: onward,
            previous,
        }
    }
}

/// The rows of a page by key, newest first.
#[derive(Debug)]
pub struct KeyPage<T> {
    pub items: Vec<T>,
    /// The id after which the next page begins, if there is more.
    pub next: Option<u64>,
    /// The id before which the previous page ends, if there is one.
    pub previous: Option<u64>,
}

/// A row and a direction. Opaque to clients: base64 of JSON, as GitLab's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// Rows with smaller ids.
    After(u64),
    /// Rows with larger ids.
    Before(u64),
}

#[derive(Serialize, Deserialize)]
struct CursorText {
    id: String,
    #[serde(rename = "_kd")]
    direction: String,
}

impl Cursor {
    fn encode(self) -> String {
        let (id, direction) = match self {
            Self::After(id) => (id, "n"),
            Self::Before(id) => (id, "p"),
        };
        URL_SAFE.encode(format!(r#"{{"id":"{id}","_kd":"{direction}"}}"#))
    }

    fn decode(text: &str) -> Option<Self> {
        let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
        let json = engine.decode(text.trim_end_matches('=')).ok()?;
        let cursor: CursorText = serde_json::from_slice(&json).ok()?;
        let id = cursor
            .id
            .parse()
            .ok()
            .filter(|id| *id <= crate::ids::MAX_ID)?;
        match cursor.direction.as_str() {
            "n" => Some(Self::After(id)),
            "p" => Some(Self::Before(id)),
            _ => None,
        }
    }
}

/// How a list is paged that knows both ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paging {
    Offset(Offset),
    Keyset(Keyset),
    /// Keyset in an order that has no key: 405, once the caller may be told.
    Unavailable,
}

impl Paging {
    /// `pagination`, `cursor`, `order_by`, `sort` and those of [`Offset`].
    pub fn read(reader: &mut Reader<'_>) -> Self {
        let offset = Offset::read(reader);
        let keyset = reader.one_of("pagination", |text| match text {
            "keyset" => Some(true),
            "offset" | "legacy" => Some(false),
            _ => None,
        });
        let cursor = match reader.text("cursor") {
            Some(text) => Cursor::decode(&text).or_else(|| reader.invalid("cursor")),
            None => None,
        };
        let order_by = reader.text("order_by");
        let sort = reader.text("sort");
        if keyset != Some(true) {
            return Self::Offset(offset);
        }
        let available =
            order_by.is_none_or(|order| order == "id") && sort.is_none_or(|sort| sort == "desc");
        if available {
            let Offset {
                per_page,
                asked_per_page,
                ..
            } = offset;
            Self::Keyset(Keyset {
                cursor,
                per_page,
                asked_per_page,
            })
        } else {
            Self::Unavailable
        }
    }
}

/// One page of views, with the headers that belong to it.
#[derive(Debug)]
pub struct Page<T> {
    items: Vec<T>,
    headers: HeaderMap,
}

impl<T> Page<T> {
    /// A page by number. Without a total, `has_more` says whether another one follows.
    pub fn by_offset(
        items: Vec<T>,
        offset: &Offset,
        total: Option<u64>,
        has_more: bool,
        request: &RequestInfo,
    ) -> Self {
        let last = total.map(|total| total.div_ceil(offset.per_page).max(1));
        let has_more = last.map_or(has_more, |last| offset.page < last);
        let past_the_end = last.is_some_and(|last| offset.page > last);
        let next = has_more.then(|| offset.page + 1);
        let previous = (offset.page > 1 && !past_the_end).then(|| offset.page - 1);

        let number = |page: Option<u64>| page.map(|page| page.to_string()).unwrap_or_default();
        let mut headers = HeaderMap::new();
        let mut set = |name: &'static str, value: String| {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        set("x-per-page", offset.per_page.to_string());
        set("x-page", offset.page.to_string());
        set("x-next-page", number(next));
        set("x-prev-page", number(previous));
        if let (Some(total), Some(last)) = (total, last) {
            set("x-total", total.to_string());
            set("x-total-pages", last.to_string());
        }
        let links = [
            ("prev", previous),
            ("next", next),
            ("first", Some(1)),
            ("last", last),
        ];
        let links: Vec<String> = links
            .into_iter()
            .filter_map(|(relation, page)| {
                let page = page?.to_string();
                let per_page = offset.asked_per_page.to_string();
                let changes = [("page", page.as_str()), ("per_page", per_page.as_str())];
                Some(format!("<{}>; rel=\"{relation}\"", link(request, &changes)))
            })
            .collect();
        set(header::LINK.as_str(), links.join(", "));
        Self { items, headers }
    }

    /// A page by key: links and cursors only where there is more.
    pub fn by_key(
        items: Vec<T>,
        keyset: &Keyset,
        next: Option<u64>,
        previous: Option<u64>,
        request: &RequestInfo,
    ) -> Self {
        let mut headers = HeaderMap::new();
        let mut set = |name: &'static str, value: String| {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        let next = next.map(|id| Cursor::After(id).encode());
        let previous = previous.map(|id| Cursor::Before(id).encode());
        if let Some(cursor) = &next {
            let per_page = keyset.asked_per_page.to_string();
            let changes = [
                ("cursor", cursor.as_str()),
                ("page", "1"),
                ("per_page", per_page.as_str()),
            ];
            set(
                header::LINK.as_str(),
                format!("<{}>; rel=\"next\"", link(request, &changes)),
            );
        }
        if let Some(cursor) = next {
            set("x-next-cursor", cursor);
        }
        if let Some(cursor) = previous {
            set("x-prev-cursor", cursor);
        }
        Self { items, headers }
    }
}

impl<T: Serialize> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        (self.headers, Json(self.items)).into_response()
    }
}

/// What a query may hold as it is.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~');

/// The request's own address with all its parameters, some changed, none secret, sorted.
fn link(request: &RequestInfo, changes: &[(&str, &str)]) -> String {
    let changed = |name: &str| changes.iter().any(|(change, _)| *change == name);
    let secret = |name: &str| SECRET_PARAMETERS.contains(&name);
    let mut pairs: Vec<(String, String)> = request.route_params.clone();
    pairs.extend(request.params.pairs());
    pairs.retain(|(name, _)| !changed(name) && !secret(name));
    pairs.extend(
        changes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
    );
    // The sort keeps the order of equal names: `scope[]` twice stays as it was.
    pairs.sort_by(|(a, _), (b, _)| a.cmp(b));
    let query: Vec<String> = pairs
        .iter()
        .map(|(name, value)| {
            format!(
                "{}={}",
                utf8_percent_encode(name, QUERY),
                utf8_percent_encode(value, QUERY)
            )
        })
        .collect();
    format!("{}{}?{}", request.base_url, request.path, query.join("&"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cursors_are_gitlabs() {
        assert_eq!(
            Cursor::After(7).encode(),
            URL_SAFE.encode(r#"{"id":"7","_kd":"n"}"#)
        );
        for garbage in ["x", "e30=", "eyJpZCI6NywiX2tkIjoibiJ9", "\u{0}"] {
            assert_eq!(Cursor::decode(garbage), None, "{garbage}");
        }
    }

    proptest! {
        #[test]
        fn cursors_read_as_they_are_written(id in 0..crate::ids::MAX_ID, before: bool) {
            let cursor = if before { Cursor::Before(id) } else { Cursor::After(id) };
            prop_assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        }

        #[test]
        fn slices_are_a_partition(length in 0_usize..300, per_page in 1_u64..=100) {
            let all: Vec<usize> = (0..length).collect();
            let mut seen = Vec::new();
            for page in 1..=(length as u64).div_ceil(per_page).max(1) + 1 {
                seen.extend_from_slice(Offset { page, per_page, asked_per_page: per_page }.slice(&all));
            }
            prop_assert_eq!(seen, all);
        }
    }
}
