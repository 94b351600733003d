//! Offset and keyset paging: parameters in, headers out.

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use super::credentials::SECRET_PARAMETERS;
use super::params::Reader;
use super::reply::Json;
use super::request::RequestInfo;

mod keyset;
mod offset;

pub use keyset::{Cursor, KeyPage, Keyset};
pub use offset::Offset;

/// Rows of a page when nothing is asked for, and at most.
pub const DEFAULT_PER_PAGE: u64 = 20;
pub const MAX_PER_PAGE: u64 = 100;

/// Rows that an offset may skip, as in GitLab.
pub const MAX_OFFSET: u64 = 50_000;

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

impl<T> Page<T> {
    /// A page by key whose link says itself where the next one begins: with the parameter
    /// `id_after` or `id_before`, and no cursor.
    pub fn by_id(items: Vec<T>, next: Option<(&str, u64)>, request: &RequestInfo) -> Self {
        let mut headers = HeaderMap::new();
        if let Some((parameter, id)) = next {
            let id = id.to_string();
            let next = format!("<{}>; rel=\"next\"", link(request, &[(parameter, &id)]));
            if let Ok(next) = HeaderValue::from_str(&next) {
                headers.insert(header::LINK, next);
            }
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
