//! Add members: one, or several at once.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;
use serde::Serialize;
use switchyard::error::{Error, Result};
use switchyard::http::params::Value;
use switchyard::http::path::UserRef;
use switchyard::http::views::MemberView;
use switchyard::http::{Accepts, App, Endpoint, GroupAccess, Json, ProjectAccess, Reader};
use switchyard::ids::UserId;
use switchyard::member::Member;
use switchyard::policy::{Action, GroupAction};
use switchyard::project::{DirectoryEntry, DirectoryTarget};
use switchyard::store::{Key, Rows, Write, Written};
use switchyard::user::User;
use utoipa::ToSchema;

use super::ATTEMPTS;
use super::place::Place;
use super::terms::Terms;

/// Users that one request adds at most, as in GitLab.
const MAX_USERS: usize = 100;

/// The text for somebody who is a direct member already.
const EXISTS: &str = "Member already exists";

pub(crate) struct AddMember {
    terms: Terms,
    users: Vec<UserRef>,
    /// As they were asked for: several are answered in a form of their own.
    names: Vec<String>,
    is_list: bool,
}

impl Endpoint for AddMember {
    const ACCEPTS: Accepts = Accepts::WRITER;
    const ACTION: Action = Action::AdminMembers;
    const GROUP_ACTION: GroupAction = GroupAction::AdminMembers;

    fn read(reader: &mut Reader<'_>) -> Self {
        let terms = Terms::read(reader);
        let names = ["user_id", "username"];
        reader.at_least_one_of(&names);
        reader.mutually_exclusive(&names);
        let is_list = names.iter().any(|name| match reader.value(name) {
            Some(Value::Text(text)) => text.contains(','),
            Some(Value::List(_)) => true,
            Some(Value::Map(_)) | None => false,
        });
        let ids = reader.integers("user_id").unwrap_or_default();
        let ids = ids.iter().map(ToString::to_string);
        let usernames = reader.list("username").unwrap_or_default();
        let (ids, usernames): (Vec<String>, _) = (ids.collect(), usernames);
        let of_ids = ids.iter().map(|id| UserRef::parse(id));
        let of_names = usernames
            .iter()
            .map(|name| UserRef::Username(name.to_lowercase()));
        Self {
            terms,
            users: of_ids.chain(of_names).collect(),
            names: ids.iter().chain(&usernames).cloned().collect(),
            is_list,
        }
    }
}

/// Add a member to a group
///
/// Or several: with a list of users the answer says for whom it did not work.
#[utoipa::path(
    post,
    path = "/api/v4/groups/{id}/members",
    params(
        ("id" = String, Path, description = "number or encoded full path of the group"),
        ("user_id" = Option<String>, Query, description = "this or `username`, several with commas; here and below: in the query or in the body"),
        ("username" = Option<String>, Query),
        ("access_level" = u8, Query),
        ("expires_at" = Option<String>, Query, description = "`YYYY-MM-DD`"),
    ),
    responses((status = 201, body = MemberView)),
)]
pub(crate) async fn to_group(
    State(app): State<App>,
    access: GroupAccess<AddMember>,
) -> Result<Response> {
    add(Place::from(access), &app).await
}

/// Add a member to a project
///
/// Or several: with a list of users the answer says for whom it did not work.
#[utoipa::path(
    post,
    path = "/api/v4/projects/{id}/members",
    params(
        ("id" = String, Path, description = "number or encoded full path of the project"),
        ("user_id" = Option<String>, Query, description = "this or `username`, several with commas; here and below: in the query or in the body"),
        ("username" = Option<String>, Query),
        ("access_level" = u8, Query),
        ("expires_at" = Option<String>, Query, description = "`YYYY-MM-DD`"),
    ),
    responses((status = 201, body = MemberView)),
)]
pub(crate) async fn to_project(
    State(app): State<App>,
    access: ProjectAccess<AddMember>,
) -> Result<Response> {
    add(Place::from(access), &app).await
}

async fn add(mut place: Place<AddMember>, app: &App) -> Result<Response> {
    let users = find(&mut place, app).await?;
    if place.params.is_list {
        let view = add_list(&mut place, &users, app).await?;
        return Ok((StatusCode::CREATED, Json(view)).into_response());
    }
    let not_found = || Error::not_found("User");
    let id = users.first().copied().flatten().ok_or_else(not_found)?;
    let user = place.user(id)?.ok_or_else(not_found)?;
    let member = add_one(&mut place, &user, app).await?;
    let view = place.view(&member, &user)?;
    Ok((StatusCode::CREATED, Json(view)).into_response())
}

/// The numbers of those who are meant, and the rows that decide about them: in one round
/// where the numbers are known, and else in two.
async fn find(place: &mut Place<AddMember>, app: &App) -> Result<Vec<Option<UserId>>> {
    let hints = app.store.hints();
    let mut keys = Vec::new();
    for user in &place.params.users {
        match user {
            UserRef::Id(id) => keys.extend(place.keys_of(*id)),
            UserRef::Username(name) => {
                keys.push(Key::Directory(name.clone()));
                let hint = hints.user_of_name.get(name);
                keys.extend(hint.into_iter().flat_map(|id| place.keys_of(id)));
            }
            UserRef::None => {}
        }
    }
    place.rows.load(&app.store, keys).await?;
    let mut found = Vec::new();
    for user in &place.params.users {
        found.push(match user {
            UserRef::Id(id) => Some(*id),
            UserRef::Username(name) => {
                let entry: Option<DirectoryEntry> =
                    place.rows.get(&Key::Directory(name.clone()))?;
                match entry.map(|entry| entry.target) {
                    Some(DirectoryTarget::User { id }) => {
                        hints.user_of_name.learn(name.clone(), id);
                        Some(id)
                    }
                    Some(
                        DirectoryTarget::Project { .. }
                        | DirectoryTarget::MovedProject { .. }
                        | DirectoryTarget::Group { .. },
                    )
                    | None => None,
                }
            }
            UserRef::None => None,
        });
    }
    let keys = found.iter().flatten().flat_map(|id| place.keys_of(*id));
    place
        .rows
        .load(&app.store, keys.collect::<Vec<_>>())
        .await?;
    Ok(found)
}

/// Adds somebody whose rows were read.
async fn add_one(place: &mut Place<AddMember>, user: &User, app: &App) -> Result<Member> {
    for _ in 0..ATTEMPTS {
        let caller = place.caller.user().map(|user| Key::User(user.id));
        let keys = place.keys_of(user.id).into_iter().chain(caller);
        place.rows.load(&app.store, keys).await?;
        let (member, write) = decide(place, user)?;
        let writes = vec![write, place.of.check()?];
        if app.store.write_all(writes).await? == Written::All {
            return Ok(member);
        }
        place.of = place.of.read_again(app).await?;
        place.rows = Rows::default();
    }
    Err(Error::ResourceLock)
}

/// The new membership, if it may be.
fn decide(place: &Place<AddMember>, user: &User) -> Result<(Member, Write)> {
    if place.member(user.id)?.is_some() {
        return Err(Error::Conflict(EXISTS.to_owned()));
    }
    let terms = place.params.terms;
    if terms.role.is_some_and(|role| !place.is_within_reach(role)) {
        return Err(Error::Forbidden(None));
    }
    if user.bot {
        let text = "project bots cannot be added to other groups / projects";
        return Err(Error::invalid("user", text));
    }
    let member = Member {
        source: place.of.source(),
        user_id: user.id,
        access_level: terms.check(place, user.id)?,
        created_at: place.request.now,
        expires_at: terms.expires_at.flatten(),
        created_by: place.caller.user().map(|user| user.id),
        updated_at: None,
    };
    let key = Key::Member(member.source, member.user_id);
    // One that has ended is as good as none.
    let write = match place.rows.get::<Member>(&key)? {
        Some(ended) => Write::edit(&ended, &member)?,
        None => Write::create(&member)?,
    };
    Ok((member, write))
}

/// What became of several users.
#[derive(Serialize, ToSchema)]
struct ListView {
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum Message {
    Text(&'static str),
    ByUser(BTreeMap<String, String>),
}

impl ListView {
    fn error(message: Message) -> Self {
        Self {
            status: "error",
            message: Some(message),
        }
    }
}

/// Adds one after the other; what is wrong with one does not stop the others.
async fn add_list(
    place: &mut Place<AddMember>,
    users: &[Option<UserId>],
    app: &App,
) -> Result<ListView> {
    if users.is_empty() {
        return Ok(ListView::error(Message::Text("No users specified.")));
    }
    if users.len() > MAX_USERS {
        let text = "Too many users specified (limit is 100)";
        return Ok(ListView::error(Message::Text(text)));
    }
    let role = place.params.terms.role;
    if role.is_some_and(|role| !place.is_within_reach(role)) {
        return Err(Error::Forbidden(None));
    }
    let mut people = Vec::new();
    let mut errors = BTreeMap::new();
    let names = place.params.names.clone();
    for (name, id) in names.into_iter().zip(users) {
        let user = match id {
            Some(id) => place.user(*id)?,
            None => None,
        };
        match user {
            Some(user) if !people.contains(&user) => people.push(user),
            Some(_) => {}
            None => {
                errors.insert(name, "User not found".to_owned());
            }
        }
    }
    for user in people {
        match add_one(place, &user, app).await {
            Ok(_) => {}
            Err(error) => {
                let text = text_of(&error).ok_or(error)?;
                errors.insert(user.username, text);
            }
        }
    }
    Ok(if errors.is_empty() {
        ListView {
            status: "success",
            message: None,
        }
    } else {
        ListView::error(Message::ByUser(errors))
    })
}

/// What is told about one of several users; none for what stops the whole request.
fn text_of(error: &Error) -> Option<String> {
    if let Error::Conflict(text) = error {
        return Some(text.clone());
    }
    let Error::Invalid(errors) = error else {
        return None;
    };
    let texts = errors.0.iter().flat_map(|(field, texts)| {
        let field = in_words(field);
        texts.iter().map(move |text| format!("{field} {text}"))
    });
    Some(texts.collect::<Vec<_>>().join(" and "))
}

/// `access_level` as a sentence begins with it.
fn in_words(field: &str) -> String {
    let words = field.replace('_', " ");
    let mut characters = words.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}
