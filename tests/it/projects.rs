//! Projects and what is below `/projects/:id`.

mod cluster_agents;
mod create;
mod edit;
mod job_token_scope;
mod jobs;
mod limits;
mod list;
mod of_group;
mod of_user;
mod pipelines;
mod races;
mod show;
mod traces;

use switchyard_tests::Answer;

/// `X-Page`, `X-Per-Page`, `X-Next-Page`, `X-Prev-Page`, `X-Total`, `X-Total-Pages`.
fn paging(answer: &Answer) -> [Option<&str>; 6] {
    [
        "x-page",
        "x-per-page",
        "x-next-page",
        "x-prev-page",
        "x-total",
        "x-total-pages",
    ]
    .map(|name| answer.header(name))
}

/// The relations in `Link`, in their order. Each link must have exactly the form that
/// clients look for.
fn relations(answer: &Answer) -> Vec<&str> {
    let Some(links) = answer.header("link") else {
        return Vec::new();
    };
    let relation = |link| {
        let (address, relation) = str::split_once(link, ">; rel=\"").unwrap();
        let address = address.strip_prefix('<').unwrap();
        assert!(address.starts_with("https://example.com/api/v4/"), "{link}");
        relation.strip_suffix('"').unwrap()
    };
    links.split(", ").map(relation).collect()
}

/// The parameters of an address, encoded as they are, in their order.
fn parameters(address: &str) -> Vec<&str> {
    let (_, query) = address.split_once('?').unwrap();
    query.split('&').collect()
}
