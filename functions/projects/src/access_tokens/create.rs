//! Make an access token of a project or a group, and the bot that uses it.

use axum::extract::State;
use futures::future::try_join3;
use http::StatusCode;
use switchyard::bot::bot;
use switchyard::error::{Error, Result};
use switchyard::http::views::NewResourceTokenView;
use switchyard::http::{Accepts, App, Endpoint, GroupAccess, Json, ProjectAccess, Reader};
use switchyard::ids::{GroupId, TokenId, UserId};
use switchyard::member::{Member, Role};
use switchyard::policy;
use switchyard::store::bots::BotToken;
use switchyard::store::counters::Counter;
use switchyard::time::Day;
use switchyard::token::{AccessToken, Scope, Secret};

use super::home::Home;
use crate::personal_access_tokens::{MAX_DAYS, NewToken, expiry, role};

/// All but those about a person and those of administrators.
const SCOPES: [Scope; 11] = [
    Scope::Api,
    Scope::ReadApi,
    Scope::ReadRepository,
    Scope::WriteRepository,
    Scope::ReadRegistry,
    Scope::WriteRegistry,
    Scope::CreateRunner,
    Scope::ManageRunner,
    Scope::K8sProxy,
    Scope::SelfRotate,
    Scope::AiFeatures,
];

pub(crate) struct CreateToken {
    new: NewToken,
    access_level: Role,
}

impl Endpoint for CreateToken {
    const ACCEPTS: Accepts = Accepts::WRITER;

    fn read(reader: &mut Reader<'_>) -> Self {
        let new = NewToken::read(reader, &SCOPES);
        let access_level = role(reader, "access_level");
        Self {
            new,
            access_level: access_level.unwrap_or(Role::Maintainer),
        }
    }
}

/// Create an access token of a project
///
/// For maintainers, with a role that is not above their own; not with a token of a bot.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/access_tokens",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("name" = String, Query),
        ("scopes" = Vec<Scope>, Query),
        ("description" = Option<String>, Query),
        ("access_level" = Option<u8>, Query, description = "40 by default"),
        ("expires_at" = Option<String>, Query, description = "a day, at most 365 ahead, which is the default"),
    ),
    responses((status = 201, body = NewResourceTokenView)),
)]
pub(crate) async fn for_project(
    State(app): State<App>,
    access: ProjectAccess<CreateToken>,
) -> Result<(StatusCode, Json<NewResourceTokenView>)> {
    create(&app, access.into()).await
}

/// Create an access token of a group
///
/// For owners, with a role that is not above their own; not with a token of a bot.
#[utoipa::path(
    post,
    path = "/api/v4/groups/{id}/access_tokens",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("name" = String, Query),
        ("scopes" = Vec<Scope>, Query),
        ("description" = Option<String>, Query),
        ("access_level" = Option<u8>, Query, description = "40 by default"),
        ("expires_at" = Option<String>, Query, description = "a day, at most 365 ahead, which is the default"),
    ),
    responses((status = 201, body = NewResourceTokenView)),
)]
pub(crate) async fn for_group(
    State(app): State<App>,
    access: GroupAccess<CreateToken>,
) -> Result<(StatusCode, Json<NewResourceTokenView>)> {
    create(&app, access.into()).await
}

async fn create(
    app: &App,
    home: Home<CreateToken>,
) -> Result<(StatusCode, Json<NewResourceTokenView>)> {
    if !home.issued() {
        return Err(Error::bad_request(format!(
            "User does not have permission to create {} access token",
            home.name()
        )));
    }
    let CreateToken { new, access_level } = &home.params;
    if !policy::may_hand_on(*access_level, home.standing) {
        let text = "Access level of the token contains permissions not held by the creating user";
        return Err(Error::bad_request(text));
    }
    let mut faults = new.faults();
    let expires_at = expiry(new.expires_at, MAX_DAYS, home.request.now, &mut faults);
    if let Some(text) = faults.text() {
        return Err(Error::bad_request(text));
    }
    let secret = Secret::personal_access_token();
    let made = make(app, &home, &secret, expires_at).await?;
    if !app.store.create_bot_token(&made, home.check()?).await? {
        return Err(Error::ResourceLock);
    }
    let view = NewResourceTokenView::new(&made.token, *access_level, &secret, home.request.now);
    Ok((StatusCode::CREATED, Json(view)))
}

/// A token with its bot, for numbers that were just reserved.
async fn make(
    app: &App,
    home: &Home<CreateToken>,
    secret: &Secret,
    expires_at: Day,
) -> Result<BotToken> {
    let (caller, now) = (home.caller.signed_in()?, home.request.now);
    let CreateToken { new, access_level } = &home.params;
    let (user, namespace, token) = try_join3(
        app.store.reserve_ids(Counter::Users, 1),
        app.store.reserve_ids(Counter::Groups, 1),
        app.store.reserve_ids(Counter::Tokens, 1),
    )
    .await?;
    let source = home.source();
    let namespace = GroupId(namespace);
    let bot = bot(UserId(user), namespace, source, &new.name, caller, now);
    let member = Member {
        source,
        user_id: bot.id,
        access_level: *access_level,
        created_at: now,
        expires_at: None,
        created_by: Some(caller.id),
        updated_at: None,
    };
    let token = AccessToken {
        digest: secret.digest(),
        id: TokenId(token),
        user_id: bot.id,
        name: new.name.clone(),
        description: new.description.clone(),
        scopes: new.scopes.clone(),
        revoked: false,
        created_at: now,
        last_used_at: None,
        expires_at: Some(expires_at),
        source: Some(source),
        family: None,
        replaced_by: None,
    };
    Ok(BotToken { token, member, bot })
}
