//! `/namespaces`.

use serde_json::{Value, json};
use switchyard::ids::{GroupId, ProjectId, UserId};
use switchyard::member::{Role, Source};
use switchyard::project::Visibility;
use switchyard::time::Day;
use switchyard_local::seed::{self, at};
use switchyard_tests::{Answer, Caller, TestApp};

const NAMESPACES: &str = "/api/v4/namespaces";

/// Groups 1 `outer`, 2 `outer/Inner`, 3 `open`, which is public, 4 `gone`; a project
/// `outer/project`; users 7 and 8, with namespaces 5007 and 5008.
async fn world() -> (TestApp, Caller, Caller) {
    let app = TestApp::new().await;
    let root = app.administrator().await;
    let mut ada = seed::user(7, "ada");
    "Ada L.".clone_into(&mut ada.name);
    let ada = app.add_user(&ada).await;
    app.add_user(&seed::user(8, "grace")).await;
    let outer = seed::group(1, &[], "outer");
    let mut inner = seed::group(2, &[&outer], "Inner");
    "The inner one".clone_into(&mut inner.name);
    let mut open = seed::group(3, &[], "open");
    open.visibility = Visibility::Public;
    let mut gone = seed::group(4, &[], "gone");
    gone.deleted_at = Some(at("2015-12-24T17:00:00Z"));
    for group in [&outer, &inner, &open, &gone] {
        app.seed.put_group(group).await.unwrap();
    }
    let project = seed::project(1, &[GroupId(1)], "outer/project");
    app.seed.put_project(&project).await.unwrap();
    (app, root, ada)
}

fn join(app: &TestApp, group: u64, role: Role) {
    let member = seed::member(Source::Group(GroupId(group)), UserId(7), role);
    app.replace(&member);
}

async fn get(app: &TestApp, path: &str, caller: &Caller) -> Answer {
    app.get(&format!("{NAMESPACES}{path}"), caller).await
}

async fn ids(app: &TestApp, query: &str, caller: &Caller) -> Vec<u64> {
    let answer = get(app, query, caller).await;
    assert_eq!(answer.status, 200, "{query}: {answer:?}");
    answer.ids()
}

#[tokio::test]
async fn administrators_see_all_of_them() {
    let (app, root, _) = world().await;
    let all = [1, 2, 3, 5001, 5007, 5008];
    for (query, expected) in [
        ("", &all[..]),
        ("?owned_only=true", &all),
        ("?top_level_only=true", &[1, 3, 5001, 5007, 5008]),
        ("?search=INNER", &[2]),
        ("?search=the inner one", &[2]),
        ("?search=outer", &[1]),
        ("?search=outer&full_path_search=true", &[1, 2]),
        ("?search=ada", &[5007]),
        ("?search=gone", &[]),
    ] {
        let query = query.replace(' ', "+");
        assert_eq!(ids(&app, &query, &root).await, expected, "{query}");
    }
    let page = get(&app, "?per_page=2&page=2", &root).await;
    assert_eq!(page.ids(), [3, 5001]);
    assert_eq!(page.header("x-next-page"), Some("3"));
    let last = get(&app, "?per_page=4&page=2", &root).await;
    assert_eq!(last.header("x-total"), Some("6"));
}

#[tokio::test]
async fn others_see_their_own_and_where_they_are_members() {
    let (app, _, ada) = world().await;
    assert_eq!(ids(&app, "", &ada).await, [5007]);
    join(&app, 2, Role::Guest);
    join(&app, 3, Role::Owner);
    join(&app, 4, Role::Owner);
    let project = Source::Project(ProjectId(1));
    app.replace(&seed::member(project, UserId(7), Role::Owner));
    for (query, expected) in [
        ("", &[2, 3, 5007][..]),
        ("?owned_only=true", &[3, 5007]),
        ("?owned_only=false", &[2, 3, 5007]),
        ("?top_level_only=true", &[3, 5007]),
        ("?search=inner", &[2]),
        ("?search=grace", &[]),
        ("?per_page=1&page=3", &[5007]),
    ] {
        assert_eq!(ids(&app, query, &ada).await, expected, "{query}");
    }
    let mut ended = seed::member(Source::Group(GroupId(3)), UserId(7), Role::Owner);
    ended.expires_at = Day::parse("2015-12-24");
    app.replace(&ended);
    assert_eq!(ids(&app, "", &ada).await, [2, 5007]);
    let nobody = get(&app, "", &Caller::Nobody).await;
    assert_eq!(nobody.status, 401);
    for name in ["owned_only", "top_level_only", "full_path_search"] {
        let answer = get(&app, &format!("?{name}=maybe"), &ada).await;
        assert_eq!(answer.status, 400);
        assert_eq!(
            answer.json(),
            json!({ "error": format!("{name} is invalid") })
        );
    }
}

#[tokio::test]
async fn what_a_namespace_shows() {
    let (app, root, ada) = world().await;
    let inner = json!({
        "id": 2, "name": "The inner one", "path": "Inner", "kind": "group",
        "full_path": "outer/Inner", "parent_id": 1, "avatar_url": null,
        "web_url": "https://example.com/groups/outer/Inner",
    });
    let own = json!({
        "id": 5007, "name": "Ada L.", "path": "ada", "kind": "user", "full_path": "ada",
        "parent_id": null, "avatar_url": null, "web_url": "https://example.com/ada",
    });
    for (id, caller, expected) in [
        ("2", &root, &inner),
        ("outer%2Finner", &root, &inner),
        ("5007", &root, &own),
        ("ADA", &root, &own),
        ("ada", &ada, &own),
        ("5007", &ada, &own),
    ] {
        let answer = get(&app, &format!("/{id}"), caller).await;
        assert_eq!(answer.status, 200, "{id}: {answer:?}");
        assert_eq!(answer.json(), *expected, "{id}");
    }
    let listed = get(&app, "?search=ada", &root).await.json();
    assert_eq!(listed, json!([own]));
}

#[tokio::test]
async fn what_is_not_there_and_what_is_hidden_look_alike() {
    let (app, root, ada) = world().await;
    let not_found = json!({ "message": "404 Namespace Not Found" });
    let hidden = [
        "1",
        "outer",
        "2",
        "outer%2Finner",
        "3",
        "open",
        "grace",
        "5008",
    ];
    let missing = [
        "99",
        "0",
        "-1",
        "nothing",
        "4",
        "gone",
        "outer%2Fproject",
        "outer%2Fnothing",
        "99999999999999999999",
    ];
    for id in hidden.iter().chain(&missing) {
        let answer = get(&app, &format!("/{id}"), &ada).await;
        assert_eq!(answer.status, 404, "{id}");
        assert_eq!(answer.json(), not_found, "{id}");
    }
    for id in missing {
        let answer = get(&app, &format!("/{id}"), &root).await;
        assert_eq!(answer.json(), not_found, "{id}");
    }
    // A member of a group is one of those below.
    join(&app, 1, Role::Guest);
    for id in ["1", "outer", "2", "outer%2Finner"] {
        assert_eq!(get(&app, &format!("/{id}"), &ada).await.status, 200, "{id}");
    }
    assert_eq!(
        ids(&app, "", &ada).await,
        [1, 5007],
        "the list has direct ones"
    );
}

#[tokio::test]
async fn whether_a_path_is_taken() {
    let (app, _, ada) = world().await;
    let taken = |path: &str| json!({ "exists": true, "suggests": [path] });
    let free = json!({ "exists": false, "suggests": [] });
    for (path, expected) in [
        ("ada", &taken("ada1")),
        ("ADA", &taken("ADA1")),
        // That a hidden group has the name is told: nobody else can have it.
        ("outer", &taken("outer1")),
        ("nothing", &free),
        ("inner", &free),
        ("outer%2Finner", &free),
        ("project?parent_id=3", &free),
        ("inner?parent_id=99", &free),
        ("inner?parent_id=0", &free),
        ("inner?parent_id=-1", &free),
        // In a parent that is hidden nothing is there.
        ("inner?parent_id=1", &free),
    ] {
        let path = match path.split_once('?') {
            Some((path, query)) => format!("/{path}/exists?{query}"),
            None => format!("/{path}/exists"),
        };
        let answer = get(&app, &path, &ada).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (200, expected.clone()),
            "{path}"
        );
    }
    join(&app, 1, Role::Guest);
    let exists = async |path: &str| get(&app, path, &ada).await.json();
    assert_eq!(exists("/inner/exists?parent_id=1").await, taken("inner1"));
    // A project is no namespace.
    assert_eq!(exists("/project/exists?parent_id=1").await, free);
    let group = seed::group(9, &[], "ada1");
    app.seed.put_group(&group).await.unwrap();
    assert_eq!(exists("/ada/exists").await, taken("ada2"));
    let answer = get(&app, "/ada/exists?parent_id=x", &ada).await;
    let expected: Value = json!({ "error": "parent_id is invalid" });
    assert_eq!((answer.status.as_u16(), answer.json()), (400, expected));
    let nobody = get(&app, "/ada/exists", &Caller::Nobody).await;
    assert_eq!(nobody.status, 401);
}
