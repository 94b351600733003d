//! Passwords. Nobody signs in here with one: it is checked as clients expect, and dropped.

use switchyard::names::too_long;
use switchyard::user::User;

const MIN_LENGTH: usize = 8;
const MAX_LENGTH: usize = 128;

/// The least part of a name that a password may not contain.
const MIN_PART: usize = 4;

/// What many people choose, of those that are long enough.
const COMMON: [&str; 16] = [
    "00000000",
    "11111111",
    "12345678",
    "123456789",
    "1234567890",
    "87654321",
    "abcd1234",
    "baseball",
    "computer",
    "football",
    "iloveyou",
    "password",
    "password1",
    "princess",
    "qwertyui",
    "sunshine",
];

/// A password as it was given. It is neither kept nor shown.
pub(crate) struct Password(String);

impl Password {
    pub(crate) fn new(text: String) -> Self {
        Self(text)
    }

    /// What is wrong with it for this user.
    pub(crate) fn faults(&self, user: &User) -> Vec<String> {
        let length = self.0.chars().count();
        let mut faults = Vec::new();
        if length < MIN_LENGTH {
            faults.push(format!("is too short (minimum is {MIN_LENGTH} characters)"));
        } else if length > MAX_LENGTH {
            faults.push(too_long(MAX_LENGTH));
        } else if self.is_weak(user) {
            let text = "must not contain commonly used combinations of words and letters";
            faults.push(text.to_owned());
        }
        faults
    }

    fn is_weak(&self, user: &User) -> bool {
        let password = self.0.to_lowercase();
        let names = [&user.name, &user.username, &user.email];
        let parts = names.into_iter().flat_map(|name| {
            let separators = |character: char| !character.is_alphanumeric();
            name.split(separators).chain([name.as_str()])
        });
        let contains = |part: &str| {
            part.chars().count() >= MIN_PART && password.contains(&part.to_lowercase())
        };
        COMMON.contains(&password.as_str())
            || ["gitlab", "devops", "switchyard"].into_iter().any(contains)
            || parts.into_iter().any(contains)
    }
}
