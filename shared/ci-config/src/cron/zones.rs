//! Time zones by their names.

use jiff::tz::TimeZone;

/// A name and IANA's on each line, as in `ActiveSupport::TimeZone::MAPPING` of Rails.
const RAILS: &str = include_str!("rails_zones.txt");

/// The zone of a name, either of IANA's or of those that Rails gives to some.
pub fn time_zone(name: &str) -> Option<TimeZone> {
    let mut of_rails = RAILS.lines().filter_map(|line| line.split_once('\t'));
    let name = (of_rails.find(|(other, _)| *other == name)).map_or(name, |(_, name)| name);
    let zone = TimeZone::get(name).ok()?;
    // Case matters to GitLab, and does not to jiff.
    (zone.iana_name() == Some(name)).then_some(zone)
}
