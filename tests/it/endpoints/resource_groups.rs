//! Resource groups.

use switchyard::member::Role;
use switchyard::project::Project;
use switchyard::resource_group::ResourceGroup;
use switchyard_local::seed::at;
use switchyard_tests::TestApp;

use super::{Endpoint, Needs, get, variables, write};

const REPORTER: Needs = Needs::Role(Role::Reporter);
const DEVELOPER: Needs = Needs::Role(Role::Developer);

const ONE: &str = "/projects/{id}/resource_groups/{key}";
const CHANGE: &str = r#"{"process_mode":"oldest_first"}"#;

pub(super) const TABLE: &[Endpoint] = &[
    get("pipelines", "/projects/{id}/resource_groups", REPORTER),
    get("pipelines", ONE, REPORTER),
    write("PUT", "pipelines", ONE, DEVELOPER, 200, CHANGE),
    get(
        "pipelines",
        "/projects/{id}/resource_groups/{key}/upcoming_jobs",
        REPORTER,
    ),
];

/// Gives a project a resource group that nobody has.
pub(crate) async fn furnish(app: &TestApp, project: &Project) {
    let created_at = at("2015-12-24T12:00:00.000Z");
    let (key, id) = (variables::KEY.to_owned(), project.id.0.into());
    let group = ResourceGroup::new(project.id, key, id, created_at);
    app.seed.put(&group).await.unwrap();
}
