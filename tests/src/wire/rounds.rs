//! Lockstep: answers wait for one another, so that depth does not depend on speed.

use std::mem;
use std::sync::{Arc, Mutex};

use futures::channel::oneshot;

/// The calls under way, and the answers that wait for them.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    on: bool,
    under_way: usize,
    waiting: Vec<oneshot::Sender<()>>,
}

impl State {
    fn release(&mut self) {
        for waiting in mem::take(&mut self.waiting) {
            // Nobody listens when the caller gave up meanwhile.
            let _ = waiting.send(());
        }
    }
}

impl Rounds {
    pub(super) fn switch(&self, on: bool) {
        let mut state = self.state.lock().unwrap();
        state.on = on;
        if !on {
            state.release();
        }
    }

    /// Joins the round that is running.
    pub(super) fn join(self: &Arc<Self>) -> Seat {
        self.state.lock().unwrap().under_way += 1;
        Seat {
            rounds: Arc::clone(self),
        }
    }
}

/// A place in the round, held until the answer is there or the caller gives up.
#[derive(Debug)]
pub(super) struct Seat {
    rounds: Arc<Rounds>,
}

impl Seat {
    /// Waits, in lockstep, until the others of the round have their answers too.
    pub(super) async fn answered(self) {
        let turn = {
            let mut state = self.rounds.state.lock().unwrap();
            state.on.then(|| {
                let (sender, receiver) = oneshot::channel();
                state.waiting.push(sender);
                receiver
            })
        };
        drop(self);
        if let Some(turn) = turn {
            // The sender goes nowhere but through `release`.
            let _ = turn.await;
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut state = self.rounds.state.lock().unwrap();
        state.under_way -= 1;
        if state.under_way == 0 {
            state.release();
        }
    }
}
