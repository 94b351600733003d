//! The rules for a new token: its name, its scopes, and the day on which it expires.

use switchyard::http::Reader;
use switchyard::ids::TokenId;
use switchyard::time::{Day, Time};
use switchyard::token::{AccessToken, Scope, Secret};

/// So many days a token lives at most, and if nothing else is asked for.
pub(crate) const MAX_DAYS: u16 = 365;

/// So many days one lives that rotation made.
pub(crate) const ROTATION_DAYS: u16 = 7;

const MAX_CHARACTERS: usize = 255;

/// What is asked for.
pub(crate) struct NewToken {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) expires_at: Option<Day>,
}

impl NewToken {
    /// `name`, `description`, `scopes` among those that are `allowed`, and `expires_at`.
    pub(crate) fn read(reader: &mut Reader<'_>, allowed: &[Scope]) -> Self {
        let name = reader.required("name", |reader, name| reader.text(name));
        let description = reader.text("description");
        let texts = reader.required("scopes", |reader, name| reader.list(name));
        let mut scopes = Vec::new();
        for text in texts {
            match Scope::parse(&text).filter(|scope| allowed.contains(scope)) {
                Some(scope) if scopes.contains(&scope) => {}
                Some(scope) => scopes.push(scope),
                None => {
                    reader.fault("scopes does not have a valid value".to_owned());
                    break;
                }
            }
        }
        Self {
            name,
            description,
            scopes,
            expires_at: reader.day("expires_at"),
        }
    }

    /// What is wrong with it, apart from its last day.
    pub(crate) fn faults(&self) -> Faults {
        let mut faults = Faults::default();
        let too_long = |text: &str| text.chars().count() > MAX_CHARACTERS;
        let is_too_long = format!("is too long (maximum is {MAX_CHARACTERS} characters)");
        if self.name.trim().is_empty() {
            faults.add("Name can't be blank");
        }
        if too_long(&self.name) {
            faults.add(&format!("Name {is_too_long}"));
        }
        if self.description.as_deref().is_some_and(too_long) {
            faults.add(&format!("Description {is_too_long}"));
        }
        if self.scopes.is_empty() {
            faults.add("Scopes can't be blank");
        }
        faults
    }
}

/// The last day of a token: the one that is asked for, or so many days from today on.
pub(crate) fn expiry(asked: Option<Day>, days: u16, now: Time, faults: &mut Faults) -> Day {
    let today = now.day();
    let last = today.plus_days(MAX_DAYS);
    match asked {
        None => return today.plus_days(days),
        Some(day) if day < today => faults.add("Expires at cannot be a date in the past"),
        Some(day) if day > last => faults.add(&format!("Expires at must be before {last}")),
        Some(_) => {}
    }
    asked.unwrap_or(last)
}

/// The token that takes another one's place.
pub(crate) fn renewed(
    old: &AccessToken,
    id: TokenId,
    secret: &Secret,
    expires_at: Day,
    now: Time,
) -> AccessToken {
    AccessToken {
        digest: secret.digest(),
        id,
        revoked: false,
        created_at: now,
        last_used_at: None,
        expires_at: Some(expires_at),
        family: Some(old.family.unwrap_or(old.id)),
        replaced_by: None,
        ..old.clone()
    }
}

/// What is wrong, in sentences.
#[derive(Default)]
pub(crate) struct Faults(Vec<String>);

impl Faults {
    pub(crate) fn add(&mut self, text: &str) {
        self.0.push(text.to_owned());
    }

    /// All of it as one text, if there is any.
    pub(crate) fn text(self) -> Option<String> {
        match &*self.0 {
            [] => None,
            [one] => Some(one.clone()),
            [one, other] => Some(format!("{one} and {other}")),
            [most @ .., last] => Some(format!("{}, and {last}", most.join(", "))),
        }
    }
}
