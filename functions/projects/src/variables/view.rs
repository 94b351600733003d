//! How variables are shown.

use serde::Serialize;
use switchyard::variable::{CiVariable, VariableType};
use utoipa::ToSchema;

/// A variable of the instance.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = InstanceVariable)]
pub(crate) struct InstanceVariableView {
    variable_type: VariableType,
    key: String,
    /// Null if it is hidden.
    value: Option<String>,
    protected: bool,
    masked: bool,
    raw: bool,
    description: Option<String>,
}

/// A variable of a project or a group.
#[derive(Clone, Serialize, ToSchema)]
#[schema(as = Variable)]
pub(crate) struct VariableView {
    #[serde(flatten)]
    variable: InstanceVariableView,
    hidden: bool,
    environment_scope: String,
}

impl From<&CiVariable> for InstanceVariableView {
    fn from(variable: &CiVariable) -> Self {
        Self {
            variable_type: variable.variable_type,
            key: variable.key.clone(),
            value: (!variable.hidden).then(|| variable.value.clone()),
            protected: variable.protected,
            masked: variable.masked,
            raw: variable.raw,
            description: variable.description.clone(),
        }
    }
}

impl From<&CiVariable> for VariableView {
    fn from(variable: &CiVariable) -> Self {
        Self {
            variable: variable.into(),
            hidden: variable.hidden,
            environment_scope: variable.environment_scope.clone(),
        }
    }
}
