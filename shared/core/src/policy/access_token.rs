//! What may be done with access tokens.

use super::Standing;
use crate::member::Role;
use crate::token::AccessToken;
use crate::user::User;

/// Whether somebody may see, rotate and revoke a token by its number: their own, and
/// administrators everybody's.
pub fn may_manage_token(user: &User, token: &AccessToken) -> bool {
    user.admin || token.user_id == user.id
}

/// Whether somebody who may administer the tokens of a project or a group may also make
/// and rotate them. A bot may not: a token that leaked must not be able to breed.
pub fn may_issue_tokens(user: &User) -> bool {
    !user.bot
}

/// Whether somebody may hand on this role: nobody gives more than they have.
pub fn may_hand_on(role: Role, standing: Standing) -> bool {
    standing.role() >= Some(role)
}
