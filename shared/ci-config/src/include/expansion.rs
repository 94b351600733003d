//! Variables in locations and globs.

use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::Arc;

use crate::variables::Unknown;
use crate::variables::reference::{self, Kind};

/// Puts values where variables stand, once.
pub(super) fn expand(
    text: &str,
    unknown: Unknown,
    variable: impl Fn(&str) -> Option<Arc<str>>,
) -> String {
    let value = |name: &str| variable(name).map(|value| Cow::Owned(value.to_string()));
    let write = |_| Ok::<_, Infallible>(());
    match reference::replace(text, Kind::Text, unknown, value, write) {
        Ok(replaced) => replaced,
        Err(never) => match never {},
    }
}
