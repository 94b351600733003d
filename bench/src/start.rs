//! Cold starts: from spawning a release binary until it asks for its first event.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::door::Door;
use crate::figures::{Spread, headline, ratio};
use crate::process::Process;
use crate::world::World;
use crate::{Error, FUNCTIONS};

const RUNS: usize = 31;
const BUDGET: f64 = 1.5;

/// The `jobs` function without its warming call.
const UNWARMED: &str = "unwarmed";

/// What is started, by turns.
const STARTED: [&str; 7] = [
    "hello",
    UNWARMED,
    "jobs",
    "job-token",
    "traces",
    "pipelines",
    "projects",
];

#[derive(Clone, Default)]
struct Times {
    start: Vec<Duration>,
    /// The part of it that the warming call was under way.
    call: Vec<Duration>,
}

/// The do-nothing function.
pub fn hello(binaries: &Path) -> PathBuf {
    binaries.join("examples/hello")
}

pub fn measure(world: &World, binaries: &Path) -> Result<(), Error> {
    let door = Door::to(world.stack.dynamodb.endpoint())?;
    let mut times = vec![Times::default(); STARTED.len()];
    // The first run brings the binaries into the page cache.
    for run in 0..=RUNS {
        for (name, times) in STARTED.iter().zip(&mut times) {
            let (start, call) = start(world, binaries, name, &door)?;
            if run > 0 {
                times.start.push(start);
                times.call.push(call);
            }
        }
    }

    headline("Cold start: spawn -> asks for its first event, beside `hello`, which does nothing");
    println!("medians of {RUNS} runs by turns, page cache warm, plain HTTP; (half of the runs)");
    println!("`{UNWARMED}` is `jobs` built without the warming call: what the budget is about.");
    println!(
        "`call`: of the warming call the time on the wire, from its connection to the embedded"
    );
    println!("DynamoDB being accepted to its answer leaving; the SDK's own work comes on top.\n");
    println!(
        "{:<10} {:>9} {:>9}   beside hello",
        "", "start, us", "call, us"
    );
    let median = |times: &[Duration]| Spread::of_microseconds(times).median;
    let hello = times.first().map(|times| times.start.clone());
    let hello = hello.unwrap_or_default();
    for (name, times) in STARTED.iter().zip(&times) {
        let beside = Spread::of_ratios(&times.start, &hello);
        let beside = match *name {
            "hello" => String::new(),
            UNWARMED => ratio(beside, Some(BUDGET)),
            _ => ratio(beside, None),
        };
        let (start, call) = (median(&times.start), median(&times.call));
        println!("{name:<10} {start:>9.0} {call:>9.0}   {beside}");
    }
    println!("\nNot measured: the first call over TLS (budget 3 ms). The functions trust only the");
    println!("roots compiled into them, so no server of ours can stand in for Amazon's.");
    Ok(())
}

/// How long a start took, and the call in it.
fn start(
    world: &World,
    binaries: &Path,
    name: &str,
    door: &Door,
) -> Result<(Duration, Duration), Error> {
    let (binary, function) = match name {
        "hello" => (hello(binaries), None),
        UNWARMED => (binaries.join("examples").join(UNWARMED), Some("jobs")),
        function => (binaries.join(function), Some(function)),
    };
    let mut environment = BTreeMap::new();
    if let Some(function) = function {
        environment = world.stack.environment(function);
        environment.insert("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), door.endpoint());
    }
    let process = Process::start(&binary, &environment)?;
    let call = door.last_visit();
    if call.is_some() != FUNCTIONS.contains(&name) {
        return Err(format!("{name} calls the store at its start, or does not").into());
    }
    Ok((process.asked - process.spawned, call.unwrap_or_default()))
}
