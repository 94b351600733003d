//! CI variables.

use switchyard::ids::GroupId;
use switchyard::member::Role;
use switchyard::project::Project;
use switchyard::variable::Owner;
use switchyard_local::seed;
use switchyard_tests::TestApp;

use super::{Endpoint, Needs, get, write};

/// What a furnished project, its group and the instance have.
pub(super) const KEY: &str = "KEY";

const MAINTAINER: Needs = Needs::Role(Role::Maintainer);
const OWNER: Needs = Needs::Role(Role::Owner);
const ADMINISTRATOR: Needs = Needs::Administrator;

const NEW: &str = r#"{"key":"NEW","value":"value"}"#;
const CHANGE: &str = r#"{"value":"changed"}"#;

const fn change(path: &'static str, needs: Needs) -> Endpoint {
    write("PUT", "projects", path, needs, 200, CHANGE)
}

const fn create(path: &'static str, needs: Needs) -> Endpoint {
    write("POST", "projects", path, needs, 201, NEW)
}

const fn delete(path: &'static str, needs: Needs) -> Endpoint {
    write("DELETE", "projects", path, needs, 204, "")
}

pub(super) const TABLE: &[Endpoint] = &[
    get("projects", "/projects/{id}/variables", MAINTAINER),
    create("/projects/{id}/variables", MAINTAINER),
    get("projects", "/projects/{id}/variables/{key}", MAINTAINER),
    change("/projects/{id}/variables/{key}", MAINTAINER),
    delete("/projects/{id}/variables/{key}", MAINTAINER),
    get("projects", "/groups/{id}/variables", OWNER),
    create("/groups/{id}/variables", OWNER),
    get("projects", "/groups/{id}/variables/{key}", OWNER),
    change("/groups/{id}/variables/{key}", OWNER),
    delete("/groups/{id}/variables/{key}", OWNER),
    get("projects", "/admin/ci/variables", ADMINISTRATOR),
    create("/admin/ci/variables", ADMINISTRATOR),
    get("projects", "/admin/ci/variables/{key}", ADMINISTRATOR),
    change("/admin/ci/variables/{key}", ADMINISTRATOR),
    delete("/admin/ci/variables/{key}", ADMINISTRATOR),
];

/// Gives a variable to a project, to the group of that number, and to the instance.
pub(crate) async fn furnish(app: &TestApp, project: &Project) {
    let group = GroupId(project.id.0);
    for owner in [
        Owner::Project(project.id),
        Owner::Group(group),
        Owner::Instance,
    ] {
        let variable = seed::ci_variable(owner, KEY, "value");
        app.seed.put(&variable).await.unwrap();
    }
}
