//! `GET /groups`, `…/subgroups` and `…/descendant_groups`.

use serde_json::json;
use switchyard::ids::{GroupId, UserId};
use switchyard::member::{Role, Source};
use switchyard::project::{Group, Visibility};
use switchyard::time::Day;
use switchyard_local::seed;
use switchyard_tests::{Answer, Caller, TestApp};

use super::create;

/// 1 `alpha` (public) › 2 `beta` (internal) › 3 `gamma`; 4 `Delta` (internal);
/// 5 `epsilon` › 6 `alphabet`; private, where nothing is said.
async fn world(app: &TestApp) {
    let group = |id, above: &[&Group], path: &str, visibility| {
        let mut group = seed::group(id, above, path);
        group.visibility = visibility;
        group
    };
    use Visibility::{Internal, Private, Public};
    let alpha = group(1, &[], "alpha", Public);
    let beta = group(2, &[&alpha], "beta", Internal);
    let gamma = group(3, &[&alpha, &beta], "gamma", Private);
    let delta = group(4, &[], "Delta", Internal);
    let epsilon = group(5, &[], "epsilon", Private);
    let mut alphabet = group(6, &[&epsilon], "alphabet", Private);
    "Letters".clone_into(&mut alphabet.name);
    for group in [&alpha, &beta, &gamma, &delta, &epsilon, &alphabet] {
        app.seed.put_group(group).await.unwrap();
    }
}

async fn list(app: &TestApp, caller: &Caller, query: &str) -> Answer {
    let answer = app.get(&format!("/api/v4/groups{query}"), caller).await;
    assert_eq!(answer.status, 200, "{query}: {answer:?}");
    answer
}

#[tokio::test]
async fn who_sees_which_groups() {
    let app = TestApp::new().await;
    world(&app).await;
    let root = app.administrator().await;
    let stranger = app.add_user(&seed::user(10, "stranger")).await;
    let member = app
        .add_member(11, Source::Group(GroupId(5)), Role::Guest)
        .await;
    let below = app
        .add_member(12, Source::Group(GroupId(3)), Role::Owner)
        .await;
    let mut ended = seed::member(Source::Group(GroupId(5)), UserId(13), Role::Owner);
    ended.expires_at = Day::parse("2015-12-24");
    app.seed.put(&ended).await.unwrap();
    let former = app.add_user(&seed::user(13, "former")).await;
    let all = "?all_available=true";
    for (caller, query, expected) in [
        (&Caller::Nobody, "", vec![1]),
        (&Caller::Nobody, all, vec![1]),
        (&Caller::Nobody, "?all_available=false", vec![1]),
        (&stranger, "", vec![]),
        (&stranger, all, vec![1, 2, 4]),
        (&former, "", vec![]),
        (&former, all, vec![1, 2, 4]),
        // By name, whatever the case.
        (&member, "", vec![5, 6]),
        (&member, all, vec![1, 2, 4, 5, 6]),
        (&below, "", vec![3]),
        (&below, all, vec![1, 2, 4, 3]),
        (&root, "", vec![1, 2, 4, 5, 3, 6]),
        (&root, "?all_available=false", vec![]),
        // Roles count there and above.
        (&below, "?owned=true", vec![3]),
        (&member, "?owned=true", vec![]),
        (&member, "?min_access_level=10", vec![5, 6]),
        (&member, "?min_access_level=20", vec![]),
        (&below, "?min_access_level=50&all_available=true", vec![3]),
        (&root, "?owned=true", vec![]),
    ] {
        let answer = list(&app, caller, query).await;
        assert_eq!(answer.ids(), expected, "{query} {caller:?}");
        let total = expected.len().to_string();
        assert_eq!(answer.header("x-total"), Some(&*total), "{query}");
    }
}

#[tokio::test]
async fn orders_and_filters() {
    let app = TestApp::new().await;
    world(&app).await;
    let root = app.administrator().await;
    for (query, expected) in [
        ("sort=desc", vec![6, 3, 5, 4, 2, 1]),
        ("order_by=name", vec![1, 2, 4, 5, 3, 6]),
        ("order_by=path", vec![1, 6, 2, 4, 5, 3]),
        ("order_by=path&sort=desc", vec![3, 5, 4, 2, 6, 1]),
        ("order_by=id", vec![1, 2, 3, 4, 5, 6]),
        ("order_by=id&sort=desc", vec![6, 5, 4, 3, 2, 1]),
        ("order_by=similarity&search=ALPHA", vec![1, 6]),
        ("search=alpha", vec![1, 6]),
        ("search=letters", vec![6]),
        ("search=nothing", vec![]),
        ("visibility=private", vec![5, 3, 6]),
        ("visibility=internal", vec![2, 4]),
        ("top_level_only=true", vec![1, 4, 5]),
        ("skip_groups=1,4", vec![2, 5, 3, 6]),
        ("skip_groups[]=1&skip_groups[]=6", vec![2, 4, 5, 3]),
        (
            "statistics=true&with_custom_attributes=false",
            vec![1, 2, 4, 5, 3, 6],
        ),
        ("nonsense=1", vec![1, 2, 4, 5, 3, 6]),
    ] {
        let answer = list(&app, &root, &format!("?{query}")).await;
        assert_eq!(answer.ids(), expected, "{query}");
    }
    for (query, text) in [
        ("order_by=size", "order_by does not have a valid value"),
        ("sort=up", "sort does not have a valid value"),
        ("visibility=all", "visibility does not have a valid value"),
        (
            "min_access_level=35",
            "min_access_level does not have a valid value",
        ),
        (
            "owned=2&top_level_only=x",
            "owned is invalid, top_level_only is invalid",
        ),
        ("skip_groups=a", "skip_groups is invalid"),
        ("page=0", "page does not have a valid value"),
    ] {
        let answer = app.get(&format!("/api/v4/groups?{query}"), &root).await;
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(answer.json(), json!({ "error": text }), "{query}");
    }
    let keyset = app.get("/api/v4/groups?pagination=keyset", &root).await;
    assert_eq!(keyset.status, 405);
    let text = "Keyset pagination is not yet available for this type of request";
    assert_eq!(keyset.json(), json!({ "error": text }));
}

#[tokio::test]
async fn a_row_of_the_list() {
    let app = TestApp::new().await;
    world(&app).await;
    let answer = list(&app, &Caller::Nobody, "").await;
    assert_eq!(
        answer.json(),
        json!([{
            "id": 1,
            "web_url": "https://example.com/groups/alpha",
            "name": "alpha",
            "path": "alpha",
            "description": "",
            "visibility": "public",
            "full_name": "alpha",
            "full_path": "alpha",
            "created_at": "2015-12-21T13:14:24.077Z",
            "parent_id": null,
            "avatar_url": null,
            "project_creation_level": "developer",
            "subgroup_creation_level": "maintainer",
            "shared_runners_setting": "enabled",
            "marked_for_deletion_on": null,
        }])
    );
    let root = app.administrator().await;
    let list = list(&app, &root, "?search=gamma").await.json();
    assert_eq!(list[0]["full_name"], "alpha / beta / gamma");
    assert_eq!(list[0]["parent_id"], 2);
}

#[tokio::test]
async fn below_a_group() {
    let app = TestApp::new().await;
    world(&app).await;
    let root = app.administrator().await;
    let stranger = app.add_user(&seed::user(10, "stranger")).await;
    let member = app
        .add_member(11, Source::Group(GroupId(1)), Role::Guest)
        .await;
    let below = app
        .add_member(12, Source::Group(GroupId(3)), Role::Guest)
        .await;
    for (caller, path, expected) in [
        (&root, "1/subgroups", vec![2]),
        (&root, "1/descendant_groups", vec![2, 3]),
        (&root, "alpha/subgroups", vec![2]),
        (&root, "alpha%2Fbeta/subgroups", vec![3]),
        (
            &root,
            "1/descendant_groups?order_by=id&sort=desc",
            vec![3, 2],
        ),
        (&root, "1/descendant_groups?search=gam", vec![3]),
        (&root, "1/descendant_groups?skip_groups=2", vec![3]),
        (&root, "4/subgroups", vec![]),
        (&Caller::Nobody, "1/subgroups", vec![]),
        (&stranger, "1/subgroups", vec![]),
        (&stranger, "1/subgroups?all_available=true", vec![2]),
        (&stranger, "1/descendant_groups?all_available=true", vec![2]),
        (&member, "1/descendant_groups", vec![2, 3]),
        (&below, "1/descendant_groups", vec![3]),
        (&below, "1/descendant_groups?all_available=true", vec![2, 3]),
        (&member, "1/descendant_groups?min_access_level=20", vec![]),
    ] {
        let answer = list(&app, caller, &format!("/{path}")).await;
        assert_eq!(answer.ids(), expected, "{path} {caller:?}");
    }
    for path in ["5/subgroups", "5/descendant_groups"] {
        let answer = app.get(&format!("/api/v4/groups/{path}"), &stranger).await;
        assert_eq!(answer.status, 404);
        assert_eq!(answer.json(), json!({ "message": "404 Group Not Found" }));
    }
}

#[tokio::test]
async fn pages() {
    let app = TestApp::new().await;
    world(&app).await;
    let root = app.administrator().await;
    for order in [
        "",
        "order_by=id&",
        "order_by=id&sort=desc&",
        "order_by=path&",
    ] {
        let all = list(&app, &root, &format!("?{order}per_page=100"))
            .await
            .ids();
        let mut seen = Vec::new();
        for page in 1..=3 {
            let answer = list(&app, &root, &format!("?{order}per_page=2&page={page}")).await;
            assert_eq!(answer.header("x-total"), Some("6"), "{order}");
            let next = if page < 3 {
                (page + 1).to_string()
            } else {
                String::new()
            };
            assert_eq!(answer.header("x-next-page"), Some(&*next));
            seen.extend(answer.ids());
        }
        assert_eq!(seen, all, "{order}");
        let beyond = list(&app, &root, &format!("?{order}per_page=2&page=9")).await;
        assert_eq!(beyond.ids(), [0_u64; 0]);
    }
}

/// Personal namespaces lie between the groups and count among what is looked at.
#[tokio::test]
async fn among_very_many() {
    let app = TestApp::new().await;
    let root = app.administrator().await;
    for id in 1..=2_300 {
        app.replace(&seed::group(id, &[], &format!("g{id:04}")));
    }
    let answer = list(&app, &root, "?per_page=1").await;
    // The newest 2,000 rows, of which one is the administrator's own namespace.
    assert_eq!(answer.ids(), [302]);
    assert_eq!(answer.header("x-total"), None);
    assert_eq!(answer.header("x-next-page"), Some("2"));
    for (query, id) in [("order_by=id", 1), ("order_by=id&sort=desc", 2_300)] {
        app.wire.tape().reset();
        let answer = list(&app, &root, &format!("?{query}&per_page=1")).await;
        assert_eq!(answer.ids(), [id]);
        assert!(
            app.wire.tape().units() < 200.0,
            "{}",
            app.wire.tape().units()
        );
    }
    // Those of a member are found however old they are.
    let member = app
        .add_member(11, Source::Group(GroupId(7)), Role::Guest)
        .await;
    assert_eq!(list(&app, &member, "").await.ids(), [7]);
}

#[tokio::test]
async fn an_index_that_lags_shows_nothing_that_is_not() {
    let app = TestApp::new().await;
    let owner = app.add_user(&seed::user(2, "ann")).await;
    let top = create(&app, &owner, "top", None).await;
    let below = create(&app, &owner, "below", Some(top)).await;
    app.wire.lag().freeze();
    let late = create(&app, &owner, "late", Some(top)).await;
    let path = format!("/api/v4/groups/{below}");
    assert_eq!(app.delete(&path, &owner).await.status, 202);
    let lists = [
        "".to_owned(),
        format!("/{top}/subgroups"),
        format!("/{top}/descendant_groups"),
    ];
    for path in &lists {
        let ids = list(&app, &owner, path).await.ids();
        assert!(!ids.contains(&below), "{path}: {ids:?}");
    }
    app.wire.lag().thaw();
    for path in &lists {
        assert!(
            list(&app, &owner, path).await.ids().contains(&late),
            "{path}"
        );
    }
}
