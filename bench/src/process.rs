//! A release binary as Lambda runs it.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use bytes::Bytes;

use crate::Error;
use crate::runtime::RuntimeApi;

/// A function's process. It is killed when this is dropped.
pub struct Process {
    child: Child,
    api: RuntimeApi,
    /// When it was about to be spawned, and when it asked for its first event.
    pub spawned: Instant,
    pub asked: Instant,
}

impl Process {
    /// Starts a binary with nothing but these variables and those that Lambda sets, and
    /// waits until it asks for an event.
    pub fn start(binary: &Path, environment: &BTreeMap<String, String>) -> Result<Self, Error> {
        let api = RuntimeApi::serve()?;
        let mut command = Command::new(binary);
        command
            .env_clear()
            .envs(environment)
            .env("AWS_LAMBDA_RUNTIME_API", api.address().to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", "bench")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
            .stdin(Stdio::null())
            .stdout(Stdio::null());
        let spawned = Instant::now();
        let child = command
            .spawn()
            .map_err(|error| format!("cannot start {}: {error}", binary.display()))?;
        // From here on the child is killed if something fails.
        let mut process = Self {
            child,
            api,
            spawned,
            asked: spawned,
        };
        process.asked = process.api.asked()?;
        Ok(process)
    }

    /// Has an event answered, until the function asks for the next one.
    pub fn invoke(&self, event: &Bytes) -> Result<Bytes, Error> {
        let answer = self.api.invoke(event.clone())?;
        self.api.asked()?;
        Ok(answer)
    }

    /// The most memory that the process has held so far, in bytes.
    pub fn peak_memory(&self) -> Result<u64, Error> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
        let kilobytes: u64 = kilobytes.ok_or("no VmHWM")?.trim().parse()?;
        Ok(kilobytes * 1024)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
