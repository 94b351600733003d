//! What `include:template` finds: our own words under the names that GitLab has.

/// By the names that configurations use.
const TEMPLATES: [(&str, &str); 7] = [
    (
        "Bash.gitlab-ci.yml",
        include_str!("../templates/Bash.gitlab-ci.yml"),
    ),
    (
        "Go.gitlab-ci.yml",
        include_str!("../templates/Go.gitlab-ci.yml"),
    ),
    (
        "Nodejs.gitlab-ci.yml",
        include_str!("../templates/Nodejs.gitlab-ci.yml"),
    ),
    (
        "Python.gitlab-ci.yml",
        include_str!("../templates/Python.gitlab-ci.yml"),
    ),
    (
        "Rust.gitlab-ci.yml",
        include_str!("../templates/Rust.gitlab-ci.yml"),
    ),
    (
        "Workflows/Branch-Pipelines.gitlab-ci.yml",
        include_str!("../templates/Workflows/Branch-Pipelines.gitlab-ci.yml"),
    ),
    (
        "Workflows/MergeRequest-Pipelines.gitlab-ci.yml",
        include_str!("../templates/Workflows/MergeRequest-Pipelines.gitlab-ci.yml"),
    ),
];

pub fn names() -> impl Iterator<Item = &'static str> {
    TEMPLATES.iter().map(|(name, _)| *name)
}

pub fn find(name: &str) -> Option<&'static str> {
    let mut templates = TEMPLATES.iter();
    templates.find_map(|(known, text)| (*known == name).then_some(*text))
}
