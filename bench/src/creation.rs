//! A pipeline of 500 jobs: from the configuration in the repository to the last row, with
//! what is due in it done.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::Value;
use switchyard::lambda;

use crate::Error;
use crate::figures::{Spread, headline};
use crate::world::{Read, World, routes};

const JOBS: usize = 500;

/// How often it is made.
const RUNS: usize = 7;

/// Seconds.
const BUDGET: f64 = 2.0;

pub async fn measure(world: &World) -> Result<(), Error> {
    headline("a pipeline of 500 jobs, created and begun");
    send(world, &world.commit(&configuration()).await?, 201).await?;
    let mut times = Vec::new();
    for _ in 0..RUNS {
        let create = world.create_pipeline().await?;
        times.push(send(world, &create, 201).await?);
    }
    let median = Spread::of_microseconds(&times).median / 1e6;
    let verdict = if median <= BUDGET { "within" } else { "above" };
    println!("median of {RUNS}: {median:.2} s, {verdict} the budget of {BUDGET} s");
    Ok(())
}

async fn send(world: &World, read: &Read, status: u64) -> Result<Duration, Error> {
    let app = world.app(&read.function, world.http_client()?)?;
    let event: Value = serde_json::from_slice(&read.event)?;
    let begun = Instant::now();
    let answer = lambda::invoke(app, routes(&read.function)?, event).await?;
    let took = begun.elapsed();
    let answer = serde_json::to_value(&answer)?;
    if answer["statusCode"].as_u64() != Some(status) {
        return Err(format!("{}: {answer}", read.what).into());
    }
    Ok(took)
}

/// Two stages of jobs with a variable of their own, the second with needs.
fn configuration() -> String {
    let mut text =
        "stages: [build, test]\n.base: {script: [make, make check], tags: [linux]}\n".to_owned();
    for number in 0..JOBS / 2 {
        // Writing to a string cannot fail.
        let _ = write!(
            text,
            "build{number}: {{extends: .base, stage: build, variables: {{N: '{number}'}}}}\n\
             test{number}: {{extends: .base, stage: test, needs: [build{number}]}}\n"
        );
    }
    text
}
