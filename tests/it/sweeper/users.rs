//! Users who are gone, and users who have a new name.

use serde_json::json;
use sweeper::Work;
use switchyard::ids::{GroupId, ProjectId, UserId};
use switchyard::member::{Role, Source};
use switchyard::project::{DirectoryTarget, Namespace, Project, ProjectName};
use switchyard::store::{Key, Rows};
use switchyard::user::User;
use switchyard_local::seed;
use switchyard_tests::dump::Dump;
use switchyard_tests::wire::{Fault, Loss, Rule};
use switchyard_tests::{Caller, TestApp};

const ADA: UserId = UserId(7);
const PATH: &str = "/api/v4/users/7";

/// A user 7 with five tokens, two groups and three personal projects, and somebody else
/// with one of each.
async fn world() -> (TestApp, Caller) {
    let app = TestApp::new().await;
    let root = app.administrator().await;
    for (id, name) in [(ADA.0, "ada"), (8, "grace")] {
        let user = seed::user(id, name);
        app.add_user(&user).await;
        for number in 0..if id == ADA.0 { 4 } else { 1 } {
            app.add_token(user.id, |token| token.id.0 = 3000 + 10 * id + number)
                .await;
        }
    }
    for id in [30, 31] {
        let group = seed::group(id, &[], &format!("g{id}"));
        app.seed.put_group(&group).await.unwrap();
        for (user, role) in [(ADA, Role::Owner), (UserId(8), Role::Owner)] {
            let member = seed::member(Source::Group(GroupId(id)), user, role);
            app.seed.put(&member).await.unwrap();
        }
    }
    for (id, owner, path) in [
        (50, 7, "ada/Engine"),
        (51, 7, "ada/notes"),
        (52, 7, "ada/poems"),
        (60, 8, "grace/compiler"),
    ] {
        add_personal(&app, id, UserId(owner), path).await;
    }
    (app, root)
}

async fn add_personal(app: &TestApp, id: u64, owner: UserId, path: &str) {
    let mut project = seed::project(id, &[], path);
    project.namespace = Namespace::User { user_id: owner };
    app.seed.put_project(&project).await.unwrap();
    let source = Source::Project(project.id);
    let member = seed::member(source, owner, Role::Owner);
    app.seed.put(&member).await.unwrap();
}

async fn row<R: switchyard::store::Row>(app: &TestApp, key: Key) -> Option<R> {
    let mut rows = Rows::default();
    rows.load(&app.seed.store, [key.clone()]).await.unwrap();
    rows.get(&key).unwrap()
}

async fn delete(app: &TestApp, root: &Caller) {
    assert_eq!(app.delete(PATH, root).await.status, 204);
}

/// Sweeps once a minute until the user's row is gone; says how often it took.
async fn sweep_to_the_end(app: &TestApp, rows: usize) -> u32 {
    for sweeps in 1..200 {
        app.sweep_only_within(Work::Users, rows).await.unwrap();
        if row::<User>(app, Key::User(ADA)).await.is_none() {
            return sweeps;
        }
        app.pass(61);
    }
    panic!("the user's row stays");
}

/// What there is apart from projects that are marked: when is of no interest.
fn settled(app: &TestApp) -> Dump {
    let mut dump = app.dump();
    let project_rows = |name: &&String| name.ends_with("projects");
    let name = dump.rows.keys().find(project_rows).unwrap().clone();
    let rows = dump.rows.remove(&name).unwrap();
    let without_times = rows.into_iter().map(|row| {
        let mut row: serde_json::Value = serde_json::from_str(&row).unwrap();
        for time in ["deleted_at", "deadline"] {
            if let Some(value) = row.get_mut(time) {
                *value = json!("then");
            }
        }
        row.as_object_mut().unwrap().remove("attempt");
        row.to_string()
    });
    dump.rows.insert(name, without_times.collect());
    dump
}

#[tokio::test]
async fn all_that_was_theirs_goes_and_nothing_else() {
    let (app, root) = world().await;
    delete(&app, &root).await;
    app.sweep_only(Work::Users).await;
    for id in [50, 51, 52] {
        let project: Project = row(&app, Key::Project(ProjectId(id))).await.unwrap();
        assert!(project.deleted_at.is_some() && project.deadline.is_some());
        let shown = app.get(&format!("/api/v4/projects/{id}"), &root).await;
        assert_eq!(shown.status, 404);
    }
    // The row stays as long as an index could still be behind.
    assert!(row::<User>(&app, Key::User(ADA)).await.is_some());
    app.pass(30);
    app.sweep_only(Work::Users).await;
    assert!(row::<User>(&app, Key::User(ADA)).await.is_some());
    sweep_to_the_end(&app, 5_000).await;

    // A world in which there never was such a user, but for the marked projects.
    let dump = app.dump();
    let mentions = |text: &str| {
        let rows = dump.rows.iter();
        rows.flat_map(|(table, rows)| rows.iter().map(move |row| (table, row)))
            .filter(|(_, row)| row.contains(text))
            .map(|(table, _)| table.as_str())
            .collect::<Vec<_>>()
    };
    assert_eq!(mentions("ada@example.com"), [""; 0]);
    assert_eq!(mentions("5007"), [""; 0], "the namespace and names in it");
    assert_eq!(mentions(r#""user_id":{"N":"7"}"#).len(), 3, "projects");
    assert_eq!(mentions(r#""path":{"S":"ada"#), [""; 0], "paths");
    for (key, what) in [
        (Key::Group(GroupId(5007)), "namespace"),
        (Key::Group(GroupId(5008)), "namespace of somebody else"),
    ] {
        let is_there = row::<switchyard::project::Group>(&app, key).await.is_some();
        assert_eq!(is_there, what.ends_with("else"), "{what}");
    }
    let shown = app.get("/api/v4/projects/grace%2Fcompiler", &root).await;
    assert_eq!(shown.json()["id"], 60);
    for group in [30, 31] {
        let key = |user| Key::Member(Source::Group(GroupId(group)), UserId(user));
        assert!(
            row::<switchyard::member::Member>(&app, key(8))
                .await
                .is_some()
        );
        assert!(
            row::<switchyard::member::Member>(&app, key(7))
                .await
                .is_none()
        );
    }
}

#[tokio::test]
async fn with_the_smallest_budgets_it_takes_longer_and_comes_to_the_same() {
    let (app, root) = world().await;
    delete(&app, &root).await;
    let start = app.dump();
    let sweeps = sweep_to_the_end(&app, 5_000).await;
    let end = settled(&app);
    for budget in [1, 2, 3, 7] {
        app.restore(&start);
        app.set_time(seed::at(switchyard_tests::app::NOW));
        let more = sweep_to_the_end(&app, budget).await;
        assert!(more > sweeps, "{budget}: {more} sweeps");
        assert_eq!(settled(&app), end, "{budget}");
    }
    // What may do nothing does nothing.
    app.restore(&start);
    app.sweep_only_within(Work::Users, 0).await.unwrap();
    assert_eq!(app.dump(), start);
}

#[tokio::test]
async fn stopped_before_any_call_the_next_one_goes_on() {
    stop_everywhere(Fault::InternalError).await;
}

#[tokio::test]
async fn stopped_after_any_call_the_next_one_goes_on() {
    stop_everywhere(Fault::LostAnswer(Loss::Io)).await;
}

async fn stop_everywhere(fault: Fault) {
    let (app, root) = world().await;
    delete(&app, &root).await;
    let start = app.dump();
    sweep_to_the_end(&app, 5_000).await;
    let end = settled(&app);
    for calls in 0.. {
        app.restore(&start);
        app.set_time(seed::at(switchyard_tests::app::NOW));
        // What is due is asked for every table; to fail there is to begin later.
        let broken = Rule::new(fault)
            .function("sweeper")
            .when(|call| {
                let indexes = call.resources();
                !indexes.iter().any(|name| name.ends_with("by_deadline"))
            })
            .after(calls);
        let fired = app.wire.faults().add(broken);
        let mut stopped = false;
        for _ in 0..4 {
            stopped |= app.sweep_only_within(Work::Users, 5_000).await.is_err();
            if stopped {
                break;
            }
            app.pass(61);
        }
        app.wire.faults().clear();
        if fired.count() == 0 {
            assert!(calls > 10, "{fault:?}: {calls}");
            break;
        }
        assert!(stopped, "{fault:?} after {calls}");
        app.pass(61);
        if row::<User>(&app, Key::User(ADA)).await.is_some() {
            sweep_to_the_end(&app, 5_000).await;
        }
        assert_eq!(settled(&app), end, "{fault:?} after {calls}");
    }
}

/// What an index shows late is found by a later sweep.
#[tokio::test]
async fn what_comes_to_light_late_goes_too() {
    let (app, root) = world().await;
    delete(&app, &root).await;
    app.sweep_only(Work::Users).await;
    app.pass(50);
    app.add_token(ADA, |token| token.id.0 = 4000).await;
    add_personal(&app, 59, ADA, "ada/late").await;
    app.pass(11);
    app.sweep_only(Work::Users).await;
    assert!(row::<User>(&app, Key::User(ADA)).await.is_some());
    let late: Project = row(&app, Key::Project(ProjectId(59))).await.unwrap();
    assert!(late.deleted_at.is_some());
    let name = Key::ProjectName(GroupId(5007), "late".to_owned());
    assert!(row::<ProjectName>(&app, name).await.is_none());
    app.pass(61);
    sweep_to_the_end(&app, 5_000).await;
    let link = Key::TokenLink(switchyard::ids::TokenId(4000));
    assert!(
        row::<switchyard::token::TokenLink>(&app, link)
            .await
            .is_none()
    );
}

/// A path that somebody else has by now is not taken from them.
#[tokio::test]
async fn a_path_that_passed_on_is_left_alone() {
    let (app, root) = world().await;
    delete(&app, &root).await;
    let entry = switchyard::project::DirectoryEntry {
        path: "ada/notes".to_owned(),
        target: DirectoryTarget::Project {
            id: ProjectId(60),
            ancestors: Vec::new(),
        },
    };
    app.replace(&entry);
    sweep_to_the_end(&app, 5_000).await;
    let shown = app.get("/api/v4/projects/ada%2Fnotes", &root).await;
    assert_eq!(shown.json()["id"], 60);
}

#[tokio::test]
async fn a_project_that_was_missed_by_a_new_name_follows() {
    for budget in [1, 5_000] {
        let (app, root) = world().await;
        let body = json!({ "username": "countess" });
        assert_eq!(app.put(PATH, &root, &body).await.status, 200);
        // It was there before, but the index did not show it.
        add_personal(&app, 58, ADA, "ada/late").await;
        add_personal(&app, 59, ADA, "ada/later").await;
        app.sweep_only_within(Work::Users, budget).await.unwrap();
        let early: Project = row(&app, Key::Project(ProjectId(58))).await.unwrap();
        assert_eq!(early.full_path, "ada/late", "not before a minute is over");
        app.pass(61);
        for _ in 0..4 {
            app.sweep_only_within(Work::Users, budget).await.unwrap();
        }
        for (id, path) in [(58, "late"), (59, "later"), (51, "notes")] {
            let new = app
                .get(&format!("/api/v4/projects/countess%2F{path}"), &root)
                .await;
            assert_eq!(new.json()["id"], id);
            let old = app
                .get(&format!("/api/v4/projects/ada%2F{path}"), &root)
                .await;
            assert_eq!(old.status, 301);
        }
        let user: User = row(&app, Key::User(ADA)).await.unwrap();
        assert_eq!(user.deadline, None, "nothing is left to be done");
        let before = app.dump();
        app.pass(61);
        app.sweep_only(Work::Users).await;
        assert_eq!(app.dump(), before);
    }
}

/// While the indexes are behind, the sweeper cannot know that nothing is left.
#[tokio::test]
async fn indexes_that_stand_still_keep_the_row() {
    let (app, root) = world().await;
    delete(&app, &root).await;
    app.wire.lag().freeze();
    for _ in 0..4 {
        app.sweep_only(Work::Users).await;
        app.pass(61);
    }
    assert!(row::<User>(&app, Key::User(ADA)).await.is_some());
    let member = Key::Member(Source::Group(GroupId(30)), ADA);
    assert!(
        row::<switchyard::member::Member>(&app, member)
            .await
            .is_none()
    );
    app.wire.lag().thaw();
    sweep_to_the_end(&app, 5_000).await;
}

#[tokio::test]
async fn an_index_that_is_behind_hides_a_project_for_a_minute_only() {
    let (app, root) = world().await;
    app.wire.lag().freeze();
    add_personal(&app, 58, ADA, "ada/late").await;
    let body = json!({ "username": "countess" });
    assert_eq!(app.put(PATH, &root, &body).await.status, 200);
    let at_first = app.get("/api/v4/projects/58", &root).await.json();
    assert_eq!(at_first["path_with_namespace"], "ada/late");
    app.wire.lag().thaw();
    app.pass(61);
    app.sweep_only(Work::Users).await;
    let later = app.get("/api/v4/projects/58", &root).await.json();
    assert_eq!(later["path_with_namespace"], "countess/late");
}
