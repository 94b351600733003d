//! What a request costs.

use http::Method;

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
        self.spend_on(Method::GET, path, caller, "").await
    }

    /// The same with any method and body.
    pub async fn spend_on(
        &self,
        method: Method,
        path: &str,
        caller: &Caller,
        body: &'static str,
    ) -> (Answer, Spent) {
        self.wire.lockstep(true);
        let tape = self.wire.tape();
        tape.reset();
        let mut headers = caller.headers();
        if !body.is_empty() {
            headers.push(("content-type", "application/json"));
        }
        let answer = self.request(method, path, &headers, body).await;
        let spent = Spent {
            calls: tape.count(),
            depth: tape.depth(),
            units: tape.units(),
        };
        (answer, spent)
    }
}
