//! How long the compiler takes for a configuration of 200 jobs, from its text to the plan of
//! a pipeline, and how long gitlab-ci-local takes for the same file. Part of `make bench`.
//!
//! `lint [SCRIPT-OF-GITLAB-CI-LOCAL]` measures, `lint --once FILE` does the work once: what
//! is compared are two processes, by turns.

use std::error::Error;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

mod work;

use work::{compile, configuration, variables};

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
