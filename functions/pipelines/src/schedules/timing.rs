//! When a schedule runs next.

use ci_config::cron::{Cron, time_zone};
use switchyard::error::ModelErrors;
use switchyard::time::Time;

/// What GitLab says of a text that it cannot read, with this blank in front.
const INVALID: &str = " is invalid syntax";

/// The next time after `now` that `cron` names in a zone, none if there is none.
/// Remembers what cannot be read as faults.
pub(super) fn next_run(
    cron: &str,
    zone: &str,
    now: Time,
    faults: &mut ModelErrors,
) -> Option<Time> {
    let (parsed, found) = (Cron::parse(cron), time_zone(zone));
    if parsed.is_none() {
        faults.add("cron", INVALID);
    }
    if cron.trim().is_empty() {
        faults.add("cron", "can't be blank");
    }
    if found.is_none() {
        faults.add("cron_timezone", INVALID);
    }
    let next = parsed?.next_after(now.timestamp(), &found?)?;
    Some(Time::from_microseconds(next.as_microsecond()))
}
