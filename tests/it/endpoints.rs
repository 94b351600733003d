//! Every endpoint, with whom it admits and what it asks of them. The template's routes,
//! the functions' routers and the API's description are held against this table, and
//! the access tests walk it.

mod builds;
mod groups;
mod instance;
mod members;
mod projects;
pub(crate) mod repository;
pub(crate) mod resource_groups;
pub(crate) mod schedules;
pub(crate) mod scope;
mod tokens;
pub(crate) mod triggers;
mod users;
pub(crate) mod variables;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use lambda_http::Service as _;
use serde_json::json;
use switchyard::http::{App, Clock};
use switchyard::ids::ProjectId;
use switchyard::member::{Role, Source};
use switchyard_local::seed;
use switchyard_local::template::Template;
use switchyard_tests::app::FUNCTIONS;
use switchyard_tests::{Answer, Caller, TestApp};
use utoipa::OpenApi as _;

use crate::access::place::{Place, bot_of};

/// One endpoint of the API.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Endpoint {
    pub(crate) method: &'static str,
    pub(crate) path: &'static str,
    /// The function that serves it.
    pub(crate) function: &'static str,
    /// Whether it answers callers without credentials.
    pub(crate) anonymous: bool,
    /// Whether it takes job tokens; elsewhere they are as good as none.
    pub(crate) job_token: bool,
    /// Scopes of which an access token needs one, as GitLab lists them; empty means any.
    pub(crate) scopes: &'static str,
    pub(crate) needs: Needs,
    /// Parameters that it does well with, in JSON.
    pub(crate) body: &'static str,
    /// The status of a good answer.
    pub(crate) success: u16,
    /// What those get who see the project or the group, and have too low a role.
    pub(crate) refusal: (u16, &'static str),
    /// Which of a furnished project's jobs it is asked about.
    pub(crate) job: u64,
}

/// What a caller must be, or may do, to get an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// No more than to be signed in.
    User,
    /// To have come with an access token.
    AccessToken,
    /// To have come with a job token.
    JobToken,
    /// To have a token among the parameters, and no more.
    TriggerToken,
    /// To have come with an access token of the project or the group.
    TheirToken,
    ReadProject,
    /// The list is empty for those who may not read builds.
    ReadPipeline,
    ReadBuild,
    ReadCode,
    /// To see the group; a list shows what the caller sees.
    ReadGroup,
    /// This role or a higher one, in the project or the group of the path.
    Role(Role),
    Administrator,
}

const READ: &str = "api read_api";
const READ_USER: &str = "api read_api read_user";

/// All endpoints, a table for each area.
pub(crate) static ENDPOINTS: LazyLock<Vec<Endpoint>> = LazyLock::new(|| {
    [
        builds::TABLE,
        groups::TABLE,
        instance::TABLE,
        members::TABLE,
        projects::TABLE,
        repository::TABLE,
        resource_groups::TABLE,
        tokens::TABLE,
        users::TABLE,
        scope::TABLE,
        schedules::TABLE,
        triggers::TABLE,
        variables::TABLE,
    ]
    .concat()
});

/// Those that only read, and are about a project or a caller.
pub(crate) fn reads() -> impl Iterator<Item = &'static Endpoint> {
    ENDPOINTS.iter().filter(|endpoint| {
        endpoint.method == "GET"
            && !matches!(
                endpoint.needs,
                Needs::Role(_) | Needs::Administrator | Needs::ReadGroup
            )
    })
}

/// An endpoint that admits whoever is signed in with an access token that may read.
const fn get(function: &'static str, path: &'static str, needs: Needs) -> Endpoint {
    Endpoint {
        method: "GET",
        path,
        function,
        anonymous: false,
        job_token: false,
        scopes: READ,
        needs,
        body: "",
        success: 200,
        refusal: (403, "403 Forbidden"),
        job: 1,
    }
}

/// One that changes something, with a good body.
const fn write(
    method: &'static str,
    function: &'static str,
    path: &'static str,
    needs: Needs,
    success: u16,
    body: &'static str,
) -> Endpoint {
    Endpoint {
        method,
        scopes: "api",
        success,
        body,
        ..get(function, path, needs)
    }
}

impl Endpoint {
    const fn and_anybody(mut self) -> Self {
        self.anonymous = true;
        self
    }

    const fn and_jobs(mut self) -> Self {
        self.job_token = true;
        self
    }

    const fn scopes(mut self, scopes: &'static str) -> Self {
        self.scopes = scopes;
        self
    }

    const fn refusal(mut self, status: u16, message: &'static str) -> Self {
        self.refusal = (status, message);
        self
    }

    const fn job(mut self, job: u64) -> Self {
        self.job = job;
        self
    }

    /// Whether it is about a project.
    pub(crate) fn is_in_project(&self) -> bool {
        self.path.starts_with("/projects/{id}")
    }

    /// Whether it is about a group.
    pub(crate) fn is_in_group(&self) -> bool {
        self.path.starts_with("/groups/{id}")
    }

    /// The template and the API's description write paths so.
    pub(crate) fn full_path(&self) -> String {
        format!("/api/v4{}", self.path)
    }

    /// A path that leads there.
    pub(crate) fn at(&self, place: &Place) -> String {
        let id = match self.path.split('/').nth(1) {
            Some("projects") => place.project.clone(),
            Some("groups" | "namespaces") => place.group.clone(),
            Some("personal_access_tokens") => place.token.to_string(),
            _ if self.path.ends_with("/unban") => place.banned.to_string(),
            _ => place.user.to_string(),
        };
        let token = match self.path.split('/').nth(1) {
            Some("groups") => place.group_token,
            _ => place.project_token,
        };
        repository::fill(&self.full_path(), self.method)
            .replace("{id}", &id)
            .replace("{job_id}", &(place.jobs + self.job).to_string())
            .replace("{pipeline_id}", &place.pipeline.to_string())
            .replace("{user_id}", &place.user.to_string())
            .replace("{token_id}", &token.to_string())
            .replace("{key}", variables::KEY)
            .replace("{pipeline_schedule_id}", &place.schedule.to_string())
            .replace("{trigger_id}", &place.trigger.to_string())
            .replace("{ref}", "main")
            .replace("{agent_id}", &place.agent.to_string())
            .replace("{target_project_id}", &scope::LISTED.to_string())
            .replace("{target_group_id}", &scope::LISTED.to_string())
    }
}

#[test]
fn the_template_has_these_routes_and_the_functions_behind_them() {
    let template = Template::of_repository().unwrap();
    let routes: BTreeSet<(String, String, String)> = template
        .routes
        .into_iter()
        .map(|route| (route.path, route.method, route.function))
        .collect();
    let catch_all = ["/", "/{proxy+}"].map(|path| (path.to_owned(), "projects"));
    let expected: BTreeSet<(String, String, String)> = ENDPOINTS
        .iter()
        .map(|endpoint| (endpoint.full_path(), endpoint.function))
        .chain(catch_all)
        .map(|(path, function)| (path, "ANY".to_owned(), function.to_owned()))
        .collect();
    assert_eq!(routes, expected);

    let functions: BTreeSet<&str> = template
        .functions
        .iter()
        .map(|function| function.name.as_str())
        .collect();
    let served = FUNCTIONS.iter().map(|(name, _)| *name);
    let served: BTreeSet<&str> = served.chain(["sweeper"]).collect();
    assert_eq!(functions, served);
}

#[test]
fn each_functions_description_has_its_endpoints() {
    let documents = [
        ("jobs", jobs::ApiDoc::openapi()),
        ("job-token", job_token::ApiDoc::openapi()),
        ("traces", traces::ApiDoc::openapi()),
        ("pipelines", pipelines::ApiDoc::openapi()),
        ("projects", ::projects::ApiDoc::openapi()),
        ("repository", ::repository::ApiDoc::openapi()),
    ];
    assert_eq!(documents.len(), FUNCTIONS.len());
    for (function, document) in documents {
        let described: BTreeSet<(String, &str)> = document
            .paths
            .paths
            .into_iter()
            .flat_map(|(path, item)| {
                let operations = [
                    ("GET", item.get),
                    ("PUT", item.put),
                    ("POST", item.post),
                    ("DELETE", item.delete),
                    ("PATCH", item.patch),
                ];
                operations
                    .into_iter()
                    .filter(|(_, operation)| operation.is_some())
                    .map(move |(method, _)| (path.clone(), method))
            })
            .collect();
        let expected: BTreeSet<(String, &str)> = ENDPOINTS
            .iter()
            .filter(|endpoint| endpoint.function == function)
            .map(|endpoint| (endpoint.full_path(), endpoint.method))
            .collect();
        assert_eq!(described, expected, "{function}");
    }
}

/// A router cannot be listed; so each one is asked for every endpoint.
#[tokio::test]
async fn each_functions_router_knows_its_endpoints_and_no_others() {
    let app = TestApp::new().await;
    let place = Place::of(ProjectId(1));
    for (function, routes) in FUNCTIONS {
        for endpoint in ENDPOINTS.iter() {
            let (status, body) = ask(&app, function, routes, endpoint, &place).await;
            let is_unknown = status == StatusCode::NOT_FOUND && body == NO_ROUTE;
            assert_eq!(
                is_unknown,
                endpoint.function != function,
                "{function} {}: {status} {body}",
                endpoint.path
            );
        }
    }
}

#[tokio::test]
async fn each_endpoint_is_answered_by_its_function_through_the_gateway() {
    let app = TestApp::new().await;
    let (root, job) = crate::access::place::one_project(&app).await;
    let place = Place::of(ProjectId(1));
    let bots = [Source::Project(1.into()), Source::Group(1.into())].map(bot_of);
    let before = app.dump();
    for endpoint in ENDPOINTS.iter() {
        let caller = match endpoint.needs {
            Needs::JobToken => &job,
            Needs::TheirToken if endpoint.is_in_group() => &bots[1],
            Needs::TheirToken => &bots[0],
            _ => &root,
        };
        app.wire.tape().reset();
        let answer = app.ask(endpoint, &place, caller).await;
        let what = format!("{} {}", endpoint.method, endpoint.path);
        assert_eq!(answer.status, endpoint.success, "{what}: {answer:?}");
        let calls = app.wire.tape().calls();
        assert!(!calls.is_empty(), "{what}");
        for call in calls {
            assert_eq!(call.function, endpoint.function, "{what}");
        }
        if endpoint.method != "GET" {
            app.restore(&before);
        }
    }
}

/// Asks an endpoint, with the body that it does well with.
pub(crate) trait Ask {
    async fn ask(&self, endpoint: &Endpoint, place: &Place, caller: &Caller) -> Answer;
}

impl Ask for TestApp {
    async fn ask(&self, endpoint: &Endpoint, place: &Place, caller: &Caller) -> Answer {
        let method = Method::from_bytes(endpoint.method.as_bytes()).unwrap();
        let mut headers = caller.headers();
        if !endpoint.body.is_empty() {
            headers.push(("content-type", "application/json"));
        }
        self.request(method, &endpoint.at(place), &headers, endpoint.body)
            .await
    }
}

#[tokio::test]
async fn every_deletion_may_be_bound_to_a_time() {
    let app = TestApp::new().await;
    let (root, _) = crate::access::place::one_project(&app).await;
    let place = Place::of(ProjectId(1));
    let before = app.dump();
    // What is listed has no time of its own, and a file goes by a commit.
    let is_timeless = |path: &str| path.contains("allowlist") || path.contains("/files/");
    let deletions = ENDPOINTS
        .iter()
        .filter(|endpoint| endpoint.method == "DELETE" && !is_timeless(endpoint.path));
    for endpoint in deletions {
        let path = endpoint.at(&place);
        for (time, status) in [
            ("Mon, 21 Dec 1992 10:00:00 GMT", 412),
            ("Fri, 25 Dec 2015 10:00:00 GMT", endpoint.success),
        ] {
            let mut headers = root.headers();
            headers.push(("if-unmodified-since", time));
            let answer = app.request(Method::DELETE, &path, &headers, "").await;
            assert_eq!(answer.status, status, "{path} {time}: {answer:?}");
            if status == 412 {
                let message = json!({ "message": "412 Precondition Failed" });
                assert_eq!(answer.json(), message, "{path}");
                assert!(app.dump() == before, "{path}: something was written");
            }
        }
        app.restore(&before);
    }
}

#[tokio::test]
async fn head_is_answered_like_get_without_a_body() {
    let app = TestApp::new().await;
    let (root, job) = crate::access::place::one_project(&app).await;
    let place = Place::of(ProjectId(1));
    for endpoint in ENDPOINTS.iter().filter(|endpoint| endpoint.method == "GET") {
        let caller = match endpoint.needs {
            Needs::JobToken => &job,
            _ => &root,
        };
        let path = endpoint.at(&place);
        let get = app.get(&path, caller).await;
        let head = app
            .request(Method::HEAD, &path, &caller.headers(), "")
            .await;
        assert!(head.body.is_empty(), "{path}");
        // Of a branch it is only told that it is there.
        if endpoint.path.ends_with("/branches/{branch}") {
            assert_eq!(head.status, StatusCode::NO_CONTENT, "{path}");
            continue;
        }
        assert_eq!(head.status, StatusCode::OK, "{path}");
        for name in ["content-type", "etag", "x-total", "link"] {
            assert_eq!(head.header(name), get.header(name), "{path} {name}");
        }
    }
}

#[tokio::test]
async fn other_methods_are_405_in_gitlabs_form_and_name_the_allowed_ones() {
    let app = TestApp::new().await;
    let place = Place::of(ProjectId(1));
    let mut allowed: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for endpoint in ENDPOINTS.iter() {
        let methods = allowed.entry(endpoint.path).or_default();
        methods.insert(endpoint.method);
        if endpoint.method == "GET" {
            methods.insert("HEAD");
        }
    }
    for endpoint in ENDPOINTS.iter() {
        let allowed = &allowed[endpoint.path];
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE"] {
            if allowed.contains(method) {
                continue;
            }
            let path = endpoint.at(&place);
            let answer = app.request(method.parse().unwrap(), &path, &[], "").await;
            let status = StatusCode::METHOD_NOT_ALLOWED;
            assert_eq!(answer.status, status, "{method} {path}");
            assert_eq!(answer.json(), json!({ "error": "405 Not Allowed" }));
            let named = answer.header("allow").unwrap_or_default();
            let named: BTreeSet<&str> = named.split(',').collect();
            assert_eq!(named, *allowed, "{method} {path}");
        }
    }
    assert_eq!(app.wire.tape().count(), 0, "nothing was read for that");
}

#[tokio::test]
async fn there_is_nothing_behind_the_catch_all_routes() {
    let app = TestApp::new().await;
    for path in [
        "/",
        "/api/v4/jobs",
        "/api/v4/projects/1/jobs/7/unknown",
        "/api/v4/projects/1/jobs/7/trace/more",
        "/api/v4/job/allowed_agents/1",
        "/api/v4/personal_access_tokens/self/more",
        "/api/v3/version",
        "/projects/1",
    ] {
        for method in [Method::GET, Method::POST, Method::DELETE] {
            let answer = app.request(method.clone(), path, &[], "").await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{method} {path}");
            let body = String::from_utf8(answer.body.to_vec()).unwrap();
            assert_eq!(body, NO_ROUTE, "{method} {path}");
        }
    }
    // Between two routes the gateway itself answers, and in the same words.
    for path in ["/api", "/api/v4"] {
        let answer = app.get(path, &Caller::Nobody).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(answer.json(), json!({ "error": "404 Not Found" }), "{path}");
    }
}

const NO_ROUTE: &str = r#"{"error":"404 Not Found"}"#;

/// Asks one function's router, past the gateway, as nobody.
async fn ask(
    app: &TestApp,
    function: &str,
    routes: fn() -> Router<App>,
    endpoint: &Endpoint,
    place: &Place,
) -> (StatusCode, String) {
    let app = App {
        config: seed::config(&app.stack, function).unwrap().into(),
        store: app.seed.store.clone(),
        blobs: app.seed.blobs.clone(),
        clock: Clock::System,
    };
    let mut router = switchyard::http::app::service(app, routes());
    let request = Request::builder()
        .method(endpoint.method)
        .uri(endpoint.at(place))
        .body(Body::empty())
        .unwrap();
    let response = router.call(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}
