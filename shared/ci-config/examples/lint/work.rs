//! The configuration, and what is done with it.

use std::error::Error;
use std::fmt::Write as _;
use std::sync::Arc;

use ci_config::compile::{Compilation, Step};
use ci_config::config::Changes;
use ci_config::include::{self, Root, Surroundings};
use ci_config::plan::{Context, Limits, NoRepository, Plan, Source};
use ci_config::predefined::{Commit, Pipeline, Project, Server, User};
use ci_config::variables::Collection;
use ci_config::{Checks, duration, expression, pattern};

const JOBS: usize = 200;

/// The whole way. How many jobs there are.
pub(crate) fn compile(text: &[u8], variables: &Collection) -> Result<usize, Box<dyn Error>> {
    let checks = Checks {
        expression: |text| expression::Expression::parse(text).is_ok(),
        pattern: |text| pattern::Pattern::parse(text).is_some(),
        duration: duration::parse,
    };
    let limits = include::Limits::default();
    let mut compilation = Compilation::new(text, None, Root::default(), limits);
    let compiled = match compilation.step(&Nothing, &checks) {
        Step::Done(compiled) => compiled,
        Step::Fetch(_) => return Err("nothing is included".into()),
    };
    if let Some(fault) = compiled.faults.errors.first() {
        return Err(fault.to_string().into());
    }
    let config = compiled.config.ok_or("no configuration")?;
    let changed: Vec<Arc<str>> = ["src/part1/main.rs", "docs/index.md"].map(Arc::from).into();
    let context = Context {
        source: Source::Push,
        reference: "main",
        is_tag: false,
        project: "group/project",
        kubernetes: false,
        changed_paths: Some(&changed),
        repository: &NoRepository,
        variables,
        limits: Limits::default(),
    };
    Ok(Plan::new(&config, &context)?.jobs.len())
}

/// Includes are not part of it.
struct Nothing;

impl Surroundings for Nothing {
    fn variable(&self, _name: &str) -> Option<Arc<str>> {
        None
    }

    fn expanded_variable(&self, _name: &str) -> Option<Arc<str>> {
        None
    }

    fn has_changes(&self, _changes: &Changes) -> Result<bool, String> {
        Ok(true)
    }

    fn mask(&self, text: &str) -> String {
        text.to_owned()
    }
}

pub(crate) fn variables() -> Collection {
    const URL: &str = "https://ci.example.com";
    let mut variables = Collection::default();
    let server = Server {
        url: URL,
        version: "18.5.0",
        revision: "abcdef",
    };
    let project = Project {
        id: 1,
        title: "Project",
        description: "",
        path: "group/project",
        namespace_id: 2,
        visibility: "private",
        default_branch: "main",
        config_path: ".gitlab-ci.yml",
        server_url: URL,
    };
    let pipeline = Pipeline {
        source: Source::Push,
        iid: Some(1),
        created_at: "2026-01-02T03:04:05Z",
        schedule_description: None,
        triggered: false,
    };
    let commit = Commit {
        sha: "5a1d0c9e8f7b6a5d4c3b2a1908f7e6d5c4b3a291",
        before_sha: None,
        reference: "main",
        is_tag: false,
        is_branch: true,
        is_protected: true,
        message: "Make it so\n",
        author: "Ann <ann@example.com>",
        timestamp: "2026-01-02T03:04:05Z",
        tag_message: None,
    };
    let user = User {
        id: 3,
        email: "ann@example.com",
        login: "ann",
        name: "Ann",
    };
    for part in [
        server.variables(),
        project.variables(),
        pipeline.variables(),
        commit.variables(),
        user.variables(),
    ] {
        variables.extend(part.iter().cloned());
    }
    variables
}

/// As such files are: templates in three levels, rules of each kind, needs on the stage
/// before.
pub(crate) fn configuration() -> String {
    const STAGES: [&str; 5] = ["prepare", "build", "test", "check", "deploy"];
    let mut text = format!("stages: [{}]\n", STAGES.join(", "));
    text.push_str(
        r#"
variables:
  REGISTRY: registry.example.com/$CI_PROJECT_PATH
  IMAGE: $REGISTRY/tools:latest
  CARGO_HOME: $CI_PROJECT_DIR/.cargo

default:
  retry: {max: 1, when: [runner_system_failure, stuck_or_timeout_failure]}
  interruptible: true

.rules:
  main: [{if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH}]
  requests: [{if: $CI_PIPELINE_SOURCE == "merge_request_event"}]

.base:
  image: $IMAGE
  tags: [docker, linux]
  before_script:
    - export PATH="$PWD/bin:$PATH"
    - ./ci/prepare.sh --verbose
  variables: {LEVEL: base, SHARED: "true"}

.cached:
  extends: .base
  cache:
    key: {files: [Cargo.lock]}
    paths: [target/, .cargo/]
    policy: pull
  variables: {LEVEL: cached}
"#,
    );
    for part in 0..8 {
        _ = write!(
            text,
            r#"
.part{part}:
  extends: [.cached]
  variables: {{PART: "{part}", FEATURES: "all,part{part}"}}
  artifacts:
    paths: [out/part{part}/]
    expire_in: 1 week
    reports: {{junit: out/part{part}/*.xml}}
  rules:
    - if: $CI_COMMIT_TAG =~ /^v\d+\.{part}/
      when: never
    - !reference [.rules, requests]
    - if: $CI_COMMIT_BRANCH == "main" && $PART == "{part}"
      changes: [src/part{part}/**/*, "*.toml", docs/**/*.md]
      variables: {{CHANGED: "part{part}"}}
    - if: $SHARED == "true" || ($CI_COMMIT_BRANCH =~ /^release\/.*$/ && $PART != null)
"#
        );
    }
    let width = JOBS / STAGES.len();
    for place in 0..JOBS {
        let (stage, row) = (place / width, place % width);
        let part = row % 8;
        _ = write!(
            text,
            r#"
job-{stage}-{row}:
  extends: .part{part}
  stage: {}
  script:
    - echo "job {row} of stage {stage}"
    - make stage{stage} TARGET=$CI_JOB_NAME FEATURES="$FEATURES"
    - ./ci/report.sh out/part{part}/{row}.xml
  variables: {{JOB_NUMBER: "{row}", NAME: $PART-$JOB_NUMBER}}
"#,
            STAGES[stage]
        );
        if stage > 0 {
            let before = stage - 1;
            let others = [row, (row + 1) % width, (row + 7) % width];
            let needs = others.map(|other| format!("job-{before}-{other}"));
            _ = writeln!(
                text,
                "  needs: [{}, {{job: {}, artifacts: false}}, {{job: {}, optional: true}}]",
                needs[0], needs[1], needs[2]
            );
        }
    }
    text
}
