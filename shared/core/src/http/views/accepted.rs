//! Work that has begun and goes on behind the answer.

use serde::Serialize;
use utoipa::ToSchema;

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = Accepted)]
pub struct AcceptedView {
    message: &'static str,
}

impl Default for AcceptedView {
    fn default() -> Self {
        Self {
            message: "202 Accepted",
        }
    }
}
