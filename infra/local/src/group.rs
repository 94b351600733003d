//! A child process with all that it starts in its process group, which end together
//! when this process ends, however it ends.
//!
//! A guard process waits for the end of a pipe whose other end is held here, and then
//! ends the group. The pipe also ends when this process is killed.

use std::{
    io,
    os::unix::process::CommandExt,
    process::{Child, Command, ExitStatus, Stdio},
};

/// Ends the process group `$1` when standard input ends: politely, and after five
/// seconds by force.
const GUARD: &str = r#"
read -r _
kill -s TERM -- "-$1"
tries=0
while kill -s 0 -- "-$1" && [ "$tries" -lt 50 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
kill -s KILL -- "-$1"
"#;

/// A process group. It ends when this is dropped.
pub(crate) struct Group {
    child: Child,
    guard: Child,
}

impl Group {
    /// Starts a command as the first process of a new group.
    pub(crate) fn spawn(command: &mut Command) -> io::Result<Self> {
        let mut child = command.process_group(0).spawn()?;
        let guard = Command::new("sh")
            .args(["-c", GUARD, "guard"])
            .arg(child.id().to_string())
            .stdin(Stdio::piped())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn();
        match guard {
            Ok(guard) => Ok(Self { child, guard }),
            Err(error) => {
                child.kill()?;
                child.wait()?;
                Err(error)
            }
        }
    }

    /// How the first process ended, once it has.
    pub(crate) fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        drop(self.guard.stdin.take());
        // The guard sees the child until it has been waited for.
        if let Err(error) = self.child.wait().and_then(|_| self.guard.wait()) {
            eprintln!("cannot wait for a process: {error}");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead, BufReader},
        time::{Duration, Instant},
    };

    use super::*;

    #[test]
    fn all_processes_of_the_group_end() -> io::Result<()> {
        // The first process ignores a polite end; its child tells that it is there.
        let script = "(echo started; exec sleep 60) & trap : TERM; wait; wait; exit 0";
        let mut command = Command::new("sh");
        command.args(["-c", script]).stdout(Stdio::piped());
        let mut group = Group::spawn(&mut command)?;
        let mut output = BufReader::new(group.child.stdout.take().ok_or(io::ErrorKind::Other)?);
        let mut line = String::new();
        output.read_line(&mut line)?;
        assert_eq!(line, "started\n");
        assert!(group.ended()?.is_none());

        let started = Instant::now();
        drop(group);
        assert!(started.elapsed() < Duration::from_secs(4));
        // The pipe ends when the last process that writes to it has ended.
        line.clear();
        assert_eq!(output.read_line(&mut line)?, 0);
        Ok(())
    }
}
