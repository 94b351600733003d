//! Which pipelines a list is about.

use switchyard::http::Reader;
use switchyard::ids::UserId;
use switchyard::job::Status;
use switchyard::pipeline::{Pipeline, Source};
use switchyard::store::pipelines::Among;
use switchyard::time::Time;

/// GitLab's `scope` of a pipeline list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    Running,
    Pending,
    Finished,
    /// The latest pipeline of each branch that still exists.
    Branches,
    /// The latest pipeline of each tag that still exists.
    Tags,
}

const FINISHED: [Status; 3] = [Status::Success, Status::Failed, Status::Canceled];

/// All filters of the pipeline list.
#[derive(Debug, Default)]
pub(crate) struct Filter {
    pub(crate) scope: Option<Scope>,
    pub(crate) username: Option<String>,
    status: Option<Status>,
    ref_name: Option<String>,
    sha: Option<String>,
    yaml_errors: Option<bool>,
    name: Option<String>,
    source: Option<Source>,
    updated_before: Option<Time>,
    updated_after: Option<Time>,
    created_before: Option<Time>,
    created_after: Option<Time>,
}

impl Filter {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            scope: reader.one_of("scope", |text| match text {
                "running" => Some(Scope::Running),
                "pending" => Some(Scope::Pending),
                "finished" => Some(Scope::Finished),
                "branches" => Some(Scope::Branches),
                "tags" => Some(Scope::Tags),
                _ => None,
            }),
            status: reader.one_of("status", Status::parse),
            ref_name: reader.text("ref"),
            sha: reader.text("sha"),
            yaml_errors: reader.boolean("yaml_errors"),
            username: reader.text("username"),
            name: reader.text("name"),
            updated_before: reader.time("updated_before"),
            updated_after: reader.time("updated_after"),
            created_before: reader.time("created_before"),
            created_after: reader.time("created_after"),
            source: reader.one_of("source", Source::parse),
        }
    }

    /// Whether it leaves out more than the list without parameters does.
    pub(crate) fn narrows(&self) -> bool {
        self.scope.is_some()
            || self.status.is_some()
            || self.ref_name.is_some()
            || self.sha.is_some()
            || self.yaml_errors.is_some()
            || self.username.is_some()
            || self.name.is_some()
            || self.source.is_some()
            || self.updated_before.is_some()
            || self.updated_after.is_some()
            || self.created_before.is_some()
            || self.created_after.is_some()
    }

    /// Whether the list has the latest pipeline of each branch or tag only.
    pub(crate) fn is_of_refs(&self) -> bool {
        matches!(self.scope, Some(Scope::Branches | Scope::Tags))
    }

    /// The pipelines among which the latest ones are: the other filters are asked after.
    pub(crate) fn before_latest(&self) -> Self {
        Self {
            scope: self.scope,
            source: self.source,
            ref_name: self.ref_name.clone(),
            ..Self::default()
        }
    }

    /// The narrowest set of rows to walk over.
    pub(crate) fn among(&self) -> Among {
        if let Some(name) = &self.ref_name {
            return Among::OfRef(name.clone());
        }
        match (self.status, self.scope) {
            (Some(status), _) => Among::WithStatus(vec![status]),
            (None, Some(Scope::Running)) => Among::WithStatus(vec![Status::Running]),
            (None, Some(Scope::Pending)) => Among::WithStatus(vec![Status::Pending]),
            (None, Some(Scope::Finished)) => Among::WithStatus(FINISHED.to_vec()),
            (None, Some(Scope::Branches | Scope::Tags) | None) => Among::All,
        }
    }

    /// Whether a pipeline is in the list. `user` is the one called `username`.
    pub(crate) fn fits(&self, pipeline: &Pipeline, user: Option<UserId>) -> bool {
        let scope = match self.scope {
            None => true,
            Some(Scope::Running) => pipeline.status == Status::Running,
            Some(Scope::Pending) => pipeline.status == Status::Pending,
            Some(Scope::Finished) => FINISHED.contains(&pipeline.status),
            Some(Scope::Branches) => !pipeline.tag,
            Some(Scope::Tags) => pipeline.tag,
        };
        let source = match self.source {
            Some(source) => pipeline.source == source,
            None => pipeline.source != Source::ParentPipeline,
        };
        scope
            && source
            && pipeline.is_published()
            && self.status.is_none_or(|status| pipeline.status == status)
            && self
                .ref_name
                .as_ref()
                .is_none_or(|name| pipeline.ref_name == *name)
            && self.sha.as_ref().is_none_or(|sha| pipeline.sha == *sha)
            && self
                .yaml_errors
                .is_none_or(|wanted| pipeline.yaml_errors.is_some() == wanted)
            && user.is_none_or(|user| pipeline.user_id == user)
            && self
                .name
                .as_ref()
                .is_none_or(|name| pipeline.name.as_ref() == Some(name))
            && self
                .updated_before
                .is_none_or(|time| pipeline.updated_at < time)
            && self
                .updated_after
                .is_none_or(|time| pipeline.updated_at > time)
            && self
                .created_before
                .is_none_or(|time| pipeline.created_at < time)
            && self
                .created_after
                .is_none_or(|time| pipeline.created_at > time)
    }
}
