//! A group that the caller may do the endpoint's action with.

use axum::extract::{FromRequest, Request};

use super::lookup::{Question, Resource, Target};
use super::{
    Caller, Endpoint, PathIds, authenticate, read, sources_of_group, standing, target_group,
};
use crate::error::{Error, Result};
use crate::http::app::App;
use crate::http::path::{self, GroupRef};
use crate::http::request::RequestInfo;
use crate::policy::{self, GroupAction, Standing, Verdict};
use crate::project::{DirectoryEntry, Group};
use crate::store::{Key, Rows};

pub struct GroupAccess<E> {
    pub caller: Caller,
    pub group: Group,
    pub standing: Standing,
    pub params: E,
    pub request: RequestInfo,
    /// What was read on the way.
    pub rows: Rows,
    /// The numbers that stand in the path besides the group's.
    pub ids: PathIds,
}

impl<E: Endpoint> FromRequest<App> for GroupAccess<E> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self> {
        let (parts, request) = RequestInfo::read(request, app).await?;
        let wanted = path::group(&parts)?;
        let resource = Resource::Group(wanted.clone());
        let question = Question::new(&parts, &request, E::ACCEPTS, resource, Target::None)?;
        let rows = question.answer(app).await?;

        let caller = authenticate::<E>(&question, &rows, app, request.now).await?;
        let ids = PathIds::of(&request, false);
        let params = read::<E>(&request, &ids)?;

        let not_found = || Error::not_found("Group");
        let id = match wanted {
            GroupRef::None => None,
            GroupRef::Id(id) => Some(id),
            GroupRef::Path(path) => {
                let entry: Option<DirectoryEntry> = rows.get(&Key::Directory(path))?;
                entry.and_then(|entry| target_group(&entry.target))
            }
        };
        let key = Key::Group(id.ok_or_else(not_found)?);
        let group: Group = rows.get(&key)?.ok_or_else(not_found)?;
        if !group.exists() {
            return Err(not_found());
        }
        let sources = sources_of_group(group.id, &group.ancestors);
        let standing = standing(&caller, sources, &rows, &request)?;
        if policy::may_in_group(GroupAction::ReadGroup, &group, standing) != Verdict::Allowed {
            return Err(not_found());
        }
        match policy::may_in_group(E::GROUP_ACTION, &group, standing) {
            Verdict::Allowed => Ok(Self {
                caller,
                group,
                standing,
                params,
                request,
                rows,
                ids,
            }),
            Verdict::Forbidden => Err(Error::Forbidden(None)),
            Verdict::Hidden => Err(not_found()),
        }
    }
}
