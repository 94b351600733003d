//! Runs Switchyard on this machine. See [`switchyard_local::run`].

use switchyard_local::{
    Error,
    run::{Settings, run},
};

#[tokio::main]
async fn main() -> Result<(), Error> {
    run(Settings::from_env()?).await
}
