//! Blocking, banning and deactivating: from which state to which, and what GitLab answers.

use super::UserState;

/// What administrators do about a user's state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StateEvent {
    Block,
    Unblock,
    Ban,
    Unban,
    Activate,
    Deactivate,
}

/// What comes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StateChange {
    To(UserState),
    /// It was so before.
    Nothing,
    /// It cannot be done from here, which GitLab does not count as an error.
    Impossible,
    /// 403 with this reason.
    Refused(String),
}

impl UserState {
    /// Decides.
    pub fn after(self, event: StateEvent) -> StateChange {
        let refused = |reason: &str| StateChange::Refused(reason.to_owned());
        match (event, self) {
            (StateEvent::Block, Self::Active | Self::Deactivated) => StateChange::To(Self::Blocked),
            // Who is banned is blocked besides.
            (StateEvent::Block, Self::Blocked | Self::Banned) => StateChange::Nothing,
            (StateEvent::Unblock, Self::Blocked) => StateChange::To(Self::Active),
            (StateEvent::Unblock, Self::Active | Self::Banned) => StateChange::Impossible,
            (StateEvent::Unblock, Self::Deactivated) => {
                refused("Deactivated users cannot be unblocked by the API")
            }
            (StateEvent::Ban, Self::Active) => StateChange::To(Self::Banned),
            (StateEvent::Ban, Self::Blocked | Self::Banned | Self::Deactivated) => {
                refused(&format!("You cannot ban {} users.", self.as_str()))
            }
            (StateEvent::Unban, Self::Banned) => StateChange::To(Self::Active),
            (StateEvent::Unban, Self::Active | Self::Blocked | Self::Deactivated) => {
                refused(&format!("You cannot unban {} users.", self.as_str()))
            }
            (StateEvent::Activate, Self::Deactivated) => StateChange::To(Self::Active),
            (StateEvent::Activate, Self::Active) => StateChange::Impossible,
            (StateEvent::Activate, Self::Blocked | Self::Banned) => {
                refused("A blocked user must be unblocked to be activated")
            }
            (StateEvent::Deactivate, Self::Active) => StateChange::To(Self::Deactivated),
            (StateEvent::Deactivate, Self::Deactivated) => StateChange::Nothing,
            (StateEvent::Deactivate, Self::Blocked | Self::Banned) => {
                refused("A blocked user cannot be deactivated by the API")
            }
        }
    }

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Blocked => "blocked",
            Self::Banned => "banned",
            Self::Deactivated => "deactivated",
        }
    }
}
