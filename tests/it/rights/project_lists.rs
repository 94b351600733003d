//! The walk through the lists of projects.

use switchyard_tests::world::ROOT;
use switchyard_tests::{Caller, TestApp};

/// Asks for each list in every way that reads something else.
pub(super) async fn walk(app: &TestApp, member: &Caller) {
    let root = app.add_token(ROOT, |_| {}).await;
    for path in [
        "/projects",
        "/projects?simple=true&order_by=name",
        "/projects?pagination=keyset&order_by=id&sort=asc&per_page=1",
        "/projects?membership=true",
        "/users/5/projects",
        "/users/user5/projects",
        "/groups/group/projects",
        "/groups/10/projects?include_subgroups=true&include_ancestor_groups=true",
    ] {
        for caller in [&root, member, &Caller::Nobody] {
            let answer = app.get(&format!("/api/v4{path}"), caller).await;
            // The group is private, and the member is one of its project alone.
            let hidden = *caller != root && path.starts_with("/groups");
            let status = if hidden { 404 } else { 200 };
            assert_eq!(answer.status, status, "{path}: {answer:?}");
        }
    }
}
