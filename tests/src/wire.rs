//! The wire tap: stands between the real AWS SDK clients and the emulators.
//!
//! It is an HTTP client for the SDK, so what it sees and changes are the requests and
//! answers themselves. It does four things, each in a file of its own:
//!
//! - it writes every call down ([`Tape`]): who asked, which rights the call needs, how
//!   deep it lies, what it cost;
//! - it refuses what AWS refuses and the emulator lets through, and every `Scan`
//!   ([`IndexShape`]);
//! - it makes calls go wrong on demand ([`Faults`]);
//! - it lets indexes lag behind their tables ([`IndexLag`]).
//!
//! A test world has one [`Wire`]; each function gets an HTTP client of its own from it,
//! which carries the function's name. Loading and looking at the store past the tap is
//! done with clients that do not use it.

#![expect(
    clippy::unwrap_used,
    reason = "test support: a broken harness should stop the test at once"
)]

mod answer;
mod asked;
mod connector;
mod expression;
mod faults;
mod indexes;
mod lag;
mod rounds;
mod s3;
mod tape;
#[cfg(test)]
mod tests;
mod unprocessed;

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use dynoxide::Database;

pub use faults::{Fault, Faults, Fired, Keep, Loss, Rule};
pub use indexes::IndexShape;
pub use lag::IndexLag;
pub use tape::{Call, Right, Service, Tape};

/// One test world's wire, shared by the clients of all its functions.
#[derive(Clone, Debug)]
pub struct Wire {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    plain: SharedHttpClient,
    tape: Tape,
    faults: Faults,
    lag: IndexLag,
    indexes: indexes::IndexRules,
    rounds: Arc<rounds::Rounds>,
}

impl Wire {
    /// Taps `plain`, an HTTP client that reaches the emulators. `live` is the database
    /// behind the DynamoDB one; `indexes` are the only indexes that may be read.
    pub fn new(plain: SharedHttpClient, live: &Database, indexes: Vec<IndexShape>) -> Self {
        let shared = Shared {
            plain,
            tape: Tape::default(),
            faults: Faults::default(),
            lag: IndexLag::new(live),
            indexes: indexes::IndexRules::new(indexes),
            rounds: Arc::default(),
        };
        Self {
            shared: Arc::new(shared),
        }
    }

    /// Returns the HTTP client for the SDK clients of one function.
    pub fn client(&self, function: &str) -> SharedHttpClient {
        connector::client(Arc::clone(&self.shared), function)
    }

    /// What was called.
    pub fn tape(&self) -> &Tape {
        &self.shared.tape
    }

    /// What goes wrong.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// What indexes show.
    pub fn lag(&self) -> &IndexLag {
        &self.shared.lag
    }

    /// Hands answers out only when every call under way has its own.
    ///
    /// Of two chains of calls that run side by side, the faster one otherwise finishes
    /// calls before the slower one begins its next, and the depth of that next call
    /// counts them too. In lockstep a call's depth is the same in every run. Off at
    /// first, since it also takes races out of a test that wants them.
    pub fn lockstep(&self, on: bool) {
        self.shared.rounds.switch(on);
    }
}
