//! Which names and paths projects may have, and how one is made from the other.

use switchyard::names::RESERVED_BELOW;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

const MAX_LENGTH: usize = 255;
pub(super) const TOO_LONG: &str = "is too long (maximum is 255 characters)";

/// What is wrong with a path.
pub(super) fn faults_of_path(path: &str) -> Vec<&'static str> {
    if path.is_empty() {
        return vec!["can't be blank"];
    }
    let mut faults = Vec::new();
    if RESERVED_BELOW.contains(&path.to_lowercase().as_str()) {
        faults.push("is a reserved name");
    } else if !is_well_formed(path) {
        faults.push(
            "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-', end in \
             '.git' or end in '.atom'",
        );
    }
    if path.chars().count() > MAX_LENGTH {
        faults.push(TOO_LONG);
    }
    faults
}

/// What is wrong with a name.
pub(super) fn faults_of_name(name: &str) -> Vec<&'static str> {
    if name.trim().is_empty() {
        return vec!["can't be blank"];
    }
    let mut faults = Vec::new();
    // Emoji and other signs, as GitLab draws the line.
    let is_sign = |c: char| ('\u{a9}'..='\u{1f9ff}').contains(&c);
    let may_begin = |c: char| c.is_alphanumeric() || c == '_' || is_sign(c);
    let may_follow = |c: char| may_begin(c) || ".+- ".contains(c);
    if !name.starts_with(may_begin) || !name.chars().all(may_follow) {
        faults.push(
            "can contain only letters, digits, emoji, '_', '.', '+', dashes, or spaces. It must \
             start with a letter, digit, emoji, or '_'.",
        );
    }
    if name.chars().count() > MAX_LENGTH {
        faults.push(TOO_LONG);
    }
    faults
}

/// The path of a project that was given a name only: the name itself if it can be a path.
pub(super) fn path_of(name: &str) -> String {
    if is_well_formed(name) {
        return name.to_owned();
    }
    let plain: String = name
        .replace(['ß', 'ẞ'], "ss")
        .replace(['ø', 'Ø'], "o")
        .replace(['æ', 'Æ'], "ae")
        .nfd()
        .filter(|c| !is_combining_mark(*c))
        .collect();
    let words = plain
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
        .filter(|word| !word.is_empty());
    let joined = words.collect::<Vec<_>>().join("-").to_lowercase();
    let parts: Vec<&str> = joined.split('-').filter(|part| !part.is_empty()).collect();
    parts.join("-")
}

fn is_well_formed(path: &str) -> bool {
    let lower = path.to_lowercase();
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    !path.is_empty()
        && path.bytes().all(is_allowed)
        && !path.starts_with('-')
        && !path.bytes().all(|byte| byte == b'.')
        && ![".git", ".atom"].iter().any(|end| lower.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_that_may_be_and_that_may_not() {
        for path in ["a", "A-b_c.d", "a.", "_x", ".github", "7"] {
            assert_eq!(faults_of_path(path), [""; 0], "{path}");
        }
        for path in ["-a", "a b", "ä", "a/b", "a.git", "a.ATOM", ".", ".."] {
            assert!(faults_of_path(path)[0].starts_with("can contain"), "{path}");
        }
        assert_eq!(faults_of_path("Tree"), ["is a reserved name"]);
        assert_eq!(faults_of_path(""), ["can't be blank"]);
        assert_eq!(faults_of_path(&"a".repeat(256)), [TOO_LONG]);
    }

    #[test]
    fn names_that_may_be_and_that_may_not() {
        for name in ["a", "Ärger + 1.0", "_x", "🚀 rocket", "a - b"] {
            assert_eq!(faults_of_name(name), [""; 0], "{name}");
        }
        for name in ["-a", "(a)", "a/b", "<a>", " a", "a:b", "a (b)"] {
            assert!(faults_of_name(name)[0].starts_with("can contain"), "{name}");
        }
        assert_eq!(faults_of_name("  "), ["can't be blank"]);
        assert_eq!(faults_of_name(&"ä".repeat(256)), [TOO_LONG]);
    }

    #[test]
    fn a_path_is_made_from_a_name() {
        for (name, path) in [
            ("project", "project"),
            ("My.Project", "My.Project"),
            ("My Project", "my-project"),
            ("  Größe -- & Ärger!  ", "grosse-arger"),
            ("🚀", ""),
            ("C++ Library", "c-library"),
        ] {
            assert_eq!(path_of(name), path, "{name}");
        }
    }
}
