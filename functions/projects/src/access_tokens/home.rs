//! The project or the group whose tokens a request is about.

use switchyard::error::{Error, Result};
use switchyard::http::access::{Caller, PathIds};
use switchyard::http::request::RequestInfo;
use switchyard::http::{App, GroupAccess, ProjectAccess};
use switchyard::ids::TokenId;
use switchyard::member::Source;
use switchyard::policy::{self, Action, GroupAction, Standing, Verdict};
use switchyard::project::{Group, Project};
use switchyard::store::bots::BotToken;
use switchyard::store::{Rows, Write};

/// A project or a group that the caller sees; what else they may, each action asks.
pub(super) struct Home<E> {
    pub(super) caller: Caller,
    pub(super) standing: Standing,
    pub(super) params: E,
    pub(super) request: RequestInfo,
    pub(super) rows: Rows,
    kind: Kind,
    ids: PathIds,
}

#[expect(clippy::large_enum_variant, reason = "there is one of it in a request")]
enum Kind {
    Project(Project),
    Group(Group),
}

impl<E> From<ProjectAccess<E>> for Home<E> {
    fn from(access: ProjectAccess<E>) -> Self {
        Self {
            caller: access.caller,
            standing: access.standing,
            params: access.params,
            request: access.request,
            rows: access.rows,
            kind: Kind::Project(access.project),
            ids: access.ids,
        }
    }
}

impl<E> From<GroupAccess<E>> for Home<E> {
    fn from(access: GroupAccess<E>) -> Self {
        Self {
            caller: access.caller,
            standing: access.standing,
            params: access.params,
            request: access.request,
            rows: access.rows,
            kind: Kind::Group(access.group),
            ids: access.ids,
        }
    }
}

impl<E> Home<E> {
    /// What it is called in texts.
    pub(super) fn name(&self) -> &'static str {
        match self.kind {
            Kind::Project(_) => "project",
            Kind::Group(_) => "group",
        }
    }

    pub(super) fn source(&self) -> Source {
        match &self.kind {
            Kind::Project(project) => Source::Project(project.id),
            Kind::Group(group) => Source::Group(group.id),
        }
    }

    /// Assumes that it still is there.
    pub(super) fn check(&self) -> Result<Write> {
        match &self.kind {
            Kind::Project(project) => Write::check(project),
            Kind::Group(group) => Write::check(group),
        }
    }

    /// Whether the caller may see and revoke its tokens.
    pub(super) fn administered(&self) -> bool {
        let standing = self.standing;
        let verdict = match &self.kind {
            Kind::Project(project) => policy::may(Action::AdminAccessTokens, project, standing),
            Kind::Group(group) => {
                policy::may_in_group(GroupAction::AdminAccessTokens, group, standing)
            }
        };
        verdict == Verdict::Allowed
    }

    /// Whether the caller may make and rotate its tokens.
    pub(super) fn issued(&self) -> bool {
        self.administered() && self.caller.user().is_some_and(policy::may_issue_tokens)
    }

    /// The token of the number in the path, if it is one of its own.
    pub(super) async fn token(&mut self, app: &App) -> Result<Option<BotToken>> {
        let id: TokenId = match self.ids.get("token_id") {
            Ok(id) => id,
            Err(Error::RecordNotFound) => return Ok(None),
            Err(error) => return Err(error),
        };
        let source = self.source();
        match app.store.token(id, &mut self.rows).await? {
            Some(token) if token.source == Some(source) => {
                app.store.bot_of(token, &mut self.rows).await
            }
            Some(_) | None => Ok(None),
        }
    }

    pub(super) fn no_such_token(&self) -> Error {
        Error::not_found(format!("{} Access Token", self.name()))
    }
}
