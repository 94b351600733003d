//! Access tokens: of people, of projects, of groups.

mod associations;
mod create;
mod homes;
mod list;
mod races;
mod revoke;
mod rotate;
mod secrets;

use http::Method;
use serde_json::{Value, json};
use switchyard::ids::{GroupId, ProjectId, UserId};
use switchyard::member::{Role, Source};
use switchyard::token::{Scope, Secret};
use switchyard_local::seed;
use switchyard_tests::{Answer, Caller, TestApp};

const PROJECT: Source = Source::Project(ProjectId(1));
const GROUP: Source = Source::Group(GroupId(1));
const ALICE: UserId = UserId(2);

const TOKENS: &str = "/api/v4/personal_access_tokens";
const OWN: &str = "/api/v4/user/personal_access_tokens";

/// An administrator, alice with token 1002 for everything, and bob with token 1003.
struct World {
    app: TestApp,
    root: Caller,
    alice: Caller,
    bob: Caller,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let root = app.administrator().await;
        let alice = app.add_user(&seed::user(ALICE.0, "alice")).await;
        let bob = app.add_user(&seed::user(3, "bob")).await;
        Self {
            app,
            root,
            alice,
            bob,
        }
    }

    /// The same with project 1 in group 1, of which both alice is the owner.
    async fn with_project() -> Self {
        let world = Self::new().await;
        world.app.add_project(1, |_| {}).await;
        for source in [PROJECT, GROUP] {
            let owner = seed::member(source, ALICE, Role::Owner);
            world.app.seed.put(&owner).await.unwrap();
        }
        world
    }

    /// Adds a token of alice with this number and these scopes.
    async fn token(&self, id: u64, scopes: &[Scope]) -> Caller {
        let secret = Secret::chosen(format!("glpat-number-{id}"));
        let token = seed::access_token(id, ALICE, &secret, scopes);
        self.app.seed.put_token(&token).await.unwrap();
        Caller::token(&secret)
    }

    async fn post(&self, path: &str, caller: &Caller, body: Value) -> Answer {
        self.app.post(path, caller, &body).await
    }

    /// Whether the token is good for anything: the status of a look at itself.
    async fn status(&self, caller: &Caller) -> u16 {
        let path = format!("{TOKENS}/self");
        self.app.get(&path, caller).await.status.as_u16()
    }

    /// Asks for something that must be refused so, and must change nothing.
    async fn refused(
        &self,
        method: Method,
        path: &str,
        caller: &Caller,
        body: Value,
        expected: (u16, Value),
    ) {
        let before = self.app.dump();
        let answer = self.app.send(method, path, caller, &body).await;
        let what = format!("{path} {body}");
        assert_eq!(answer.status, expected.0, "{what}: {answer:?}");
        assert_eq!(answer.json(), expected.1, "{what}");
        assert!(self.app.dump() == before, "{what}: something was written");
    }
}

/// Who comes with the token that an answer shows.
fn holder(answer: &Answer) -> Caller {
    let token = answer.json()["token"].as_str().unwrap().to_owned();
    assert!(
        token.starts_with("glpat-") && token.len() >= 26,
        "too short"
    );
    Caller::Token(token)
}

fn id(answer: &Answer) -> u64 {
    answer.json()["id"].as_u64().unwrap()
}

fn message(status: u16, text: &str) -> (u16, Value) {
    (status, json!({ "message": text }))
}

fn error(text: &str) -> (u16, Value) {
    (400, json!({ "error": text }))
}

fn unauthorized() -> (u16, Value) {
    message(401, "401 Unauthorized")
}

fn revoked() -> (u16, Value) {
    let description = "Token was revoked. You have to re-authorize from the user.";
    let body = json!({ "error": "invalid_token", "error_description": description });
    (401, body)
}
