//! Pipeline schedules.

use switchyard::member::Role;
use switchyard::project::Project;
use switchyard::store::counters::Counter;
use switchyard::variable::Owner;
use switchyard_local::seed;
use switchyard_tests::TestApp;

use super::{Endpoint, Needs, get, variables, write};
use crate::access::place::{FELLOW, Place};

const DEVELOPER: Needs = Needs::Role(Role::Developer);
// That of a furnished project belongs to somebody who is no developer.
const MAINTAINER: Needs = Needs::Role(Role::Maintainer);

const NEW: &str = r#"{"description":"new","ref":"main","cron":"0 1 * * *"}"#;
const CHANGE: &str = r#"{"description":"changed"}"#;
const NEW_VARIABLE: &str = r#"{"key":"NEW","value":"value"}"#;
const CHANGED_VARIABLE: &str = r#"{"value":"changed"}"#;

const ALL: &str = "/projects/{id}/pipeline_schedules";
const ONE: &str = "/projects/{id}/pipeline_schedules/{pipeline_schedule_id}";
const PIPELINES: &str = "/projects/{id}/pipeline_schedules/{pipeline_schedule_id}/pipelines";
const PLAY: &str = "/projects/{id}/pipeline_schedules/{pipeline_schedule_id}/play";
const OWN: &str = "/projects/{id}/pipeline_schedules/{pipeline_schedule_id}/take_ownership";
const VARIABLES: &str = "/projects/{id}/pipeline_schedules/{pipeline_schedule_id}/variables";
const VARIABLE: &str = "/projects/{id}/pipeline_schedules/{pipeline_schedule_id}/variables/{key}";

pub(super) const TABLE: &[Endpoint] = &[
    get("pipelines", ALL, Needs::ReadBuild),
    write("POST", "pipelines", ALL, DEVELOPER, 201, NEW),
    get("pipelines", ONE, Needs::ReadBuild),
    write("PUT", "pipelines", ONE, MAINTAINER, 200, CHANGE),
    write("DELETE", "pipelines", ONE, MAINTAINER, 204, ""),
    get("pipelines", PIPELINES, Needs::ReadBuild),
    write("POST", "pipelines", PLAY, DEVELOPER, 201, ""),
    write("POST", "pipelines", OWN, MAINTAINER, 201, ""),
    write(
        "POST",
        "pipelines",
        VARIABLES,
        MAINTAINER,
        201,
        NEW_VARIABLE,
    ),
    write(
        "PUT",
        "pipelines",
        VARIABLE,
        MAINTAINER,
        200,
        CHANGED_VARIABLE,
    ),
    write("DELETE", "pipelines", VARIABLE, MAINTAINER, 202, ""),
];

/// Gives a project a schedule with a variable, which started the project's pipeline.
pub(crate) async fn furnish(app: &TestApp, project: &Project) {
    let place = Place::of(project.id);
    let id = place.schedule;
    let mut schedule = seed::schedule(project.id, id, FELLOW);
    schedule.variable_count = 1;
    schedule.pipelines = vec![place.pipeline.into()];
    app.seed.put(&schedule).await.unwrap();
    let variable = seed::ci_variable(Owner::Schedule(schedule.id), variables::KEY, "value");
    app.seed.put(&variable).await.unwrap();
    let store = &app.seed.store;
    store.skip_ids(Counter::Schedules, id).await.unwrap();
}
