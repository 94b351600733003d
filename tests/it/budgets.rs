//! How many calls, one after another, each read may take: the promises of one round
//! trip for a repeated read and of short lists, and that hints never make an answer old.

use switchyard_tests::TestApp;

use crate::reads;

/// What a read may cost.
pub(crate) struct Budget {
    /// Its address, without the API's prefix.
    pub(crate) read: &'static str,
    /// Depth for a function that has just started.
    first: u32,
    /// Depth for one that has answered the like before.
    again: u32,
    /// And how many calls that takes.
    calls: usize,
}

const fn budget(read: &'static str, first: u32, again: u32, calls: usize) -> Budget {
    Budget {
        read,
        first,
        again,
        calls,
    }
}

/// Every read: one job in one round trip, a page of any list in three.
#[rustfmt::skip]
pub(crate) const BUDGETS: [Budget; 28] = [
    //     read                                                            first  again  calls
    budget("projects/{project}/jobs/{running}",                                3,     1,     1),
    budget("job",                                                              2,     1,     1),
    budget("job/allowed_agents",                                               5,     4,     7),
    budget("projects/{project}/jobs/{running}/trace",                          5,     3,     4),
    budget("projects/{project}/jobs/{ended}/trace",                            4,     2,     2),
    budget("projects/{project}/jobs",                                          4,     3,     3),
    budget("projects/{project}/jobs?page=3",                                   4,     3,     3),
    budget("projects/{project}/jobs?pagination=keyset",                        4,     3,     3),
    budget("projects/{project}/jobs?pagination=keyset&cursor={cursor}",        4,     3,     3),
    budget("projects/{project}/jobs?scope=running",                            4,     3,     4),
    budget("projects/{project}/jobs?scope=running&pagination=keyset",          4,     3,     3),
    budget("projects/{project}/jobs?scope%5B%5D=running&scope%5B%5D=pending&pagination=keyset",
                                                                               4,     3,     4),
    budget("projects/{project}/jobs?name=rspec&pagination=keyset",             4,     3,     3),
    budget("projects/{project}/pipelines/{pipeline}/jobs",                     4,     3,     3),
    budget("projects/{project}/pipelines/{pipeline}/jobs?include_retried=true", 4,    3,     3),
    budget("projects/{project}/pipelines/{pipeline}/jobs?scope=running",       4,     3,     3),
    budget("projects/{project}/pipelines/{pipeline}/bridges",                  4,     3,     3),
    budget("projects/{project}/pipelines",                                     3,     2,     2),
    budget("projects/{project}/pipelines?page=2&per_page=5",                   3,     2,     2),
    budget("projects/{project}/pipelines?pagination=keyset",                   3,     2,     2),
    budget("projects/{project}/pipelines?ref=main",                            4,     3,     3),
    budget("projects/{project}/pipelines?status=running",                      4,     3,     3),
    budget("projects/{project}/pipelines/latest",                              5,     4,     5),
    budget("projects/{project}/pipelines/{pipeline}",                          3,     1,     1),
    budget("projects/{project}",                                               3,     2,     2),
    budget("user",                                                             2,     1,     1),
    budget("version",                                                          2,     1,     1),
    budget("personal_access_tokens/self",                                      2,     1,     1),
];

#[tokio::test]
async fn every_read_keeps_its_budget() {
    let mut app = TestApp::new().await;
    let developer = reads::surroundings(&app).await;
    let things = reads::project(&app, 1, 100, developer).await;
    let mut over = Vec::new();
    for budget in BUDGETS {
        let (path, caller) = (things.path(budget.read), things.caller(budget.read));
        app.restart();
        let (answer, first) = app.spend(&path, caller).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        let (again, repeated) = app.spend(&path, caller).await;
        assert_eq!(again.body, answer.body, "{path}");
        if first.depth > budget.first
            || repeated.depth > budget.again
            || repeated.calls > budget.calls
        {
            over.push((budget.read, first, repeated));
        }
    }
    assert!(over.is_empty(), "over budget: {over:#?}");
    assert_eq!(app.wire.tape().violations(), [""; 0]);
}
