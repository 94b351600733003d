//! How the outcome is shown.

use std::sync::Arc;

use ci_config::Fault;
use ci_config::include::Included;
use ci_config::node::{Mapping, Node};
use ci_config::yaml;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use serde::Serialize;
use utoipa::ToSchema;

use super::jobs::{self, JobView};
use super::space::Space;
use super::verdict::{Code, Verdict};

/// GitLab shows as many.
const MAX_WARNINGS: usize = 25;

/// What stands in an address encoded, though it is part of a file's path.
const NOT_IN_PATHS: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

#[derive(Serialize, ToSchema)]
#[schema(as = LintResult)]
pub(crate) struct LintView {
    valid: bool,
    errors: Vec<String>,
    warnings: Vec<String>,
    /// Null where it did not come to that.
    merged_yaml: Option<String>,
    includes: Option<Vec<IncludeView>>,
    /// With `include_jobs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    jobs: Option<Vec<JobView>>,
    /// The errors, then the warnings, for machines: GitLab has no such thing.
    faults: Vec<FaultView>,
}

#[derive(Clone, Serialize, ToSchema)]
#[schema(as = LintFault)]
struct FaultView {
    code: Code,
    text: String,
    /// From 1 on.
    line: Option<u32>,
    /// From 1 on, in characters.
    column: Option<u32>,
    /// Where the included file was found; null for the configuration itself.
    #[schema(value_type = Option<String>)]
    file: Option<Arc<str>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = LintInclude)]
struct IncludeView {
    r#type: &'static str,
    location: String,
    blob: Option<String>,
    raw: Option<String>,
    #[schema(value_type = Object)]
    extra: Mapping,
    #[schema(value_type = Option<String>)]
    context_project: Option<Arc<str>>,
    #[schema(value_type = Option<String>)]
    context_sha: Option<Arc<str>>,
}

impl LintView {
    /// What makes the answer too large is left out, and a warning says so.
    pub(super) fn new(verdict: Verdict, shows_jobs: bool, base_url: &str) -> Self {
        let mut space = Space::new();
        let valid = verdict.errors.is_empty();
        let files = &verdict.files;
        let errors = verdict.errors.into_iter();
        let errors = errors.map(|(code, fault)| FaultView::new(code, fault, files));
        // Their texts stand there twice.
        let mut errors = twice(&mut space, errors);
        if errors.is_empty() && !valid {
            errors.push(FaultView::alone(Code::ConfigError, "Invalid configuration"));
        }
        let warnings = verdict.warnings.into_iter().take(MAX_WARNINGS);
        let warnings = warnings.map(|fault| FaultView::new(Code::ConfigWarning, fault, files));
        let mut warnings = twice(&mut space, warnings);
        let includes = verdict.merged.as_ref().map(|_| {
            let includes = verdict.includes.into_iter();
            space.fill(includes.map(|included| IncludeView::new(included, base_url)))
        });
        let merged_yaml = (verdict.merged.as_ref()).and_then(|node| merged(node, &mut space));
        let jobs = shows_jobs.then(|| jobs::views(&verdict.jobs, &mut space));
        if space.is_exceeded {
            let text = "The answer would be too large: not all of it is shown";
            warnings.push(FaultView::alone(Code::AnswerTooLarge, text));
        }
        let texts = |faults: &[FaultView]| faults.iter().map(|fault| fault.text.clone()).collect();
        Self {
            valid,
            errors: texts(&errors),
            warnings: texts(&warnings),
            merged_yaml,
            includes,
            jobs,
            faults: [errors, warnings].concat(),
        }
    }
}

/// Those for which there is room twice.
fn twice(space: &mut Space, faults: impl Iterator<Item = FaultView>) -> Vec<FaultView> {
    let pairs = space.fill(faults.map(|fault| (fault.clone(), fault)));
    pairs.into_iter().map(|(fault, _)| fault).collect()
}

fn merged(node: &Node, space: &mut Space) -> Option<String> {
    match yaml::write(node) {
        Some(text) => space.take(text),
        None => {
            space.is_exceeded = true;
            None
        }
    }
}

impl FaultView {
    fn new(code: Code, fault: Fault, files: &[Arc<str>]) -> Self {
        let span = fault.span.filter(|span| span.line > 0);
        let file = span.and_then(|span| files.get(usize::try_from(span.file).ok()?));
        Self {
            code,
            text: fault.text,
            line: span.map(|span| span.line),
            column: span.map(|span| span.column),
            file: file.filter(|name| !name.is_empty()).cloned(),
        }
    }

    fn alone(code: Code, text: &str) -> Self {
        Self::new(code, Fault::new(text), &[])
    }
}

impl IncludeView {
    fn new(included: Included, base_url: &str) -> Self {
        let address = |kind: &str| {
            let (place, path) = included.file.as_ref()?;
            let path = utf8_percent_encode(path, NOT_IN_PATHS);
            let (project, sha) = (&place.project, &place.sha);
            Some(format!("{base_url}/{project}/-/{kind}/{sha}/{path}"))
        };
        let (blob, raw) = (address("blob"), address("raw"));
        let has_raw = included.kind != ci_config::include::Kind::Component;
        Self {
            r#type: included.kind.as_str(),
            location: included.location,
            blob,
            raw: included.url.or(raw.filter(|_| has_raw)),
            extra: included.extra,
            context_project: included
                .context
                .as_ref()
                .map(|place| Arc::clone(&place.project)),
            context_sha: included.context.map(|place| place.sha),
        }
    }
}
