//! How large the release binaries are, on disk and in memory.

use std::path::Path;

use crate::figures::headline;
use crate::process::Process;
use crate::warm::check;
use crate::world::World;
use crate::{Error, FUNCTIONS, start};

const READS: usize = 100;
const SIZE_BUDGET: f64 = 10.0;
const MEMORY_BUDGET: f64 = 16.0;

pub async fn measure(world: &World, binaries: &Path) -> Result<(), Error> {
    headline("Release binaries: size, and peak memory (VmHWM) after 100 reads of all kinds");
    let size = megabytes(std::fs::metadata(start::hello(binaries))?.len());
    let hello = Process::start(&start::hello(binaries), &Default::default())?;
    let reads = world.reads().await?;
    for _ in 0..READS {
        hello.invoke(&reads.first().ok_or("no reads")?.event)?;
    }
    let memory = mebibytes(hello.peak_memory()?);
    println!(
        "{:<10} {size:>6.2} MB {:>15} {memory:>6.1} MiB",
        "hello", ""
    );

    for name in FUNCTIONS {
        let binary = binaries.join(name);
        let size = megabytes(std::fs::metadata(&binary)?.len());
        let function = Process::start(&binary, &world.stack.environment(name))?;
        let reads = reads.iter().filter(|read| read.function == name);
        for read in reads.cycle().take(READS) {
            check(read, &function.invoke(&read.event)?)?;
        }
        let memory = mebibytes(function.peak_memory()?);
        println!(
            "{name:<10} {size:>6.2} MB {:>15} {memory:>6.1} MiB {:>15}",
            verdict(size, SIZE_BUDGET),
            verdict(memory, MEMORY_BUDGET),
        );
        if name == "traces" {
            let read = world.large_trace().await?;
            for _ in 0..READS {
                check(&read, &function.invoke(&read.event)?)?;
            }
            let memory = mebibytes(function.peak_memory()?);
            println!(
                "{:<36} {memory:>6.1} MiB {:>15}",
                "  and 100 logs of 4 MB",
                verdict(memory, MEMORY_BUDGET)
            );
        }
    }
    Ok(())
}

fn verdict(figure: f64, budget: f64) -> String {
    let verdict = if figure <= budget { "within" } else { "OVER" };
    format!("{verdict} {budget}")
}

fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}
