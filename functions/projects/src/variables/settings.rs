//! What requests say of a variable: which one is meant, and what it is to be.

use switchyard::http::Reader;
use switchyard::http::params::Value;
use switchyard::variable::VariableType;

/// Which of the variables of one key is meant: the one with this scope.
pub(super) struct Filter(pub(super) Option<String>);

impl Filter {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        let scope = match reader.value("filter") {
            Some(Value::Map(filter)) => filter.get("environment_scope"),
            Some(Value::Text(text)) if text.is_empty() => None,
            Some(Value::Text(_) | Value::List(_)) => {
                reader.fault("filter is invalid".to_owned());
                None
            }
            None => None,
        };
        Self(match scope {
            Some(Value::Text(text)) => (!text.is_empty()).then(|| text.clone()),
            Some(Value::List(_) | Value::Map(_)) => {
                reader.fault("filter[environment_scope] is invalid".to_owned());
                None
            }
            None => None,
        })
    }
}

/// What can be set for a variable, new or old. None is what was not given.
pub(super) struct Settings {
    pub(super) value: Option<String>,
    pub(super) variable_type: Option<VariableType>,
    pub(super) protected: Option<bool>,
    pub(super) masked: Option<bool>,
    pub(super) masked_and_hidden: Option<bool>,
    pub(super) raw: Option<bool>,
    pub(super) environment_scope: Option<String>,
    pub(super) description: Option<Option<String>>,
}

impl Settings {
    pub(super) fn read(reader: &mut Reader<'_>, value: Option<String>) -> Self {
        Self {
            value,
            variable_type: reader.word("variable_type"),
            protected: reader.boolean("protected"),
            masked: reader.boolean("masked"),
            masked_and_hidden: reader.boolean("masked_and_hidden"),
            raw: reader.boolean("raw"),
            environment_scope: reader.text("environment_scope"),
            description: reader.clearable("description", Reader::text),
        }
    }

    /// Those that the instance's variables have not are as good as not given.
    #[must_use]
    pub(super) fn without_scopes(mut self) -> Self {
        self.environment_scope = None;
        self.masked_and_hidden = None;
        self
    }
}
