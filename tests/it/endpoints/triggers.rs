//! Pipeline triggers.

use switchyard::member::Role;
use switchyard::project::Project;
use switchyard::store::counters::Counter;
use switchyard::token::Secret;
use switchyard_local::seed;
use switchyard_tests::TestApp;

use super::{Endpoint, Needs, get, write};
use crate::access::place::{FELLOW, Place};

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
    // That of a furnished project belongs to somebody who is no maintainer.
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
];

/// Gives a project a trigger.
pub(crate) async fn furnish(app: &TestApp, project: &Project) {
    let id = Place::of(project.id).trigger;
    let secret = Secret::trigger_token(project.id, id.into());
    let trigger = seed::trigger(project.id, id, FELLOW, &secret);
    app.seed.put(&trigger).await.unwrap();
    let store = &app.seed.store;
    store.skip_ids(Counter::Triggers, id).await.unwrap();
}
