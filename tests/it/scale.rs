//! What a request costs does not grow: a project of a hundred thousand jobs against one
//! of a hundred, in one store.

use http::StatusCode;
use switchyard_tests::{Answer, TestApp};

use crate::budgets::BUDGETS;
use crate::reads::{self, Things};

const FEW: u64 = 100;
const MANY: u64 = 100_000;

struct World {
    app: TestApp,
    small: Things,
    large: Things,
}

impl World {
    async fn new() -> Self {
        let app = TestApp::new().await;
        let developer = reads::surroundings(&app).await;
        let small = reads::project(&app, 1, FEW, developer.clone()).await;
        let large = reads::project(&app, 2, MANY, developer).await;
        Self { app, small, large }
    }

    async fn get(&self, query: &str) -> Answer {
        let path = self
            .large
            .path(&format!("projects/{{project}}/jobs?{query}"));
        self.app.get(&path, &self.large.developer).await
    }
}

/// Depth of a page behind the thousandth job: these are counted on their rows, those
/// behind them on keys, and only then begins the page.
const FAR: u32 = 5;

/// One world for all that is asked here: it takes a while to load.
#[tokio::test]
async fn a_hundred_thousand_jobs_cost_what_a_hundred_cost() {
    let world = World::new().await;
    costs_are_equal(&world).await;
    totals_are_told_where_they_are_known(&world).await;
    offsets_end_where_keys_begin(&world).await;
}

/// The one read that costs less there: a filtered list is counted while there is little
/// to count.
const COUNTED: &str = "projects/{project}/jobs?scope=running";

async fn costs_are_equal(world: &World) {
    let mut different = Vec::new();
    for budget in BUDGETS {
        let mut spent = Vec::new();
        for things in [&world.small, &world.large] {
            let (path, caller) = (things.path(budget.read), things.caller(budget.read));
            world.app.spend(&path, caller).await;
            let (answer, again) = world.app.spend(&path, caller).await;
            assert_eq!(answer.status, 200, "{path}");
            spent.push(again);
        }
        if budget.read == COUNTED {
            assert_eq!(spent[0].calls, spent[1].calls + 1);
            assert_eq!(spent[0].depth, spent[1].depth);
        } else if spent[0] != spent[1] {
            different.push((budget.read, spent));
        }
    }
    assert!(different.is_empty(), "{different:#?}");
}

async fn totals_are_told_where_they_are_known(world: &World) {
    let whole = world.get("per_page=100").await;
    assert_eq!(whole.header("x-total"), Some("100000"));
    assert_eq!(whole.header("x-total-pages"), Some("1000"));
    assert!(whole.link("last").is_some());

    let filtered = world.get("scope=running").await;
    assert_eq!(filtered.header("x-total"), None);
    assert_eq!(filtered.header("x-total-pages"), None);
    assert_eq!(filtered.link("last"), None);
    assert_eq!(filtered.header("x-next-page"), Some("2"));
    assert!(filtered.link("next").is_some());

    let path = world.small.path("projects/{project}/jobs?scope=running");
    let few = world.app.get(&path, &world.small.developer).await;
    assert_eq!(few.header("x-total"), Some("25"));
}

async fn offsets_end_where_keys_begin(world: &World) {
    let last = world.large.project.id.0 * 200_000 + MANY - 1;
    // Around the place where jobs are no longer counted on their rows, and far behind it.
    for (page, per_page) in [(50, 20), (10, 100), (11, 100), (12, 100), (501, 100)] {
        let path = format!("projects/{{project}}/jobs?page={page}&per_page={per_page}");
        let path = world.large.path(&path);
        let (answer, spent) = world.app.spend(&path, &world.large.developer).await;
        let near = (page - 1) * per_page < 1_000;
        assert!(
            spent.depth <= if near { 3 } else { FAR },
            "{path}: {spent:?}"
        );
        let first = last - (page - 1) * per_page;
        let expected: Vec<u64> = (0..per_page).map(|place| first - place).collect();
        assert_eq!(answer.ids(), expected, "page {page} of {per_page}");
    }
    let answer = world.get("page=101&per_page=20&scope=running").await;
    let newest_running = last - 1;
    let expected: Vec<u64> = (2000..2020).map(|at| newest_running - 4 * at).collect();
    assert_eq!(answer.ids(), expected);

    let beyond = world.get("page=502&per_page=100").await;
    assert_eq!(beyond.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(
        beyond.json()["error"],
        "Offset pagination has a maximum allowed offset of 50000 for requests that return objects of \
         type Ci::Build. Remaining records can be retrieved using keyset pagination."
    );
}
