//! The program that libFuzzer drives. `FUZZ_TARGET` says what it tries; an input that takes
//! more memory than `FUZZ_MEGABYTES` is a finding, too.
#![no_main]

use std::env;
use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use switchyard_fuzz::Target;

/// What is faster has no time to take much memory. To look costs more than most inputs do.
const QUICK: Duration = Duration::from_millis(5);

static SETTINGS: OnceLock<Settings> = OnceLock::new();

struct Settings {
    target: Target,
    max_kilobytes: u64,
    /// Holds each input while it is tried: when the stack is full, libFuzzer cannot say which
    /// one it was.
    last: File,
}

impl Settings {
    #[expect(
        clippy::disallowed_methods,
        reason = "libFuzzer takes the arguments, and there is no configuration"
    )]
    fn read() -> Result<Self, String> {
        let variable = |name: &str| env::var(name).map_err(|error| format!("{name}: {error}"));
        let megabytes: u64 = (variable("FUZZ_MEGABYTES")?.parse())
            .map_err(|error| format!("FUZZ_MEGABYTES: {error}"))?;
        let last = variable("FUZZ_LAST")?;
        Ok(Self {
            target: variable("FUZZ_TARGET")?.parse()?,
            max_kilobytes: megabytes * 1024,
            last: File::create(&last).map_err(|error| format!("{last}: {error}"))?,
        })
    }
}

fuzz_target!(|input: &[u8]| {
    let settings = SETTINGS.get_or_init(|| match Settings::read() {
        Ok(settings) => settings,
        Err(error) => panic!("{error}"),
    });
    let kept = (settings.last.write_all_at(input, 0))
        .and_then(|()| settings.last.set_len(input.len() as u64));
    if let Err(error) = kept {
        panic!("the last input cannot be kept: {error}");
    }
    let start = Instant::now();
    settings.target.run(input);
    if start.elapsed() > QUICK
        && let Some(peak) = peak_kilobytes()
    {
        let max = settings.max_kilobytes;
        assert!(peak <= max, "{peak} KiB of memory are more than {max}");
    }
});

/// The most that this process ever had. libFuzzer looks once a second, and would blame
/// whichever input is then being tried.
fn peak_kilobytes() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.split_whitespace().next()?.parse().ok()
}
