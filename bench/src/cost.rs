//! What a million reads cost: calls and units are counted on the wire, prices are lists.

use std::collections::BTreeMap;

use serde_json::Value;
use switchyard::http::App;
use switchyard::lambda;
use switchyard_tests::wire::{Call, IndexShape, Service, Wire};

use crate::figures::headline;
use crate::warm::check;
use crate::world::{Read, World, routes};
use crate::{Error, FUNCTIONS};

/// List prices of us-east-1, November 2026, in dollars for a million of each.
mod price {
    pub(super) const API_GATEWAY_REQUEST: f64 = 3.50;
    pub(super) const LAMBDA_REQUEST: f64 = 0.20;
    pub(super) const DYNAMODB_READ_UNIT: f64 = 0.125;
    pub(super) const S3_GET: f64 = 0.40;
    /// Of an x86-64 function, for a gigabyte and a second.
    pub(super) const LAMBDA_GIGABYTE_SECOND: f64 = 0.000_016_666_7;
}

/// What the template gives each function, in gigabytes.
const MEMORY: f64 = 0.25;

/// How long a function runs is the one thing assumed: its own time, and that of each
/// round of calls, which follow one another.
mod assumed {
    pub(super) const OWN_MILLISECONDS: f64 = 1.0;
    pub(super) const DYNAMODB_ROUND: f64 = 4.0;
    pub(super) const S3_ROUND: f64 = 20.0;
}

pub async fn count(world: &World) -> Result<(), Error> {
    headline("A million reads, links seen before: calls and units counted, in dollars");
    println!("assumed: a function runs for 1 ms of its own, 4 ms for each round of DynamoDB");
    println!("calls and 20 ms for each of S3, with 256 MB (x86-64)");
    println!("list prices of us-east-1; not in it: data transfer, log ingestion, storage\n");
    println!(
        "{:<28} {:>6} {:>6} {:>4} {:>6} {:>4} {:>8} {:>7} {:>8} {:>8} {:>6} {:>7}",
        "",
        "rounds",
        "calls",
        "S3",
        "units",
        "ms",
        "gateway",
        "Lambda",
        "its time",
        "DynamoDB",
        "S3",
        "all"
    );

    let database = world.stack.dynamodb.database();
    let wire = Wire::new(world.http_client()?, database, IndexShape::all_of(database));
    let mut apps: BTreeMap<String, App> = BTreeMap::new();
    for name in FUNCTIONS {
        apps.insert(name.to_owned(), world.app(name, wire.client(name))?);
    }
    let live = world.live_trace().await?;
    for read in world.reads().await? {
        let answer = price(&wire, &apps, &read).await?;
        if read.what == live.what {
            let etag = answer["headers"]["etag"].as_str();
            let etag = etag.or_else(|| answer["multiValueHeaders"]["etag"][0].as_str());
            let poll = world.trace_poll(etag.ok_or("a log without a tag")?).await?;
            let answer = price(&wire, &apps, &poll).await?;
            if answer["statusCode"] != 304 {
                return Err("a log that did not grow was sent again".into());
            }
        }
    }
    Ok(())
}

/// Prints what a million of these cost, and gives one answer.
async fn price(wire: &Wire, apps: &BTreeMap<String, App>, read: &Read) -> Result<Value, Error> {
    let app = apps.get(&read.function).ok_or("no such function")?;
    let event: Value = serde_json::from_slice(&read.event)?;
    let mut answer = Value::Null;
    // The first one learns the links that the second one follows.
    for _ in 0..2 {
        wire.tape().reset();
        let answered = lambda::invoke(app.clone(), routes(&read.function)?, event.clone());
        answer = check(read, &serde_json::to_vec(&answered.await?)?)?;
    }
    let calls = wire.tape().calls();
    let gets = calls.iter().filter(|call| call.service == Service::S3);
    let gets = gets.count() as f64;
    let units = wire.tape().units();
    let milliseconds = assumed::OWN_MILLISECONDS
        + assumed::DYNAMODB_ROUND * rounds(&calls, Service::DynamoDb)
        + assumed::S3_ROUND * rounds(&calls, Service::S3);
    let time = milliseconds / 1e3 * MEMORY * price::LAMBDA_GIGABYTE_SECOND * 1e6;
    let dynamodb = units * price::DYNAMODB_READ_UNIT;
    let s3 = gets * price::S3_GET;
    let all = price::API_GATEWAY_REQUEST + price::LAMBDA_REQUEST + time + dynamodb + s3;
    println!(
        "{:<28} {:>6} {:>6} {gets:>4} {units:>6.1} {milliseconds:>4.0} {:>8.2} {:>7.2} {time:>8.2} {dynamodb:>8.2} {s3:>6.2} {all:>7.2}",
        read.what,
        wire.tape().depth(),
        calls.len(),
        price::API_GATEWAY_REQUEST,
        price::LAMBDA_REQUEST,
    );
    Ok(answer)
}

/// How many rounds there were in which this service was called.
fn rounds(calls: &[Call], service: Service) -> f64 {
    let of_service = calls.iter().filter(|call| call.service == service);
    let mut depths: Vec<u32> = of_service.map(|call| call.depth).collect();
    depths.sort_unstable();
    depths.dedup();
    depths.len() as f64
}
