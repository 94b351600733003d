//! Pages by number and by key, and walks while projects come and go.

use serde_json::json;
use switchyard::project::Visibility;
use switchyard_local::seed::{self, at};
use switchyard_tests::{Answer, Caller, TestApp};

use super::{GAMMA, World, put};
use crate::projects::{paging, parameters, relations};

impl World {
    async fn page(&self, path: &str, caller: &Caller) -> Answer {
        let answer = self.app.get(path, caller).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer
    }
}

#[tokio::test]
async fn pages_by_number_tell_a_total_where_all_was_seen() {
    let world = World::new().await;
    let first = world.page("/api/v4/projects?per_page=4", &world.ann).await;
    assert_eq!(first.ids(), [7, 5, 4, 3]);
    assert_eq!(paging(&first), ["1", "4", "2", "", "6", "2"].map(Some));
    assert_eq!(relations(&first), ["next", "first", "last"]);
    let next = first.link("next").unwrap();
    assert_eq!(parameters(&next), ["page=2", "per_page=4"]);
    let last = world.page(&next, &world.ann).await;
    assert_eq!(last.ids(), [2, 1]);
    assert_eq!(paging(&last), ["2", "4", "", "1", "6", "2"].map(Some));
    let past = world.page("/api/v4/projects?page=9", &world.ann).await;
    assert_eq!(past.body, "[]");
    assert_eq!(paging(&past), ["9", "20", "", "", "6", "1"].map(Some));
    let none = world.page("/api/v4/projects?owned=true", &world.ben).await;
    assert_eq!(paging(&none), ["1", "20", "", "", "0", "1"].map(Some));
    let by_name = "/api/v4/projects?order_by=name&sort=asc&per_page=2&page=2";
    let by_name = world.page(by_name, &world.ann).await;
    assert_eq!(by_name.ids(), [1, 7]);
    assert_eq!(paging(&by_name), ["2", "2", "3", "1", "6", "3"].map(Some));
}

#[tokio::test]
async fn links_by_key_say_where_the_next_page_begins() {
    let world = World::new().await;
    for (query, link, pages) in [
        (
            "",
            "id_before=5 order_by=id pagination=keyset per_page=2",
            vec![vec![7, 5], vec![4, 3], vec![2, 1]],
        ),
        (
            "&sort=asc",
            "id_after=2 order_by=id pagination=keyset per_page=2 sort=asc",
            vec![vec![1, 2], vec![3, 4], vec![5, 7]],
        ),
        (
            "&sort=desc&id_before=5&id_after=1",
            "id_after=1 id_before=3 order_by=id pagination=keyset per_page=2 sort=desc",
            vec![vec![4, 3], vec![2]],
        ),
        (
            "&membership=true",
            "id_before=4 membership=true order_by=id pagination=keyset per_page=2",
            vec![vec![5, 4], vec![3, 2], vec![1]],
        ),
        ("&owned=true", "", vec![vec![5]]),
        ("&search=nothing", "", vec![vec![]]),
    ] {
        let path = format!("/api/v4/projects?pagination=keyset&order_by=id&per_page=2{query}");
        let (mut found, mut next, mut first_link) = (Vec::new(), Some(path), String::new());
        while let Some(path) = next {
            let page = world.page(&path, &world.ann).await;
            assert_eq!(paging(&page), [None; 6], "{query}");
            assert_eq!(page.header("x-next-cursor"), None, "{query}");
            next = page.link("next");
            if let Some(next) = next.as_ref().filter(|_| found.is_empty()) {
                first_link = parameters(next).join(" ");
            }
            found.push(page.ids());
        }
        assert_eq!(found, pages, "{query}");
        assert_eq!(first_link, link, "{query}");
    }
}

#[tokio::test]
async fn another_order_has_no_key() {
    let world = World::new().await;
    let error = "Keyset pagination is not yet available for this type of request";
    for query in [
        "",
        "&order_by=created_at",
        "&order_by=name",
        "&order_by=path",
        "&order_by=updated_at",
        "&order_by=last_activity_at",
        "&order_by=similarity&search=x",
        "&order_by=star_count",
        "&order_by=wiki_size",
    ] {
        let path = format!("/projects?pagination=keyset{query}");
        let refusal = world.refusal(&path, &world.ann).await;
        assert_eq!(refusal, (405, json!({ "error": error })), "{query}");
    }
    let legacy = "/projects?pagination=legacy&order_by=name&sort=asc&per_page=1";
    assert_eq!(world.ids(legacy, &world.ann).await, [5]);
}

#[tokio::test]
async fn offsets_have_an_end() {
    let world = World::new().await;
    let text = |limit: u64| {
        format!(
            "Offset pagination has a maximum allowed offset of {limit} for requests that return \
             objects of type Project. Remaining records can be retrieved using keyset pagination."
        )
    };
    for (query, limit) in [
        ("page=502&per_page=100", 50_000),
        ("page=9223372036854775807", 50_000),
        ("page=22&per_page=100", 2_000),
        ("page=501&per_page=100", 2_000),
    ] {
        for path in ["/projects", "/users/ann/projects", "/groups/alpha/projects"] {
            let refusal = world.refusal(&format!("{path}?{query}"), &world.ann).await;
            let expected = (405, json!({ "error": text(limit) }));
            assert_eq!(refusal, expected, "{path}?{query}");
        }
    }
    let at_the_end = "/projects?page=21&per_page=100";
    assert_eq!(world.ids(at_the_end, &world.ann).await, [0; 0]);
}

/// By key a project that comes is found only where it belongs, and one that goes takes no
/// other with it.
#[tokio::test]
async fn walks_neither_lose_nor_double_a_project_while_others_come_and_go() {
    for (path, goes_up) in [
        ("projects?", false),
        ("projects?sort=asc&", true),
        ("projects?membership=true&", false),
        ("projects?membership=true&sort=asc&", true),
        ("groups/12/projects?", false),
        ("groups/12/projects?sort=asc&", true),
    ] {
        let world = World::new().await;
        let app = &world.app;
        app.replace(&seed::member(
            switchyard::member::Source::Group(GAMMA),
            super::ANN,
            switchyard::member::Role::Guest,
        ));
        add(app, 100..120).await;
        let start = format!("/api/v4/{path}pagination=keyset&order_by=id&per_page=3");
        let (mut found, mut next, mut new) = (Vec::new(), Some(start), 120);
        let mut pages = 0;
        while let Some(path) = next {
            let page = world.page(&path, &world.ann).await;
            found.extend(page.ids());
            next = page.link("next");
            pages += 1;
            if pages < 6 {
                add(app, new..new + 2).await;
                new += 2;
                // The last one of the page, on which the link stands, goes.
                remove(app, *found.last().unwrap()).await;
            }
        }
        let case = format!("{path}: {found:?}");
        assert!(
            found.is_sorted_by(|a, b| if goes_up { a < b } else { a > b }),
            "{case}"
        );
        for id in 100..120 {
            assert!(found.contains(&id), "{case} lost {id}");
        }
        assert_eq!(found.contains(&120), goes_up, "{case}");
    }
}

async fn add(app: &TestApp, ids: std::ops::Range<u64>) {
    for id in ids {
        let path = format!("gamma/project{id}");
        // No day of December; nobody asks.
        let mut project = seed::project(id, &[GAMMA], &path);
        project.visibility = Visibility::Private;
        app.seed.put_project(&project).await.unwrap();
    }
}

async fn remove(app: &TestApp, id: u64) {
    let groups = if id < 10 { return } else { [GAMMA] };
    let mut project = seed::project(id, &groups, &format!("gamma/project{id}"));
    project.visibility = Visibility::Private;
    project.deleted_at = Some(at("2015-12-24T17:59:00Z"));
    app.replace(&project);
}

/// Hidden projects between those that are shown do not shorten a page.
#[tokio::test]
async fn hidden_projects_do_not_shorten_a_page() {
    let world = World::new().await;
    add(&world.app, 100..700).await;
    put(
        &world.app,
        15,
        &[GAMMA],
        "gamma/visible",
        Visibility::Public,
        |_| {},
    )
    .await;
    let page = world.page("/api/v4/projects?per_page=2", &world.ben).await;
    assert_eq!(page.ids(), [15, 7]);
    assert_eq!(page.header("x-next-page"), Some("2"));
    let page = world
        .page("/api/v4/projects?per_page=2&page=2", &world.ben)
        .await;
    assert_eq!(page.ids(), [3, 2]);
    assert_eq!(page.header("x-next-page"), Some(""));
    assert_eq!(page.header("x-total"), Some("4"));
}
