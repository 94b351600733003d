//! Cold starts: from spawning a release binary until it asks for its first event.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::door::Door;
use crate::figures::{Spread, headline, ratio};
use crate::process::Process;
use crate::world::World;
use crate::{Error, FUNCTIONS};

const RUNS: usize = 31;
const BUDGET: f64 = 1.5;

#[derive(Default)]
struct Times {
    whole: Vec<Duration>,
    /// Without the time that the warming call was under way.
    alone: Vec<Duration>,
    /// The call itself.
    call: Vec<Duration>,
}

/// The do-nothing function.
pub fn hello(binaries: &Path) -> PathBuf {
    binaries.join("examples/hello")
}

pub fn measure(world: &World, binaries: &Path) -> Result<(), Error> {
    let door = Door::to(world.stack.dynamodb.endpoint())?;
    let names: Vec<&str> = ["hello"].into_iter().chain(FUNCTIONS).collect();
    let mut times: Vec<Times> = names.iter().map(|_| Times::default()).collect();
    // The first run brings the binaries into the page cache.
    for run in 0..=RUNS {
        for (name, times) in names.iter().zip(&mut times) {
            let (whole, call) = start(world, binaries, name, &door)?;
            if run > 0 {
                times.whole.push(whole);
                times.alone.push(whole.saturating_sub(call));
                times.call.push(call);
            }
        }
    }

    headline("Cold start: spawn -> asks for its first event, beside `hello`, which does nothing");
    println!("medians of {RUNS} runs by turns, page cache warm, plain HTTP; (half of the runs)");
    println!("`call`: the warming call, from its connection to the embedded DynamoDB being");
    println!("accepted to its answer leaving. `without` leaves out just that wait; what the SDK");
    println!("does before and after it still counts, so the true ratio is no higher.\n");
    println!(
        "{:<10} {:>8} {:>8} {:>8}   {:<40} with the call",
        "", "all, us", "call, us", "without", "without the call"
    );
    let Some((hello, functions)) = times.split_first() else {
        return Ok(());
    };
    let median = |times: &[Duration]| Spread::of_microseconds(times).median;
    println!("{:<10} {:>8.0}", "hello", median(&hello.whole));
    for (name, times) in FUNCTIONS.iter().zip(functions) {
        let alone = Spread::of_ratios(&times.alone, &hello.whole);
        let whole = Spread::of_ratios(&times.whole, &hello.whole);
        println!(
            "{name:<10} {:>8.0} {:>8.0} {:>8.0}   {:<40} {:.2} x",
            median(&times.whole),
            median(&times.call),
            median(&times.alone),
            ratio(alone, BUDGET),
            whole.median,
        );
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
    let (binary, environment) = if name == "hello" {
        (hello(binaries), Default::default())
    } else {
        let mut environment = world.stack.environment(name);
        environment.insert("AWS_ENDPOINT_URL_DYNAMODB".to_owned(), door.endpoint());
        (binaries.join(name), environment)
    };
    let process = Process::start(&binary, &environment)?;
    let call = door.last_visit();
    if call.is_none() && name != "hello" {
        return Err(format!("{name} made no warming call").into());
    }
    Ok((process.asked - process.spawned, call.unwrap_or_default()))
}
