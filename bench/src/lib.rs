//! What `make bench` measures: how functions start, what they add to the storage calls
//! they make, how big they are, and what a million reads cost.
//!
//! Machines and their neighbours differ, so times are compared within one run: two
//! things by turns, many times, and the median of the ratios. Nothing is asserted.

pub mod bare;
pub mod cost;
pub mod creation;
pub mod door;
pub mod figures;
pub mod process;
pub mod recorder;
pub mod runtime;
pub mod start;
pub mod warm;
pub mod weight;
pub mod world;

/// Why a measurement could not be made.
pub type Error = Box<dyn std::error::Error + Send + Sync>;

/// The functions that are measured: the names of their binaries.
pub const FUNCTIONS: [&str; 5] = ["jobs", "job-token", "traces", "pipelines", "projects"];
