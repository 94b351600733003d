//! Pipelines from a configuration that uses all that one can: made by hand, by pushes, and by
//! the sweeper.

use serde_json::json;
use switchyard::ids::{ProjectId, PushId, ScheduleId, UserId};
use switchyard::pipeline::Ref;
use switchyard::repository::{Push, ZERO_SHA};
use switchyard::schedule::Schedule;
use switchyard::store::{Key, Rows};
use switchyard::variable::{CiVariable, Owner, VariableType};
use switchyard_local::seed::at;
use switchyard_tests::{Caller, TestApp};

const DUE: &str = "2015-12-24T17:00:00Z";

const CONFIGURATION: &str = "\
include:
  - local: more.yml
  - {project: user5/personal, ref: feature, file: .gitlab-ci.yml}
alone: {script: make, resource_group: alone, rules: [{exists: [more.yml]}]}
below: {trigger: {include: child.yml, strategy: depend}}
there: {trigger: {project: user5/personal, branch: feature, forward: {pipeline_variables: true}}}
";

/// Makes the commits, and then one by hand; what is left is for the sweeper.
pub(super) async fn walk(app: &TestApp, member: &Caller) {
    let file = |path: &str, content: &str| json!({ "action": "create", "file_path": path, "content": content });
    let begin = json!({
        "branch": "ci",
        "start_branch": "feature",
        "commit_message": "Begin",
        "actions": [
            file("more.yml", "more: {script: make, needs: []}"),
            file("child.yml", "child: {script: make}"),
            { "action": "update", "file_path": ".gitlab-ci.yml", "content": CONFIGURATION },
        ],
    });
    let go_on = json!({
        "branch": "ci",
        "commit_message": "Go on",
        "actions": [file("more.txt", "more")],
    });
    let skip = json!({
        "branch": "ci",
        "commit_message": "Go on [skip ci]",
        "actions": [file("skipped.txt", "more")],
    });
    for body in [begin, go_on, skip] {
        let path = "/api/v4/projects/1/repository/commits";
        let answer = app.post(path, member, &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    let variables = json!([{ "key": "A", "value": "1" }]);
    let body = json!({ "ref": "ci", "variables": variables });
    for path in [
        "/api/v4/projects/group%2Fproject/pipeline",
        "/api/v4/projects/1/pipeline",
    ] {
        let answer = app.post(path, member, &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
    others(app, member).await;
    leave(app).await;
}

/// What belongs to it: lint, triggers, play, resource groups, and what a pipeline was given.
async fn others(app: &TestApp, member: &Caller) {
    let made = |path: &'static str, body: serde_json::Value| async move {
        let path = format!("/api/v4/projects/{path}");
        let answer = app.post(&path, member, &body).await;
        assert!(answer.status.is_success(), "{path}: {answer:?}");
        answer.json()
    };
    let given = json!({ "ref": "ci", "variables": [{ "key": "A", "value": "1" }] });
    let id = made("1/pipeline", given).await["id"].to_string();
    for (path, status) in [
        (format!("1/pipelines/{id}/variables"), 200),
        (format!("group%2Fproject/pipelines/{id}/variables"), 200),
        (
            "1/ci/lint?content_ref=ci&dry_run=true&dry_run_ref=ci".to_owned(),
            200,
        ),
        ("group%2Fproject/ci/lint?content_ref=ci".to_owned(), 200),
        ("1/resource_groups".to_owned(), 200),
        ("1/resource_groups?page=2&per_page=1".to_owned(), 200),
        ("1/resource_groups/alone".to_owned(), 200),
        ("1/resource_groups/alone/upcoming_jobs".to_owned(), 200),
    ] {
        let path = format!("/api/v4/projects/{path}");
        let answer = app.get(&path, member).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
    }
    let name = json!({ "name": "named" });
    let path = format!("/api/v4/projects/1/pipelines/{id}/metadata");
    assert_eq!(app.put(&path, member, &name).await.status, 200);
    let mode = json!({ "process_mode": "newest_first" });
    let path = "/api/v4/projects/1/resource_groups/alone";
    assert_eq!(app.put(path, member, &mode).await.status, 200);
    let content = json!({ "content": CONFIGURATION, "dry_run": true, "ref": "ci" });
    made("1/ci/lint", content).await;
    let trigger = made("1/triggers", json!({ "description": "for all" })).await;
    let start = json!({
        "token": trigger["token"],
        "ref": "ci",
        "variables": { "A": "1" },
    });
    for path in ["1/trigger/pipeline", "group%2Fproject/trigger/pipeline"] {
        let path = format!("/api/v4/projects/{path}");
        let answer = app.post(&path, member, &start).await;
        assert_eq!(answer.status, 201, "{path}: {answer:?}");
    }
    let schedule = json!({ "description": "now", "ref": "ci", "cron": "0 1 * * *" });
    let schedule = made("1/pipeline_schedules", schedule).await["id"].to_string();
    let path = format!("/api/v4/projects/1/pipeline_schedules/{schedule}");
    let variable = json!({ "key": "A", "value": "1" });
    for (path, body) in [
        (format!("{path}/variables"), variable),
        (format!("{path}/play"), json!({})),
    ] {
        let answer = app.post(&path, member, &body).await;
        assert_eq!(answer.status, 201, "{answer:?}");
    }
}

/// A push and a schedule that are due, and a broken configuration.
async fn leave(app: &TestApp) {
    let key = Key::Ref(ProjectId(1), "ci".to_owned());
    let mut rows = Rows::default();
    rows.load(&app.seed.store, [key.clone()]).await.unwrap();
    let head: Ref = rows.get(&key).unwrap().unwrap();
    let push = Push {
        project_id: ProjectId(1),
        id: PushId(7_000),
        ref_name: "ci".to_owned(),
        tag: false,
        before: ZERO_SHA.to_owned(),
        after: head.sha,
        user_id: UserId(5),
        created_at: at(DUE),
        ci_skip: false,
        deadline: Some(at(DUE)),
    };
    app.seed.put(&push).await.unwrap();
    let schedule = Schedule {
        project_id: ProjectId(1),
        id: ScheduleId(7_000),
        description: "nightly".to_owned(),
        ref_name: "refs/heads/ci".to_owned(),
        cron: "0 1 * * *".to_owned(),
        cron_timezone: "UTC".to_owned(),
        active: true,
        next_run_at: Some(at(DUE)),
        owner_id: UserId(5),
        created_at: at(DUE),
        updated_at: at(DUE),
        pipelines: Vec::new(),
        variable_count: 1,
        revision: 1,
    };
    app.seed.put(&schedule).await.unwrap();
    let gone = Schedule {
        id: ScheduleId(7_001),
        ref_name: "refs/heads/gone".to_owned(),
        ..schedule
    };
    app.seed.put(&gone).await.unwrap();
    let variable = CiVariable {
        owner: Owner::Schedule(ScheduleId(7_000)),
        key: "A".to_owned(),
        value: "1".to_owned(),
        variable_type: VariableType::EnvVar,
        protected: false,
        masked: false,
        hidden: false,
        raw: false,
        environment_scope: CiVariable::ANY_ENVIRONMENT.to_owned(),
        description: None,
        created_at: at(DUE),
        updated_at: at(DUE),
        revision: 1,
    };
    app.seed.put(&variable).await.unwrap();
}
