//! How long the compiler takes for a configuration of 200 jobs, from its text to the plan of
//! a pipeline, and how long gitlab-ci-local takes for the same file. Part of `make bench`.
//!
//! `lint [SCRIPT-OF-GITLAB-CI-LOCAL]` measures, `lint --once FILE` does the work once: what
//! is compared are two processes, by turns.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ci_config::compile::{Compilation, Step};
use ci_config::config::Changes;
use ci_config::include::{self, Root, Surroundings};
use ci_config::plan::{Context, Limits, NoRepository, Plan, Source};
use ci_config::predefined::{Commit, Pipeline, Project, Server, User};
use ci_config::variables::Collection;
use ci_config::{Checks, duration, expression, pattern};

const JOBS: usize = 200;
const RUNS: usize = 101;
/// A process of theirs takes seconds.
const PROCESSES: usize = 5;
const BUDGET_MS: f64 = 5.0;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("lint: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--once", file] => {
            let text = std::fs::read(file)?;
            println!("{} jobs", compile(&text, &variables())?);
            Ok(())
        }
        [] => measure(None),
        [script] => measure(Some(Path::new(script))),
        _ => Err("usage: lint [SCRIPT] | lint --once FILE".into()),
    }
}

fn measure(script: Option<&Path>) -> Result<(), Box<dyn Error>> {
    let text = configuration();
    let variables = variables();
    let jobs = compile(text.as_bytes(), &variables)?;
    let mut times = Vec::with_capacity(RUNS);
    for _ in 0..RUNS {
        let begun = Instant::now();
        compile(text.as_bytes(), &variables)?;
        times.push(begun.elapsed());
    }
    let lines = text.lines().count();
    println!("\nA configuration of {jobs} jobs ({lines} lines): YAML -> plan");
    println!("--------------------------------------------------");
    let ours = milliseconds(&mut times);
    let verdict = if ours <= BUDGET_MS { "within" } else { "OVER" };
    println!("in one process, {RUNS} runs            {ours:>9.2} ms  {verdict} {BUDGET_MS}");

    let Some(script) = script else {
        println!("gitlab-ci-local is not installed");
        return Ok(());
    };
    let folder = std::env::temp_dir().join(format!("lint-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let result = beside(script, &folder, &text);
    std::fs::remove_dir_all(&folder)?;
    result
}

/// Whole processes, by turns.
fn beside(script: &Path, folder: &Path, text: &str) -> Result<(), Box<dyn Error>> {
    let file = folder.join(".gitlab-ci.yml");
    std::fs::write(&file, text)?;
    // It compares with what the default branch was, and wants to know who asks.
    for arguments in [
        &["init", "--quiet", "--initial-branch", "main"][..],
        &["config", "user.name", "Ann"],
        &["config", "user.email", "ann@example.com"],
        &[
            "remote",
            "add",
            "origin",
            "https://ci.example.com/group/project.git",
        ],
        &["add", ".gitlab-ci.yml"],
        &["commit", "--quiet", "--message", "Make it so"],
        &["update-ref", "refs/remotes/origin/main", "HEAD"],
    ] {
        once(Command::new("git").args(arguments).current_dir(folder))?;
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..PROCESSES {
        ours.push(once(
            Command::new(std::env::current_exe()?)
                .arg("--once")
                .arg(&file),
        )?);
        let mut other = Command::new("node");
        other.arg(script.canonicalize()?).arg("--list-json");
        theirs.push(once(other.env("HOME", folder).current_dir(folder))?);
    }
    let mut ratios: Vec<_> = (theirs.iter().zip(&ours))
        .map(|(one, other)| one.as_secs_f64() / other.as_secs_f64())
        .collect();
    ratios.sort_by(f64::total_cmp);
    println!(
        "as a process, {PROCESSES} by turns           {:>9.2} ms",
        milliseconds(&mut ours)
    );
    println!(
        "gitlab-ci-local --list-json      {:>9.2} ms",
        milliseconds(&mut theirs)
    );
    println!(
        "ratio of the two                 {:>9.0} x",
        ratios[ratios.len() / 2]
    );
    Ok(())
}

fn once(command: &mut Command) -> Result<Duration, Box<dyn Error>> {
    let begun = Instant::now();
    let output = command.stdin(Stdio::null()).output()?;
    if output.status.success() {
        Ok(begun.elapsed())
    } else {
        Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)).into())
    }
}

fn milliseconds(times: &mut [Duration]) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e3
}

/// The whole way. How many jobs there are.
fn compile(text: &[u8], variables: &Collection) -> Result<usize, Box<dyn Error>> {
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

fn variables() -> Collection {
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
fn configuration() -> String {
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
