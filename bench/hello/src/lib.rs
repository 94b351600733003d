//! A function that does nothing: what a start costs before any of our code runs.

use std::convert::Infallible;

use lambda_http::{Error, Request, Response, service_fn};

/// Answers every request with the same word, until Lambda ends it. Built and started as
/// `switchyard::lambda::run` starts the functions.
pub fn run() -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(lambda_http::run(service_fn(answer)))
}

async fn answer(_: Request) -> Result<Response<String>, Infallible> {
    Ok(Response::new("hello".to_owned()))
}
