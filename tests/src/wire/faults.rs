//! What goes wrong, and when: rules that a test sets.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use super::asked::Asked;
use super::tape::{Call, Service};
use super::unprocessed;

/// A way for a call to go wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// `ProvisionedThroughputExceededException`; on S3 503 `SlowDown`. No effect.
    Throttle,
    /// `ThrottlingException`; on S3 503 `SlowDown`. No effect.
    RequestLimit,
    /// 500 `InternalServerError`; on S3 `InternalError`. No effect.
    InternalError,
    /// A batch is done in part, the rest comes back as unprocessed. Leaves batches alone
    /// that are no larger than what is kept.
    Unprocessed(Keep),
    /// The call has its effect, but the client sees no answer.
    LostAnswer(Loss),
    /// A transaction is cancelled because its first item is taken; a single write gets
    /// `TransactionConflictException`. No effect.
    TransactionConflict,
}

/// The part of a batch that is done, at least one member of it, as on AWS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    First(usize),
    Last(usize),
    EverySecond,
}

/// What the client sees in place of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Loss {
    /// The connection breaks.
    Io,
    /// Nothing comes in time.
    Timeout,
}

/// A fault and the calls that it befalls; all that it can befall, until narrowed.
pub struct Rule {
    fault: Fault,
    filters: Vec<Filter>,
    /// How many fitting calls are still let through.
    spared: u32,
    /// How many are still to fail; without a number all.
    left: Option<u32>,
    chance: Option<Chance>,
    fired: Fired,
}

type Filter = Box<dyn Fn(&Call) -> bool + Send + Sync>;

impl Rule {
    pub fn new(fault: Fault) -> Self {
        Self {
            fault,
            filters: Vec::new(),
            spared: 0,
            left: None,
            chance: None,
            fired: Fired::default(),
        }
    }

    /// Only calls of this API action (`dynamodb:TransactWriteItems`), or that need it as
    /// a right (`dynamodb:PutItem`, also within a transaction).
    pub fn action(self, action: &str) -> Self {
        let action = action.to_owned();
        self.when(move |call| {
            call.action == action || call.rights.iter().any(|right| right.action == action)
        })
    }

    /// Only calls that touch this table, index (`jobs/index/by_status`) or key.
    pub fn resource(self, resource: &str) -> Self {
        let resource = resource.to_owned();
        self.when(move |call| call.resources().contains(&resource.as_str()))
    }

    /// Only calls of this function.
    pub fn function(self, function: &str) -> Self {
        let function = function.to_owned();
        self.when(move |call| call.function == function)
    }

    /// Only calls for which this holds, as well as all other conditions.
    pub fn when(mut self, holds: impl Fn(&Call) -> bool + Send + Sync + 'static) -> Self {
        self.filters.push(Box::new(holds));
        self
    }

    /// Lets the first `calls` fitting ones through.
    pub fn after(mut self, calls: u32) -> Self {
        self.spared = calls;
        self
    }

    /// Ends after so many failures.
    pub fn times(mut self, failures: u32) -> Self {
        self.left = Some(failures);
        self
    }

    /// Befalls one call in `one_in`, in an order that the seed alone decides.
    pub fn chance(mut self, seed: u64, one_in: u64) -> Self {
        self.chance = Some(Chance {
            state: seed,
            one_in,
        });
        self
    }

    fn befalls(&mut self, call: &Call, asked: &Asked) -> bool {
        let fits = self.left != Some(0)
            && can_befall(self.fault, asked)
            && self.filters.iter().all(|holds| holds(call));
        if !fits {
            return false;
        }
        if self.spared > 0 {
            self.spared -= 1;
            return false;
        }
        if self.chance.as_mut().is_some_and(|chance| !chance.draw()) {
            return false;
        }
        self.left = self.left.map(|left| left - 1);
        self.fired.0.fetch_add(1, Ordering::Relaxed);
        true
    }
}

fn can_befall(fault: Fault, asked: &Asked) -> bool {
    match fault {
        Fault::Throttle | Fault::RequestLimit | Fault::InternalError | Fault::LostAnswer(_) => true,
        Fault::Unprocessed(keep) => unprocessed::leaves_something(asked, keep),
        Fault::TransactionConflict => {
            let conflicting = [
                "TransactWriteItems",
                "TransactGetItems",
                "PutItem",
                "UpdateItem",
                "DeleteItem",
            ];
            asked.service == Service::DynamoDb && conflicting.contains(&asked.operation.as_str())
        }
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Rule")
            .field("fault", &self.fault)
            .field("left", &self.left)
            .field("fired", &self.fired.count())
            .finish_non_exhaustive()
    }
}

/// How often a rule's fault has happened.
#[derive(Clone, Debug, Default)]
pub struct Fired(Arc<AtomicU32>);

impl Fired {
    pub fn count(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The rules in force, shared by everybody who holds a clone.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    rules: Arc<Mutex<Vec<Rule>>>,
}

impl Faults {
    /// Puts a rule in force. Of several that fit a call the oldest takes it.
    pub fn add(&self, rule: Rule) -> Fired {
        let fired = rule.fired.clone();
        self.rules.lock().unwrap().push(rule);
        fired
    }

    /// Ends all faults.
    pub fn clear(&self) {
        self.rules.lock().unwrap().clear();
    }

    /// Decides what becomes of a call.
    pub(super) fn next(&self, call: &Call, asked: &Asked) -> Option<Fault> {
        let mut rules = self.rules.lock().unwrap();
        let rule = rules
            .iter_mut()
            .find_map(|rule| rule.befalls(call, asked).then_some(rule));
        rule.map(|rule| rule.fault)
    }
}

/// A fixed sequence of yes and no (splitmix64).
#[derive(Debug)]
struct Chance {
    state: u64,
    one_in: u64,
}

impl Chance {
    fn draw(&mut self) -> bool {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)).is_multiple_of(self.one_in)
    }
}
