//! Addresses and names that belong to somebody else.

use switchyard::error::{Error, ModelErrors, Result};
use switchyard::http::App;
use switchyard::project::{DirectoryEntry, DirectoryTarget};
use switchyard::store::{Key, Rows};
use switchyard::user::{Email, User};

/// Looks up what differs in `new`. A name that a group has is one more thing that is wrong
/// with the user.
///
/// # Errors
/// 409, for the address first: before anything else that is wrong, as in GitLab.
pub(crate) async fn check(
    app: &App,
    old: &User,
    new: &User,
    errors: &mut ModelErrors,
) -> Result<()> {
    let email = Key::Email(new.email.to_lowercase());
    let name = Key::Directory(new.username.to_lowercase());
    let mut keys = Vec::new();
    if new.email.to_lowercase() != old.email.to_lowercase() {
        keys.push(email.clone());
    }
    if new.username.to_lowercase() != old.username.to_lowercase() {
        keys.push(name.clone());
    }
    let mut rows = Rows::default();
    rows.load(&app.store, keys).await?;
    if rows.get::<Email>(&email)?.is_some() {
        return Err(email_taken());
    }
    let entry: Option<DirectoryEntry> = rows.get(&name)?;
    match entry.map(|entry| entry.target) {
        Some(DirectoryTarget::User { .. }) => Err(Error::Conflict(
            "Username has already been taken".to_owned(),
        )),
        Some(
            DirectoryTarget::Group { .. }
            | DirectoryTarget::Project { .. }
            | DirectoryTarget::MovedProject { .. },
        ) => {
            errors.add("username", "has already been taken");
            Ok(())
        }
        None => Ok(()),
    }
}

pub(crate) fn email_taken() -> Error {
    Error::Conflict("Email has already been taken".to_owned())
}
