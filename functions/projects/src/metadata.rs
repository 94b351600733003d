//! Which version this is.

use serde::Serialize;
use switchyard::http::{Accepts, CallerAccess, Endpoint, GITLAB_VERSION, Json, Reader};
use utoipa::ToSchema;

pub(crate) struct ShowMetadata;

impl Endpoint for ShowMetadata {
    const ACCEPTS: Accepts = Accepts::USER_READER;

    fn read(_: &mut Reader<'_>) -> Self {
        Self
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Metadata)]
pub(crate) struct MetadataView {
    version: &'static str,
    /// Names Switchyard and its own version.
    revision: &'static str,
    kas: KasView,
    enterprise: bool,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Kas)]
struct KasView {
    enabled: bool,
    external_url: Option<String>,
    external_k8s_proxy_url: Option<String>,
    version: Option<String>,
}

/// Show the version
#[utoipa::path(get, path = "/api/v4/version", responses((status = 200, body = MetadataView)))]
pub(crate) async fn version(access: CallerAccess<ShowMetadata>) -> Json<MetadataView> {
    show(access).await
}

/// Show the instance's metadata
#[utoipa::path(get, path = "/api/v4/metadata", responses((status = 200, body = MetadataView)))]
pub(crate) async fn show(_: CallerAccess<ShowMetadata>) -> Json<MetadataView> {
    Json(MetadataView {
        version: GITLAB_VERSION,
        revision: concat!("switchyard-", env!("CARGO_PKG_VERSION")),
        kas: KasView {
            enabled: false,
            external_url: None,
            external_k8s_proxy_url: None,
            version: None,
        },
        enterprise: false,
    })
}
