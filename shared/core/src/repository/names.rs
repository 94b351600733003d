//! Which names branches, tags and files may have.

/// Bytes of a branch's or a tag's name.
const MAX_REF_NAME: usize = 255;

/// Bytes of a file's path.
const MAX_PATH: usize = 1_024;

/// Whether a branch or a tag may be called so: `git check-ref-format`, and GitLab's own
/// rules against what reads like an option, a full reference or a commit.
pub fn is_ref_name(name: &str) -> bool {
    let is_forbidden = |c: char| c.is_control() || " ~^:?*[\\".contains(c);
    let is_component =
        |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
    let is_full_ref = ["refs/heads/", "refs/tags/", "refs/remotes/"]
        .iter()
        .any(|prefix| name.starts_with(prefix));
    let is_sha = name.len() == 40 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    name.len() <= MAX_REF_NAME
        && !name.contains(is_forbidden)
        && !name.contains("..")
        && !name.contains("@{")
        && name != "@"
        && name != "HEAD"
        && !name.starts_with('-')
        && !name.ends_with('.')
        && name.split('/').all(is_component)
        && !is_full_ref
        && !is_sha
}

/// The name of a branch or a tag without what may stand before it, and whether it is that of a
/// tag: `refs/tags/v1` is, `refs/heads/main` is not, and `main` alone does not say.
pub fn short_ref_name(name: &str) -> (&str, Option<bool>) {
    let branch = name.strip_prefix("refs/heads/");
    let tag = name.strip_prefix("refs/tags/");
    match (branch, tag) {
        (Some(branch), _) => (branch, Some(false)),
        (None, Some(tag)) => (tag, Some(true)),
        (None, None) => (name, None),
    }
}

/// Whether a file may have this path: no way out of the repository, and none into `.git`.
pub fn is_file_path(path: &str) -> bool {
    let is_component = |part: &str| {
        !part.is_empty() && part != "." && part != ".." && !part.eq_ignore_ascii_case(".git")
    };
    path.len() <= MAX_PATH
        && !path.contains(|c: char| c.is_control() || c == '\\')
        && path.split('/').all(is_component)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As `git check-ref-format --branch` answers, but for the last row, which is GitLab's.
    #[test]
    fn names_of_branches() {
        for name in [
            "main",
            "feature/a",
            "v1.0",
            "a@b",
            "ü",
            "a-",
            "a/-b",
            "a.lock.b",
        ] {
            assert!(is_ref_name(name), "{name}");
        }
        for name in [
            "",
            "/",
            "a/",
            "/a",
            "a//b",
            ".a",
            "a/.b",
            "a..b",
            "a.lock",
            "a.lock/b",
            "a b",
            "a~b",
            "a^b",
            "a:b",
            "a?b",
            "a*b",
            "a[b",
            "a\\b",
            "a\nb",
            "@",
            "a@{b",
            "-a",
            "a.",
            "HEAD",
            "refs/heads/a",
            "refs/tags/a",
            "0ff3ae198f8601a285adcf5c0fff204ee6fba5fd",
        ] {
            assert!(!is_ref_name(name), "{name}");
        }
        assert!(is_ref_name(&"a".repeat(255)));
        assert!(!is_ref_name(&"a".repeat(256)));
    }

    #[test]
    fn paths_of_files() {
        for path in [
            ".gitlab-ci.yml",
            "a/b c/d",
            "a..b",
            "...",
            ".gitignore",
            "ü",
        ] {
            assert!(is_file_path(path), "{path}");
        }
        for path in [
            "",
            "/a",
            "a/",
            "a//b",
            ".",
            "..",
            "a/../b",
            "./a",
            ".git/config",
            "a/.GIT/b",
            "a\nb",
            "a\\b",
        ] {
            assert!(!is_file_path(path), "{path}");
        }
        assert!(!is_file_path(&"a".repeat(1_025)));
    }
}
