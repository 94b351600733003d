//! Trigger jobs: the pipelines that they start.

use ci_config::Node;
use ci_config::config::{Forward, Strategy, Target, Trigger, Work};
use ci_config::variables::{Collection, Origin, Variable};
use switchyard::definition::Definition;
use switchyard::error::{Error, Result};
use switchyard::http::App;
use switchyard::ids::{PipelineId, ProjectId};
use switchyard::job::lifecycle::{Event, transition};
use switchyard::job::{Bridge, Downstream, FailureReason};
use switchyard::pipeline::{Pipeline, Source, Upstream};
use switchyard::policy::{self, Action, Verdict};
use switchyard::project::Project;
use switchyard::repository::{Oid, is_protected};
use switchyard::store::{Key, Write};
use switchyard::time::Time;
use switchyard::user::User;
use switchyard::variable::{Owner, VariableType};

use crate::content::JobContent;
use crate::create::{Configuration, Created, Creation, create};
use crate::head::Head;
use crate::sources::{find_project, load, standing_of};
use crate::variables::{self, Given, expand};

/// Pipelines below the first one, one below the other, as in GitLab.
const MAX_DEPTH: usize = 2;

/// Pipelines one above the other that are looked at.
const MAX_ANCESTORS: usize = 20;

/// How often the same may come up among them: that of GitLab.
const MAX_REPETITIONS: usize = 2;

/// A pipeline that somebody has to process.
type Place = (ProjectId, PipelineId);

/// Starts the pipeline of a bridge whose time has come; or the bridge fails, with the reason.
/// Others that do the same at the same time come to nothing.
pub(crate) async fn start(
    app: &App,
    base_url: &str,
    parent: &Pipeline,
    bridge: &Bridge,
    now: Time,
) -> Result<Option<Place>> {
    let starter = Starter {
        app,
        base_url,
        parent,
        bridge,
        now,
    };
    match starter.start().await? {
        Ok(child) => Ok(child),
        Err(reason) => {
            let writes = starter.ended(Event::Drop(reason), None)?;
            app.store.write_all(writes).await?;
            Ok(None)
        }
    }
}

struct Starter<'a> {
    app: &'a App,
    base_url: &'a str,
    parent: &'a Pipeline,
    bridge: &'a Bridge,
    now: Time,
}

/// What is needed of the bridge's surroundings.
struct Surroundings {
    project: Project,
    user: User,
    content: JobContent,
    /// What its pipeline was given.
    of_pipeline: Vec<Given>,
}

/// What a bridge starts.
struct Destination<'a> {
    project: Project,
    head: Head,
    source: Source,
    configuration: Configuration<'a>,
}

impl Starter<'_> {
    async fn start(&self) -> Result<Result<Option<Place>, FailureReason>> {
        let Some(around) = self.surroundings().await? else {
            return Ok(Err(FailureReason::DataIntegrityFailure));
        };
        let trigger = match &around.content.work {
            Work::Trigger(trigger) => trigger,
            // The status of another project's pipeline is not followed yet.
            Work::Mirror(_) => return Ok(Err(FailureReason::DownstreamBridgeProjectNotFound)),
            Work::Script { .. } | Work::Run(_) => {
                return Ok(Err(FailureReason::DataIntegrityFailure));
            }
        };
        let head = self.head(&around.project).await?;
        let known = self.variables(&around, &head).await?;
        let ancestors = self.ancestors().await?;
        let destination = match &trigger.target {
            Target::Child(include) => child(&around, head, include, &ancestors),
            Target::Project { project, branch } => {
                let path = expand(project, &known);
                let branch = branch.as_ref().map(|branch| expand(branch, &known));
                let branch = branch.filter(|branch| !branch.is_empty());
                self.elsewhere(&around.user, &path, branch.as_deref(), &ancestors)
                    .await?
            }
        };
        let destination = match destination {
            Ok(destination) => destination,
            Err(reason) => return Ok(Err(reason)),
        };
        let forwarded = forwarded(&around, trigger.forward, &known);
        self.create(&around.user, trigger, destination, forwarded)
            .await
    }

    /// A branch of another project, where the user may run pipelines.
    async fn elsewhere(
        &self,
        user: &User,
        path: &str,
        branch: Option<&str>,
        ancestors: &[Pipeline],
    ) -> Result<Result<Destination<'static>, FailureReason>> {
        let Some(project) = find_project(self.app, path).await? else {
            return Ok(Err(FailureReason::DownstreamBridgeProjectNotFound));
        };
        let standing = standing_of(self.app, user, &project, self.now).await?;
        match policy::may(Action::UpdateBuild, &project, standing) {
            Verdict::Allowed => {}
            Verdict::Hidden => return Ok(Err(FailureReason::DownstreamBridgeProjectNotFound)),
            Verdict::Forbidden => return Ok(Err(FailureReason::InsufficientBridgePermissions)),
        }
        if project.id == self.parent.project_id {
            return Ok(Err(FailureReason::InvalidBridgeTrigger));
        }
        let Some(branch) = branch.or(project.default_branch.as_deref()) else {
            return Ok(Err(FailureReason::DownstreamPipelineCreationFailed));
        };
        let again = ancestors
            .iter()
            .filter(|pipeline| pipeline.project_id == project.id && pipeline.ref_name == branch);
        if again.count() >= MAX_REPETITIONS {
            return Ok(Err(FailureReason::PipelineLoopDetected));
        }
        let head = Head::find(self.app, &project, branch, None).await?;
        Ok(match head {
            Ok(head) => Ok(Destination {
                project,
                head,
                source: Source::Pipeline,
                configuration: Configuration::File,
            }),
            Err(_) => Err(FailureReason::DownstreamPipelineCreationFailed),
        })
    }

    async fn create(
        &self,
        user: &User,
        trigger: &Trigger,
        destination: Destination<'_>,
        forwarded: Vec<Given>,
    ) -> Result<Result<Option<Place>, FailureReason>> {
        let follows = match trigger.strategy {
            Some(Strategy::Depend | Strategy::Mirror) => true,
            None => false,
        };
        let creation = Creation {
            app: self.app,
            base_url: self.base_url,
            project: &destination.project,
            user,
            head: destination.head,
            source: destination.source,
            configuration: destination.configuration,
            given: forwarded,
            inputs: trigger.inputs.clone(),
            upstream: Some(Upstream {
                project_id: self.parent.project_id,
                pipeline_id: self.parent.id,
                bridge_id: self.bridge.build.id,
                follows,
            }),
            now: self.now,
        };
        let event = if follows { Event::Run } else { Event::Success };
        let created = create(&creation, |pipeline| {
            let downstream = Downstream {
                project_id: pipeline.project_id,
                pipeline_id: pipeline.id,
            };
            self.ended(event, Some(downstream))
        });
        Ok(match Box::pin(created).await? {
            Created::Pipeline(child) => Ok(Some((child.project_id, child.id))),
            Created::Forestalled => Ok(None),
            Created::Refused(_) => Err(FailureReason::DownstreamPipelineCreationFailed),
        })
    }

    /// The bridge once this has happened to it, and the mark that something follows.
    fn ended(&self, event: Event, downstream: Option<Downstream>) -> Result<Vec<Write>> {
        let build = transition(&self.bridge.build, event, self.now)
            .map_err(|error| Error::Internal(error.to_string()))?;
        let ended = Bridge {
            build,
            downstream,
            ..self.bridge.clone()
        };
        Ok(vec![
            Write::edit(self.bridge, &ended)?,
            Write::edit(self.parent, &self.parent.touched(self.now))?,
        ])
    }

    async fn surroundings(&self) -> Result<Option<Surroundings>> {
        let project = self.parent.project_id;
        let Some(checksum) = &self.bridge.definition else {
            return Ok(None);
        };
        let project_key = Key::Project(project);
        let user_key = Key::User(self.bridge.build.user_id);
        let definition_key = Key::Definition(project, checksum.clone());
        let keys = vec![
            project_key.clone(),
            user_key.clone(),
            definition_key.clone(),
        ];
        let rows = load(self.app, keys).await?;
        let project: Option<Project> = rows.get(&project_key)?;
        let project = project.filter(|project| project.deleted_at.is_none());
        let user: Option<User> = rows.get(&user_key)?;
        let definition: Option<Definition> = rows.get(&definition_key)?;
        let Some(((project, user), definition)) = project.zip(user).zip(definition) else {
            return Ok(None);
        };
        Ok(Some(Surroundings {
            content: definition.content()?,
            project,
            user,
            of_pipeline: self.of_pipeline().await?,
        }))
    }

    /// The commit of the pipeline, once more. Where the code lives elsewhere its files are
    /// found as for the pipeline.
    async fn head(&self, project: &Project) -> Result<Head> {
        let parent = self.parent;
        let mut files = Oid::parse(&parent.sha);
        if parent.commit.is_none() {
            let kind = if parent.tag { "tags" } else { "heads" };
            let name = format!("refs/{kind}/{}", parent.ref_name);
            let found = Head::find(self.app, project, &name, Some(&parent.sha)).await?;
            files = found.ok().and_then(|head| head.files);
        }
        Ok(Head {
            is_protected: is_protected(project, &parent.ref_name, parent.tag),
            ref_name: parent.ref_name.clone(),
            tag: parent.tag,
            sha: parent.sha.clone(),
            before_sha: parent.before_sha.clone(),
            commit: parent.commit.clone(),
            files,
            changed_paths: None,
        })
    }

    /// This pipeline and those above it, the nearest first.
    async fn ancestors(&self) -> Result<Vec<Pipeline>> {
        let mut ancestors = vec![self.parent.clone()];
        let mut above = self.parent.upstream;
        while let Some(upstream) = above.filter(|_| ancestors.len() < MAX_ANCESTORS) {
            let key = Key::Pipeline(upstream.project_id, upstream.pipeline_id);
            let rows = load(self.app, vec![key.clone()]).await?;
            let pipeline: Option<Pipeline> = rows.get(&key)?;
            above = pipeline.as_ref().and_then(|pipeline| pipeline.upstream);
            ancestors.extend(pipeline);
        }
        Ok(ancestors)
    }

    /// All that the bridge knows.
    async fn variables(&self, around: &Surroundings, head: &Head) -> Result<Collection> {
        let known = variables::Known {
            app: self.app,
            base_url: self.base_url,
            project: &around.project,
            head,
            user: &around.user,
            source: self.parent.source,
            given: &around.of_pipeline,
            now: self.now,
        };
        let mut all = known.variables().await?;
        let written = around.content.variables.iter();
        all.extend(written.map(|variable| Variable {
            raw: variable.raw,
            ..Variable::new(variable.key.clone(), variable.value.clone(), Origin::Yaml)
        }));
        let (mut before, after) = all.around_yaml();
        let yaml = all.iter().filter(|one| one.origin == Origin::Yaml);
        before.extend(yaml.cloned());
        before.extend(after.iter().cloned());
        Ok(before)
    }

    async fn of_pipeline(&self) -> Result<Vec<Given>> {
        if !self.parent.has_variables {
            return Ok(Vec::new());
        }
        let owner = Owner::Pipeline(self.parent.id);
        let rows = self.app.store.ci_variables_of(owner).await?;
        Ok(rows.iter().map(Given::of_row).collect())
    }
}

/// The same commit once more, with what is included.
fn child<'a>(
    around: &Surroundings,
    head: Head,
    include: &'a Node,
    ancestors: &[Pipeline],
) -> Result<Destination<'a>, FailureReason> {
    if depth(ancestors) >= MAX_DEPTH {
        return Err(FailureReason::ReachedMaxDescendantPipelinesDepth);
    }
    Ok(Destination {
        project: around.project.clone(),
        head,
        source: Source::ParentPipeline,
        configuration: Configuration::Child(include),
    })
}

/// How many child pipelines lead to the first of these, itself included.
fn depth(ancestors: &[Pipeline]) -> usize {
    let children = ancestors.iter();
    children
        .take_while(|pipeline| pipeline.source == Source::ParentPipeline)
        .count()
}

/// What goes along: the bridge's own variables, and those of the pipeline if it says so.
fn forwarded(around: &Surroundings, forward: Forward, known: &Collection) -> Vec<Given> {
    let mut forwarded = Vec::new();
    if forward.yaml_variables {
        let written = around.content.variables.iter();
        forwarded.extend(written.map(|variable| Given {
            key: variable.key.to_string(),
            value: match variable.raw {
                true => variable.value.to_string(),
                false => expand(&variable.value, known).to_string(),
            },
            variable_type: VariableType::EnvVar,
            raw: variable.raw,
        }));
    }
    if forward.pipeline_variables {
        for given in &around.of_pipeline {
            forwarded.retain(|other: &Given| other.key != given.key);
            forwarded.push(given.clone());
        }
    }
    forwarded
}
