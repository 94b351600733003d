//! What may be set for a project, and what is wrong with it.

use switchyard::error::ModelErrors;
use switchyard::http::Reader;
use switchyard::project::{CiSettings, FeatureAccess, Project, Visibility};

use super::names::{faults_of_name, faults_of_path};

const MAX_DESCRIPTION: usize = 2_000;
const MAX_TEXT: usize = 255;
const MAX_URL: usize = 2_000;
const MAX_TOPICS: usize = 20;

/// Seconds: ten minutes and a month.
const BUILD_TIMEOUTS: std::ops::RangeInclusive<u64> = 600..=2_592_000;

/// The parameters of a change, of which it needs one.
pub(super) const NAMES: [&str; 36] = [
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
    "lfs_enabled",
    "request_access_enabled",
    "container_registry_enabled",
    "packages_enabled",
    "issues_enabled",
    "only_allow_merge_if_pipeline_succeeds",
];

/// GitLab's parameters for what is not here: checked as GitLab does, and without effect.
const SWITCHES: [&str; 11] = [
    "lfs_enabled",
    "request_access_enabled",
    "container_registry_enabled",
    "packages_enabled",
    "issues_enabled",
    "merge_requests_enabled",
    "wiki_enabled",
    "snippets_enabled",
    "only_allow_merge_if_pipeline_succeeds",
    "emails_disabled",
    "initialize_with_readme",
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
        self.set(
            reader.word("ci_pipeline_variables_minimum_override_role"),
            |ci| &mut ci.ci_pipeline_variables_minimum_override_role,
        );
        self.set(reader.boolean("restrict_user_defined_variables"), |ci| {
            &mut ci.restrict_user_defined_variables
        });
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
        Self::read(reader)
    }

    /// Those of a project that is there already, of which one is needed.
    pub(super) fn of_change(reader: &mut Reader<'_>) -> Self {
        reader.at_least_one_of(&NAMES);
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
            topics: topics.or(tag_list),
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

    /// What is wrong with what was asked for. `above` is the visibility of the group that
    /// the project stands in.
    pub(super) fn faults(&self, above: Option<Visibility>) -> ModelErrors {
        let mut errors = ModelErrors::default();
        for fault in self.name.iter().flat_map(|name| faults_of_name(name)) {
            errors.add("name", fault);
        }
        for fault in self.path.iter().flat_map(|path| faults_of_path(path)) {
            errors.add("path", fault);
        }
        if let (Some(visibility), Some(above)) = (self.visibility, above)
            && visibility > above
        {
            let text = format!(
                "{} is not allowed in a {} group.",
                word(visibility),
                word(above)
            );
            errors.add("visibility_level", text);
        }
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
        let timeout = self.build_timeout.map(u64::try_from);
        if timeout.is_some_and(|it| !it.is_ok_and(|it| BUILD_TIMEOUTS.contains(&it))) {
            let text = "needs to be between 10 minutes and 1 month";
            errors.add("build_timeout", text);
        }
        errors
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

/// An address that a runner can clone over HTTP.
fn is_clonable(url: &str) -> bool {
    let rest = ["http://", "https://"]
        .iter()
        .find_map(|scheme| url.strip_prefix(scheme));
    let host = rest.map(|rest| {
        let authority = rest.split('/').next().unwrap_or_default();
        authority.rsplit('@').next().unwrap_or_default()
    });
    host.is_some_and(|host| !host.is_empty())
        && !url.chars().any(|c| c.is_whitespace() || c.is_control())
}

const fn word(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Private => "private",
        Visibility::Internal => "internal",
        Visibility::Public => "public",
    }
}
