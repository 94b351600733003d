//! `pages` and `publish`.

use std::sync::Arc;

use super::entry::Entry;
use super::value::is_blank;
use crate::config::{Artifacts, Pages};
use crate::node::Value;

/// What is published when nothing else is said.
const PUBLIC: &str = "public";

/// Whether a job makes a site. One named `pages` does unless it says otherwise.
pub(super) fn is_pages(job: &Entry<'_>, name: &str) -> bool {
    match job.node.get("pages") {
        Some(node) if !is_blank(node) => true,
        Some(node) => name == "pages" && node.value != Value::Bool(false),
        None => name == "pages",
    }
}

pub(super) fn read(job: &Entry<'_>, name: &str) -> Option<Pages> {
    let options = job.attribute("pages").map(|node| job.child("pages", node));
    let (path_prefix, expire_in, publish) = match &options {
        Some(options) => read_options(options)?,
        None => (None, None, None),
    };
    let of_job = job.attribute("publish").and_then(|node| {
        let text = node.as_str().map(Arc::from);
        if text.is_none() {
            job.child("publish", node)
                .fail("config", "should be a string");
        }
        text
    });
    if publish.is_some() && of_job.is_some() {
        let text = format!("{name} job: use either {name}:publish or {name}:pages:publish");
        job.fail_verbatim(job.node.span, text);
    }
    is_pages(job, name).then(|| Pages {
        publish: publish.or(of_job).unwrap_or_else(|| PUBLIC.into()),
        path_prefix,
        expire_in,
    })
}

type Options = (Option<Arc<str>>, Option<Arc<str>>, Option<Arc<str>>);

fn read_options(entry: &Entry<'_>) -> Option<Options> {
    match &entry.node.value {
        Value::Bool(_) => return Some((None, None, None)),
        Value::Mapping(_) => {}
        Value::Null
        | Value::Integer(_)
        | Value::Float(_)
        | Value::String(_)
        | Value::Sequence(_)
        | Value::Reference(_) => {
            entry.fail("config", "should be a hash or a boolean value");
            return None;
        }
    }
    entry.allow_keys(&[&["path_prefix", "expire_in", "publish"]]);
    let path_prefix = entry.string("path_prefix");
    let expire_in = entry.attribute("expire_in").and_then(|node| {
        let known = |text: &str| {
            text.contains('$')
                || text.eq_ignore_ascii_case("never")
                || entry.context.duration(text).is_some()
        };
        let text = node.as_str().filter(|text| known(text));
        if text.is_none() {
            entry.fail("expire_in", "should be a duration");
        }
        text.map(Arc::from)
    });
    let publish = entry.string("publish");
    entry
        .is_valid()
        .then_some((path_prefix, expire_in, publish))
}

/// The site is handed over as an artifact.
pub(super) fn with_site(artifacts: Option<Artifacts>, pages: &Pages) -> Artifacts {
    let mut artifacts = artifacts.unwrap_or_default();
    let paths = artifacts.paths.unwrap_or_default();
    artifacts.paths = Some(if paths.contains(&pages.publish) {
        paths
    } else {
        (paths.iter().chain([&pages.publish]))
            .map(Arc::clone)
            .collect()
    });
    artifacts
}
