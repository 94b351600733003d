//! `/projects/:id/job_token_scope`, its lists, and what they let in.

use std::collections::BTreeSet;

use futures::future::join_all;
use http::Method;
use serde_json::{Value, json};
use switchyard::ids::{GroupId, ProjectId, UserId};
use switchyard::member::{Role, Source};
use switchyard::project::{Project, Visibility};
use switchyard_local::seed::{self, at};
use switchyard_tests::wire::{Fault, Loss, Rule};
use switchyard_tests::{Answer, Caller, TestApp};

use super::{paging, relations};
use crate::access::place::{furnish, running_job};

const TARGET: ProjectId = ProjectId(1);
const SOURCE: ProjectId = ProjectId(2);
/// What the maintainer of both does not see.
const HIDDEN: ProjectId = ProjectId(3);
const OUTER: u64 = 20;
const INNER: u64 = 21;
const SIBLING: u64 = 22;

/// Private project 1; project 2 in groups 20 and 21 with a running job; a maintainer of
/// both projects, who sees these groups and 22, and whose job it is.
struct World {
    app: TestApp,
    maintainer: Caller,
    job: Caller,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::new().await;
        app.add_project(TARGET.0, |_| {}).await;
        app.add_project(HIDDEN.0, |_| {}).await;
        let outer = seed::group(OUTER, &[], "outer");
        let inner = seed::group(INNER, &[&outer], "inner");
        let mut sibling = seed::group(SIBLING, &[&outer], "sibling");
        sibling.visibility = Visibility::Internal;
        for group in [&outer, &inner, &sibling] {
            app.seed.put_group(group).await.unwrap();
        }
        let above = [GroupId(OUTER), GroupId(INNER)];
        let source = seed::project(SOURCE.0, &above, "outer/inner/source");
        app.seed.put_project(&source).await.unwrap();
        let user = UserId(10);
        let group = seed::member(Source::Group(GroupId(OUTER)), user, Role::Guest);
        app.seed.put(&group).await.unwrap();
        let maintainer = app
            .add_member(user.0, Source::Project(TARGET), Role::Maintainer)
            .await;
        let pipeline = app.add_pipeline(SOURCE, 50, 51, &[]).await;
        let job = running_job(&app, &pipeline, 51, user).await;
        Self {
            app,
            maintainer,
            job,
        }
    }

    async fn ask(&self, method: &str, path: &str, body: &Value) -> Answer {
        let path = format!("/api/v4/projects/1/job_token_scope{path}");
        let method: Method = method.parse().unwrap();
        self.app.send(method, &path, &self.maintainer, body).await
    }

    async fn does(&self, method: &str, path: &str, body: Value, status: u16) {
        let answer = self.ask(method, path, &body).await;
        assert_eq!(answer.status, status, "{method} {path}: {answer:?}");
        assert!(status != 204 || answer.body.is_empty());
    }

    /// What the other project's job gets when it reads this one's jobs.
    async fn let_in(&self) -> u16 {
        let answer = self.app.get("/api/v4/projects/1/jobs", &self.job).await;
        answer.status.as_u16()
    }

    async fn list(&self, path: &str) -> Vec<u64> {
        let answer = self.ask("GET", path, &json!({})).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.ids()
    }

    /// The project's row with these lists.
    fn set_lists(&self, projects: BTreeSet<ProjectId>, groups: BTreeSet<GroupId>) {
        let mut project = seed::project(TARGET.0, &[GroupId(TARGET.0)], "group1/project1");
        project.job_token_allowlist = projects;
        project.job_token_groups_allowlist = groups;
        self.app.replace(&project);
    }
}

fn message(text: &str) -> Value {
    json!({ "message": text })
}

fn error(text: &str) -> Value {
    json!({ "error": text })
}

#[tokio::test]
async fn job_tokens_come_in_where_they_are_listed_and_nowhere_else() {
    let world = World::new().await;
    assert_eq!(world.let_in().await, 403);

    let answer = world
        .ask("POST", "/allowlist", &json!({ "target_project_id": 2 }))
        .await;
    assert_eq!(answer.status, 201);
    let expected = json!({ "source_project_id": 1, "target_project_id": 2 });
    assert_eq!(answer.json(), expected);
    assert_eq!(world.let_in().await, 200);
    world.does("DELETE", "/allowlist/2", json!({}), 204).await;
    assert_eq!(world.let_in().await, 403);

    for (group, admitted) in [(OUTER, 200), (INNER, 200), (SIBLING, 403)] {
        let body = json!({ "target_group_id": group });
        let answer = world.ask("POST", "/groups_allowlist", &body).await;
        assert_eq!(answer.status, 201);
        let expected = json!({ "source_project_id": 1, "target_group_id": group });
        assert_eq!(answer.json(), expected);
        assert_eq!(world.let_in().await, admitted, "{group}");
        let path = format!("/groups_allowlist/{group}");
        world.does("DELETE", &path, json!({}), 204).await;
        assert_eq!(world.let_in().await, 403, "{group}");
    }

    world
        .does("PATCH", "", json!({ "enabled": false }), 204)
        .await;
    assert_eq!(world.let_in().await, 200);
    world
        .does("PATCH", "", json!({ "enabled": true }), 204)
        .await;
    assert_eq!(world.let_in().await, 403);
}

#[tokio::test]
async fn a_listed_project_is_let_in_no_further_than_its_jobs_user() {
    let world = World::new().await;
    let body = json!({ "target_project_id": 2 });
    world.does("POST", "/allowlist", body, 201).await;
    let stranger = world.app.add_user(&seed::user(11, "stranger")).await;
    let pipeline = world.app.add_pipeline(SOURCE, 60, 61, &[]).await;
    let job = running_job(&world.app, &pipeline, 61, UserId(11)).await;
    let answer = world.app.get("/api/v4/projects/1/jobs", &job).await;
    assert_eq!(answer.status, 404);
    // And a job may not change who comes in.
    let path = "/api/v4/projects/1/job_token_scope";
    for caller in [&world.job, &stranger] {
        let body = json!({ "enabled": false });
        let answer = world.app.send(Method::PATCH, path, caller, &body).await;
        assert!([401, 404].contains(&answer.status.as_u16()), "{answer:?}");
    }
    assert_eq!(world.let_in().await, 200);
}

#[tokio::test]
async fn the_scope_is_shown_as_it_is() {
    let world = World::new().await;
    let shown = async || {
        let path = "/api/v4/projects/group1%2Fproject1/job_token_scope";
        world.app.get(path, &world.maintainer).await.json()
    };
    let closed = json!({ "inbound_enabled": true, "outbound_enabled": false });
    let open = json!({ "inbound_enabled": false, "outbound_enabled": false });
    assert_eq!(shown().await, closed);
    for (enabled, expected) in [
        (json!(false), &open),
        (json!(false), &open),
        (json!("true"), &closed),
        (json!("0"), &open),
        (json!("yes"), &closed),
    ] {
        world
            .does("PATCH", "", json!({ "enabled": enabled }), 204)
            .await;
        assert_eq!(shown().await, *expected, "{enabled}");
    }
}

#[tokio::test]
async fn parameters_come_in_the_query_and_in_forms_too() {
    let world = World::new().await;
    let path = "/api/v4/projects/1/job_token_scope";
    for (method, below, body, status) in [
        ("PATCH", "?enabled=false", "", 204),
        ("PATCH", "", "enabled=true", 204),
        ("POST", "/allowlist?target_project_id=2", "", 201),
        ("POST", "/groups_allowlist", "target_group_id=21", 201),
    ] {
        let mut headers = world.maintainer.headers();
        headers.push(("content-type", "application/x-www-form-urlencoded"));
        let path = format!("{path}{below}");
        let method: Method = method.parse().unwrap();
        let answer = world.app.request(method, &path, &headers, body).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
    }
    assert_eq!(world.list("/allowlist").await, [1, 2]);
    assert_eq!(world.list("/groups_allowlist").await, [INNER]);
}

#[tokio::test]
async fn what_is_refused_is_told_why_and_changes_nothing() {
    let world = World::new().await;
    let personal = seed::user(10, "user10").namespace_id.0;
    let listed = json!({ "target_project_id": 2 });
    world.does("POST", "/allowlist", listed.clone(), 201).await;
    let group = json!({ "target_group_id": 21 });
    world
        .does("POST", "/groups_allowlist", group.clone(), 201)
        .await;
    let no_project = message("404 target_project_id not found Not Found");
    let no_group = message("404 target_group_id not found Not Found");
    let bad = |text: &str| message(&format!("400 Bad request - {text}"));
    let project = |id: Value| json!({ "target_project_id": id });
    let in_group = |id: Value| json!({ "target_group_id": id });
    let before = world.app.dump();
    for (method, path, body, status, expected) in [
        ("PATCH", "", json!({}), 400, error("enabled is missing")),
        (
            "PATCH",
            "",
            json!({ "enabled": "" }),
            400,
            error("enabled is empty"),
        ),
        (
            "PATCH",
            "",
            json!({ "enabled": null }),
            400,
            error("enabled is empty"),
        ),
        (
            "PATCH",
            "",
            json!({ "enabled": "maybe" }),
            400,
            error("enabled is invalid"),
        ),
        (
            "POST",
            "/allowlist",
            json!({}),
            400,
            error("target_project_id is missing"),
        ),
        (
            "POST",
            "/allowlist",
            project(json!("")),
            400,
            error("target_project_id is empty"),
        ),
        (
            "POST",
            "/allowlist",
            project(json!("outer/inner/source")),
            400,
            error("target_project_id is invalid"),
        ),
        (
            "POST",
            "/allowlist",
            project(json!([2])),
            400,
            error("target_project_id is invalid"),
        ),
        // Unknown, impossible, and there but not for this caller: all alike.
        (
            "POST",
            "/allowlist",
            project(json!(999)),
            404,
            no_project.clone(),
        ),
        (
            "POST",
            "/allowlist",
            project(json!(0)),
            404,
            no_project.clone(),
        ),
        (
            "POST",
            "/allowlist",
            project(json!(-2)),
            404,
            no_project.clone(),
        ),
        (
            "POST",
            "/allowlist",
            project(json!("99999999999999999999")),
            404,
            no_project.clone(),
        ),
        (
            "POST",
            "/allowlist",
            project(json!(HIDDEN)),
            404,
            no_project.clone(),
        ),
        (
            "POST",
            "/allowlist",
            listed,
            400,
            bad("This project is already in the job token allowlist."),
        ),
        (
            "POST",
            "/allowlist",
            project(json!(1)),
            400,
            bad("Validation failed: Target project can't be the same as the source project"),
        ),
        (
            "POST",
            "/groups_allowlist",
            json!({}),
            400,
            error("target_group_id is missing"),
        ),
        (
            "POST",
            "/groups_allowlist",
            in_group(json!("")),
            400,
            error("target_group_id is empty"),
        ),
        (
            "POST",
            "/groups_allowlist",
            in_group(json!(999)),
            404,
            no_group.clone(),
        ),
        (
            "POST",
            "/groups_allowlist",
            in_group(json!(3)),
            404,
            no_group.clone(),
        ),
        (
            "POST",
            "/groups_allowlist",
            in_group(json!(personal)),
            404,
            no_group.clone(),
        ),
        (
            "POST",
            "/groups_allowlist",
            group,
            400,
            bad("This group is already in the job token allowlist."),
        ),
        (
            "DELETE",
            "/allowlist/x",
            json!({}),
            400,
            error("target_project_id is invalid"),
        ),
        (
            "DELETE",
            "/allowlist/999",
            json!({}),
            404,
            message("404 Project Not Found"),
        ),
        (
            "DELETE",
            "/allowlist/0",
            json!({}),
            404,
            message("404 Project Not Found"),
        ),
        (
            "DELETE",
            "/allowlist/3",
            json!({}),
            404,
            message("404 Project Not Found"),
        ),
        (
            "DELETE",
            "/allowlist/1",
            json!({}),
            400,
            bad("Source project cannot be removed from the job token scope"),
        ),
        (
            "DELETE",
            "/groups_allowlist/x",
            json!({}),
            400,
            error("target_group_id is invalid"),
        ),
        (
            "DELETE",
            "/groups_allowlist/999",
            json!({}),
            404,
            no_group.clone(),
        ),
        (
            "DELETE",
            "/groups_allowlist/3",
            json!({}),
            404,
            no_group.clone(),
        ),
        (
            "DELETE",
            "/groups_allowlist/20",
            json!({}),
            400,
            bad("Target group is not in the job token scope"),
        ),
    ] {
        let answer = world.ask(method, path, &body).await;
        assert_eq!(answer.status, status, "{method} {path} {body}: {answer:?}");
        assert_eq!(answer.json(), expected, "{method} {path} {body}");
        assert!(
            world.app.dump() == before,
            "{method} {path} {body} changed something"
        );
    }
    world.does("DELETE", "/allowlist/2", json!({}), 204).await;
    let again = world.ask("DELETE", "/allowlist/2", &json!({})).await;
    let expected = bad("Target project is not in the job token scope");
    assert_eq!((again.status.as_u16(), again.json()), (400, expected));
}

#[tokio::test]
async fn changing_a_list_takes_the_projects_number() {
    let world = World::new().await;
    let before = world.app.dump();
    let path = "/api/v4/projects/group1%2Fproject1/job_token_scope";
    for (method, below, body, text) in [
        (
            Method::POST,
            "/allowlist",
            json!({ "target_project_id": 2 }),
            "id is invalid",
        ),
        (
            Method::POST,
            "/groups_allowlist",
            json!({}),
            "id is invalid, target_group_id is missing",
        ),
        (Method::DELETE, "/allowlist/2", json!({}), "id is invalid"),
        (
            Method::DELETE,
            "/groups_allowlist/x",
            json!({}),
            "id is invalid, target_group_id is invalid",
        ),
    ] {
        let path = format!("{path}{below}");
        let answer = world
            .app
            .send(method, &path, &world.maintainer, &body)
            .await;
        assert_eq!(answer.status, 400, "{path}");
        assert_eq!(answer.json(), error(text), "{path}");
    }
    assert!(world.app.dump() == before);
    for below in ["", "/allowlist", "/groups_allowlist"] {
        let path = format!("{path}{below}");
        let answer = world.app.get(&path, &world.maintainer).await;
        assert_eq!(answer.status, 200, "{path}");
    }
}

#[tokio::test]
async fn the_list_of_projects_has_basic_ones_and_the_project_itself() {
    let world = World::new().await;
    let answer = world.ask("GET", "/allowlist", &json!({})).await;
    assert_eq!(answer.ids(), [1]);
    let all = [
        Some("1"),
        Some("20"),
        Some(""),
        Some(""),
        Some("1"),
        Some("1"),
    ];
    assert_eq!(paging(&answer), all);

    for id in 100..=104 {
        let project = world
            .app
            .add_project(id, |project| project.visibility = Visibility::Public)
            .await;
        let body = json!({ "target_project_id": project.id });
        world.does("POST", "/allowlist", body, 201).await;
    }
    let answer = world.ask("GET", "/allowlist?per_page=4", &json!({})).await;
    assert_eq!(answer.ids(), [1, 100, 101, 102]);
    let first = [
        Some("1"),
        Some("4"),
        Some("2"),
        Some(""),
        Some("6"),
        Some("2"),
    ];
    assert_eq!(paging(&answer), first);
    assert_eq!(relations(&answer), ["next", "first", "last"]);
    let next = answer.link("next").unwrap();
    let answer = world.app.get(&next, &world.maintainer).await;
    assert_eq!(answer.ids(), [103, 104]);

    // As whoever is not signed in sees a public project.
    let basic = world.app.get("/api/v4/projects/103", &Caller::Nobody).await;
    assert_eq!(answer.json()[0], basic.json());
    assert_eq!(answer.json()[0].get("visibility"), None);

    let refused = world.ask("GET", "/allowlist?page=x", &json!({})).await;
    assert_eq!(refused.json(), error("page is invalid"));
}

#[tokio::test]
async fn the_list_of_groups_names_them() {
    let world = World::new().await;
    assert_eq!(world.list("/groups_allowlist").await, [0; 0]);
    for id in [SIBLING, OUTER] {
        let body = json!({ "target_group_id": id });
        world.does("POST", "/groups_allowlist", body, 201).await;
    }
    let answer = world.ask("GET", "/groups_allowlist", &json!({})).await;
    let expected = json!([
        { "id": 20, "web_url": "https://example.com/groups/outer", "name": "outer" },
        { "id": 22, "web_url": "https://example.com/groups/outer/sibling", "name": "sibling" },
    ]);
    assert_eq!(answer.json(), expected);
    let answer = world
        .ask("GET", "/groups_allowlist?per_page=1&page=2", &json!({}))
        .await;
    assert_eq!(answer.ids(), [SIBLING]);
    let last = [
        Some("2"),
        Some("1"),
        Some(""),
        Some("1"),
        Some("2"),
        Some("2"),
    ];
    assert_eq!(paging(&answer), last);
}

#[tokio::test]
async fn who_is_gone_is_not_shown_and_who_is_hidden_can_be_kept_out_again() {
    let world = World::new().await;
    let gone = world.app.add_project(100, |_| {}).await;
    let deleted = Project {
        deleted_at: Some(at("2015-12-24T17:00:00Z")),
        ..gone.clone()
    };
    world.app.replace(&deleted);
    let mut group = seed::group(100, &[], "group100");
    group.deleted_at = deleted.deleted_at;
    world.app.replace(&group);
    world.set_lists(
        BTreeSet::from([HIDDEN, gone.id, ProjectId(999)]),
        BTreeSet::from([GroupId(3), GroupId(100), GroupId(999)]),
    );
    assert_eq!(world.list("/allowlist").await, [1, 3]);
    assert_eq!(world.list("/groups_allowlist").await, [3]);
    for id in [3, 100, 999] {
        for list in ["allowlist", "groups_allowlist"] {
            let path = format!("/{list}/{id}");
            world.does("DELETE", &path, json!({}), 204).await;
            world.does("DELETE", &path, json!({}), 404).await;
        }
    }
    assert_eq!(world.list("/allowlist").await, [1]);
    assert_eq!(world.list("/groups_allowlist").await, [0; 0]);
}

#[tokio::test]
async fn a_list_has_two_hundred_entries_at_most_and_the_gone_make_room() {
    let world = World::new().await;
    let mut ids: BTreeSet<u64> = (1000..1200).collect();
    for id in &ids {
        let group = seed::group(*id, &[], &format!("group{id}"));
        let project = seed::project(*id, &[group.id], &format!("group{id}/project"));
        world.app.replace(&group);
        world.app.replace(&project);
    }
    let lists = |ids: &BTreeSet<u64>| {
        let projects = ids.iter().copied().map(ProjectId).collect();
        (projects, ids.iter().copied().map(GroupId).collect())
    };
    let (projects, groups) = lists(&ids);
    world.set_lists(projects, groups);
    let before = world.app.dump();
    let bodies = [
        ("/allowlist", json!({ "target_project_id": SOURCE })),
        ("/groups_allowlist", json!({ "target_group_id": INNER })),
    ];
    for (path, body) in &bodies {
        let answer = world.ask("POST", path, body).await;
        assert_eq!(answer.status, 400, "{path}: {answer:?}");
        let text = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(text.starts_with("400 Bad request - "), "{text}");
    }
    assert!(world.app.dump() == before);

    ids.remove(&1005);
    ids.extend([2000]);
    let (projects, groups) = lists(&ids);
    world.set_lists(projects, groups);
    for (path, body) in bodies {
        world.does("POST", path, body, 201).await;
    }
    let last = world.list("/allowlist?per_page=100&page=3").await;
    assert_eq!(last, [1199]);
    assert_eq!(world.list("/groups_allowlist?per_page=1").await, [INNER]);
    assert_eq!(world.let_in().await, 200);
}

#[tokio::test]
async fn of_several_changes_at_once_all_apply() {
    let world = World::new().await;
    for trouble in [
        None,
        Some(Fault::LostAnswer(Loss::Io)),
        Some(Fault::LostAnswer(Loss::Timeout)),
        Some(Fault::Throttle),
        Some(Fault::TransactionConflict),
    ] {
        world.set_lists(BTreeSet::from([SOURCE]), BTreeSet::new());
        for id in 100..=103 {
            let project = |project: &mut Project| project.visibility = Visibility::Public;
            world.app.add_project(id, project).await;
        }
        if let Some(fault) = trouble {
            let rule = Rule::new(fault).action("dynamodb:UpdateItem");
            world.app.wire.faults().add(rule.chance(3, 3).times(4));
        }
        let mut changes: Vec<(&str, String, Value)> = (100..=103)
            .map(|id| json!({ "target_project_id": id }))
            .map(|body| ("POST", "/allowlist".to_owned(), body))
            .collect();
        changes.push(("DELETE", "/allowlist/2".to_owned(), json!({})));
        changes.push(("PATCH", String::new(), json!({ "enabled": false })));
        let body = json!({ "target_group_id": INNER });
        changes.push(("POST", "/groups_allowlist".to_owned(), body));
        let asked = changes
            .iter()
            .map(|(method, path, body)| world.ask(method, path, body));
        for answer in join_all(asked).await {
            assert!(answer.status.is_success(), "{trouble:?}: {answer:?}");
        }
        world.app.wire.faults().clear();
        let listed = world.list("/allowlist").await;
        assert_eq!(listed, [1, 100, 101, 102, 103], "{trouble:?}");
        assert_eq!(world.list("/groups_allowlist").await, [INNER]);
        let shown = world.ask("GET", "", &json!({})).await.json();
        assert_eq!(shown["inbound_enabled"], false, "{trouble:?}");
    }
}

#[tokio::test]
async fn of_several_who_do_the_same_one_has_done_it() {
    let world = World::new().await;
    let body = json!({ "target_project_id": 2 });
    for (method, path, done) in [("POST", "/allowlist", 201), ("DELETE", "/allowlist/2", 204)] {
        let asked = (0..6).map(|_| world.ask(method, path, &body));
        let mut statuses: Vec<u16> = join_all(asked)
            .await
            .iter()
            .map(|answer| answer.status.as_u16())
            .collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [done, 400, 400, 400, 400, 400], "{method}");
    }
    assert_eq!(world.let_in().await, 403);
}

/// A project that is deleted while its list is changed stays as it is.
#[tokio::test]
async fn a_deleted_project_is_not_changed_any_more() {
    let world = World::new().await;
    let target = world.app.add_project(30, |_| {}).await;
    let member = seed::member(Source::Project(target.id), UserId(10), Role::Maintainer);
    world.app.seed.put(&member).await.unwrap();
    furnish(&world.app, &target, UserId(10)).await;
    let mut deleted = target.clone();
    deleted.deleted_at = Some(at("2015-12-24T17:00:00Z"));
    world.app.replace(&deleted);
    let before = world.app.dump();
    let path = "/api/v4/projects/30/job_token_scope/allowlist";
    let body = json!({ "target_project_id": 2 });
    let answer = world.app.post(path, &world.maintainer, &body).await;
    assert_eq!(answer.json(), message("404 Project Not Found"));
    assert!(world.app.dump() == before);
}
