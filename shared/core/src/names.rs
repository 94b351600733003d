//! Which words may stand in paths: names of users and groups at the top, and below them.

/// What GitLab says of a name that it cannot have in a path.
const FORMAT: &str = "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-' or \
                      end in '.', '.git' or '.atom'.";

const MAX_LENGTH: usize = 255;

/// First parts of paths that mean something else, and the name of the user who stands in
/// for those who are gone.
pub const RESERVED_AT_THE_TOP: [&str; 40] = [
    "-",
    ".well-known",
    "404.html",
    "422.html",
    "500.html",
    "502.html",
    "503.html",
    "admin",
    "api",
    "apple-touch-icon.png",
    "assets",
    "dashboard",
    "deploy.html",
    "explore",
    "favicon.ico",
    "favicon.png",
    "files",
    "ghost",
    "groups",
    "health_check",
    "help",
    "import",
    "jwt",
    "login",
    "oauth",
    "profile",
    "projects",
    "public",
    "robots.txt",
    "s",
    "search",
    "sitemap",
    "sitemap.xml",
    "sitemap.xml.gz",
    "slash-command-logo.png",
    "snippets",
    "unsubscribes",
    "uploads",
    "users",
    "v2",
];

/// What follows a group or a project in an address.
pub const RESERVED_BELOW: [&str; 18] = [
    "-",
    "badges",
    "blame",
    "blob",
    "builds",
    "commits",
    "create",
    "create_dir",
    "edit",
    "files",
    "find_file",
    "new",
    "preview",
    "raw",
    "refs",
    "tree",
    "update",
    "wikis",
];

/// What is wrong with a name at the beginning of a path, in GitLab's words.
pub fn faults(name: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if name.is_empty() {
        return vec!["can't be blank".to_owned()];
    }
    if RESERVED_AT_THE_TOP.contains(&&*name.to_lowercase()) {
        faults.push("is a reserved name".to_owned());
    }
    if name.chars().count() > MAX_LENGTH {
        faults.push(too_long(MAX_LENGTH));
    }
    if !is_well_formed(name) {
        faults.push(FORMAT.to_owned());
    }
    faults
}

/// GitLab's words for a text of more than so many characters.
pub fn too_long(maximum: usize) -> String {
    format!("is too long (maximum is {maximum} characters)")
}

fn is_well_formed(name: &str) -> bool {
    let lower = name.to_lowercase();
    let ends = [".", ".git", ".atom"];
    name.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
        && !name.starts_with('-')
        && !ends.iter().any(|end| lower.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_may_be_and_names_that_may_not() {
        for name in ["a", "A.b", "_x", ".x", "a-", "a--b", "7", "git", "x.gitx"] {
            assert_eq!(faults(name), [""; 0], "{name}");
        }
        for name in ["-a", "a.", ".", "a b", "a/b", "é", "a.git", "a.Atom", "a@b"] {
            assert_eq!(faults(name), [FORMAT], "{name}");
        }
        for name in ["api", "API", "users", "ghost", "robots.txt"] {
            assert_eq!(faults(name), ["is a reserved name"], "{name}");
        }
        assert_eq!(faults(""), ["can't be blank"]);
        assert_eq!(faults(&"a".repeat(255)), [""; 0]);
        let too_long = "is too long (maximum is 255 characters)";
        assert_eq!(faults(&"a".repeat(256)), [too_long]);
    }
}
