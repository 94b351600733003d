//! What requests say of a schedule, and what it can be.

use switchyard::error::{ModelErrors, Result};
use switchyard::http::{App, Reader};
use switchyard::ids::ProjectId;
use switchyard::pipeline::Ref;
use switchyard::repository::short_ref_name;
use switchyard::schedule::Schedule;
use switchyard::store::{Key, Rows};
use switchyard::time::Time;

use super::timing::next_run;

/// Characters of each of its texts.
const MAX_TEXT: usize = 255;

/// What can be set for a schedule, new or old. None is what was not given.
#[derive(Default)]
pub(super) struct Settings {
    pub(super) description: Option<String>,
    pub(super) ref_name: Option<String>,
    pub(super) cron: Option<String>,
    pub(super) cron_timezone: Option<String>,
    pub(super) active: Option<bool>,
}

impl Settings {
    /// What has to be given for a new one.
    pub(super) fn required(reader: &mut Reader<'_>) -> Self {
        Self {
            description: Some(reader.required("description", Reader::text)),
            ref_name: Some(reader.filled("ref", Reader::text)),
            cron: Some(reader.required("cron", Reader::text)),
            ..Self::others(reader)
        }
    }

    /// What may be given for an old one.
    pub(super) fn optional(reader: &mut Reader<'_>) -> Self {
        let mut text = |name| {
            let text = reader.clearable(name, Reader::text);
            text.map(Option::unwrap_or_default)
        };
        let (description, cron) = (text("description"), text("cron"));
        let ref_name = reader
            .has("ref")
            .then(|| reader.filled("ref", Reader::text));
        Self {
            description,
            ref_name,
            cron,
            ..Self::others(reader)
        }
    }

    fn others(reader: &mut Reader<'_>) -> Self {
        Self {
            cron_timezone: reader.text("cron_timezone"),
            active: reader.boolean("active"),
            ..Self::default()
        }
    }

    /// The schedule with these settings. Its next time is counted anew where that depends
    /// on what changes.
    ///
    /// # Errors
    /// 400 for what it cannot be.
    pub(super) async fn applied(&self, old: &Schedule, now: Time, app: &App) -> Result<Schedule> {
        let mut new = old.clone();
        let set = |field: &mut String, value: &Option<String>| {
            if let Some(value) = value {
                field.clone_from(value);
            }
        };
        set(&mut new.description, &self.description);
        set(&mut new.cron, &self.cron);
        set(&mut new.cron_timezone, &self.cron_timezone);
        new.active = self.active.unwrap_or(new.active);
        let mut faults = ModelErrors::default();
        let texts = [
            ("description", &new.description),
            ("ref", self.ref_name.as_ref().unwrap_or(&new.ref_name)),
            ("cron", &new.cron),
            ("cron_timezone", &new.cron_timezone),
        ];
        for (field, text) in texts {
            if text.chars().count() > MAX_TEXT {
                let text = format!("is too long (maximum is {MAX_TEXT} characters)");
                faults.add(field, text);
            }
        }
        if new.description.trim().is_empty() {
            faults.add("description", "can't be blank");
        }
        let next = next_run(&new.cron, &new.cron_timezone, now, &mut faults);
        faults.finish()?;
        let timing = |it: &Schedule| (it.cron.clone(), it.cron_timezone.clone(), it.active);
        if timing(&new) != timing(old) {
            new.next_run_at = next;
        }
        if let Some(name) = &self.ref_name {
            new.ref_name = full_name(name, new.project_id, app).await?;
        }
        Ok(new)
    }
}

/// A branch or tag by its full name, if there is one of that name.
async fn full_name(name: &str, project: ProjectId, app: &App) -> Result<String> {
    let (_, says_kind) = short_ref_name(name);
    let key = Key::Ref(project, name.to_owned());
    if says_kind.is_some() || !key.is_possible() {
        return Ok(name.to_owned());
    }
    let mut rows = Rows::default();
    rows.load(&app.store, [key.clone()]).await?;
    let found: Option<Ref> = rows.get(&key)?;
    Ok(match found {
        Some(found) if found.tag => format!("refs/tags/{name}"),
        Some(_) => format!("refs/heads/{name}"),
        None => name.to_owned(),
    })
}
