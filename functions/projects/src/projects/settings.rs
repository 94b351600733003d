//! What may be set for a project, and what is wrong with it.

use switchyard::error::ModelErrors;
use switchyard::http::Reader;
use switchyard::project::{
    CiSettings, FeatureAccess, Group, Project, SharedRunnersSetting, Visibility,
};

use super::names::{faults_of_name, faults_of_path};

const MAX_DESCRIPTION: usize = 2_000;
const MAX_TEXT: usize = 255;
const MAX_URL: usize = 2_000;
const MAX_TOPICS: usize = 20;
/// Commits.
const MAX_GIT_DEPTH: u64 = 1_000;

/// Seconds: ten minutes and a month.
const BUILD_TIMEOUTS: std::ops::RangeInclusive<u64> = 600..=2_592_000;

/// What a change may set; it needs one of these, or of what is not here.
const NAMES: [&str; 30] = [
    "name",
    "path",
    "description",
    "visibility",
    "default_branch",
    "import_url",
    "ci_config_path",
    "public_jobs",
    "public_builds",
    "builds_access_level",
    "jobs_enabled",
    "build_timeout",
    "auto_cancel_pending_pipelines",
    "build_git_strategy",
    "shared_runners_enabled",
    "group_runners_enabled",
    "topics",
    "tag_list",
    "ci_default_git_depth",
    "ci_forward_deployment_enabled",
    "ci_forward_deployment_rollback_allowed",
    "ci_separated_caches",
    "ci_allow_fork_pipelines_to_run_in_parent_project",
    "ci_push_repository_for_job_token_allowed",
    "ci_id_token_sub_claim_components",
    "ci_pipeline_variables_minimum_override_role",
    "restrict_user_defined_variables",
    "ci_delete_pipelines_in_seconds",
    "keep_latest_artifact",
    "max_artifacts_size",
];

/// GitLab's parameters for what is not here: checked as GitLab does, and without effect.
const SWITCHES: [&str; 21] = [
    "lfs_enabled",
    "request_access_enabled",
    "container_registry_enabled",
    "packages_enabled",
    "issues_enabled",
    "merge_requests_enabled",
    "wiki_enabled",
    "snippets_enabled",
    "service_desk_enabled",
    "auto_devops_enabled",
    "only_allow_merge_if_pipeline_succeeds",
    "only_allow_merge_if_all_discussions_are_resolved",
    "allow_merge_on_skipped_pipeline",
    "remove_source_branch_after_merge",
    "printing_merge_request_link_enabled",
    "resolve_outdated_diff_discussions",
    "autoclose_referenced_issues",
    "enforce_auth_checks_on_uploads",
    "warn_about_potentially_unwanted_characters",
    "emails_enabled",
    "emails_disabled",
];

/// The same: who may use a feature.
const LEVELS: [&str; 18] = [
    "repository_access_level",
    "merge_requests_access_level",
    "issues_access_level",
    "wiki_access_level",
    "snippets_access_level",
    "forking_access_level",
    "pages_access_level",
    "analytics_access_level",
    "container_registry_access_level",
    "security_and_compliance_access_level",
    "releases_access_level",
    "environments_access_level",
    "feature_flags_access_level",
    "infrastructure_access_level",
    "monitor_access_level",
    "model_experiments_access_level",
    "model_registry_access_level",
    "requirements_access_level",
];

/// The same: texts that are not even looked at.
const TEXTS: [&str; 8] = [
    "merge_method",
    "squash_option",
    "auto_devops_deploy_strategy",
    "merge_commit_template",
    "squash_commit_template",
    "suggestion_commit_message",
    "issue_branch_template",
    "repository_storage",
];

/// What a request wants to set; none is what it leaves alone.
pub(super) struct Settings {
    pub(super) name: Option<String>,
    pub(super) path: Option<String>,
    pub(super) visibility: Option<Visibility>,
    pub(super) default_branch: Option<String>,
    description: Option<Option<String>>,
    import_url: Option<Option<String>>,
    ci_config_path: Option<Option<String>>,
    public_jobs: Option<bool>,
    builds_access_level: Option<FeatureAccess>,
    build_timeout: Option<i64>,
    auto_cancel_pending_pipelines: Option<bool>,
    shared_runners_enabled: Option<bool>,
    group_runners_enabled: Option<bool>,
    topics: Option<Vec<String>>,
    ci: CiChanges,
}

/// Changes of [`CiSettings`].
struct CiChanges(Vec<CiChange>);

type CiChange = Box<dyn Fn(&mut CiSettings) + Send + Sync>;

impl CiChanges {
    fn set<T: Clone + Send + Sync + 'static>(
        &mut self,
        value: Option<T>,
        field: fn(&mut CiSettings) -> &mut T,
    ) {
        if let Some(value) = value {
            self.0.push(Box::new(move |settings| {
                *field(settings) = value.clone();
            }));
        }
    }

    /// The parameters that GitLab takes for a project that is there already.
    fn read(&mut self, reader: &mut Reader<'_>) {
        self.set(reader.clearable("ci_default_git_depth", whole), |ci| {
            &mut ci.ci_default_git_depth
        });
        self.set(reader.boolean("ci_forward_deployment_enabled"), |ci| {
            &mut ci.ci_forward_deployment_enabled
        });
        self.set(
            reader.boolean("ci_forward_deployment_rollback_allowed"),
            |ci| &mut ci.ci_forward_deployment_rollback_allowed,
        );
        self.set(reader.boolean("ci_separated_caches"), |ci| {
            &mut ci.ci_separated_caches
        });
        self.set(
            reader.boolean("ci_allow_fork_pipelines_to_run_in_parent_project"),
            |ci| &mut ci.ci_allow_fork_pipelines_to_run_in_parent_project,
        );
        self.set(
            reader.boolean("ci_push_repository_for_job_token_allowed"),
            |ci| &mut ci.ci_push_repository_for_job_token_allowed,
        );
        self.set(claim_components(reader), |ci| {
            &mut ci.ci_id_token_sub_claim_components
        });
        if let Some(restricted) = reader.boolean("restrict_user_defined_variables") {
            self.0.push(Box::new(move |ci| {
                let role = &mut ci.ci_pipeline_variables_minimum_override_role;
                *role = role.when_restricted(restricted);
            }));
        }
        // After the older one: of both, the role counts.
        self.set(
            reader.word("ci_pipeline_variables_minimum_override_role"),
            |ci| &mut ci.ci_pipeline_variables_minimum_override_role,
        );
        self.set(
            reader.clearable("ci_delete_pipelines_in_seconds", whole),
            |ci| &mut ci.ci_delete_pipelines_in_seconds,
        );
        self.set(reader.boolean("keep_latest_artifact"), |ci| {
            &mut ci.keep_latest_artifact
        });
        self.set(reader.clearable("max_artifacts_size", whole), |ci| {
            &mut ci.max_artifacts_size
        });
    }
}

/// A whole number that is not negative.
fn whole(reader: &mut Reader<'_>, name: &str) -> Option<u64> {
    let number = reader.integer(name)?;
    u64::try_from(number).ok().or_else(|| {
        reader.fault(format!("{name} does not have a valid value"));
        None
    })
}

fn claim_components(reader: &mut Reader<'_>) -> Option<Vec<String>> {
    let name = "ci_id_token_sub_claim_components";
    let components = reader.list(name)?;
    let known = ["project_path", "ref_type", "ref"];
    if components.iter().all(|it| known.contains(&it.as_str())) {
        Some(components)
    } else {
        reader.fault(format!("{name} does not have a valid value"));
        None
    }
}

impl Settings {
    /// Those of a new project.
    pub(super) fn of_new(reader: &mut Reader<'_>) -> Self {
        reader.mutually_exclusive(&["import_url", "template_name", "template_project_id"]);
        reader.boolean("initialize_with_readme");
        reader.one_of("repository_object_format", |text| {
            ["sha1", "sha256"].contains(&text).then_some(())
        });
        Self::read(reader)
    }

    /// Those of a project that is there already, of which one is needed.
    pub(super) fn of_change(reader: &mut Reader<'_>) -> Self {
        let known = [&NAMES[..], &SWITCHES, &LEVELS, &TEXTS];
        reader.at_least_one_of(&known.concat());
        let mut settings = Self::read(reader);
        settings.ci.read(reader);
        settings
    }

    fn read(reader: &mut Reader<'_>) -> Self {
        let public_jobs = reader.boolean("public_jobs");
        let public_builds = reader.boolean("public_builds");
        let jobs_enabled = reader.boolean("jobs_enabled").map(|enabled| {
            if enabled {
                FeatureAccess::Enabled
            } else {
                FeatureAccess::Disabled
            }
        });
        let topics = reader.list("topics");
        let tag_list = reader.list("tag_list");
        for name in SWITCHES {
            reader.boolean(name);
        }
        for name in LEVELS {
            reader.one_of(name, |text| {
                let is_public = text == "public" && name == "pages_access_level";
                let is_level = ["disabled", "private", "enabled"].contains(&text);
                (is_level || is_public).then_some(())
            });
        }
        let mut ci = CiChanges(Vec::new());
        ci.set(reader.word("build_git_strategy"), |ci| {
            &mut ci.build_git_strategy
        });
        Self {
            name: text_if_given(reader, "name"),
            path: text_if_given(reader, "path"),
            visibility: reader.word("visibility"),
            default_branch: reader.text("default_branch"),
            description: reader.clearable("description", Reader::text),
            import_url: reader.clearable("import_url", Reader::text),
            ci_config_path: reader.clearable("ci_config_path", Reader::text),
            public_jobs: public_jobs.or(public_builds),
            builds_access_level: reader.word("builds_access_level").or(jobs_enabled),
            build_timeout: reader.integer("build_timeout"),
            auto_cancel_pending_pipelines: reader.one_of("auto_cancel_pending_pipelines", |text| {
                match text {
                    "enabled" => Some(true),
                    "disabled" => Some(false),
                    _ => None,
                }
            }),
            shared_runners_enabled: reader.boolean("shared_runners_enabled"),
            group_runners_enabled: reader.boolean("group_runners_enabled"),
            topics: topics.or(tag_list).map(distinct),
            ci,
        }
    }

    /// Sets all of it but the path and with it the full path.
    pub(super) fn apply(&self, project: &mut Project) {
        set(&mut project.name, self.name.clone());
        set(&mut project.visibility, self.visibility);
        set(&mut project.description, self.description.clone());
        set(&mut project.import_url, self.import_url.clone());
        set(&mut project.ci_config_path, self.ci_config_path.clone());
        set(&mut project.public_jobs, self.public_jobs);
        set(&mut project.builds_access_level, self.builds_access_level);
        set(
            &mut project.build_timeout,
            self.build_timeout.map(i64::unsigned_abs),
        );
        set(
            &mut project.auto_cancel_pending_pipelines,
            self.auto_cancel_pending_pipelines,
        );
        set(
            &mut project.shared_runners_enabled,
            self.shared_runners_enabled,
        );
        set(
            &mut project.group_runners_enabled,
            self.group_runners_enabled,
        );
        set(&mut project.topics, self.topics.clone());
        for change in &self.ci.0 {
            change(&mut project.ci);
        }
    }

    /// Whether the group that the project stands in has a say in it.
    pub(super) fn depend_on_group(&self) -> bool {
        self.visibility.is_some() || self.shared_runners_enabled == Some(true)
    }

    /// What is wrong with what was asked for, in a project that stands in this group.
    pub(super) fn faults(&self, group: Option<&Group>) -> ModelErrors {
        let mut errors = ModelErrors::default();
        for fault in self.name.iter().flat_map(|name| faults_of_name(name)) {
            errors.add("name", fault);
        }
        for fault in self.path.iter().flat_map(|path| faults_of_path(path)) {
            errors.add("path", fault);
        }
        if let Some(group) = group {
            self.check_group(group, &mut errors);
        }
        self.check_numbers(&mut errors);
        let mut length = |field: &str, text: Option<&str>, maximum: usize| {
            if text.is_some_and(|text| text.chars().count() > maximum) {
                let text = format!("is too long (maximum is {maximum} characters)");
                errors.add(field, text);
            }
        };
        let inner = |text: &'_ Option<Option<String>>| text.clone().flatten();
        let (description, url) = (inner(&self.description), inner(&self.import_url));
        let ci_config_path = inner(&self.ci_config_path);
        length("description", description.as_deref(), MAX_DESCRIPTION);
        length("import_url", url.as_deref(), MAX_URL);
        length("ci_config_path", ci_config_path.as_deref(), MAX_TEXT);
        length("default_branch", self.default_branch.as_deref(), MAX_TEXT);
        for topic in self.topics.iter().flatten() {
            length("topics", Some(topic), MAX_TEXT);
        }
        if self.topics.as_ref().is_some_and(|it| it.len() > MAX_TOPICS) {
            errors.add("topics", format!("cannot be more than {MAX_TOPICS}"));
        }
        if url.is_some_and(|url| !is_clonable(&url)) {
            let text = "is blocked: Only allowed schemes are http, https";
            errors.add("import_url", text);
        }
        if ci_config_path.is_some_and(|path| path.starts_with('/') || path.contains("..")) {
            let text = "cannot include leading slash or directory traversal.";
            errors.add("ci_config_path", text);
        }
        errors
    }

    /// Nothing in a group is more open than the group.
    fn check_group(&self, group: &Group, errors: &mut ModelErrors) {
        if let Some(visibility) = self.visibility.filter(|it| *it > group.visibility) {
            let (wanted, above) = (word(visibility), word(group.visibility));
            let text = format!("{wanted} is not allowed in a {above} group.");
            errors.add("visibility_level", text);
        }
        let is_shut =
            group.shared_runners_setting == SharedRunnersSetting::DisabledAndUnoverridable;
        if is_shut && self.shared_runners_enabled == Some(true) {
            let text = "cannot be enabled because parent group does not allow it";
            errors.add("shared_runners_enabled", text);
        }
    }

    fn check_numbers(&self, errors: &mut ModelErrors) {
        let timeout = self.build_timeout.map(u64::try_from);
        if timeout.is_some_and(|it| !it.is_ok_and(|it| BUILD_TIMEOUTS.contains(&it))) {
            let text = "needs to be between 10 minutes and 1 month";
            errors.add("build_timeout", text);
        }
        let mut ci = CiSettings::default();
        for change in &self.ci.0 {
            change(&mut ci);
        }
        if ci.ci_default_git_depth > Some(MAX_GIT_DEPTH) {
            let text = format!("must be less than or equal to {MAX_GIT_DEPTH}");
            errors.add("ci_default_git_depth", text);
        }
        if ci.max_artifacts_size == Some(0) {
            errors.add("max_artifacts_size", "must be greater than 0");
        }
    }
}

fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

/// A text that was given, be it empty: then it is refused later, in the model's words.
fn text_if_given(reader: &mut Reader<'_>, name: &str) -> Option<String> {
    let text = reader.clearable(name, Reader::text)?;
    Some(text.unwrap_or_default())
}

/// Each once, without empty ones.
fn distinct(topics: Vec<String>) -> Vec<String> {
    let mut distinct: Vec<String> = Vec::new();
    for topic in topics {
        let topic = topic.trim().to_owned();
        if !topic.is_empty() && !distinct.contains(&topic) {
            distinct.push(topic);
        }
    }
    distinct
}

/// An address that a runner can clone over HTTP.
fn is_clonable(url: &str) -> bool {
    let rest = ["http://", "https://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme));
    let is_plain = !url.chars().any(|c| c.is_whitespace() || c.is_control());
    is_plain && rest.is_some_and(has_host)
}

/// Whether what precedes the path ends in a host, maybe with a port: a password with a
/// slash in it would otherwise be taken for a path, and shown.
fn has_host(rest: &str) -> bool {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !host.ends_with(']') => (name, Some(port)),
        Some(_) | None => (host, None),
    };
    let may_have = |c: char| c.is_alphanumeric() || "._-".contains(c);
    let is_address = |name: &str| {
        let inner = name.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
        inner.is_some_and(|inner| {
            inner
                .chars()
                .all(|c| c.is_ascii_hexdigit() || ":.".contains(c))
        })
    };
    !name.is_empty()
        && (name.chars().all(may_have) || is_address(name))
        && port.is_none_or(|port| port.parse::<u16>().is_ok())
}

const fn word(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Private => "private",
        Visibility::Internal => "internal",
        Visibility::Public => "public",
    }
}
