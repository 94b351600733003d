//! `release`.

use super::entry::Entry;
use super::value::{is_blank, strings_or_string_of};
use crate::node::Node;

const KEYS: [&str; 8] = [
    "tag_name",
    "tag_message",
    "name",
    "description",
    "ref",
    "released_at",
    "milestones",
    "assets",
];

/// The runner gets it as it is.
pub(super) fn read(entry: &Entry<'_>) -> Option<Node> {
    if entry.node.as_mapping().is_none() {
        entry.fail("config", "should be a hash");
        return None;
    }
    entry.allow_keys(&[&KEYS]);
    entry.required_string("tag_name");
    entry.string("tag_message");
    entry.required_string("description");
    let milestones = entry.attribute("milestones").filter(|node| !is_blank(node));
    if milestones.is_some_and(|node| strings_or_string_of(node).is_none()) {
        entry.fail("milestones", "should be an array of strings or a string");
    }
    if let Some(node) = entry.attribute("released_at")
        && !node.as_str().is_some_and(is_date)
    {
        entry.fail("released_at", "must be a valid datetime");
    }
    if let Some(node) = entry.attribute("ref")
        && !node.as_str().is_some_and(is_ref)
    {
        entry.fail("ref", "must be a valid ref");
    }
    if !entry.is_valid() {
        return None;
    }
    if let Some(node) = entry.attribute("assets") {
        check_assets(&entry.child("assets", node));
    }
    Some(entry.node.clone())
}

/// `2024-02-29`, and a time after it.
fn is_date(text: &str) -> bool {
    let (date, time) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    let parts: Vec<_> = date.split('-').collect();
    let digits = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let [year, month, day] = parts[..] else {
        return false;
    };
    if !digits(year, 4) || !digits(month, 2) || !digits(day, 2) {
        return false;
    }
    let number = |part: &str| part.parse::<u32>().unwrap_or_default();
    let year = number(year);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let longest = match number(month) {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    let time_is_plain = (time.chars()).all(|c| c.is_ascii_digit() || ":.,+-Zz".contains(c));
    (1..=longest).contains(&number(day)) && time_is_plain
}

/// As Git has them; variables are replaced later.
fn is_ref(text: &str) -> bool {
    let forbidden = |c: char| c.is_ascii_control() || " ~^:?*[\\".contains(c);
    !text.is_empty()
        && text != "@"
        && !text.contains(forbidden)
        && !text.contains("..")
        && !text.contains("@{")
        && !text.contains("//")
        && !text.starts_with(['-', '/', '.'])
        && !text.ends_with(['/', '.'])
        && text.split('/').all(|part| !part.ends_with(".lock"))
}

fn check_assets(entry: &Entry<'_>) {
    if entry.node.as_mapping().is_none() {
        entry.fail("config", "should be a hash");
        return;
    }
    entry.allow_keys(&[&["links"]]);
    let links = entry.attribute("links");
    let nodes = links.and_then(Node::as_sequence);
    if !nodes.is_some_and(|nodes| nodes.iter().all(|node| node.as_mapping().is_some())) {
        entry.fail("links", "should be an array of hashes");
    }
    if links.is_none_or(is_blank) {
        entry.fail("links", "can't be blank");
    }
    if !entry.is_valid() {
        return;
    }
    let Some(links) = links else { return };
    let links = entry.child("links", links);
    for node in nodes.unwrap_or_default() {
        let link = links.child("link", node);
        link.allow_keys(&[&["name", "url", "filepath", "link_type"]]);
        link.required_string("name");
        let url = link.attribute("url");
        if url.is_none_or(is_blank) {
            link.fail("url", "can't be blank");
        }
        let has_scheme = |url: &str| {
            ["http://", "https://", "ftp://", "$"]
                .iter()
                .any(|scheme| url.starts_with(scheme))
        };
        if !url.and_then(Node::as_str).is_some_and(has_scheme) {
            link.fail(
                "url",
                "is blocked: Only allowed schemes are http, https, ftp",
            );
        }
    }
}
