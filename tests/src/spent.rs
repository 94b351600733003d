//! What a request costs.

use crate::app::{Answer, TestApp};
use crate::caller::Caller;

/// What the functions asked of the stores for one request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spent {
    pub calls: usize,
    /// How many of the calls followed one another.
    pub depth: u32,
    /// Capacity units of DynamoDB.
    pub units: f64,
}

impl TestApp {
    /// Makes a request and counts. Calls that run side by side are made to keep step, so
    /// the count is the same in every run.
    pub async fn spend(&self, path: &str, caller: &Caller) -> (Answer, Spent) {
        self.wire.lockstep(true);
        let tape = self.wire.tape();
        tape.reset();
        let answer = self.get(path, caller).await;
        let spent = Spent {
            calls: tape.count(),
            depth: tape.depth(),
            units: tape.units(),
        };
        (answer, spent)
    }
}
