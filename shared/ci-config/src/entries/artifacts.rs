//! `artifacts` and their reports.

use std::sync::Arc;

use indexmap::IndexMap;

use super::cache::{WHEN, WHEN_MESSAGE};
use super::entry::Entry;
use super::value::is_blank;
use crate::config::{Access, Artifacts, Texts};

const KEYS: [&str; 10] = [
    "name",
    "untracked",
    "paths",
    "reports",
    "when",
    "expire_in",
    "expose_as",
    "exclude",
    "public",
    "access",
];

const ACCESS: [(&str, Access); 4] = [
    ("none", Access::None),
    ("developer", Access::Developer),
    ("maintainer", Access::Maintainer),
    ("all", Access::All),
];

const MAX_EXPOSE_AS_LENGTH: usize = 100;

/// Those that are paths; `coverage_report` is not among them.
const REPORTS: [&str; 25] = [
    "junit",
    "codequality",
    "sast",
    "secret_detection",
    "dependency_scanning",
    "container_scanning",
    "dast",
    "performance",
    "browser_performance",
    "load_performance",
    "license_scanning",
    "metrics",
    "lsif",
    "dotenv",
    "terraform",
    "accessibility",
    "coverage_fuzzing",
    "api_fuzzing",
    "cluster_image_scanning",
    "requirements",
    "requirements_v2",
    "cyclonedx",
    "annotations",
    "repository_xray",
    "sarif",
];

pub(super) fn read(entry: &Entry<'_>) -> Option<Artifacts> {
    if entry.node.as_mapping().is_none() {
        entry.fail("config", "should be a hash");
        return None;
    }
    entry.allow_keys(&[&KEYS]);
    entry.exclusive_keys(&["access", "public"]);
    let expose_as = expose_as(entry);
    let public = entry.boolean("public");
    let artifacts = Artifacts {
        name: entry.string("name"),
        untracked: entry.boolean("untracked"),
        paths: entry.strings("paths"),
        exclude: entry.strings("exclude"),
        when: entry.choice("when", &WHEN, WHEN_MESSAGE),
        expire_in: expire_in(entry),
        expose_as,
        access: entry
            .choice(
                "access",
                &ACCESS,
                "should be one of: none, developer, maintainer, all",
            )
            .or_else(|| public.map(access_if_public)),
        reports: IndexMap::new(),
        coverage_report: None,
    };
    let reports = entry.attribute("reports");
    if reports.is_some_and(|node| node.as_mapping().is_none()) {
        entry.fail("reports", "should be a hash");
    }
    if !entry.is_valid() {
        return None;
    }
    let (reports, coverage_report) = reports
        .map(|node| read_reports(&entry.child("reports", node)))
        .unwrap_or_default();
    Some(Artifacts {
        reports,
        coverage_report,
        ..artifacts
    })
}

const fn access_if_public(public: bool) -> Access {
    if public {
        Access::All
    } else {
        Access::Developer
    }
}

/// Words of time, or `never`.
fn expire_in(entry: &Entry<'_>) -> Option<Arc<str>> {
    let node = entry.attribute("expire_in")?;
    let known =
        |text: &str| text.eq_ignore_ascii_case("never") || entry.context.duration(text).is_some();
    let text = node.as_str().filter(|text| known(text));
    if text.is_none() {
        entry.fail("expire_in", "should be a duration");
    }
    text.map(Arc::from)
}

/// A link at the merge request: with paths that are no globs.
fn expose_as(entry: &Entry<'_>) -> Option<Arc<str>> {
    let node = entry.attribute("expose_as")?;
    if entry.attribute("paths").is_none_or(is_blank) {
        entry.fail("paths", "can't be blank");
    }
    let paths = entry.attribute("paths").and_then(|node| node.as_sequence());
    let is_glob = |node: &crate::node::Node| node.as_str().is_some_and(|path| path.contains('*'));
    if paths.is_some_and(|paths| paths.iter().any(is_glob)) {
        entry.fail("paths", "can't contain '*' when used with 'expose_as'");
    }
    let text = entry.string("expose_as");
    let name = node.as_str().unwrap_or_default();
    if name.chars().count() > MAX_EXPOSE_AS_LENGTH {
        entry.fail(
            "expose_as",
            format_args!("is too long (maximum is {MAX_EXPOSE_AS_LENGTH} characters)"),
        );
    }
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if !name.starts_with(is_word) || !name.chars().all(|c| is_word(c) || matches!(c, '-' | ' ')) {
        entry.fail(
            "expose_as",
            "can contain only letters, digits, '-', '_' and spaces",
        );
    }
    text
}

type CoverageReport = (Arc<str>, Arc<str>);

fn read_reports(entry: &Entry<'_>) -> (IndexMap<Arc<str>, Texts>, Option<CoverageReport>) {
    entry.allow_keys(&[&REPORTS, &["coverage_report"]]);
    let mut reports = IndexMap::new();
    for kind in entry
        .node
        .as_mapping()
        .into_iter()
        .flat_map(|keys| keys.keys())
    {
        if REPORTS.contains(&&**kind)
            && let Some(paths) = entry.strings_or_string(kind)
        {
            reports.insert(Arc::clone(kind), paths);
        }
    }
    if !entry.is_valid() {
        return (IndexMap::new(), None);
    }
    (reports, entry.read("coverage_report", coverage_report))
}

fn coverage_report(entry: &Entry<'_>) -> Option<CoverageReport> {
    if entry.node.as_mapping().is_none() {
        entry.fail("config", "should be a hash");
    }
    entry.allow_keys(&[&["coverage_format", "path"]]);
    let format = entry.attribute("coverage_format");
    if format.is_none_or(is_blank) {
        entry.fail("coverage_format", "can't be blank");
    }
    let format = format.and_then(|node| node.as_str());
    let format = format.filter(|format| matches!(*format, "cobertura" | "jacoco"));
    if format.is_none() {
        entry.fail(
            "coverage_format",
            "must be one of supported formats: cobertura, jacoco.",
        );
    }
    let path = entry.required_string("path");
    Some((format?.into(), path?))
}
