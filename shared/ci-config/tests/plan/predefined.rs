//! Variables that are there without being set.

use std::sync::Arc;

use ci_config::config::When;
use ci_config::plan::Source;
use ci_config::predefined::{Commit, Job, Pipeline, Project, Server, User, group_name, slug};
use ci_config::variables::{Collection, Origin};
use proptest::prelude::*;

fn assert_values(variables: &Collection, expected: &[(&str, Option<&str>)]) {
    for (name, value) in expected {
        let found = variables.get(name).map(|variable| &*variable.value);
        assert_eq!(found, *value, "{name}");
    }
}

#[test]
fn slugs_are_like_gitlabs() {
    for (name, expected) in [
        ("main", "main"),
        ("Feature/ABC_1", "feature-abc-1"),
        ("--a--b--", "a--b"),
        ("ÄÖ", ""),
        ("a.b", "a-b"),
        ("", ""),
    ] {
        assert_eq!(slug(name), expected, "{name}");
    }
    assert_eq!(slug(&"a".repeat(100)).len(), 63);
    // What is cut may end in a dash, which goes too.
    assert_eq!(slug(&format!("{}-b", "a".repeat(62))), "a".repeat(62));
}

#[test]
fn copies_have_a_name_in_common() {
    for (name, expected) in [
        ("rspec", "rspec"),
        ("rspec 1/3", "rspec"),
        ("rspec: [ruby, 2]", "rspec"),
        ("rspec:windows 1 2", "rspec:windows"),
        ("rspec 1 / 3", "rspec"),
        ("rspec 1:3", "rspec"),
        ("rspec1/3", "rspec1/3"),
        ("rspec 3", "rspec 3"),
        ("rspec [a] 1/2 3/4", "rspec"),
        ("rspec 1/2 3/4 5/6 7/8", "rspec 1/2"),
        ("rspec[a] : [c]", "rspec[a]"),
        ("rspec[a]", "rspec[a]"),
        ("a 1 2 3", "a 1"),
    ] {
        assert_eq!(group_name(name), expected, "{name}");
    }
}

#[test]
fn servers_are_known_by_their_address() {
    let server = |url| Server {
        url,
        version: "18.3.1-ee",
        revision: "abc",
    };
    assert_values(
        &server("https://ci.example.com").variables(),
        &[
            ("CI", Some("true")),
            ("GITLAB_CI", Some("true")),
            ("CI_SERVER_HOST", Some("ci.example.com")),
            ("CI_SERVER_PORT", Some("443")),
            ("CI_SERVER_PROTOCOL", Some("https")),
            ("CI_SERVER_FQDN", Some("ci.example.com")),
            ("CI_SERVER_VERSION_MAJOR", Some("18")),
            ("CI_SERVER_VERSION_PATCH", Some("1")),
            ("CI_API_V4_URL", Some("https://ci.example.com/api/v4")),
        ],
    );
    assert_values(
        &server("http://localhost:8080/ci").variables(),
        &[
            ("CI_SERVER_HOST", Some("localhost")),
            ("CI_SERVER_PORT", Some("8080")),
            ("CI_SERVER_FQDN", Some("localhost:8080/ci")),
        ],
    );
}

#[test]
fn projects_are_known_by_their_path() {
    let project = Project {
        id: 7,
        title: "A Project",
        description: "",
        path: "group/sub.group/project",
        namespace_id: 3,
        visibility: "private",
        default_branch: "main",
        config_path: ".gitlab-ci.yml",
        server_url: "https://ci.example.com",
    };
    assert_values(
        &project.variables(),
        &[
            ("CI_PROJECT_ID", Some("7")),
            ("CI_PROJECT_NAME", Some("project")),
            ("CI_PROJECT_TITLE", Some("A Project")),
            ("CI_PROJECT_PATH_SLUG", Some("group-sub-group-project")),
            ("CI_PROJECT_NAMESPACE", Some("group/sub.group")),
            ("CI_PROJECT_ROOT_NAMESPACE", Some("group")),
            (
                "CI_PROJECT_URL",
                Some("https://ci.example.com/group/sub.group/project"),
            ),
            ("CI_DEFAULT_BRANCH", Some("main")),
        ],
    );
}

#[test]
fn commits_are_of_branches_or_tags() {
    let branch = Commit {
        sha: "0123456789abcdef0123456789abcdef01234567",
        before_sha: None,
        reference: "Feature/1",
        is_tag: false,
        is_branch: true,
        is_protected: false,
        message: "Title\n\nBody\n",
        author: "A <a@example.com>",
        timestamp: "2026-01-01T00:00:00Z",
        tag_message: None,
    };
    assert_values(
        &branch.variables(),
        &[
            ("CI_COMMIT_SHORT_SHA", Some("01234567")),
            (
                "CI_COMMIT_BEFORE_SHA",
                Some("0000000000000000000000000000000000000000"),
            ),
            ("CI_COMMIT_BRANCH", Some("Feature/1")),
            ("CI_COMMIT_REF_SLUG", Some("feature-1")),
            ("CI_COMMIT_TAG", None),
            ("CI_COMMIT_TITLE", Some("Title")),
            ("CI_COMMIT_DESCRIPTION", Some("\nBody\n")),
            ("CI_COMMIT_REF_PROTECTED", Some("false")),
        ],
    );
    let tag = Commit {
        is_tag: true,
        is_branch: false,
        is_protected: true,
        message: "",
        tag_message: Some("Release"),
        ..branch
    };
    assert_values(
        &tag.variables(),
        &[
            ("CI_COMMIT_BRANCH", None),
            ("CI_COMMIT_TAG", Some("Feature/1")),
            ("CI_COMMIT_TAG_MESSAGE", Some("Release")),
            ("CI_COMMIT_TITLE", Some("No commit message")),
            ("CI_COMMIT_REF_PROTECTED", Some("true")),
        ],
    );
    let long = "ü".repeat(60_000);
    let variables = Commit {
        message: &long,
        ..branch
    };
    let variables = variables.variables();
    let message = variables.get("CI_COMMIT_MESSAGE").expect("a message");
    assert_eq!(message.value.len(), 100_000);
    assert_values(
        &variables,
        &[("CI_COMMIT_MESSAGE_IS_TRUNCATED", Some("true"))],
    );
}

#[test]
fn pipelines_users_and_jobs() {
    let pipeline = Pipeline {
        source: Source::MergeRequestEvent,
        iid: Some(5),
        created_at: "2026-01-01T00:00:00Z",
        schedule_description: None,
        triggered: true,
    };
    assert_values(
        &pipeline.variables(),
        &[
            ("CI_PIPELINE_SOURCE", Some("merge_request_event")),
            ("CI_PIPELINE_IID", Some("5")),
            ("CI_PIPELINE_TRIGGERED", Some("true")),
            ("CI_PIPELINE_SCHEDULE_DESCRIPTION", None),
        ],
    );
    let user = User {
        id: 1,
        email: "a@example.com",
        login: "a",
        name: "A",
    };
    let user = user.variables();
    assert_values(&user, &[("GITLAB_USER_LOGIN", Some("a"))]);
    assert!(user.iter().all(|variable| variable.origin == Origin::User));
    let (name, stage): (Arc<str>, Arc<str>) = ("Unit Test".into(), "test".into());
    let job = Job {
        name: &name,
        stage: &stage,
        when: When::Delayed,
        copy: None,
    };
    assert_values(
        &job.variables(),
        &[
            ("CI_JOB_NAME", Some("Unit Test")),
            ("CI_JOB_NAME_SLUG", Some("unit-test")),
            ("CI_JOB_STAGE", Some("test")),
            ("CI_JOB_MANUAL", Some("true")),
            ("CI_NODE_TOTAL", Some("1")),
            ("CI_NODE_INDEX", None),
        ],
    );
}

proptest! {
    #[test]
    fn slugs_may_stand_in_host_names(name in "\\PC{0,100}") {
        let slug = slug(&name);
        prop_assert!(slug.len() <= 63);
        prop_assert!(slug.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')));
        prop_assert!(!slug.starts_with('-') && !slug.ends_with('-'));
        prop_assert_eq!(super::predefined::slug(&slug), slug);
    }

    #[test]
    fn group_names_are_beginnings(name in "[ab \\[\\]:/0-9]{0,20}") {
        prop_assert!(name.trim_start().starts_with(group_name(&name)));
    }
}
