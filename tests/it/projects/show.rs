//! `GET /projects/:id`, and the ways to name a project.

use serde_json::{Value, json};
use switchyard::ids::{GroupId, ProjectId, UserId};
use switchyard::job::Status;
use switchyard::member::{Role, Source};
use switchyard::project::{DirectoryTarget, Namespace, Visibility};
use switchyard_local::seed;
use switchyard_tests::{Answer, Caller, TestApp};

/// `Outer / Inner / api` at `outer/inner-team/API`, which is project 7; its groups are 1 and 2.
async fn nested(app: &TestApp) -> ProjectId {
    let mut outer = seed::group(1, &[], "outer");
    "Outer".clone_into(&mut outer.name);
    let mut inner = seed::group(2, &[&outer], "inner-team");
    "Inner".clone_into(&mut inner.name);
    let mut project = seed::project(7, &[GroupId(1), GroupId(2)], "outer/inner-team/API");
    "api".clone_into(&mut project.name);
    project.visibility = Visibility::Public;
    project.description = Some("Serves".to_owned());
    app.seed.put_group(&outer).await.unwrap();
    app.seed.put_group(&inner).await.unwrap();
    app.seed.put_project(&project).await.unwrap();
    project.id
}

async fn get(app: &TestApp, caller: &Caller, id: &str) -> Answer {
    app.get(&format!("/api/v4/projects/{id}"), caller).await
}

/// Fields for everybody.
const BASIC: &str = "id description name name_with_namespace path path_with_namespace created_at \
                     default_branch tag_list topics ssh_url_to_repo http_url_to_repo web_url readme_url \
                     forks_count avatar_url star_count last_activity_at namespace";
/// Fields for those who are signed in: the least that clients need.
const SIGNED_IN: &str = "_links visibility archived empty_repo creator_id updated_at jobs_enabled \
                         builds_access_level public_jobs shared_runners_enabled ci_config_path \
                         import_status permissions issues_enabled merge_requests_enabled";
/// Fields for maintainers.
const MAINTAINER: &str = "import_url ci_job_token_scope_enabled group_runners_enabled \
                          auto_cancel_pending_pipelines build_timeout";

fn missing<'a>(body: &Value, fields: &'a str) -> Vec<&'a str> {
    let names = fields.split_whitespace();
    names.filter(|name| body.get(*name).is_none()).collect()
}

fn present<'a>(body: &Value, fields: &'a str) -> Vec<&'a str> {
    let names = fields.split_whitespace();
    names.filter(|name| body.get(*name).is_some()).collect()
}

#[tokio::test]
async fn fields_depend_on_who_looks() {
    let app = TestApp::new().await;
    let administrator = app.administrator().await;
    nested(&app).await;
    let stranger = app.add_user(&seed::user(20, "stranger")).await;
    let group = Source::Group(GroupId(1));
    let guest = app.add_member(10, group, Role::Guest).await;
    let developer = app.add_member(30, group, Role::Developer).await;
    let maintainer = app.add_member(40, group, Role::Maintainer).await;
    let none: [&str; 0] = [];
    for (name, caller, signed_in, is_maintainer) in [
        ("nobody", &Caller::Nobody, false, false),
        ("stranger", &stranger, true, false),
        ("guest", &guest, true, false),
        ("developer", &developer, true, false),
        ("maintainer", &maintainer, true, true),
        ("administrator", &administrator, true, true),
    ] {
        let answer = get(&app, caller, "7").await;
        assert_eq!(answer.status, 200, "{name}");
        let body = answer.json();
        assert_eq!(missing(&body, BASIC), none, "{name}");
        if signed_in {
            assert_eq!(missing(&body, SIGNED_IN), none, "{name}");
        } else {
            assert_eq!(present(&body, SIGNED_IN), none, "{name}");
        }
        if is_maintainer {
            assert_eq!(missing(&body, MAINTAINER), none, "{name}");
        } else {
            assert_eq!(present(&body, MAINTAINER), none, "{name}");
        }
        assert_eq!(body.get("owner"), None, "{name}: it belongs to a group");
        assert_eq!(body.get("runners_token"), None, "{name}");
    }
}

#[tokio::test]
async fn a_project_of_nested_groups() {
    let app = TestApp::new().await;
    let caller = app.administrator().await;
    nested(&app).await;
    let body = get(&app, &caller, "7").await.json();
    for (name, value) in [
        ("id", json!(7)),
        ("description", json!("Serves")),
        ("name", json!("api")),
        ("name_with_namespace", json!("Outer / Inner / api")),
        ("path", json!("API")),
        ("path_with_namespace", json!("outer/inner-team/API")),
        ("created_at", json!("2015-12-21T13:14:24.077Z")),
        ("default_branch", json!("main")),
        ("tag_list", json!([])),
        ("topics", json!([])),
        (
            "http_url_to_repo",
            json!("https://example.com/outer/inner-team/API.git"),
        ),
        ("web_url", json!("https://example.com/outer/inner-team/API")),
        ("visibility", json!("public")),
        ("archived", json!(false)),
        ("jobs_enabled", json!(true)),
        ("builds_access_level", json!("enabled")),
        ("public_jobs", json!(true)),
        ("issues_enabled", json!(false)),
        ("merge_requests_enabled", json!(false)),
        ("import_url", json!(null)),
        ("import_status", json!("none")),
        ("build_timeout", json!(3600)),
        ("auto_cancel_pending_pipelines", json!("enabled")),
        ("ci_job_token_scope_enabled", json!(false)),
        (
            "permissions",
            json!({ "project_access": null, "group_access": null }),
        ),
        (
            "namespace",
            json!({
                "id": 2, "name": "Inner", "path": "inner-team", "kind": "group",
                "full_path": "outer/inner-team", "parent_id": 1, "avatar_url": null,
                "web_url": "https://example.com/groups/outer/inner-team",
            }),
        ),
    ] {
        assert_eq!(body.get(name), Some(&value), "{name}");
    }
    assert_eq!(
        body["_links"]["self"],
        "https://example.com/api/v4/projects/7"
    );
}

#[tokio::test]
async fn permissions_name_the_callers_memberships() {
    let app = TestApp::new().await;
    let project = nested(&app).await;
    app.administrator().await;
    let direct = app
        .add_member(10, Source::Project(project), Role::Reporter)
        .await;
    let member = seed::member(Source::Group(GroupId(1)), UserId(11), Role::Owner);
    app.seed.put(&member).await.expect("a member");
    let both = app
        .add_member(11, Source::Group(GroupId(2)), Role::Guest)
        .await;
    let access = |level: u8| json!({ "access_level": level, "notification_level": 3 });
    for (caller, in_project, in_groups) in [
        (&direct, access(20), Value::Null),
        (&both, Value::Null, access(50)),
    ] {
        let body = get(&app, caller, "7").await.json();
        let expected = json!({ "project_access": in_project, "group_access": in_groups });
        assert_eq!(body["permissions"], expected);
    }
}

#[tokio::test]
async fn a_personal_project_shows_its_owner() {
    let app = TestApp::new().await;
    let caller = app.administrator().await;
    let mut owner = seed::user(12, "ada");
    "Ada L.".clone_into(&mut owner.name);
    app.add_user(&owner).await;
    let mut project = seed::project(8, &[], "ada/notes");
    project.namespace = Namespace::User { user_id: owner.id };
    app.seed.put_project(&project).await.expect("a project");
    let body = get(&app, &caller, "ada%2Fnotes").await.json();
    assert_eq!(body["name_with_namespace"], "Ada L. / notes");
    for (name, value) in [
        ("id", json!(12)),
        ("username", json!("ada")),
        ("name", json!("Ada L.")),
        ("state", json!("active")),
        ("web_url", json!("https://example.com/ada")),
    ] {
        assert_eq!(body["owner"].get(name), Some(&value), "owner.{name}");
    }
    for (name, value) in [
        ("id", json!(owner.namespace_id.0)),
        ("kind", json!("user")),
        ("path", json!("ada")),
        ("full_path", json!("ada")),
        ("parent_id", json!(null)),
        ("web_url", json!("https://example.com/ada")),
    ] {
        assert_eq!(
            body["namespace"].get(name),
            Some(&value),
            "namespace.{name}"
        );
    }
}

#[tokio::test]
async fn a_project_is_named_by_number_or_by_path_in_any_case() {
    let app = TestApp::new().await;
    let caller = app.administrator().await;
    let project = nested(&app).await;
    app.add_pipeline(project, 6, 101, &[Status::Success]).await;
    for id in [
        "7",
        "outer%2Finner-team%2FAPI",
        "outer%2finner-team%2fAPI",
        "OUTER%2FInner-Team%2Fapi",
        "%6Futer%2Finner%2Dteam%2FAPI",
    ] {
        for below in [
            "",
            "/jobs/101",
            "/pipelines/6",
            "/pipelines/6/jobs",
            "/jobs",
        ] {
            let answer = get(&app, &caller, &format!("{id}{below}")).await;
            assert_eq!(answer.status, 200, "{id}{below}: {answer:?}");
        }
        assert_eq!(get(&app, &caller, id).await.json()["id"], 7, "{id}");
    }
    for id in [
        "8",
        "0",
        "-7",
        "%2B7",
        "7.0",
        "api",
        "outer",
        "outer%2Finner-team",
        "inner-team%2Fapi",
        "outer%2Finner-team%2Fapi%2F",
        "outer%252Finner-team%252Fapi",
        "root%2Fapi",
        "99999999999999999999",
    ] {
        let answer = get(&app, &caller, id).await;
        assert_eq!(answer.status, 404, "{id}");
        let expected = json!({ "message": "404 Project Not Found" });
        assert_eq!(answer.json(), expected, "{id}");
    }
}

#[tokio::test]
async fn a_path_that_a_project_had_once_leads_to_its_number() {
    let app = TestApp::new().await;
    let caller = app.administrator().await;
    let project = nested(&app).await;
    let target = DirectoryTarget::MovedProject { id: project };
    app.seed.put_path("old/home", target).await.expect("a path");
    for (asked, location) in [
        ("old%2Fhome", "https://example.com/api/v4/projects/7"),
        (
            "Old%2FHome/jobs?scope[]=failed&per_page=3",
            "https://example.com/api/v4/projects/7/jobs?scope%5B%5D=failed&per_page=3",
        ),
    ] {
        let answer = get(&app, &caller, asked).await;
        assert_eq!(answer.status, 301, "{asked}");
        let found = answer.header("location").expect("a location");
        let (path, query) = found.split_once('?').unwrap_or((found, ""));
        let (expected_path, expected_query) = location.split_once('?').unwrap_or((location, ""));
        assert_eq!(path, expected_path, "{asked}");
        let sorted = |query: &str| {
            let mut pairs: Vec<String> = query
                .split('&')
                .map(|pair| pair.replace("[]", "%5B%5D"))
                .collect();
            pairs.sort();
            pairs
        };
        assert_eq!(sorted(query), sorted(expected_query), "{asked}");
    }
}
