//! The variables that are known when a pipeline is made.

use std::collections::BTreeSet;
use std::sync::Arc;

use ci_config::plan;
use ci_config::predefined;
use ci_config::variables::{Budget, Collection, Layer, Origin, Scope, Unknown, Values, Variable};
use futures::future::try_join_all;
use switchyard::error::Result;
use switchyard::http::{App, GITLAB_VERSION};
use switchyard::ids::PipelineId;
use switchyard::pipeline::Source;
use switchyard::project::Project;
use switchyard::time::Time;
use switchyard::user::User;
use switchyard::variable::{CiVariable, Owner, VariableType};

use crate::head::Head;

/// A variable that somebody gives to a pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    pub key: String,
    pub value: String,
    pub variable_type: VariableType,
    /// References in it are no references.
    pub raw: bool,
}

impl Given {
    pub(crate) fn row(&self, pipeline: PipelineId, now: Time) -> CiVariable {
        CiVariable {
            owner: Owner::Pipeline(pipeline),
            key: self.key.clone(),
            value: self.value.clone(),
            variable_type: self.variable_type,
            protected: false,
            masked: false,
            hidden: false,
            raw: self.raw,
            environment_scope: CiVariable::ANY_ENVIRONMENT.to_owned(),
            description: None,
            created_at: now,
            updated_at: now,
            revision: 1,
        }
    }

    pub(crate) fn of_row(row: &CiVariable) -> Self {
        Self {
            key: row.key.clone(),
            value: row.value.clone(),
            variable_type: row.variable_type,
            raw: row.raw,
        }
    }
}

/// The keys that come up more than once, in order.
pub fn duplicates(given: &[Given]) -> Vec<&str> {
    let mut seen = BTreeSet::new();
    let again = given.iter().filter(|one| !seen.insert(one.key.as_str()));
    let again: BTreeSet<&str> = again.map(|one| one.key.as_str()).collect();
    again.into_iter().collect()
}

/// What is known besides the settings.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    pub app: &'a App,
    pub base_url: &'a str,
    pub project: &'a Project,
    pub head: &'a Head,
    pub user: &'a User,
    pub source: Source,
    pub given: &'a [Given],
    pub now: Time,
}

impl Known<'_> {
    /// All of them, those that count last.
    pub(crate) async fn variables(&self) -> Result<Collection> {
        let settings = self.settings().await?;
        let mut all = Collection::default();
        for variables in [
            server(self.base_url),
            of_project(self.project, self.base_url),
            self.pipeline(),
            self.commit(),
            self.user(),
        ] {
            all.extend(variables.iter().cloned());
        }
        all.extend(settings);
        let given = self.given.iter();
        all.extend(given.map(|one| Variable {
            raw: one.raw,
            file: one.variable_type == VariableType::File,
            ..Variable::secret(&*one.key, &*one.value, Origin::Pipeline)
        }));
        Ok(all)
    }

    /// Those of the instance, of the groups from the outermost one on, and of the project.
    async fn settings(&self) -> Result<Vec<Variable>> {
        let groups = self.project.ancestors().iter().copied();
        let groups = groups.map(|group| (Owner::Group(group), Origin::Group));
        let owners: Vec<(Owner, Origin)> = std::iter::once((Owner::Instance, Origin::Instance))
            .chain(groups)
            .chain([(Owner::Project(self.project.id), Origin::Project)])
            .collect();
        let store = &self.app.store;
        let found = owners
            .iter()
            .map(|(owner, _)| store.ci_variables_of(*owner));
        let found = try_join_all(found).await?;
        let mut variables = Vec::new();
        for ((_, origin), rows) in owners.into_iter().zip(found) {
            let visible = rows.iter().filter(|row| {
                row.environment_scope == CiVariable::ANY_ENVIRONMENT
                    && (!row.protected || self.head.is_protected)
            });
            variables.extend(visible.map(|row| secret(row, origin)));
        }
        Ok(variables)
    }

    fn pipeline(&self) -> Collection {
        let created_at = self.now.to_string();
        let pipeline = predefined::Pipeline {
            source: plan_source(self.source),
            iid: None,
            created_at: &created_at,
            schedule_description: None,
            triggered: self.source == Source::Trigger,
        };
        pipeline.variables()
    }

    fn commit(&self) -> Collection {
        let head = self.head;
        let known = head.commit.as_ref();
        let author =
            known.map(|commit| format!("{} <{}>", commit.author_name, commit.author_email));
        let commit = predefined::Commit {
            sha: &head.sha,
            before_sha: Some(&head.before_sha),
            reference: &head.ref_name,
            is_tag: head.tag,
            is_branch: !head.tag,
            is_protected: head.is_protected,
            message: known.map_or("", |commit| &commit.message),
            author: author.as_deref().unwrap_or_default(),
            timestamp: known.map_or("", |commit| &commit.committed_date),
            tag_message: None,
        };
        commit.variables()
    }

    fn user(&self) -> Collection {
        let user = predefined::User {
            id: self.user.id.0,
            email: &self.user.email,
            login: &self.user.username,
            name: &self.user.name,
        };
        user.variables()
    }
}

/// Those that a configuration is checked with while no pipeline is made: GitLab knows none of
/// a branch then, and of the secret ones only the instance's.
pub(crate) async fn without_pipeline(
    app: &App,
    base_url: &str,
    project: &Project,
) -> Result<Collection> {
    let instance = app.store.ci_variables_of(Owner::Instance).await?;
    let mut all = Collection::default();
    for variables in [server(base_url), of_project(project, base_url)] {
        all.extend(variables.iter().cloned());
    }
    let visible = instance.iter().filter(|row| !row.protected);
    all.extend(visible.map(|row| secret(row, Origin::Instance)));
    Ok(all)
}

fn secret(row: &CiVariable, origin: Origin) -> Variable {
    Variable {
        raw: row.raw,
        file: row.variable_type == VariableType::File,
        masked: row.masked,
        ..Variable::secret(&*row.key, &*row.value, origin)
    }
}

fn server(base_url: &str) -> Collection {
    let server = predefined::Server {
        url: base_url,
        version: GITLAB_VERSION,
        revision: env!("CARGO_PKG_VERSION"),
    };
    server.variables()
}

fn of_project(project: &Project, base_url: &str) -> Collection {
    let namespace = project.ancestors().last().map_or(0, |group| group.0);
    let visibility = match project.visibility {
        switchyard::project::Visibility::Private => "private",
        switchyard::project::Visibility::Internal => "internal",
        switchyard::project::Visibility::Public => "public",
    };
    let of_project = predefined::Project {
        id: project.id.0,
        title: &project.name,
        description: project.description.as_deref().unwrap_or_default(),
        path: &project.full_path,
        namespace_id: namespace,
        visibility,
        default_branch: project.default_branch.as_deref().unwrap_or_default(),
        config_path: config_path(project),
        server_url: base_url,
    };
    of_project.variables()
}

/// What the compiler calls it.
pub(crate) const fn plan_source(source: Source) -> plan::Source {
    match source {
        Source::Push => plan::Source::Push,
        Source::Web => plan::Source::Web,
        Source::Trigger => plan::Source::Trigger,
        Source::Schedule => plan::Source::Schedule,
        Source::Api => plan::Source::Api,
        Source::External => plan::Source::External,
        Source::Pipeline => plan::Source::Pipeline,
        Source::Chat => plan::Source::Chat,
        Source::Webide => plan::Source::Webide,
        Source::MergeRequestEvent => plan::Source::MergeRequestEvent,
        Source::ExternalPullRequestEvent => plan::Source::ExternalPullRequestEvent,
        Source::ParentPipeline => plan::Source::ParentPipeline,
        Source::OndemandDastScan => plan::Source::OndemandDastScan,
        Source::OndemandDastValidation => plan::Source::OndemandDastValidation,
        Source::SecurityOrchestrationPolicy => plan::Source::SecurityOrchestrationPolicy,
        Source::ContainerRegistryPush => plan::Source::ContainerRegistryPush,
    }
}

/// How much text the variables in one value may make, and how much may be looked at.
const EXPANSION: (usize, usize) = (1 << 20, 1 << 20);

/// A text with variables replaced; as it was if that is too much.
pub(crate) fn expand(text: &Arc<str>, known: &Collection) -> Arc<str> {
    let budget = Budget::new(EXPANSION.0, EXPANSION.1);
    let scope = Scope::new(&budget).with(Layer::Collection(known));
    let expanded = scope.expand(text, Values::Expanded, Unknown::Drop);
    expanded.unwrap_or_else(|_| Arc::clone(text))
}

/// Where the configuration is, unless the project says so.
pub(crate) const CONFIG_FILE: &str = ".gitlab-ci.yml";

pub(crate) fn config_path(project: &Project) -> &str {
    let path = project.ci_config_path.as_deref();
    path.filter(|path| !path.is_empty()).unwrap_or(CONFIG_FILE)
}
