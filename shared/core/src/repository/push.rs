//! What a push leaves behind, so that a pipeline can be made from it exactly once.

use serde::{Deserialize, Serialize};

use crate::ids::{ProjectId, PushId, UserId};
use crate::time::Time;

/// In the place of a commit where there is none.
pub const ZERO_SHA: &str = "0000000000000000000000000000000000000000";

/// A branch that was moved or made, or a tag that was made. The row is written in the
/// transaction that moves the ref. Who makes the pipeline deletes it in the transaction that
/// publishes the pipeline; or alone, where no pipeline comes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    pub project_id: ProjectId,
    pub id: PushId,
    pub ref_name: String,
    pub tag: bool,
    /// Where the ref stood before; [`ZERO_SHA`] for a new one.
    pub before: String,
    pub after: String,
    pub user_id: UserId,
    pub created_at: Time,
    /// Whether the commit's message asks for a pipeline that is skipped.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ci_skip: bool,
    /// By when the sweeper looks after the row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Time>,
}

/// Microseconds that a function has to make the pipeline before the sweeper does: longer than
/// it may run.
const FOLLOW_UP: i64 = 30_000_000;

impl Push {
    pub(super) fn deadline(now: Time) -> Time {
        Time::from_microseconds(now.microseconds() + FOLLOW_UP)
    }
}

/// Whether a message says `[ci skip]` or `[skip ci]`, in any case, also with `-` or `_`.
pub(super) fn asks_to_skip(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    let words = [("ci", "skip"), ("skip", "ci")];
    words.iter().any(|(one, two)| {
        let between = [" ", "-", "_"].iter();
        between
            .into_iter()
            .any(|mark| message.contains(&format!("[{one}{mark}{two}]")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_that_skip() {
        for message in ["[ci skip]", "x [SKIP CI] y", "a\n\n[ci-skip]", "[skip_ci]"] {
            assert!(asks_to_skip(message), "{message}");
        }
        for message in [
            "ci skip",
            "[ci  skip]",
            "[skip]",
            "[ciskip]",
            "[skip ci",
            "",
        ] {
            assert!(!asks_to_skip(message), "{message}");
        }
    }
}
