//! How triggers are shown.

use serde::Serialize;
use switchyard::error::Result;
use switchyard::http::App;
use switchyard::http::views::BasicUserView;
use switchyard::ids::TriggerId;
use switchyard::store::{Key, Rows};
use switchyard::token::Secret;
use switchyard::trigger::Trigger;
use switchyard::user::User;
use utoipa::ToSchema;

#[derive(Clone, Serialize, ToSchema)]
#[schema(as = Trigger)]
pub(crate) struct TriggerView {
    id: TriggerId,
    /// All of it when it was just made, later only its beginning.
    token: String,
    description: String,
    created_at: String,
    updated_at: String,
    last_used: Option<String>,
    expires_at: Option<String>,
    /// Null once the user is gone.
    owner: Option<BasicUserView>,
}

impl TriggerView {
    /// Triggers with their owners, who are read unless they are among the rows.
    pub(super) async fn of_all(
        triggers: &[Trigger],
        rows: &mut Rows,
        base_url: &str,
        app: &App,
    ) -> Result<Vec<Self>> {
        let owners = triggers.iter().map(|trigger| Key::User(trigger.owner_id));
        rows.load(&app.store, owners).await?;
        triggers
            .iter()
            .map(|trigger| {
                let owner: Option<User> = rows.get(&Key::User(trigger.owner_id))?;
                let owner = owner.filter(|user| user.deleted_at.is_none());
                Ok(Self::new(trigger, owner.as_ref(), base_url))
            })
            .collect()
    }

    pub(super) fn new(trigger: &Trigger, owner: Option<&User>, base_url: &str) -> Self {
        Self {
            id: trigger.id,
            token: trigger.token_start.clone(),
            description: trigger.description.clone(),
            created_at: trigger.created_at.to_string(),
            updated_at: trigger.updated_at.to_string(),
            last_used: trigger.last_used.map(|time| time.to_string()),
            expires_at: trigger.expires_at.map(|time| time.to_string()),
            owner: owner.map(|owner| BasicUserView::new(owner, base_url)),
        }
    }

    /// The same with its token in clear: only whoever made it just now sees that.
    pub(super) fn with(self, secret: &Secret) -> Self {
        Self {
            token: secret.reveal().to_owned(),
            ..self
        }
    }
}
