//! Requests put together at random: whatever they are, the answer is no 5xx, and what is
//! refused is refused in GitLab's form.

use std::hash::{BuildHasher, Hasher, RandomState};

use http::{Method, Uri};
use serde_json::Value;

use super::{ADDRESSES, World};

const REQUESTS: usize = 1_000;

/// Repeats a run: the seed that a failed one printed.
const SEED_VARIABLE: &str = "SWITCHYARD_TEST_SEED";

const SEGMENTS: [&str; 34] = [
    "",
    "1",
    "2",
    "6",
    "7",
    "101",
    "102",
    "103",
    "-1",
    "0",
    "abc",
    "%00",
    "%ff",
    "%2F",
    "%25",
    ".",
    "..",
    "%2e%2e",
    "%20",
    "%C3%BC",
    "group1%2Fproject1",
    "GROUP1%2fPROJECT1",
    "a%2Fb%2Fc",
    "jobs",
    "job",
    "pipelines",
    "latest",
    "trace",
    "bridges",
    "allowed_agents",
    "self",
    "9223372036854775807",
    "99999999999999999999",
    "~!$&'()*+,=:@",
];

const NAMES: [&str; 36] = [
    "scope",
    "scope[]",
    "scope%5B%5D",
    "scope[a]",
    "scope[0][]",
    "page",
    "page[]",
    "per_page",
    "pagination",
    "cursor",
    "order_by",
    "sort",
    "include_retried",
    "name",
    "created_after",
    "created_before",
    "updated_before",
    "status",
    "ref",
    "sha",
    "yaml_errors",
    "username",
    "source",
    "statistics",
    "license",
    "id",
    "job_id",
    "token",
    "job_token",
    "access_token",
    "",
    "[]",
    "a[b][c]",
    "a[][b]",
    "%00",
    "%ff",
];

const VALUES: [&str; 41] = [
    "",
    "1",
    "2",
    "0",
    "-1",
    "20",
    "100",
    "99999999999999999999",
    "1.5",
    "true",
    "False",
    "maybe",
    "failed",
    "running",
    "success",
    "pending",
    "broken",
    "finished",
    "branches",
    "tags",
    "keyset",
    "offset",
    "magic",
    "id",
    "asc",
    "desc",
    "updated_at",
    "user_id",
    "main",
    "root",
    "push",
    "2015-12-24",
    "2015-12-24T17:54:27.895Z",
    "9999-12-31T23:59:60%2B99:99",
    "eyJpZCI6IjEwMyIsIl9rZCI6Im4ifQ==",
    "eyJpZCI6IjEwMSIsIl9rZCI6InAifQ",
    "%00",
    "%ff",
    "%F0%9F%92%A5",
    "a%26b%3Dc",
    "%5B%5D",
];

const HEADERS: [(&str, &str); 12] = [
    ("range", "bytes=0-4"),
    ("range", "bytes=-3"),
    ("range", "bytes=99-"),
    ("range", "bytes=4-2"),
    ("range", "garbage"),
    ("if-none-match", "*"),
    ("if-none-match", "\"1-00000000\""),
    ("if-range", "\u{e4}"),
    ("accept", "text/xml"),
    ("authorization", "Bearer \u{e4}"),
    ("job-token", "glcbt-1_102_wrong"),
    ("content-type", "application/json"),
];

struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 16).unwrap() % bound
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        all[self.below(all.len())].clone()
    }

    /// An address that exists, perhaps with some segments replaced, added or left out.
    fn path(&mut self) -> String {
        let address = self.one_of(&ADDRESSES);
        let mut segments: Vec<&str> = address.split('/').collect();
        for _ in 0..self.below(4) {
            let at = 1 + self.below(segments.len() - 1);
            match self.below(6) {
                0 => segments.insert(at, self.one_of(&SEGMENTS)),
                1 if segments.len() > 2 => drop(segments.remove(at)),
                _ => segments[at] = self.one_of(&SEGMENTS),
            }
        }
        segments.join("/")
    }

    fn query(&mut self) -> String {
        let pairs = (0..self.below(6)).map(|_| {
            let name = self.one_of(&NAMES);
            match self.below(10) {
                0 => name.to_owned(),
                1 => format!("{name}={}", self.noise()),
                _ => format!("{name}={}", self.one_of(&VALUES)),
            }
        });
        pairs.collect::<Vec<_>>().join("&")
    }

    /// Printable characters, some of which break an address.
    fn noise(&mut self) -> String {
        let length = self.below(12);
        let mut character = || char::from(b'!' + u8::try_from(self.below(94)).unwrap());
        std::iter::repeat_with(&mut character)
            .take(length)
            .collect()
    }
}

/// A new one for every run, unless one is given.
#[expect(
    clippy::disallowed_methods,
    reason = "the one thing that a test takes from its environment"
)]
fn seed() -> u64 {
    let given = std::env::var(SEED_VARIABLE).ok();
    let fresh = || RandomState::new().build_hasher().finish() | 1;
    given.map_or_else(fresh, |text| text.parse().unwrap())
}

#[tokio::test]
async fn whatever_is_asked_is_answered_in_form() {
    let seed = seed();
    println!("{SEED_VARIABLE}={seed}");
    let mut random = Random(seed);
    let world = World::new().await;
    let mut statuses = std::collections::BTreeMap::new();
    for _ in 0..REQUESTS {
        let path = format!("{}?{}", random.path(), random.query());
        if path.parse::<Uri>().is_err() || !path.starts_with('/') {
            continue;
        }
        let method = match random.below(12) {
            0 => Method::HEAD,
            1 => random.one_of(&[Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS]),
            _ => Method::GET,
        };
        let caller = random.one_of(&[&world.administrator, &world.job_token, &world.administrator]);
        let mut headers = if random.below(8) == 0 {
            Vec::new()
        } else {
            caller.headers()
        };
        for _ in 0..random.below(3) {
            headers.push(random.one_of(&HEADERS));
        }
        let answer = world.ask(method.clone(), &path, &headers).await;
        *statuses.entry(answer.status.as_u16()).or_insert(0) += 1;
        // Who may write has perhaps written, and deleted what the next one asks for.
        if answer.status.is_success() {
            if !method.is_safe() {
                world.app.restore(&world.before);
            }
        } else if !method.is_safe() {
            world.assert_unchanged();
        }
        if method == Method::HEAD {
            assert!(answer.body.is_empty(), "{method} {path}");
        } else if answer.status == 200 && answer.header("content-type") != Some("text/plain") {
            let body = answer.json();
            assert!(
                matches!(body, Value::Object(_) | Value::Array(_)),
                "{method} {path}"
            );
        }
    }
    world.assert_unchanged();
    // Enough of them came through, and enough did not.
    for status in [200, 400, 401, 404, 405] {
        assert!(
            statuses.get(&status).is_some_and(|count| *count >= 5),
            "{statuses:?}"
        );
    }
}
