//! Runs Switchyard on this machine. See [`switchyard_local::run`].

use std::process::ExitCode;

use switchyard_local::run::{Settings, run};

#[tokio::main]
async fn main() -> ExitCode {
    let ran = match Settings::from_env() {
        Ok(settings) => run(settings).await,
        Err(error) => Err(error),
    };
    match ran {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("switchyard-local: {error}");
            ExitCode::FAILURE
        }
    }
}
