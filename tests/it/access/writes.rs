//! Every endpoint that takes a role or an administrator: endpoint × caller × visibility,
//! against GitLab's rules, and what is refused changes nothing.

use serde_json::{Value, json};
use switchyard::ids::{GroupId, ProjectId, UserId};
use switchyard::member::{Role, Source};
use switchyard::project::Visibility;
use switchyard::time::Day;
use switchyard::token::Scope;
use switchyard_local::seed;
use switchyard_tests::{Caller, TestApp};

use super::oracle::Person;
use super::place::{FELLOW, Place, add_fellows, furnish};
use crate::endpoints::{Ask as _, ENDPOINTS, Endpoint, Needs};

const PROJECT: ProjectId = ProjectId(1);
const GROUP: GroupId = GroupId(1);

/// Who asks, and with what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Nobody,
    Unknown,
    Expired,
    /// An owner with a token for reading only.
    ReadOnly,
    /// A job of the project, started by its owner.
    Job,
    Person(Person),
}

struct World {
    app: TestApp,
    callers: Vec<(Who, Caller)>,
}

/// The member with a role, in the project and in its group.
fn member(role: Role) -> UserId {
    UserId(role as u64)
}

impl World {
    async fn new(visibility: Visibility) -> Self {
        let app = TestApp::new().await;
        let project = app
            .add_project(PROJECT.0, |project| project.visibility = visibility)
            .await;
        let mut group = seed::group(GROUP.0, &[], "group1");
        group.visibility = visibility;
        app.replace(&group);
        let root = app.administrator().await;
        let stranger = app.add_user(&seed::user(2, "stranger")).await;
        add_fellows(&app).await;
        let mut callers = vec![
            (Who::Nobody, Caller::Nobody),
            (Who::Unknown, Caller::Token("glpat-never-given-out".into())),
            (Who::Person(Person::Administrator), root),
            (Who::Person(Person::Stranger), stranger),
        ];
        for role in Role::ALL {
            let user = seed::user(member(role).0, role.name());
            let caller = app.add_user(&user).await;
            // Its owner is the group's too; the others are direct members of both.
            for source in [Source::Project(PROJECT), Source::Group(GROUP)] {
                let membership = seed::member(source, user.id, role);
                app.seed.put(&membership).await.unwrap();
            }
            callers.push((Who::Person(Person::Member(role)), caller));
        }
        for source in [Source::Project(PROJECT), Source::Group(GROUP)] {
            let membership = seed::member(source, FELLOW, Role::Reporter);
            app.seed.put(&membership).await.unwrap();
        }
        let owner = member(Role::Owner);
        let expired = app
            .add_token(owner, |token| token.expires_at = Day::parse("2015-12-24"))
            .await;
        callers.push((Who::Expired, expired));
        let narrow = app
            .add_token(owner, |token| token.scopes = vec![Scope::ReadApi])
            .await;
        callers.push((Who::ReadOnly, narrow));
        let job = furnish(&app, &project, owner).await;
        callers.push((Who::Job, job));
        // Where the owner's group can be transferred to.
        let elsewhere = seed::member(Source::Group(GroupId(900)), owner, Role::Maintainer);
        app.seed.put(&elsewhere).await.unwrap();
        Self { app, callers }
    }
}

type Expected = (u16, Option<Value>);

/// What they should get: a status, and the body where it is refused.
fn expected(endpoint: &Endpoint, who: Who, visibility: Visibility) -> Expected {
    let message = |status: u16, text: &str| (status, Some(json!({ "message": text })));
    let unauthorized = || message(401, "401 Unauthorized");
    let reads = endpoint.scopes.contains("read_api");
    let person = match who {
        Who::Job if endpoint.job_token => Person::Member(Role::Owner),
        Who::Nobody | Who::Job if endpoint.anonymous => {
            let (status, text) = endpoint.refusal;
            return match visibility {
                Visibility::Public => message(status, text),
                Visibility::Private | Visibility::Internal => message(404, "404 Project Not Found"),
            };
        }
        Who::Nobody | Who::Job => return unauthorized(),
        Who::Unknown => return unauthorized(),
        Who::Expired => {
            let description =
                "Token is expired. You can either do re-authorization or token refresh.";
            let body = json!({ "error": "invalid_token", "error_description": description });
            return (401, Some(body));
        }
        Who::ReadOnly if reads => Person::Member(Role::Owner),
        Who::ReadOnly => {
            let description =
                "The request requires higher privileges than provided by the access token.";
            let body = json!({
                "error": "insufficient_scope",
                "error_description": description,
                "scope": endpoint.scopes,
            });
            return (403, Some(body));
        }
        Who::Person(person) => person,
    };
    let good = (endpoint.success, None);
    let (status, text) = endpoint.refusal;
    match (endpoint.needs, person) {
        (_, Person::Administrator) => good,
        (Needs::Administrator, Person::Stranger)
            if endpoint.is_in_project() && visibility == Visibility::Private =>
        {
            message(404, "404 Project Not Found")
        }
        (Needs::Administrator, _) => message(status, text),
        (Needs::Role(least), Person::Member(role)) if role >= least => good,
        (Needs::Role(_), Person::Member(_)) => message(status, text),
        (Needs::Role(_), Person::Stranger) if endpoint.path.starts_with("/namespaces") => {
            message(404, "404 Namespace Not Found")
        }
        (Needs::Role(_), Person::Stranger) if visibility == Visibility::Private => {
            let what = if endpoint.is_in_group() {
                "404 Group Not Found"
            } else {
                "404 Project Not Found"
            };
            message(404, what)
        }
        (Needs::Role(_), Person::Stranger) => message(status, text),
        (needs, _) => panic!("{needs:?} is for another test"),
    }
}

#[tokio::test]
async fn everybody_gets_at_every_endpoint_what_their_role_gives_and_refusals_change_nothing() {
    let place = Place::of(PROJECT);
    let endpoints = ENDPOINTS
        .iter()
        .filter(|endpoint| matches!(endpoint.needs, Needs::Role(_) | Needs::Administrator));
    let endpoints: Vec<&Endpoint> = endpoints.collect();
    let mut wrong = Vec::new();
    for visibility in [
        Visibility::Private,
        Visibility::Internal,
        Visibility::Public,
    ] {
        let world = World::new(visibility).await;
        let before = world.app.dump();
        for endpoint in &endpoints {
            // What no project or group is asked for need not be asked for every one.
            let is_below = endpoint.is_in_project() || endpoint.is_in_group();
            if !is_below && visibility != Visibility::Private {
                continue;
            }
            for (who, caller) in &world.callers {
                let what = format!(
                    "{} {} as {who:?} ({visibility:?})",
                    endpoint.method, endpoint.path
                );
                let answer = world.app.ask(endpoint, &place, caller).await;
                let (status, body) = expected(endpoint, *who, visibility);
                let is_good = body.is_none();
                let same = body.is_none_or(|body| answer.json() == body);
                if answer.status != status || !same {
                    let seen = String::from_utf8_lossy(&answer.body).into_owned();
                    wrong.push(format!("{what}: {} {seen}, not {status}", answer.status));
                }
                if is_good && endpoint.method != "GET" {
                    world.app.restore(&before);
                } else if !is_good && world.app.dump() != before {
                    wrong.push(format!("{what}: something was written"));
                    world.app.restore(&before);
                }
            }
        }
        assert_eq!(world.app.wire.tape().violations(), [""; 0]);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
