//! What may be set for a group, and what is wrong with it.

use serde::de::value::{Error as Unknown, StrDeserializer};
use serde::de::{DeserializeOwned, IntoDeserializer as _};
use switchyard::error::ModelErrors;
use switchyard::http::Reader;
use switchyard::project::{
    Group, ProjectCreationLevel, SharedRunnersSetting, SubgroupCreationLevel, Visibility,
};

use super::path::{TOO_LONG_IN_FULL, faults_of_name, faults_of_path, is_too_long_in_full};

/// The groups that may stand above one.
pub(super) const MAX_ABOVE: usize = 20;

const MAX_DESCRIPTION: usize = 2_000;

/// GitLab's parameters for what is not here: checked as GitLab does, and without effect.
const SWITCHES: [&str; 9] = [
    "share_with_group_lock",
    "require_two_factor_authentication",
    "auto_devops_enabled",
    "emails_disabled",
    "emails_enabled",
    "mentions_disabled",
    "lfs_enabled",
    "request_access_enabled",
    "prevent_sharing_groups_outside_hierarchy",
];

/// What a request wants to set; none is what it leaves alone.
pub(crate) struct Settings {
    pub(super) name: Option<String>,
    pub(super) path: Option<String>,
    description: Option<Option<String>>,
    visibility: Option<Visibility>,
    project_creation_level: Option<ProjectCreationLevel>,
    subgroup_creation_level: Option<SubgroupCreationLevel>,
    shared_runners_setting: Option<SharedRunnersSetting>,
}

impl Settings {
    /// All but name and path, which are read first.
    pub(super) fn read(
        reader: &mut Reader<'_>,
        name: Option<String>,
        path: Option<String>,
    ) -> Self {
        let settings = Self {
            name,
            path,
            description: reader.clearable("description", Reader::text),
            visibility: reader.one_of("visibility", word),
            project_creation_level: reader.one_of("project_creation_level", word),
            subgroup_creation_level: reader.one_of("subgroup_creation_level", word),
            shared_runners_setting: reader.one_of("shared_runners_setting", |text| match text {
                // What it was called once.
                "disabled_with_override" => Some(SharedRunnersSetting::DisabledAndOverridable),
                text => word(text),
            }),
        };
        for name in SWITCHES {
            reader.boolean(name);
        }
        settings
    }

    /// The group with these settings; its full path, and those below, are another matter.
    pub(super) fn applied_to(&self, group: &Group) -> Group {
        let Group {
            name,
            path,
            description,
            visibility,
            project_creation_level,
            subgroup_creation_level,
            shared_runners_setting,
            ..
        } = group.clone();
        Group {
            name: self.name.clone().unwrap_or(name),
            path: self.path.clone().unwrap_or(path),
            description: self.description.clone().unwrap_or(description),
            visibility: self.visibility.unwrap_or(visibility),
            project_creation_level: self
                .project_creation_level
                .unwrap_or(project_creation_level),
            subgroup_creation_level: self
                .subgroup_creation_level
                .unwrap_or(subgroup_creation_level),
            shared_runners_setting: self
                .shared_runners_setting
                .unwrap_or(shared_runners_setting),
            ..group.clone()
        }
    }

    /// What is wrong with the group as it was set, below its parent.
    pub(super) fn faults(&self, group: &Group, parent: Option<&Group>) -> ModelErrors {
        let mut errors = ModelErrors::default();
        if self.name.is_some() {
            for fault in faults_of_name(&group.name) {
                errors.add("name", fault);
            }
        }
        if self.path.is_some() {
            for fault in faults_of_path(&group.path, parent.is_none()) {
                errors.add("path", fault);
            }
            if is_too_long_in_full(&group.full_path) {
                errors.add("path", TOO_LONG_IN_FULL);
            }
        }
        let description = group.description.as_deref().unwrap_or_default();
        if description.chars().count() > MAX_DESCRIPTION {
            errors.add(
                "description",
                format!("is too long (maximum is {MAX_DESCRIPTION} characters)"),
            );
        }
        if group.ancestors.len() > MAX_ABOVE {
            errors.add("parent_id", "has too deep level of nesting");
        }
        if let Some(parent) = parent {
            self.faults_below(parent, group, &mut errors);
        }
        errors
    }

    fn faults_below(&self, parent: &Group, group: &Group, errors: &mut ModelErrors) {
        if group.visibility > parent.visibility {
            errors.add(
                "visibility_level",
                format!(
                    "{} is not allowed since the parent group has a {} visibility.",
                    visibility(group.visibility),
                    visibility(parent.visibility)
                ),
            );
        }
        let is_closed =
            parent.shared_runners_setting == SharedRunnersSetting::DisabledAndUnoverridable;
        match self.shared_runners_setting {
            Some(SharedRunnersSetting::Enabled) if is_closed => errors.add(
                "shared_runners_enabled",
                "cannot be enabled because parent group has shared Runners disabled",
            ),
            Some(SharedRunnersSetting::DisabledAndOverridable) if is_closed => errors.add(
                "allow_descendants_override_disabled_shared_runners",
                "cannot be enabled because parent group does not allow it",
            ),
            Some(_) | None => {}
        }
    }
}

/// A visibility as it is written.
pub(super) const fn visibility(visibility: Visibility) -> &'static str {
    match visibility {
        Visibility::Private => "private",
        Visibility::Internal => "internal",
        Visibility::Public => "public",
    }
}

/// One of the words of a closed set, as rows and answers have them.
pub(super) fn word<T: DeserializeOwned>(text: &str) -> Option<T> {
    let text: StrDeserializer<'_, Unknown> = text.into_deserializer();
    T::deserialize(text).ok()
}

/// As Ruby prints a hash: GitLab tells so what was wrong with a new group.
pub(super) fn printed(errors: &ModelErrors) -> String {
    let fields = errors.0.iter().map(|(field, texts)| {
        let texts: Vec<String> = texts.iter().map(|text| format!("{text:?}")).collect();
        format!(":{field}=>[{}]", texts.join(", "))
    });
    format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
}
