//! The predefined variables that are known when a pipeline is made. What a job has only
//! once it exists, such as `CI_JOB_ID`, is added by who hands it to a runner.
//!
//! <https://docs.gitlab.com/ci/variables/predefined_variables/>

use std::sync::Arc;

use crate::config::{self, Action, When};
use crate::plan::Source;
use crate::variables::{Collection, Origin, Variable};

mod commit;

pub use commit::Commit;

/// The service itself.
#[derive(Clone, Copy, Debug)]
pub struct Server<'a> {
    /// As users reach it, without a slash at the end: `https://ci.example.com`.
    pub url: &'a str,
    /// The version of GitLab that it is like.
    pub version: &'a str,
    pub revision: &'a str,
}

impl Server<'_> {
    pub fn variables(&self) -> Collection {
        let (protocol, fqdn) = self.url.split_once("://").unwrap_or(("https", self.url));
        let authority = fqdn.split('/').next().unwrap_or_default();
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (host, port),
            None if protocol == "http" => (authority, "80"),
            None => (authority, "443"),
        };
        let mut numbers = self.version.split(['.', '-']);
        let mut number = || numbers.next().unwrap_or("0").to_owned();
        collect([
            ("CI", "true".to_owned()),
            ("GITLAB_CI", "true".to_owned()),
            ("CI_SERVER_FQDN", fqdn.to_owned()),
            ("CI_SERVER_URL", self.url.to_owned()),
            ("CI_SERVER_HOST", host.to_owned()),
            ("CI_SERVER_PORT", port.to_owned()),
            ("CI_SERVER_PROTOCOL", protocol.to_owned()),
            ("CI_SERVER_NAME", "GitLab".to_owned()),
            ("CI_SERVER_VERSION", self.version.to_owned()),
            ("CI_SERVER_VERSION_MAJOR", number()),
            ("CI_SERVER_VERSION_MINOR", number()),
            ("CI_SERVER_VERSION_PATCH", number()),
            ("CI_SERVER_REVISION", self.revision.to_owned()),
            ("CI_API_V4_URL", format!("{}/api/v4", self.url)),
        ])
    }
}

/// The project that the pipeline belongs to.
#[derive(Clone, Copy, Debug)]
pub struct Project<'a> {
    pub id: u64,
    pub title: &'a str,
    pub description: &'a str,
    /// With all its groups: `group/subgroup/project`.
    pub path: &'a str,
    pub namespace_id: u64,
    /// `private`, `internal` or `public`.
    pub visibility: &'a str,
    pub default_branch: &'a str,
    /// Where the configuration is.
    pub config_path: &'a str,
    pub server_url: &'a str,
}

impl Project<'_> {
    pub fn variables(&self) -> Collection {
        let (namespace, name) = self.path.rsplit_once('/').unwrap_or(("", self.path));
        let root = namespace.split('/').next().unwrap_or_default();
        collect([
            ("CI_PROJECT_ID", self.id.to_string()),
            ("CI_PROJECT_NAME", name.to_owned()),
            ("CI_PROJECT_TITLE", self.title.to_owned()),
            ("CI_PROJECT_DESCRIPTION", self.description.to_owned()),
            ("CI_PROJECT_PATH", self.path.to_owned()),
            ("CI_PROJECT_PATH_SLUG", slug(self.path)),
            ("CI_PROJECT_NAMESPACE", namespace.to_owned()),
            ("CI_PROJECT_NAMESPACE_SLUG", slug(namespace)),
            ("CI_PROJECT_NAMESPACE_ID", self.namespace_id.to_string()),
            ("CI_PROJECT_ROOT_NAMESPACE", root.to_owned()),
            (
                "CI_PROJECT_URL",
                format!("{}/{}", self.server_url, self.path),
            ),
            ("CI_PROJECT_VISIBILITY", self.visibility.to_owned()),
            ("CI_DEFAULT_BRANCH", self.default_branch.to_owned()),
            ("CI_CONFIG_PATH", self.config_path.to_owned()),
        ])
    }
}

/// The pipeline, before it has an id.
#[derive(Clone, Copy, Debug)]
pub struct Pipeline<'a> {
    pub source: Source,
    /// Its number in the project.
    pub iid: Option<u64>,
    /// In ISO 8601.
    pub created_at: &'a str,
    pub schedule_description: Option<&'a str>,
    /// Whether somebody's trigger token made it.
    pub triggered: bool,
}

impl Pipeline<'_> {
    pub fn variables(&self) -> Collection {
        let mut variables = collect([
            ("CI_PIPELINE_SOURCE", self.source.as_str().to_owned()),
            ("CI_PIPELINE_CREATED_AT", self.created_at.to_owned()),
        ]);
        let others = [
            ("CI_PIPELINE_IID", self.iid.map(|iid| iid.to_string())),
            (
                "CI_PIPELINE_SCHEDULE_DESCRIPTION",
                self.schedule_description.map(str::to_owned),
            ),
            (
                "CI_PIPELINE_TRIGGERED",
                self.triggered.then(|| "true".to_owned()),
            ),
        ];
        let others = others
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)));
        variables
            .extend(others.map(|(name, value)| Variable::new(name, value, Origin::Predefined)));
        variables
    }
}

/// Who started the pipeline.
#[derive(Clone, Copy, Debug)]
pub struct User<'a> {
    pub id: u64,
    pub email: &'a str,
    pub login: &'a str,
    pub name: &'a str,
}

impl User<'_> {
    pub fn variables(&self) -> Collection {
        let variables = [
            ("GITLAB_USER_ID", self.id.to_string()),
            ("GITLAB_USER_EMAIL", self.email.to_owned()),
            ("GITLAB_USER_LOGIN", self.login.to_owned()),
            ("GITLAB_USER_NAME", self.name.to_owned()),
        ];
        (variables.into_iter())
            .map(|(name, value)| Variable::new(name, value, Origin::User))
            .collect()
    }
}

/// A job.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    pub name: &'a Arc<str>,
    pub stage: &'a Arc<str>,
    pub when: When,
    pub copy: Option<&'a config::Copy>,
}

impl Job<'_> {
    pub fn variables(&self) -> Collection {
        let mut variables = Collection::default();
        let mut push = |name, value| variables.push(Variable::new(name, value, Origin::Job));
        push("CI_JOB_NAME", Arc::clone(self.name));
        push("CI_JOB_NAME_SLUG", slug(self.name).into());
        push("CI_JOB_GROUP_NAME", group_name(self.name).into());
        push("CI_JOB_STAGE", Arc::clone(self.stage));
        match self.when {
            When::Manual | When::Delayed => push("CI_JOB_MANUAL", "true".into()),
            When::OnSuccess | When::OnFailure | When::Always | When::Never => {}
        }
        if let Some(copy) = self.copy {
            push("CI_NODE_INDEX", copy.index.to_string().into());
        }
        let total = self.copy.map_or(1, |copy| copy.total);
        push("CI_NODE_TOTAL", total.to_string().into());
        variables
    }
}

/// Where a job deploys to.
#[derive(Clone, Copy, Debug)]
pub struct Environment<'a> {
    /// With variables replaced.
    pub name: &'a Arc<str>,
    pub action: Action,
    /// That of the configuration, or of the environment if there is one.
    pub tier: Option<&'a Arc<str>>,
    pub url: Option<&'a Arc<str>>,
}

impl Environment<'_> {
    pub fn variables(&self) -> Collection {
        let action = match self.action {
            Action::Start => "start",
            Action::Stop => "stop",
            Action::Prepare => "prepare",
            Action::Verify => "verify",
            Action::Access => "access",
        };
        let variables = [
            ("CI_ENVIRONMENT_NAME", Some(Arc::clone(self.name))),
            ("CI_ENVIRONMENT_ACTION", Some(action.into())),
            ("CI_ENVIRONMENT_TIER", self.tier.cloned()),
            ("CI_ENVIRONMENT_URL", self.url.cloned()),
        ];
        (variables.into_iter())
            .filter_map(|(name, value)| Some(Variable::new(name, value?, Origin::Job)))
            .collect()
    }
}

const MAX_SLUG_LENGTH: usize = 63;

/// A name as it may stand in a host name: lower case, only letters, digits and dashes, at
/// most 63 of them, no dash at either end. `Gitlab::Utils.slugify`.
pub fn slug(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let lower = text.chars().flat_map(char::to_lowercase);
    let short: String = lower.map(plain).take(MAX_SLUG_LENGTH).collect();
    short.trim_matches('-').to_owned()
}

/// The name that copies of a parallel job have in common: without up to three times
/// `1/3` or `[a, b]` at its end. `Gitlab::Utils::Job.group_name`.
pub fn group_name(name: &str) -> &str {
    let mut rest = name.trim_end();
    for _ in 0..3 {
        match without_copy(rest) {
            Some(shorter) => rest = shorter,
            None => break,
        }
    }
    rest.trim()
}

fn without_copy(name: &str) -> Option<&str> {
    let is_gap = |c: char| c.is_ascii_whitespace() || c == ':';
    let before = match name.strip_suffix(']') {
        Some(inside) => {
            let after_gap = |(at, _): &(usize, &str)| inside[..*at].ends_with(is_gap);
            let (at, _) = inside.match_indices('[').find(after_gap)?;
            &inside[..at]
        }
        None => {
            let digits = |c: char| c.is_ascii_digit();
            let between = name.trim_end_matches(digits);
            let first = between.trim_end_matches(|c| is_gap(c) || matches!(c, '/' | '\\'));
            let before = first.trim_end_matches(digits);
            if between.len() == name.len()
                || first.len() == between.len()
                || before.len() == first.len()
            {
                return None;
            }
            before
        }
    };
    let shorter = before.trim_end_matches(is_gap);
    (shorter.len() < before.len()).then_some(shorter)
}

fn collect<const N: usize>(variables: [(&str, String); N]) -> Collection {
    (variables.into_iter())
        .map(|(name, value)| Variable::new(name, value, Origin::Predefined))
        .collect()
}
