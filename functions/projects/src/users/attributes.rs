//! What administrators may set of a user, and what may be wrong with it.

use switchyard::error::ModelErrors;
use switchyard::http::Reader;
use switchyard::names::{self, too_long};
use switchyard::user::User;

use super::password::Password;

/// What new users get, and what those get who are external no more.
pub(crate) const PROJECTS_LIMIT: u64 = 100_000;

const MAX_TEXT: usize = 255;
const MAX_NOTE: usize = 2_000;
const MAX_PROJECTS_LIMIT: i64 = i32::MAX as i64;

/// What was given. An empty text is one too.
#[derive(Default)]
pub(crate) struct Attributes {
    pub(crate) email: Option<String>,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<Password>,
    name: Option<String>,
    bio: Option<String>,
    location: Option<String>,
    organization: Option<String>,
    website_url: Option<String>,
    linkedin: Option<String>,
    twitter: Option<String>,
    job_title: Option<String>,
    public_email: Option<String>,
    note: Option<String>,
    admin: Option<bool>,
    external: Option<bool>,
    private_profile: Option<bool>,
    can_create_group: Option<bool>,
    projects_limit: Option<i64>,
}

impl Attributes {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Self {
        let attributes = Self {
            email: text(reader, "email").map(|email| normal(&email)),
            name: text(reader, "name"),
            username: text(reader, "username"),
            password: reader.text("password").map(Password::new),
            bio: text(reader, "bio"),
            location: text(reader, "location"),
            organization: text(reader, "organization"),
            website_url: text(reader, "website_url"),
            linkedin: text(reader, "linkedin"),
            twitter: text(reader, "twitter"),
            job_title: text(reader, "job_title"),
            public_email: text(reader, "public_email").map(|email| normal(&email)),
            note: text(reader, "note"),
            admin: reader.boolean("admin"),
            external: reader.boolean("external"),
            private_profile: reader.boolean("private_profile"),
            can_create_group: reader.boolean("can_create_group"),
            projects_limit: reader.integer("projects_limit"),
        };
        // Read as GitLab does; nobody confirms an address here, or signs in elsewhere.
        for name in ["skip_confirmation", "skip_reconfirmation"] {
            reader.boolean(name);
        }
        for name in ["extern_uid", "provider"] {
            reader.text(name);
        }
        attributes
    }

    /// The user with what was given, and what is wrong with it.
    pub(crate) fn apply(&self, to: &User) -> (User, ModelErrors) {
        let mut user = to.clone();
        let mut errors = ModelErrors::default();
        self.apply_names(&mut user, &mut errors);
        self.apply_profile(&mut user, &mut errors);
        self.apply_rights(&mut user, &mut errors);
        if let Some(password) = &self.password {
            for fault in password.faults(&user) {
                errors.add("password", fault);
            }
        }
        (user, errors)
    }

    fn apply_names(&self, user: &mut User, errors: &mut ModelErrors) {
        if let Some(email) = &self.email {
            if email.is_empty() {
                errors.add("email", "can't be blank");
            } else if !is_address(email) {
                errors.add("email", "is invalid");
            }
            // What others see must stay an address that the user has.
            if user.profile.public_email == user.email && *email != user.email {
                user.profile.public_email.clear();
            }
            user.email.clone_from(email);
        }
        if let Some(name) = &self.name {
            if name.trim().is_empty() {
                errors.add("name", "can't be blank");
            }
            set(&mut user.name, "name", Some(name), errors);
        }
        if let Some(username) = &self.username {
            if username.is_empty() || *username != user.username {
                for fault in names::faults(username) {
                    errors.add("username", fault);
                }
            }
            user.username.clone_from(username);
        }
    }

    fn apply_profile(&self, user: &mut User, errors: &mut ModelErrors) {
        let profile = &mut user.profile;
        set_optional(&mut profile.bio, "bio", self.bio.as_ref(), MAX_TEXT, errors);
        let location = self.location.as_ref();
        set_optional(
            &mut profile.location,
            "location",
            location,
            MAX_TEXT,
            errors,
        );
        for (to, name, given) in [
            (
                &mut profile.organization,
                "organization",
                &self.organization,
            ),
            (&mut profile.website_url, "website_url", &self.website_url),
            (&mut profile.linkedin, "linkedin", &self.linkedin),
            (&mut profile.twitter, "twitter", &self.twitter),
            (&mut profile.job_title, "job_title", &self.job_title),
        ] {
            set(to, name, given.as_ref(), errors);
        }
        if let Some(address) = &self.public_email {
            if !address.is_empty() && *address != user.email {
                errors.add("public_email", "is not an email you own");
            }
            user.profile.public_email.clone_from(address);
        }
        set_optional(&mut user.note, "note", self.note.as_ref(), MAX_NOTE, errors);
    }

    fn apply_rights(&self, user: &mut User, errors: &mut ModelErrors) {
        user.admin = self.admin.unwrap_or(user.admin);
        user.private_profile = self.private_profile.unwrap_or(user.private_profile);
        let was_external = user.external;
        user.external = self.external.unwrap_or(was_external);
        if was_external && !user.external {
            user.can_create_group = true;
            user.projects_limit = PROJECTS_LIMIT;
        }
        if let Some(limit) = self.projects_limit {
            if limit < 0 {
                errors.add("projects_limit", "must be greater than or equal to 0");
            } else if limit > MAX_PROJECTS_LIMIT {
                let text = format!("must be less than or equal to {MAX_PROJECTS_LIMIT}");
                errors.add("projects_limit", text);
            }
            user.projects_limit = limit.unsigned_abs();
        }
        user.can_create_group = self.can_create_group.unwrap_or(user.can_create_group);
        // Who becomes external may create nothing until it is allowed anew.
        if user.external && !was_external {
            user.can_create_group = false;
            user.projects_limit = 0;
        }
    }
}

fn text(reader: &mut Reader<'_>, name: &str) -> Option<String> {
    let given = reader.clearable(name, |reader, name| reader.text(name));
    given.map(Option::unwrap_or_default)
}

fn normal(address: &str) -> String {
    address.trim().to_lowercase()
}

fn set(to: &mut String, name: &str, given: Option<&String>, errors: &mut ModelErrors) {
    if let Some(text) = given {
        if text.chars().count() > MAX_TEXT {
            errors.add(name, too_long(MAX_TEXT));
        }
        to.clone_from(text);
    }
}

fn set_optional(
    to: &mut Option<String>,
    name: &str,
    given: Option<&String>,
    maximum: usize,
    errors: &mut ModelErrors,
) {
    if let Some(text) = given {
        if text.chars().count() > maximum {
            errors.add(name, too_long(maximum));
        }
        *to = (!text.is_empty()).then(|| text.clone());
    }
}

/// One `@` with something on both sides, and nothing that could end an address.
fn is_address(text: &str) -> bool {
    let refused = |character: char| {
        character.is_whitespace() || character.is_control() || "<>(),;:\"[]\\".contains(character)
    };
    let parts = text.split_once('@');
    parts.is_some_and(|(local, domain)| {
        !local.is_empty()
            && !domain.is_empty()
            && !domain.contains('@')
            && !domain.starts_with('.')
            && !domain.ends_with('.')
    }) && !text.contains(refused)
        && text.chars().count() <= MAX_TEXT
}
