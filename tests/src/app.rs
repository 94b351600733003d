//! One stack per test: requests go through the gateway's routes and events to the
//! functions' routers, and from these through the real AWS clients to the stores.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use aws_sdk_dynamodb::config::retry::RetryPartition;
use axum::Router;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use serde_json::Value;
use switchyard::aws;
use switchyard::blobs::Blobs;
use switchyard::http::{App, Clock};
use switchyard::lambda;
use switchyard::store::Store;
use switchyard::time::Time;
use switchyard_local::gateway::Gateway;
use switchyard_local::invoke::{InvokeError, Invoker};
use switchyard_local::seed::{self, Seed, at};
use switchyard_local::stack::Stack;
use switchyard_local::template::Template;

use crate::caller::Caller;
use crate::wire::{IndexShape, Wire};

/// Makes a function's routes.
type Routes = fn() -> Router<App>;

/// The routes of each function, by the name that the template gives it; the sweeper has none.
pub const FUNCTIONS: [(&str, Routes); 6] = [
    ("jobs", jobs::routes),
    ("job-token", job_token::routes),
    ("traces", traces::routes),
    ("pipelines", pipelines::routes),
    ("projects", projects::routes),
    ("repository", repository::routes),
];

/// The moment at which the clock of every test stands still at first.
pub const NOW: &str = "2015-12-24T18:00:00.000Z";

/// The address under which the API is known to its clients.
pub const URL: &str = "https://example.com";

/// A whole Switchyard.
pub struct TestApp {
    pub stack: Stack,
    pub seed: Seed,
    pub wire: Wire,
    gateway: Gateway,
    sweeper: App,
    clock: Arc<AtomicI64>,
}

/// What a client gets.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    /// The body, which must be JSON.
    pub fn json(&self) -> Value {
        assert_eq!(
            self.header("content-type"),
            Some("application/json"),
            "{self:?}"
        );
        serde_json::from_slice(&self.body).expect("a body in JSON")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .get(name)
            .map(|value| value.to_str().expect("a header in ASCII"))
    }

    /// The `id` of every element of the list.
    pub fn ids(&self) -> Vec<u64> {
        let body = self.json();
        let list = body
            .as_array()
            .unwrap_or_else(|| panic!("a list, not {body}"));
        list.iter()
            .map(|element| element["id"].as_u64().expect("an id"))
            .collect()
    }

    /// The address with this relation in `Link`, without scheme and host.
    pub fn link(&self, relation: &str) -> Option<String> {
        let links = self.header("link")?;
        let suffix = format!(">; rel=\"{relation}\"");
        let link = links
            .split(", ")
            .find_map(|link| link.strip_suffix(&suffix))?;
        let link = link
            .strip_prefix('<')
            .expect("an address in angle brackets");
        Some(
            link.strip_prefix(URL)
                .expect("the client's own host")
                .to_owned(),
        )
    }
}

impl TestApp {
    /// An empty stack.
    pub async fn new() -> Self {
        let template = Template::of_repository().expect("the template");
        let stack = Stack::memory(template).expect("a stack");
        let seed = Seed::new(&stack).expect("a seed");
        let clock = Arc::new(AtomicI64::new(at(NOW).microseconds()));

        let config = seed::config(&stack, "projects").expect("a configuration");
        let http = aws::http_client(&config).expect("an HTTP client");
        let indexes = IndexShape::all_of(stack.dynamodb.database());
        let wire = Wire::new(http, stack.dynamodb.database(), indexes);

        let gateway = gateway(&stack, &wire, &clock);
        let sweeper = function("sweeper", &stack, &wire, &clock);
        Self {
            sweeper,
            stack,
            seed,
            wire,
            gateway,
            clock,
        }
    }

    /// Starts all functions anew: what they have learnt so far is forgotten.
    pub fn restart(&mut self) {
        self.gateway = gateway(&self.stack, &self.wire, &self.clock);
        self.sweeper = function("sweeper", &self.stack, &self.wire, &self.clock);
    }

    /// The store as this function has it, with its own faults and records.
    pub fn store_of(&self, function_name: &str) -> Store {
        function(function_name, &self.stack, &self.wire, &self.clock).store
    }

    /// Lets the sweeper run once.
    pub async fn sweep(&self) {
        sweeper::sweep(&self.sweeper).await.expect("a sweep");
    }

    /// Lets the sweeper run once, with as much to do as it is given, and come what may.
    pub async fn sweep_within(&self, rows: usize) -> switchyard::error::Result<()> {
        let mut budget = sweeper::Budget::of(rows);
        sweeper::sweep_within(&self.sweeper, &mut budget).await
    }

    /// Lets the sweeper do one kind of its work.
    pub async fn sweep_only(&self, work: sweeper::Work) {
        let budget = sweeper::Budget::default().left();
        let swept = self.sweep_only_within(work, budget).await;
        swept.expect("a sweep");
    }

    /// The same, with as much to do as it is given, and come what may.
    pub async fn sweep_only_within(
        &self,
        work: sweeper::Work,
        rows: usize,
    ) -> switchyard::error::Result<()> {
        work.sweep(&self.sweeper, &mut sweeper::Budget::of(rows))
            .await
    }

    /// What the clock shows.
    pub fn now(&self) -> Time {
        Time::from_microseconds(self.clock.load(Ordering::SeqCst))
    }

    /// Moves the clock on.
    pub fn pass(&self, seconds: i64) {
        self.clock.fetch_add(seconds * 1_000_000, Ordering::Relaxed);
    }

    pub async fn get(&self, path: &str, caller: &Caller) -> Answer {
        self.request(Method::GET, path, &caller.headers(), "").await
    }

    /// Sends parameters as JSON.
    pub async fn send(&self, method: Method, path: &str, caller: &Caller, body: &Value) -> Answer {
        let mut headers = caller.headers();
        headers.push(("content-type", "application/json"));
        self.request(method, path, &headers, body.to_string()).await
    }

    pub async fn post(&self, path: &str, caller: &Caller, body: &Value) -> Answer {
        self.send(Method::POST, path, caller, body).await
    }

    pub async fn put(&self, path: &str, caller: &Caller, body: &Value) -> Answer {
        self.send(Method::PUT, path, caller, body).await
    }

    pub async fn delete(&self, path: &str, caller: &Caller) -> Answer {
        self.request(Method::DELETE, path, &caller.headers(), "")
            .await
    }

    pub async fn request(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "example.com");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.into()).expect("a request");
        let (parts, body) = self.gateway.handle(request).await.into_parts();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    /// Moves the clock.
    pub fn set_time(&self, time: Time) {
        self.clock.store(time.microseconds(), Ordering::Relaxed);
    }
}

/// The gateway, with functions that were just started.
fn gateway(stack: &Stack, wire: &Wire, clock: &Arc<AtomicI64>) -> Gateway {
    let functions: BTreeMap<String, (App, Routes)> = FUNCTIONS
        .into_iter()
        .map(|(name, routes)| {
            let app = function(name, stack, wire, clock);
            (name.to_owned(), (app, routes))
        })
        .collect();
    let invoker = Invoker::in_process(move |name, event| {
        let (app, routes) = functions[name].clone();
        Box::pin(async move {
            let answer = lambda::invoke(app, routes(), event).await;
            answer.map_err(|error| InvokeError::Function(error.to_string()))
        })
    });
    // The functions ignore the stage because of a variable in the template, which this
    // process does not have; of the stage `$default` they never take notice.
    Gateway::new(&stack.template, invoker)
        .expect("a gateway")
        .with_stage("$default")
}

/// A function with clients of its own, whose calls bear its name.
fn function(name: &str, stack: &Stack, wire: &Wire, clock: &Arc<AtomicI64>) -> App {
    let mut config = seed::config(stack, name).expect("a configuration");
    config.external_url = Some(URL.to_owned());
    let http = wire.client(name);
    let dynamodb = aws::dynamodb(&config, http.clone());
    let s3 = aws::s3(&config, http);
    // The SDK keeps its budget of retries for the whole process: one world's faults
    // must not use up another's.
    static WORLDS: AtomicU64 = AtomicU64::new(0);
    let partition = format!("{name}-{}", WORLDS.fetch_add(1, Ordering::Relaxed));
    let retries = RetryPartition::new(partition.clone());
    let dynamodb = dynamodb
        .config()
        .to_builder()
        .retry_partition(retries)
        .build();
    let retries = RetryPartition::new(partition);
    let s3 = s3.config().to_builder().retry_partition(retries).build();
    App {
        store: Store::new(
            aws_sdk_dynamodb::Client::from_conf(dynamodb),
            config.tables.clone(),
        ),
        blobs: Blobs::new(aws_sdk_s3::Client::from_conf(s3), &config.bucket),
        clock: Clock::Frozen(clock.clone()),
        config: config.into(),
    }
}
