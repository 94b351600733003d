//! The recording: every call that went over the wire, with its depth and its cost.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

/// The AWS service that a call went to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    DynamoDb,
    S3,
}

/// An IAM action on one resource.
///
/// A resource is a table (`jobs`), an index (`jobs/index/by_status`), an object's key, or
/// a bucket for what concerns a whole bucket.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Right {
    pub action: String,
    pub resource: String,
}

impl Right {
    pub fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            resource: resource.into(),
        }
    }
}

impl fmt::Display for Right {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} on {}", self.action, self.resource)
    }
}

/// One request over the wire; what the SDK repeats is a call again.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The function whose client made it.
    pub function: String,
    pub service: Service,
    /// The API action: `dynamodb:TransactWriteItems`, `s3:UploadPartCopy`.
    pub action: String,
    /// What IAM must allow for it, which for transactions and copies is something else
    /// than the action, and more than one thing.
    pub rights: Vec<Right>,
    /// One more than the deepest call that was over before this one began.
    pub depth: u32,
    /// Capacity units, as the answer reports them; S3 has none.
    pub units: f64,
    /// The body as the SDK sent it; of an upload in chunks only the content.
    pub request_bytes: u64,
    /// The body of the answer, also of one that was lost on the way.
    pub response_bytes: u64,
    /// `None` while the call is under way, and when its answer was lost.
    pub status: Option<u16>,
}

impl Call {
    /// The tables, indexes or keys that the call touches.
    pub fn resources(&self) -> Vec<&str> {
        self.rights
            .iter()
            .map(|right| right.resource.as_str())
            .collect()
    }
}

/// What was called, shared by everybody who holds a clone.
#[derive(Clone, Debug, Default)]
pub struct Tape {
    recording: Arc<Mutex<Recording>>,
}

#[derive(Debug, Default)]
struct Recording {
    /// Counts the resets: a call that began before one is not finished after it.
    session: u64,
    calls: Vec<Call>,
    /// The largest depth of the calls that are over.
    finished_depth: u32,
    rights: BTreeMap<String, BTreeSet<Right>>,
    violations: Vec<String>,
}

impl Tape {
    /// Forgets all calls, and what is still under way; depth starts at 1 again. Rights
    /// and violations are kept.
    pub fn reset(&self) {
        let mut recording = self.lock();
        recording.session += 1;
        recording.calls.clear();
        recording.finished_depth = 0;
    }

    /// The calls since the last reset, in the order in which they began.
    pub fn calls(&self) -> Vec<Call> {
        self.lock().calls.clone()
    }

    /// How many calls there were since the last reset.
    pub fn count(&self) -> usize {
        self.lock().calls.len()
    }

    /// How many of those calls followed one another.
    pub fn depth(&self) -> u32 {
        let recording = self.lock();
        recording
            .calls
            .iter()
            .map(|call| call.depth)
            .max()
            .unwrap_or(0)
    }

    /// The capacity units of those calls.
    pub fn units(&self) -> f64 {
        self.lock().calls.iter().map(|call| call.units).sum()
    }

    /// Every right that each function has needed since the tape was made.
    pub fn actions_by_function(&self) -> BTreeMap<String, BTreeSet<Right>> {
        self.lock().rights.clone()
    }

    /// Everything that was refused because AWS or the design forbids it, since the tape
    /// was made.
    pub fn violations(&self) -> Vec<String> {
        self.lock().violations.clone()
    }

    /// Writes down a right that is needed without a call of ours: the one that a
    /// presigned URL is used with.
    pub fn record(&self, function: &str, action: &str, resource: &str) {
        let mut recording = self.lock();
        let rights = recording.rights.entry(function.to_owned()).or_default();
        rights.insert(Right::new(action, resource));
    }

    /// Opens a call: sets its depth and puts it on the tape.
    pub(super) fn begin(&self, mut call: Call) -> (Ticket, Call) {
        let mut recording = self.lock();
        call.depth = recording.finished_depth + 1;
        let rights = recording.rights.entry(call.function.clone()).or_default();
        rights.extend(call.rights.iter().cloned());
        recording.calls.push(call.clone());
        let ticket = Ticket {
            tape: self.clone(),
            session: recording.session,
            position: recording.calls.len() - 1,
        };
        (ticket, call)
    }

    pub(super) fn violation(&self, text: String) {
        self.lock().violations.push(text);
    }

    fn lock(&self) -> MutexGuard<'_, Recording> {
        self.recording.lock().unwrap()
    }
}

/// A call on the tape that is not over yet. One that is never finished, because its
/// caller gave up, stays on the tape and holds nobody's depth down.
#[derive(Debug)]
pub(super) struct Ticket {
    tape: Tape,
    session: u64,
    position: usize,
}

impl Ticket {
    pub(super) fn finish(self, units: f64, response_bytes: u64, status: Option<u16>) {
        let mut recording = self.tape.lock();
        if recording.session != self.session {
            return;
        }
        let call = &mut recording.calls[self.position];
        call.units = units;
        call.response_bytes = response_bytes;
        call.status = status;
        let depth = call.depth;
        recording.finished_depth = recording.finished_depth.max(depth);
    }
}
