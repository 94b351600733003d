//! `cargo lambda watch` as a child process: it builds the functions, runs them, and
//! rebuilds them after a change.

use std::{
    collections::BTreeMap,
    io,
    net::{Ipv4Addr, TcpListener},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{Error, group::Group, invoke::Invoker};

/// How long `cargo lambda watch` may take until it listens.
const START: Duration = Duration::from_secs(60);

/// A running `cargo lambda watch`. It ends when this is dropped.
pub(crate) struct Watch {
    endpoint: String,
    group: Group,
}

impl Watch {
    /// Starts it, and waits until it listens. Functions get the variables of
    /// `environment_file`.
    pub(crate) async fn start(environment_file: &Path) -> Result<Self, Error> {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let command = || {
            let mut command = Command::new(&cargo);
            // Else cargo-lambda may ask rustup to download a target.
            command.arg("lambda").env("RUSTUP", "/nonexistent");
            command
        };
        let found = command()
            .arg("--version")
            .stdin(Stdio::null())
            .output()
            .is_ok_and(|output| output.status.success());
        if !found {
            return Err(
                "cargo-lambda is not installed: `make run` installs it, or see \
                        https://www.cargo-lambda.info"
                    .into(),
            );
        }
        let port = free_port()?;
        let mut watch = command();
        watch
            .args(["watch", "--invoke-address", "127.0.0.1", "--invoke-port"])
            .arg(port.to_string())
            .arg("--env-file")
            .arg(environment_file)
            // Of its own log only what went wrong; functions have theirs from the file.
            .env("RUST_LOG", "error")
            .env_remove("AWS_SESSION_TOKEN")
            .current_dir(workspace())
            .stdin(Stdio::null());
        let mut watch = Self {
            endpoint: format!("http://127.0.0.1:{port}"),
            group: Group::spawn(&mut watch)?,
        };
        let listening = async {
            while tokio::net::TcpStream::connect((Ipv4Addr::LOCALHOST, port))
                .await
                .is_err()
            {
                watch.check()?;
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            Ok::<(), Error>(())
        };
        match tokio::time::timeout(START, listening).await {
            Ok(listening) => listening?,
            Err(_) => return Err("cargo lambda watch does not listen".into()),
        }
        Ok(watch)
    }

    /// The address of its Invoke API.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Fails once it has ended.
    pub(crate) fn check(&mut self) -> Result<(), Error> {
        match self.group.ended()? {
            None => Ok(()),
            Some(status) => Err(format!("cargo lambda watch ended: {status}").into()),
        }
    }
}

/// Calls a function for the first time, which builds and starts it.
pub(crate) async fn warm(invoker: &Invoker, function: &str) -> Result<(), Error> {
    if function == "sweeper" {
        return call(invoker, function, scheduled()).await;
    }
    let event = json!({
        "resource": "/",
        "path": "/",
        "httpMethod": "GET",
        "headers": {},
        "multiValueHeaders": {},
        "requestContext": { "httpMethod": "GET", "identity": {}, "stage": "local" },
        "body": null,
        "isBase64Encoded": false,
    });
    call(invoker, function, event).await
}

async fn call(invoker: &Invoker, function: &str, event: Value) -> Result<(), Error> {
    invoker
        .invoke(function, event)
        .await
        .map_err(|error| format!("{function}: {error}"))?;
    Ok(())
}

/// The event of a schedule.
pub(crate) fn scheduled() -> Value {
    json!({
        "version": "0",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "resources": [],
        "detail": {},
    })
}

/// Writes variables in the form that `cargo lambda watch --env-file` reads: it takes
/// no URL without quotes, and knows no way to write a quote.
pub(crate) fn write_environment(
    path: &Path,
    variables: &BTreeMap<String, String>,
) -> io::Result<()> {
    if let Some((name, _)) = variables
        .iter()
        .find(|(_, value)| value.contains(['"', '\\', '\n']))
    {
        return Err(io::Error::other(format!(
            "cannot write {name} to {}",
            path.display()
        )));
    }
    let lines = variables
        .iter()
        .map(|(name, value)| format!("{name}=\"{value}\"\n"));
    std::fs::write(path, lines.collect::<String>())
}

/// The workspace's root, where `cargo lambda watch` looks for functions.
fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}
