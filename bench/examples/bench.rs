//! Measures and prints. Its one argument is the folder with the release binaries. An
//! example and no binary, so that `cargo build --bins` leaves it alone.

use std::path::PathBuf;
use std::process::ExitCode;

use switchyard_bench::world::World;
use switchyard_bench::{Error, cost, creation, start, warm, weight};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Error> {
    let binaries = std::env::args_os().nth(1);
    let binaries = PathBuf::from(binaries.ok_or("usage: bench FOLDER-OF-RELEASE-BINARIES")?);
    // Log lines are written as the functions write them, to nowhere.
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .without_time()
        .with_target(false)
        .with_max_level(tracing_subscriber::filter::LevelFilter::INFO)
        .with_writer(std::io::sink)
        .init();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let world = World::new().await?;
        start::measure(&world, &binaries)?;
        warm::measure(&world).await?;
        warm::trips(&world, &binaries).await?;
        creation::measure(&world).await?;
        weight::measure(&world, &binaries).await?;
        cost::count(&world).await
    })
}
