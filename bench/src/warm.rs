//! Warm requests: an event in, an answer out, beside the bare calls of the SDK that they
//! cannot do without.

use std::convert::Infallible;
use std::path::Path;
use std::time::{Duration, Instant};

use aws_sdk_dynamodb::Client;
use bytes::Bytes;
use lambda_http::request::LambdaRequest;
use lambda_http::{Adapter, Context, LambdaEvent, Service};
use serde::Serialize;
use serde_json::Value;
use switchyard::{aws, lambda};
use switchyard_local::seed;
use switchyard_tests::wire::{IndexShape, Wire};

use crate::bare::Bare;
use crate::figures::{Spread, headline, ratio};
use crate::process::Process;
use crate::recorder::Recorder;
use crate::world::{Read, World, routes};
use crate::{Error, start};

const RUNS: usize = 21;
const BUDGET: f64 = 1.25;
/// How long one run of one side takes, about.
const RUN: Duration = Duration::from_millis(100);

pub async fn measure(world: &World) -> Result<(), Error> {
    headline("Warm requests in one process: event -> answer, beside the bare SDK calls they make");
    println!("medians of {RUNS} runs by turns, some 100 ms each; embedded DynamoDB over loopback");
    println!("(on AWS a call takes 2 to 5 ms, and the ratios are nearer to 1)\n");
    println!(
        "{:<24} {:>8} {:>8} {:>7}   {:<40} calls",
        "", "all, us", "bare, us", "ours", "ratio"
    );
    let shown = world.show_job().await?;
    let others = [
        world.version().await?,
        world.job_of_token().await?,
        world.list_jobs().await?,
        world.list_100_jobs().await?,
    ];
    refuse(world, &world.refused().await?).await?;
    compare(world, &shown, Some(BUDGET)).await?;
    for read in &others {
        compare(world, read, None).await?;
    }
    Ok(())
}

async fn compare(world: &World, read: &Read, budget: Option<f64>) -> Result<(), Error> {
    let http = world.http_client()?;
    let config = seed::config(&world.stack, &read.function)?;
    let client = aws::dynamodb(&config, http.clone());
    let bare = bare_calls(world, read, &client).await?;
    let app = world.app(&read.function, http)?;
    let mut function = Adapter::from(lambda::service(app, routes(&read.function)?));

    // Warm: links are learnt, connections open.
    check(read, &answer(&mut function, read).await?)?;
    let calibration = Instant::now();
    for _ in 0..10 {
        answer(&mut function, read).await?;
        bare.run().await?;
    }
    let pair = calibration.elapsed() / 10;
    let times = u32::try_from(2 * RUN.as_nanos() / pair.as_nanos().max(1))?.max(1);

    let (mut all, mut alone) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let begun = Instant::now();
        for _ in 0..times {
            answer(&mut function, read).await?;
        }
        all.push(begun.elapsed() / times);
        let begun = Instant::now();
        for _ in 0..times {
            bare.run().await?;
        }
        alone.push(begun.elapsed() / times);
    }
    let [whole, calls] = [&all, &alone].map(|times| Spread::of_microseconds(times).median);
    let ratio = ratio(Spread::of_ratios(&all, &alone), budget);
    println!(
        "{:<24} {whole:>8.0} {calls:>8.0} {:>7.0}   {ratio:<40} {}",
        read.what,
        whole - calls,
        bare.describe(),
    );
    Ok(())
}

/// What there is before any call: reading the event, the route, writing the answer.
async fn refuse(world: &World, read: &Read) -> Result<(), Error> {
    const TIMES: u32 = 500;
    let app = world.app(&read.function, world.http_client()?)?;
    let mut function = Adapter::from(lambda::service(app, routes(&read.function)?));
    let mut all = Vec::new();
    for _ in 0..RUNS {
        let begun = Instant::now();
        for _ in 0..TIMES {
            answer(&mut function, read).await?;
        }
        all.push(begun.elapsed() / TIMES);
    }
    let all = Spread::of_microseconds(&all).median;
    println!("{:<24} {all:>8.0} {:>8} {all:>7.0}", read.what, 0);
    Ok(())
}

/// As Lambda's runtime does it: the function is built once, the event is read from bytes,
/// the answer is written to bytes.
async fn answer<F>(function: &mut F, read: &Read) -> Result<Vec<u8>, Error>
where
    F: Service<LambdaEvent<LambdaRequest>, Response: Serialize, Error = Infallible>,
{
    let event = serde_json::from_slice(&read.event)?;
    let answering = function.call(LambdaEvent::new(event, Context::default()));
    let answer = answering.await.map_err(|never| match never {})?;
    Ok(serde_json::to_vec(&answer)?)
}

/// The calls that a warm request makes, read off the wire.
async fn bare_calls(world: &World, read: &Read, client: &Client) -> Result<Bare, Error> {
    let recorder = Recorder::new(world.http_client()?);
    let database = world.stack.dynamodb.database();
    let wire = Wire::new(recorder.client(), database, IndexShape::all_of(database));
    let app = world.app(&read.function, wire.client(&read.function))?;
    let event: Value = serde_json::from_slice(&read.event)?;
    // The first request learns the links that the second one follows.
    for _ in 0..2 {
        recorder.take();
        wire.tape().reset();
        lambda::invoke(app.clone(), routes(&read.function)?, event.clone()).await?;
    }
    Bare::new(client, &recorder.take(), &wire.tape().calls())
}

/// That an answer is a good one.
pub fn check(read: &Read, answer: &[u8]) -> Result<Value, Error> {
    let answer: Value = serde_json::from_slice(answer)?;
    match answer["statusCode"].as_u64() {
        Some(200 | 206 | 304) => Ok(answer),
        _ => Err(format!("{}: {answer}", read.what).into()),
    }
}

/// The same requests to the release binaries, by way of Lambda's runtime API.
pub async fn trips(world: &World, binaries: &Path) -> Result<(), Error> {
    headline("Warm requests to the release binaries, through a runtime API on loopback");
    println!("medians of {RUNS} runs by turns; `hello` has the same event and does nothing\n");
    println!("{:<24} {:>8} {:>10}", "", "all, us", "hello, us");
    let hello = Process::start(&start::hello(binaries), &Default::default())?;
    let reads = [
        world.show_job().await?,
        world.job_of_token().await?,
        world.list_jobs().await?,
        world.list_100_jobs().await?,
    ];
    for read in reads {
        let environment = world.stack.environment(&read.function);
        let function = Process::start(&binaries.join(&read.function), &environment)?;
        check(&read, &function.invoke(&read.event)?)?;
        let (mut all, mut nothing) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            all.push(trip(&function, &read.event)?);
            nothing.push(trip(&hello, &read.event)?);
        }
        let [all, nothing] = [all, nothing].map(|times| Spread::of_microseconds(&times).median);
        println!("{:<24} {all:>8.0} {nothing:>10.0}", read.what);
    }
    Ok(())
}

fn trip(process: &Process, event: &Bytes) -> Result<Duration, Error> {
    const TIMES: u32 = 50;
    let begun = Instant::now();
    for _ in 0..TIMES {
        process.invoke(event)?;
    }
    Ok(begun.elapsed() / TIMES)
}
