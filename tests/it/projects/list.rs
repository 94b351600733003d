//! `GET /projects`

mod filters;
mod pages;
mod random;
mod scale;

use serde_json::{Value, json};
use switchyard::ids::{GroupId, ProjectId, UserId};
use switchyard::member::{Role, Source};
use switchyard::project::{Namespace, Project, Visibility};
use switchyard_local::seed::{self, at};
use switchyard_tests::{Caller, TestApp};

/// Projects of all visibilities in nested groups and in a user's namespace.
///
/// | id | path              | visibility | what else                        |
/// |----|-------------------|------------|----------------------------------|
/// | 1  | `alpha/one`       | private    |                                  |
/// | 2  | `alpha/two`       | internal   | archived                         |
/// | 3  | `alpha/beta/three`| public     |                                  |
/// | 4  | `gamma/four`      | private    | imported                         |
/// | 5  | `ann/five`        | private    |                                  |
/// | 6  | `ann/six`         | public     | deleted                          |
/// | 7  | `gamma/seven`     | public     | described as `Built every Night` |
/// | 8  | `gamma/eight`     | private    |                                  |
pub(super) struct World {
    pub(super) app: TestApp,
    pub(super) root: Caller,
    /// Developer of `alpha`, reporter of `gamma/four`, owner of what is hers.
    pub(super) ann: Caller,
    /// Member of nothing.
    pub(super) ben: Caller,
}

pub(super) const ANN: UserId = UserId(2);
pub(super) const ALPHA: GroupId = GroupId(10);
pub(super) const BETA: GroupId = GroupId(11);
pub(super) const GAMMA: GroupId = GroupId(12);

impl World {
    pub(super) async fn new() -> Self {
        let app = TestApp::new().await;
        let root = app.administrator().await;
        let ann = app.add_user(&seed::user(ANN.0, "ann")).await;
        let ben = app.add_user(&seed::user(3, "ben")).await;
        use Visibility::{Internal, Private, Public};
        let mut alpha = seed::group(ALPHA.0, &[], "alpha");
        alpha.visibility = Public;
        alpha.name = "The Alpha".to_owned();
        let mut beta = seed::group(BETA.0, &[&alpha], "beta");
        beta.visibility = Public;
        let mut gamma = seed::group(GAMMA.0, &[], "gamma");
        gamma.visibility = Public;
        for group in [alpha, beta, gamma] {
            app.seed.put_group(&group).await.unwrap();
        }
        let in_alpha = [ALPHA];
        put(&app, 1, &in_alpha, "alpha/one", Private, |_| {}).await;
        put(&app, 2, &in_alpha, "alpha/two", Internal, |project| {
            project.archived = true;
        })
        .await;
        put(&app, 3, &[ALPHA, BETA], "alpha/beta/three", Public, |_| {}).await;
        put(&app, 4, &[GAMMA], "gamma/four", Private, |project| {
            project.import_url = Some("https://example.org/four.git".to_owned());
        })
        .await;
        let personal = |project: &mut Project| {
            project.namespace = Namespace::User { user_id: ANN };
        };
        put(&app, 5, &[], "ann/five", Private, personal).await;
        put(&app, 6, &[], "ann/six", Public, |project| {
            personal(project);
            project.deleted_at = Some(at("2015-12-24T17:00:00Z"));
        })
        .await;
        put(&app, 7, &[GAMMA], "gamma/seven", Public, |project| {
            project.description = Some("Built every Night".to_owned());
        })
        .await;
        put(&app, 8, &[GAMMA], "gamma/eight", Private, |_| {}).await;
        for (source, role) in [
            (Source::Group(ALPHA), Role::Developer),
            (Source::Project(ProjectId(4)), Role::Reporter),
            (Source::Project(ProjectId(5)), Role::Owner),
            (Source::Project(ProjectId(6)), Role::Owner),
        ] {
            app.replace(&seed::member(source, ANN, role));
        }
        Self {
            app,
            root,
            ann,
            ben,
        }
    }

    /// The ids of a list, which must be there.
    pub(super) async fn ids(&self, path: &str, caller: &Caller) -> Vec<u64> {
        let answer = self.app.get(&format!("/api/v4{path}"), caller).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.ids()
    }

    pub(super) async fn refusal(&self, path: &str, caller: &Caller) -> (u16, Value) {
        let answer = self.app.get(&format!("/api/v4{path}"), caller).await;
        (answer.status.as_u16(), answer.json())
    }
}

/// Adds a project that was created, changed and used in December 2015 on days that its id
/// counts: created from the 1st on, changed backwards from the 20th on, used on the 9th but
/// for odd ones, which were used on the 10th.
pub(super) async fn put(
    app: &TestApp,
    id: u64,
    groups: &[GroupId],
    path: &str,
    visibility: Visibility,
    change: impl FnOnce(&mut Project),
) {
    let mut project = seed::project(id, groups, path);
    project.visibility = visibility;
    project.created_at = at(&format!("2015-12-{:02}T12:00:00Z", id));
    project.updated_at = at(&format!("2015-12-{:02}T12:00:00Z", 20 - id));
    project.last_activity_at = at(&format!("2015-12-{:02}T12:00:00Z", 9 + id % 2));
    change(&mut project);
    app.seed.put_project(&project).await.unwrap();
}

#[tokio::test]
async fn everybody_sees_what_visibility_and_membership_allow() {
    let world = World::new().await;
    let cases = [
        ("nobody", &Caller::Nobody, vec![7, 3]),
        ("ben", &world.ben, vec![7, 3, 2]),
        ("ann", &world.ann, vec![7, 5, 4, 3, 2, 1]),
        ("root", &world.root, vec![8, 7, 5, 4, 3, 2, 1]),
    ];
    for (name, caller, expected) in cases {
        assert_eq!(world.ids("/projects", caller).await, expected, "{name}");
    }
}

#[tokio::test]
async fn a_membership_that_has_ended_shows_nothing() {
    let world = World::new().await;
    let mut member = seed::member(Source::Group(ALPHA), ANN, Role::Owner);
    member.expires_at = switchyard::time::Day::parse("2015-12-24");
    world.app.replace(&member);
    assert_eq!(world.ids("/projects", &world.ann).await, [7, 5, 4, 3, 2]);
    let mine = world.ids("/projects?membership=true", &world.ann).await;
    assert_eq!(mine, [5, 4]);
}

#[tokio::test]
async fn who_is_signed_in_gets_the_full_form_with_permissions() {
    let world = World::new().await;
    let answer = world.app.get("/api/v4/projects", &world.ann).await;
    let list = answer.json();
    let of = |id: u64| {
        let mut list = list.as_array().unwrap().iter();
        list.find(|project| project["id"] == id).unwrap().clone()
    };
    let access = |level: u8| json!({ "access_level": level, "notification_level": 3 });
    for (id, project, group) in [
        (1, Value::Null, access(30)),
        (3, Value::Null, access(30)),
        (4, access(20), Value::Null),
        (5, access(50), Value::Null),
        (7, Value::Null, Value::Null),
    ] {
        let expected = json!({ "project_access": project, "group_access": group });
        assert_eq!(of(id)["permissions"], expected, "{id}");
    }
    // Maintainers see more, and only of personal projects there is an owner.
    assert_eq!(of(5)["build_timeout"], 3600);
    assert_eq!(of(5)["owner"]["username"], "ann");
    assert_eq!(of(1).get("build_timeout"), None);
    assert_eq!(of(1).get("owner"), None);
    let three = of(3);
    assert_eq!(three["name_with_namespace"], "The Alpha / beta / three");
    assert_eq!(three["path_with_namespace"], "alpha/beta/three");
    assert_eq!(three["visibility"], "public");
    assert_eq!(three["namespace"]["full_path"], "alpha/beta");
    assert_eq!(three["namespace"]["parent_id"], ALPHA.0);
    assert_eq!(three["web_url"], "https://example.com/alpha/beta/three");
    assert_eq!(of(5)["namespace"]["kind"], "user");
    assert_eq!(of(5)["namespace"]["full_path"], "ann");

    // It is what the project itself answers.
    for id in [1, 2, 3, 4, 5, 7] {
        let path = format!("/api/v4/projects/{id}");
        let alone = world.app.get(&path, &world.ann).await;
        assert_eq!(alone.json(), of(id), "{id}");
    }
}

#[tokio::test]
async fn the_short_form_is_for_those_who_ask_for_it_and_for_nobody() {
    let world = World::new().await;
    let short = world.app.get("/api/v4/projects", &Caller::Nobody).await;
    let short = short.json();
    assert_eq!(short[1]["name_with_namespace"], "The Alpha / beta / three");
    for name in [
        "visibility",
        "permissions",
        "_links",
        "archived",
        "creator_id",
    ] {
        assert_eq!(short[1].get(name), None, "{name}");
    }
    let asked = "/api/v4/projects?simple=true&visibility=public";
    assert_eq!(world.app.get(asked, &world.ann).await.json(), short);
    let full = "/api/v4/projects?simple=false&visibility=public";
    let full = world.app.get(full, &world.ann).await.json();
    assert_eq!(full[0]["visibility"], "public");
}

#[tokio::test]
async fn an_unknown_token_is_refused_although_nobody_is_not() {
    let world = World::new().await;
    let unknown = Caller::Token("glpat-never-given-out".to_owned());
    let (status, body) = world.refusal("/projects", &unknown).await;
    assert_eq!(status, 401);
    assert_eq!(body, json!({ "message": "401 Unauthorized" }));
}

/// Indexes only say where to look: the rows decide what is shown.
#[tokio::test]
async fn what_the_indexes_do_not_know_yet_is_not_shown_wrongly() {
    let world = World::new().await;
    world.app.wire.lag().freeze();
    // She has left one project, and become the owner of a group.
    let mut four = seed::member(Source::Project(ProjectId(4)), ANN, Role::Reporter);
    four.expires_at = switchyard::time::Day::parse("2015-12-01");
    world.app.replace(&four);
    world
        .app
        .replace(&seed::member(Source::Group(ALPHA), ANN, Role::Owner));
    assert_eq!(world.ids("/projects", &world.ann).await, [7, 5, 3, 2, 1]);
    let owned = world.ids("/projects?owned=true", &world.ann).await;
    assert_eq!(owned, [5, 3, 2, 1]);
    let mine = world.ids("/projects?membership=true", &world.ann).await;
    assert_eq!(mine, [5, 3, 2, 1]);
    let groups = world.ids("/groups/gamma/projects", &world.ann).await;
    assert_eq!(groups, [7]);
    assert_eq!(world.ids("/users/ann/projects", &world.ann).await, [5]);
}

#[tokio::test]
async fn what_somebody_creates_is_theirs() {
    let world = World::new().await;
    let body = json!({ "name": "mine" });
    let made = world.app.post("/api/v4/projects", &world.ben, &body).await;
    assert_eq!(made.status, 201, "{made:?}");
    let id = made.json()["id"].as_u64().unwrap();
    for path in ["/projects?owned=true", "/users/ben/projects"] {
        assert_eq!(world.ids(path, &world.ben).await, [id], "{path}");
        assert!(!world.ids(path, &world.ann).await.contains(&id), "{path}");
    }
    let path = format!("/api/v4/projects/{id}");
    let gone = world.app.delete(&path, &world.ben).await;
    assert_eq!(gone.status, 202, "{gone:?}");
    for path in ["/projects?owned=true", "/users/ben/projects"] {
        assert_eq!(world.ids(path, &world.ben).await, [0; 0], "{path}");
    }
    let all = world.ids("/projects", &world.root).await;
    assert_eq!(all, [8, 7, 5, 4, 3, 2, 1]);
}

/// Somebody who was just added to a project finds it in the lists as soon as the index
/// knows; in a group's list, which is read by the rows, at once.
#[tokio::test]
async fn a_new_membership_is_found_when_the_index_knows() {
    let world = World::new().await;
    world.app.wire.lag().freeze();
    let new = seed::member(Source::Project(ProjectId(8)), ANN, Role::Guest);
    world.app.replace(&new);
    let group = "/groups/gamma/projects";
    assert_eq!(world.ids(group, &world.ann).await, [8, 7, 4]);
    let before = world.ids("/projects", &world.ann).await;
    assert_eq!(before, [7, 5, 4, 3, 2, 1]);
    world.app.wire.lag().thaw();
    for path in ["/projects", "/projects?membership=true"] {
        assert!(world.ids(path, &world.ann).await.contains(&8), "{path}");
    }
}
