//! Whose job tokens come in, and agents.

use std::collections::BTreeSet;

use switchyard::ids::{GroupId, ProjectId};
use switchyard::member::Role;
use switchyard::project::{Project, Visibility};
use switchyard_local::seed;
use switchyard_tests::TestApp;

use super::{Endpoint, Needs, get, write};

/// A project and a group, public both, that a furnished project does not list yet.
const NEIGHBOUR: u64 = 900;
/// A project and a group, public both, that a furnished project lists.
pub(super) const LISTED: u64 = 901;

const MAINTAINER: Needs = Needs::Role(Role::Maintainer);
const DEVELOPER: Needs = Needs::Role(Role::Developer);

pub(super) const TABLE: &[Endpoint] = &[
    get("projects", "/projects/{id}/job_token_scope", MAINTAINER),
    write(
        "PATCH",
        "projects",
        "/projects/{id}/job_token_scope",
        MAINTAINER,
        204,
        r#"{"enabled":false}"#,
    ),
    get(
        "projects",
        "/projects/{id}/job_token_scope/allowlist",
        MAINTAINER,
    ),
    write(
        "POST",
        "projects",
        "/projects/{id}/job_token_scope/allowlist",
        MAINTAINER,
        201,
        r#"{"target_project_id":900}"#,
    ),
    write(
        "DELETE",
        "projects",
        "/projects/{id}/job_token_scope/allowlist/{target_project_id}",
        MAINTAINER,
        204,
        "",
    ),
    get(
        "projects",
        "/projects/{id}/job_token_scope/groups_allowlist",
        MAINTAINER,
    ),
    write(
        "POST",
        "projects",
        "/projects/{id}/job_token_scope/groups_allowlist",
        MAINTAINER,
        201,
        r#"{"target_group_id":900}"#,
    ),
    write(
        "DELETE",
        "projects",
        "/projects/{id}/job_token_scope/groups_allowlist/{target_group_id}",
        MAINTAINER,
        204,
        "",
    ),
    get("projects", "/projects/{id}/cluster_agents", DEVELOPER)
        .refusal(404, "404 ClusterAgents Not Found"),
    write(
        "POST",
        "projects",
        "/projects/{id}/cluster_agents",
        MAINTAINER,
        201,
        r#"{"name":"staging"}"#,
    ),
    get(
        "projects",
        "/projects/{id}/cluster_agents/{agent_id}",
        DEVELOPER,
    )
    .refusal(404, "404 Not found"),
    write(
        "DELETE",
        "projects",
        "/projects/{id}/cluster_agents/{agent_id}",
        MAINTAINER,
        204,
        "",
    ),
];

/// Gives a project an agent of its own number, and lets a project and a group in.
pub(crate) async fn furnish(app: &TestApp, project: &Project) {
    for id in [NEIGHBOUR, LISTED] {
        let mut group = seed::group(id, &[], &format!("group{id}"));
        group.visibility = Visibility::Public;
        let mut neighbour = seed::project(id, &[group.id], &format!("group{id}/project{id}"));
        neighbour.visibility = Visibility::Public;
        app.replace(&group);
        app.replace(&neighbour);
    }
    let mut project = project.clone();
    project.job_token_allowlist.insert(ProjectId(LISTED));
    project.job_token_groups_allowlist = BTreeSet::from([GroupId(LISTED)]);
    app.replace(&project);
    let agent = seed::agent(project.id, project.id.0, "production");
    app.seed.put_agent(&agent).await.unwrap();
}
