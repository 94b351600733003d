//! The numbers that stand in a path.

use crate::error::{Error, Result};
use crate::http::params::Reader;
use crate::http::path::{self, Id};
use crate::http::request::RequestInfo;

/// The numbers in a path, by their names in the route.
#[derive(Clone, Debug, Default)]
pub struct PathIds(Vec<(String, Id)>);

impl PathIds {
    /// All variables of the route called `…_id`, and `id` where it is a number too.
    pub(super) fn of(request: &RequestInfo, with_id: bool) -> Self {
        let variables = request.route_params.iter();
        let ids = variables.filter(|(name, _)| name.ends_with("_id") || (with_id && name == "id"));
        Self(
            ids.map(|(name, text)| (name.clone(), path::id_of(text)))
                .collect(),
        )
    }

    /// Remembers those that are no numbers as faults, like parameters.
    pub(super) fn check(&self, reader: &mut Reader<'_>) {
        for (name, id) in &self.0 {
            if *id == Id::Invalid {
                reader.fault(format!("{name} is invalid"));
            }
        }
    }

    /// The number of that name.
    ///
    /// # Errors
    /// 404 `404 Not found` if no row can have it.
    pub fn get<T: From<u64>>(&self, name: &str) -> Result<T> {
        let found = self.0.iter().find(|(known, _)| known == name);
        match found {
            Some((_, Id::Known(id))) => Ok(T::from(*id)),
            Some((_, Id::Impossible | Id::Invalid)) => Err(Error::RecordNotFound),
            None => Err(Error::Internal(format!("the route has no {name}"))),
        }
    }
}
