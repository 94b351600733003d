//! How a resource group is shown.

use serde::Serialize;
use switchyard::ids::ResourceGroupId;
use switchyard::resource_group::{ProcessMode, ResourceGroup};
use utoipa::ToSchema;

#[derive(Serialize, ToSchema)]
#[schema(as = ResourceGroup)]
pub(crate) struct ResourceGroupView {
    id: ResourceGroupId,
    key: String,
    process_mode: ProcessMode,
    created_at: String,
    updated_at: String,
}

impl ResourceGroupView {
    pub(super) fn new(group: &ResourceGroup) -> Self {
        Self {
            id: group.id,
            key: group.key.clone(),
            process_mode: group.process_mode,
            created_at: group.created_at.to_string(),
            updated_at: group.updated_at.to_string(),
        }
    }
}
