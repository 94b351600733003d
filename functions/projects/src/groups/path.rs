//! Which names and paths groups may have.

use switchyard::names::{RESERVED_AT_THE_TOP, RESERVED_BELOW};

/// The longest name and the longest path.
const MAX_LENGTH: usize = 255;

/// The longest full path of a group, in bytes: half of what a key takes, so that there is
/// room for projects below.
const MAX_FULL_PATH: usize = 1_024;

pub(super) const TOO_LONG_IN_FULL: &str =
    "is too long together with the paths of the groups above (maximum is 1024 characters)";

pub(super) const fn is_too_long_in_full(full_path: &str) -> bool {
    full_path.len() > MAX_FULL_PATH
}

/// What is wrong with a path of a group that stands at the top, or below another.
pub(super) fn faults_of_path(path: &str, is_top: bool) -> Vec<&'static str> {
    if path.is_empty() {
        return vec!["can't be blank"];
    }
    let mut faults = Vec::new();
    let lower = path.to_lowercase();
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let ends = [".", ".git", ".atom"];
    let well_formed = path.bytes().all(is_allowed)
        && !path.starts_with('-')
        && !ends.iter().any(|end| lower.ends_with(end));
    let reserved: &[&str] = if is_top {
        &RESERVED_AT_THE_TOP
    } else {
        &RESERVED_BELOW
    };
    if reserved.contains(&lower.as_str()) {
        faults.push("is a reserved name");
    } else if !well_formed {
        faults.push(
            "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-' or end in \
             '.', '.git' or '.atom'.",
        );
    }
    if path.chars().count() > MAX_LENGTH {
        faults.push("is too long (maximum is 255 characters)");
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
    let may_follow = |c: char| may_begin(c) || "(). -".contains(c);
    if !name.starts_with(may_begin) || !name.chars().all(may_follow) {
        faults.push(
            "can contain only letters, digits, emoji, '_', '.', dash, space, parenthesis. It must \
             start with letter, digit, emoji or '_'.",
        );
    }
    if name.chars().count() > MAX_LENGTH {
        faults.push("is too long (maximum is 255 characters)");
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for path in ["a", "A-b_c.d", ".github", "_x", "1", "blob", "x.github"] {
            assert_eq!(faults_of_path(path, true), [""; 0], "{path}");
        }
        for path in [
            "-a", "a b", "ä", "a/b", "a.", "a.git", "a.Atom", ".", "..", "a#b",
        ] {
            let faults = faults_of_path(path, true);
            assert!(
                faults.len() == 1 && faults[0].starts_with("can contain"),
                "{path}"
            );
        }
        for (path, is_top, reserved) in [
            ("API", true, true),
            ("api", false, false),
            ("-", true, true),
            ("-", false, true),
            ("Blob", false, true),
            ("blob", true, false),
        ] {
            let expected: &[&str] = if reserved {
                &["is a reserved name"]
            } else {
                &[]
            };
            assert_eq!(faults_of_path(path, is_top), expected, "{path}");
        }
        assert_eq!(faults_of_path(&"a".repeat(255), true), [""; 0]);
        assert_eq!(
            faults_of_path(&"a".repeat(256), true),
            ["is too long (maximum is 255 characters)"]
        );
    }

    #[test]
    fn names() {
        for name in ["A", "Ärger (neu) - 1.0", "_x", "🚀 rocket", "7"] {
            assert_eq!(faults_of_name(name), [""; 0], "{name}");
        }
        for name in ["-a", "(a)", "a/b", "a<b>", " a", "a:b"] {
            assert_eq!(faults_of_name(name).len(), 1, "{name}");
        }
        assert_eq!(faults_of_name(" "), ["can't be blank"]);
        assert_eq!(
            faults_of_name(&"ä".repeat(256)),
            ["is too long (maximum is 255 characters)"]
        );
    }
}
