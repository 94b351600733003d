//! `PUT /users/:id`.

use futures::future::join;
use serde_json::{Value, json};
use switchyard::ids::UserId;
use switchyard::member::{Role, Source};
use switchyard_local::seed;
use switchyard_tests::wire::{Fault, Loss, Rule};
use switchyard_tests::{Caller, TestApp};

use super::{USERS, add_personal_project, assert_refused, message, world};

const ADA: &str = "/api/v4/users/7";

async fn set(app: &TestApp, root: &Caller, body: Value) -> Value {
    let answer = app.put(ADA, root, &body).await;
    assert_eq!(answer.status, 200, "{body}: {answer:?}");
    answer.json()
}

async fn named(app: &TestApp, root: &Caller, name: &str) -> Vec<u64> {
    app.get(&format!("{USERS}?username={name}"), root)
        .await
        .ids()
}

#[tokio::test]
async fn each_field_alone() {
    let (app, root, _) = world().await;
    for (name, value) in [
        ("name", json!("Countess")),
        ("email", json!("countess@example.com")),
        ("public_email", json!("countess@example.com")),
        ("bio", json!("writes programs")),
        ("location", json!("London")),
        ("organization", json!("Engines")),
        ("website_url", json!("https://ada.example")),
        ("job_title", json!("Analyst")),
        ("note", json!("pays")),
        ("external", json!(true)),
        ("projects_limit", json!(5)),
        ("can_create_group", json!(true)),
        ("private_profile", json!(true)),
    ] {
        let before = set(&app, &root, json!({})).await;
        let changed = set(&app, &root, json!({ name: value.clone() })).await;
        assert_eq!(changed.get(name), Some(&value), "{name}");
        let mut others = before.clone();
        let follows: &[&str] = match name {
            // Who becomes external may create nothing.
            "external" => &["can_create_group", "can_create_project", "projects_limit"],
            "email" => &["commit_email"],
            "projects_limit" => &["can_create_project"],
            _ => &[],
        };
        for name in follows.iter().chain([&name]) {
            others[*name] = changed[*name].clone();
        }
        assert_eq!(changed, others, "{name} changes nothing else");
        assert_eq!(app.get(ADA, &root).await.json(), changed, "{name}");
    }
    assert_eq!(
        set(&app, &root, json!({ "admin": true })).await["is_admin"],
        true
    );
}

#[tokio::test]
async fn an_empty_text_clears_and_nothing_leaves_it() {
    let (app, root, _) = world().await;
    let given = json!({ "bio": "b", "note": "n", "location": "l", "organization": "o" });
    set(&app, &root, given).await;
    let same = set(&app, &root, json!({ "job_title": "j" })).await;
    assert_eq!((&same["bio"], &same["note"]), (&json!("b"), &json!("n")));
    let given = json!({ "bio": "", "note": null, "location": "", "organization": "" });
    let cleared = set(&app, &root, given).await;
    for (name, value) in [
        ("bio", json!(null)),
        ("note", json!(null)),
        ("location", json!(null)),
        ("organization", json!("")),
    ] {
        assert_eq!(cleared[name], value, "{name}");
    }
}

#[tokio::test]
async fn what_is_refused_changes_nothing() {
    let (app, root, _) = world().await;
    app.add_user(&seed::user(8, "grace")).await;
    let group = seed::group(30, &[], "ladies");
    app.seed.put_group(&group).await.unwrap();
    let before = app.dump();
    let model = |name: &str, text: &str| json!({ "message": { name: [text] } });
    let format = "can contain only letters, digits, '_', '-' and '.'. Cannot start with '-' or end \
                  in '.', '.git' or '.atom'.";
    for (body, status, answer) in [
        (
            json!({ "email": "GRACE@example.com", "username": "grace" }),
            409,
            message("Email has already been taken"),
        ),
        (
            json!({ "username": "Grace", "name": "" }),
            409,
            message("Username has already been taken"),
        ),
        (
            json!({ "username": "ladies" }),
            400,
            model("username", "has already been taken"),
        ),
        (
            json!({ "username": "admin" }),
            400,
            model("username", "is a reserved name"),
        ),
        (json!({ "username": "-a" }), 400, model("username", format)),
        (json!({ "email": "x" }), 400, model("email", "is invalid")),
        (json!({ "name": "" }), 400, model("name", "can't be blank")),
        (
            json!({ "password": "short" }),
            400,
            model("password", "is too short (minimum is 8 characters)"),
        ),
        (
            json!({ "admin": "x", "bio": "b" }),
            400,
            json!({ "error": "admin is invalid" }),
        ),
    ] {
        assert_refused(&app.put(ADA, &root, &body).await, status, &answer);
    }
    let answer = app
        .put(&format!("{USERS}/99"), &root, &json!({ "bio": "b" }))
        .await;
    assert_refused(&answer, 404, &message("404 User Not Found"));
    // Their own name and address are no conflict, and the same again is no change.
    let own = json!({ "username": "ada", "email": "Ada@example.com", "name": "Ada L." });
    set(&app, &root, own).await;
    assert_eq!(app.dump(), before);
}

#[tokio::test]
async fn a_new_address_frees_the_old_one() {
    let (app, root, _) = world().await;
    app.add_user(&seed::user(8, "grace")).await;
    set(&app, &root, json!({ "public_email": "ada@example.com" })).await;
    let moved = set(&app, &root, json!({ "email": "new@example.com" })).await;
    assert_eq!(moved["public_email"], "", "it was the old address");
    let grace = format!("{USERS}/8");
    let body = json!({ "email": "ada@example.com" });
    assert_eq!(app.put(&grace, &root, &body).await.status, 200);
    let body = json!({ "email": "new@example.com" });
    let taken = message("Email has already been taken");
    assert_refused(&app.put(&grace, &root, &body).await, 409, &taken);
}

#[tokio::test]
async fn a_new_name_takes_the_personal_projects_along() {
    let (app, root, ada) = world().await;
    add_personal_project(&app, 50, UserId(7), "ada/Engine").await;
    add_personal_project(&app, 51, UserId(7), "ada/notes").await;
    for id in [50, 51] {
        let source = Source::Project(id.into());
        let owner = seed::member(source, UserId(7), Role::Owner);
        app.seed.put(&owner).await.unwrap();
    }
    let body = json!({ "username": "Countess", "name": "Countess L." });
    let renamed = set(&app, &root, body).await;
    assert_eq!(renamed["username"], "Countess");
    assert_eq!(renamed["web_url"], "https://example.com/Countess");
    assert_eq!(named(&app, &root, "ada").await, [0; 0]);
    assert_eq!(named(&app, &root, "countess").await, [7]);
    assert_eq!(
        app.get("/api/v4/user", &ada).await.json()["username"],
        "Countess"
    );
    for (id, path) in [(50, "Engine"), (51, "notes")] {
        let new = app
            .get(&format!("/api/v4/projects/countess%2F{path}"), &ada)
            .await;
        let new = new.json();
        assert_eq!(new["id"], id);
        assert_eq!(new["path_with_namespace"], format!("Countess/{path}"));
        assert_eq!(new["name_with_namespace"], format!("Countess L. / {path}"));
        let old = app
            .get(&format!("/api/v4/projects/ada%2F{path}"), &ada)
            .await;
        assert_eq!(old.status, 301, "{old:?}");
        let location = format!("https://example.com/api/v4/projects/{id}");
        assert_eq!(old.header("location"), Some(location.as_str()));
    }
    for path in ["countess", "5007"] {
        let namespace = app.get(&format!("/api/v4/namespaces/{path}"), &ada).await;
        let namespace = namespace.json();
        assert_eq!(namespace["full_path"], "Countess");
        assert_eq!(namespace["name"], "Countess L.");
    }
    let gone = app.get("/api/v4/namespaces/ada", &ada).await;
    assert_refused(&gone, 404, &message("404 Namespace Not Found"));

    // Somebody else is ada now; and back again over the paths that were left.
    app.add_user(&seed::user(8, "grace")).await;
    let body = json!({ "username": "ada" });
    let grace = format!("{USERS}/8");
    assert_eq!(app.put(&grace, &root, &body).await.status, 200);
    let taken = message("Username has already been taken");
    assert_refused(&app.put(ADA, &root, &body).await, 409, &taken);
    let aside = json!({ "username": "grace" });
    assert_eq!(app.put(&grace, &root, &aside).await.status, 200);
    set(&app, &root, body).await;
    let project = app.get("/api/v4/projects/ada%2Fengine", &ada).await;
    assert_eq!(project.json()["path_with_namespace"], "ada/Engine");
    let old = app.get("/api/v4/projects/Countess%2FEngine", &ada).await;
    assert_eq!(old.status, 301);
}

#[tokio::test]
async fn another_case_of_the_same_name() {
    let (app, root, ada) = world().await;
    add_personal_project(&app, 50, UserId(7), "ada/engine").await;
    let renamed = set(&app, &root, json!({ "username": "ADA" })).await;
    assert_eq!(renamed["username"], "ADA");
    assert_eq!(named(&app, &root, "ada").await, [7]);
    let project = app.get("/api/v4/projects/ada%2Fengine", &root).await;
    assert_eq!(project.json()["path_with_namespace"], "ADA/engine");
    let namespace = app.get("/api/v4/namespaces/ada", &ada).await.json();
    assert_eq!(namespace["full_path"], "ADA");
}

#[tokio::test]
async fn too_many_projects_keep_a_name() {
    let (app, root, _) = world().await;
    for id in 1..=26 {
        add_personal_project(&app, id, UserId(7), &format!("ada/p{id}")).await;
    }
    let before = app.dump();
    let body = json!({ "username": "countess", "bio": "b" });
    let answer = app.put(ADA, &root, &body).await;
    let text = "cannot be changed while there are more than 25 personal projects";
    assert_refused(&answer, 400, &json!({ "message": { "username": [text] } }));
    assert_eq!(app.dump(), before);

    // Ones that are being deleted do not count.
    let mut project = seed::project(26, &[], "ada/p26");
    project.namespace = switchyard::project::Namespace::User { user_id: UserId(7) };
    project.deleted_at = Some(seed::at("2015-12-24T17:00:00Z"));
    app.replace(&project);
    assert_eq!(set(&app, &root, body).await["username"], "countess");
    for id in 1..=25 {
        let seen = app
            .get(&format!("/api/v4/projects/{id}"), &root)
            .await
            .json();
        assert_eq!(seen["path_with_namespace"], format!("countess/p{id}"));
    }
}

#[tokio::test]
async fn of_two_who_want_a_name_one_gets_it() {
    let (app, root, _) = world().await;
    app.add_user(&seed::user(8, "grace")).await;
    let body = json!({ "username": "wanted" });
    let grace = format!("{USERS}/8");
    let (one, two) = join(app.put(ADA, &root, &body), app.put(&grace, &root, &body)).await;
    let mut statuses = [one.status.as_u16(), two.status.as_u16()];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let winner = if one.status == 200 { 7 } else { 8 };
    assert_eq!(named(&app, &root, "wanted").await, [winner]);
}

#[tokio::test]
async fn two_changes_at_once_both_count() {
    let (app, root, _) = world().await;
    let (bio, name) = (json!({ "bio": "b" }), json!({ "username": "countess" }));
    let (one, two) = join(app.put(ADA, &root, &bio), app.put(ADA, &root, &name)).await;
    assert_eq!((one.status.as_u16(), two.status.as_u16()), (200, 200));
    let seen = app.get(ADA, &root).await.json();
    assert_eq!(
        (&seen["bio"], &seen["username"]),
        (&json!("b"), &json!("countess"))
    );
}

#[tokio::test]
async fn a_lost_answer_is_given_again() {
    let (app, root, _) = world().await;
    add_personal_project(&app, 50, UserId(7), "ada/engine").await;
    let faults = app.wire.faults();
    let lost = Rule::new(Fault::LostAnswer(Loss::Timeout)).action("dynamodb:TransactWriteItems");
    let fired = faults.add(lost);
    let body = json!({ "username": "countess", "email": "c@example.com" });
    assert_eq!(app.put(ADA, &root, &body).await.status, 503);
    assert!(fired.count() > 0);
    faults.clear();
    let after = set(&app, &root, body.clone()).await;
    assert_eq!(after["username"], "countess");
    let before = app.dump();
    assert_eq!(set(&app, &root, body).await, after);
    assert_eq!(app.dump(), before);
}
