//! Pipeline triggers.

use switchyard::member::Role;
use switchyard::project::Project;
use switchyard::store::counters::Counter;
use switchyard::token::Secret;
use switchyard_local::seed;
use switchyard_tests::TestApp;
use switchyard_tests::world::ROOT;

use super::{Endpoint, Needs, get, write};
use crate::access::place::Place;

const MAINTAINER: Needs = Needs::Role(Role::Maintainer);

const NEW: &str = r#"{"description":"new"}"#;
const CHANGE: &str = r#"{"description":"changed"}"#;

pub(super) const TABLE: &[Endpoint] = &[
    get("pipelines", "/projects/{id}/triggers", MAINTAINER),
    write(
        "POST",
        "pipelines",
        "/projects/{id}/triggers",
        MAINTAINER,
        201,
        NEW,
    ),
    get(
        "pipelines",
        "/projects/{id}/triggers/{trigger_id}",
        MAINTAINER,
    ),
    // That of a furnished project belongs to the administrator.
    write(
        "PUT",
        "pipelines",
        "/projects/{id}/triggers/{trigger_id}",
        Needs::Administrator,
        200,
        CHANGE,
    ),
    write(
        "DELETE",
        "pipelines",
        "/projects/{id}/triggers/{trigger_id}",
        MAINTAINER,
        204,
        "",
    ),
    start(
        "/projects/{id}/trigger/pipeline",
        r#"{"ref":"main","token":"glptt-0000000000000000000000000000000000000000_1_1"}"#,
    ),
    start(
        "/projects/{id}/ref/{ref}/trigger/pipeline",
        r#"{"token":"glptt-0000000000000000000000000000000000000000_1_1"}"#,
    ),
];

/// One that starts pipelines with the token of project 1.
const fn start(path: &'static str, body: &'static str) -> Endpoint {
    write("POST", "pipelines", path, Needs::TriggerToken, 201, body).and_anybody()
}

/// Gives a project a trigger of the administrator.
pub(crate) async fn furnish(app: &TestApp, project: &Project) {
    let id = Place::of(project.id).trigger;
    let secret = Secret::chosen(format!("glptt-{:040}_{}_{id}", 0, project.id));
    let trigger = seed::trigger(project.id, id, ROOT, &secret);
    app.seed.put(&trigger).await.unwrap();
    let store = &app.seed.store;
    store.skip_ids(Counter::Triggers, id).await.unwrap();
}
