//! What a list costs, and what it does with more projects than it looks at.

use serde_json::json;
use switchyard::ids::GroupId;
use switchyard::member::{Role, Source};
use switchyard::project::Visibility;
use switchyard::store::counters::Counter;
use switchyard_local::seed;
use switchyard_tests::bulk::Change as _;
use switchyard_tests::{Answer, Caller, TestApp};

use super::{ALPHA, ANN, World};
use crate::projects::{paging, relations};

const MANY: u64 = 10_000;

/// Ten thousand public projects 1001 to 11,000 in a group of their own, besides those few.
async fn many() -> World {
    let world = World::new().await;
    let mut group = seed::group(20, &[], "many");
    group.visibility = Visibility::Public;
    world.app.seed.put_group(&group).await.unwrap();
    let mut pattern = seed::project(1001, &[GroupId(20)], "many/project");
    pattern.visibility = Visibility::Public;
    world.app.load(&[pattern], MANY, |place, item| {
        item.number("id", 1001 + place);
        item.number("bucket", (1001 + place) / 10_000);
    });
    let store = &world.app.seed.store;
    store.skip_ids(Counter::Projects, 11_000).await.unwrap();
    world
}

async fn get(app: &TestApp, path: &str, caller: &Caller) -> Answer {
    let answer = app.get(&format!("/api/v4{path}"), caller).await;
    assert_eq!(answer.status, 200, "{path}: {answer:?}");
    answer
}

/// One world for all that is asked here: it takes a while to load.
#[tokio::test]
async fn ten_thousand_projects() {
    let world = many().await;
    a_page_costs_what_it_shows(&world).await;
    pages_by_number_end_where_no_more_is_looked_at(&world).await;
    what_is_not_looked_at_is_not_denied(&world).await;
    memberships_are_found_however_old(&world).await;
    a_group_tells_no_total(&world).await;
    a_walk_finds_all(&world).await;
}

async fn a_page_costs_what_it_shows(world: &World) {
    for (name, caller) in [
        ("nobody", &Caller::Nobody),
        ("ben", &world.ben),
        ("ann", &world.ann),
        ("root", &world.root),
    ] {
        let mut spent = Vec::new();
        for per_page in [20, 100] {
            let path = format!("/api/v4/projects?per_page={per_page}");
            world.app.spend(&path, caller).await;
            let (answer, again) = world.app.spend(&path, caller).await;
            assert_eq!(answer.ids().len(), per_page, "{name}");
            assert_eq!(answer.ids()[0], 11_000, "{name}");
            assert_eq!(answer.header("x-total"), None, "{name}");
            assert!(again.depth <= 4, "{name}: {again:?}");
            spent.push(again.units);
        }
        assert!(spent[0] < 20.0, "{name}: {spent:?}");
        assert!(spent[1] < 5.0 * spent[0], "{name}: {spent:?}");
    }
}

async fn pages_by_number_end_where_no_more_is_looked_at(world: &World) {
    for path in ["/projects", "/groups/20/projects"] {
        let last = format!("{path}?per_page=100&page=20&simple=true");
        let last = get(&world.app, &last, &world.ben).await;
        let expected: Vec<u64> = (9_001..=9_100).rev().collect();
        assert_eq!(last.ids(), expected, "{path}");
        assert_eq!(last.header("x-next-page"), Some("21"), "{path}");
        let beyond = format!("{path}?per_page=100&page=21");
        let (status, _) = world.refusal(&beyond, &world.ben).await;
        assert_eq!(status, 405, "{path}");
    }
    // In another order it is the newest ones that are sorted.
    let by_name = "/projects?order_by=updated_at&sort=asc&per_page=1";
    let by_name = get(&world.app, by_name, &world.ben).await;
    assert_eq!(by_name.ids(), [9_001]);
    assert_eq!(by_name.header("x-total"), None);
}

async fn what_is_not_looked_at_is_not_denied(world: &World) {
    // The old ones lie behind the 2,000 that are looked at.
    let found = get(&world.app, "/projects?search=seven", &world.ann).await;
    assert_eq!(found.body, "[]");
    assert_eq!(
        paging(&found),
        [Some("1"), Some("20"), Some("2"), Some(""), None, None]
    );
    assert_eq!(relations(&found), ["next", "first"]);
    let (status, body) = world
        .refusal("/projects?search=seven&page=2", &world.ann)
        .await;
    assert_eq!(status, 405);
    let error = "Offset pagination has a maximum allowed offset of 2000 for requests that return \
                 objects of type Project. Remaining records can be retrieved using keyset pagination.";
    assert_eq!(body, json!({ "error": error }));

    let start = "/api/v4/projects?search=seven&id_before=5001&pagination=keyset&order_by=id";
    let (mut next, mut pages, mut ids) = (Some(start.to_owned()), 0, Vec::new());
    while let Some(path) = next {
        let page = world.app.get(&path, &world.ann).await;
        ids.extend(page.ids());
        next = page.link("next");
        pages += 1;
    }
    assert_eq!((ids, pages), (vec![7], 3));
}

async fn memberships_are_found_however_old(world: &World) {
    for query in ["membership=true", "min_access_level=10"] {
        let path = format!("/api/v4/projects?{query}");
        world.app.spend(&path, &world.ann).await;
        let (answer, spent) = world.app.spend(&path, &world.ann).await;
        assert_eq!(answer.ids(), [5, 4, 3, 2, 1], "{query}");
        assert_eq!(answer.header("x-total"), Some("5"), "{query}");
        // One round for the group below, and one for the names above what is in it.
        assert!(spent.depth <= 6, "{query}: {spent:?}");
    }
}

async fn a_group_tells_no_total(world: &World) {
    let (answer, spent) = world
        .app
        .spend("/api/v4/groups/20/projects", &world.ben)
        .await;
    assert_eq!(answer.ids()[0], 11_000);
    assert_eq!(answer.header("x-total"), None);
    assert_eq!(answer.header("x-next-page"), Some("2"));
    assert!(spent.depth <= 4, "{spent:?}");
    let few = get(&world.app, "/groups/10/projects", &world.ann).await;
    assert_eq!(few.header("x-total"), Some("2"));
}

/// The walk goes over a border between two buckets, both ways.
async fn a_walk_finds_all(world: &World) {
    let all: Vec<u64> = (1001..=11_000).collect();
    for (sort, path) in [
        ("asc", "projects"),
        ("desc", "projects"),
        ("asc", "groups/20/projects"),
        ("desc", "groups/20/projects"),
    ] {
        let start = format!(
            "/api/v4/{path}?id_after=9800&simple=true&pagination=keyset&order_by=id&sort={sort}&per_page=100"
        );
        let (mut next, mut ids) = (Some(start), Vec::new());
        while let Some(path) = next {
            let page = world.app.get(&path, &world.ben).await;
            ids.extend(page.ids());
            next = page.link("next");
        }
        if sort == "desc" {
            ids.reverse();
        }
        assert_eq!(ids, all[8_800..], "{path} {sort}");
    }
}

#[tokio::test]
async fn a_page_takes_four_round_trips() {
    let world = World::new().await;
    let app = &world.app;
    app.replace(&seed::member(Source::Group(ALPHA), ANN, Role::Owner));
    for (path, depth) in [
        ("/projects", 4),
        ("/projects?order_by=name", 5),
        ("/projects?pagination=keyset&order_by=id", 4),
        ("/users/2/projects", 3),
        ("/users/ann/projects", 4),
        ("/groups/alpha/projects", 3),
        ("/groups/10/projects?include_subgroups=true", 4),
    ] {
        let path = format!("/api/v4{path}");
        app.spend(&path, &world.ann).await;
        let (answer, spent) = app.spend(&path, &world.ann).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(spent.depth <= depth, "{path}: {spent:?}");
    }
    assert_eq!(app.wire.tape().violations(), [""; 0]);
}
