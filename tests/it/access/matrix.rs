//! Endpoint × caller × visibility × `public_jobs` × `builds_access_level`.

use std::collections::BTreeSet;

use switchyard::ids::{ProjectId, UserId};
use switchyard::member::{Role, Source};
use switchyard::project::{FeatureAccess, Project, Visibility};
use switchyard::time::Day;
use switchyard::token::Scope;
use switchyard::user::UserState;
use switchyard_local::seed;
use switchyard_tests::{Caller, TestApp};

use super::oracle::{
    DEVELOPER, JobOf, NOT_LISTED, Person, Who, expected, expected_of_debug_trace, seen,
};
use super::place::{DEBUG_JOB, Place, add_fellows, furnish, running_job};
use crate::endpoints::reads;

const STRANGER: UserId = UserId(2);
const BLOCKED: UserId = UserId(3);

/// The member with a role, in every project of the matrix.
fn member(role: Role) -> UserId {
    UserId(role as u64)
}

struct World {
    app: TestApp,
    /// With the token of a job of their own.
    projects: Vec<(Project, Caller)>,
    /// Whose credentials are the same for every project.
    callers: Vec<(Who, Caller)>,
}

impl World {
    async fn new(builds: &[FeatureAccess]) -> Self {
        let app = TestApp::new().await;
        let callers = callers(&app).await;
        let mut projects = Vec::new();
        for visibility in [
            Visibility::Private,
            Visibility::Internal,
            Visibility::Public,
        ] {
            for public_jobs in [true, false] {
                for builds in builds {
                    let id = projects.len() as u64 + 1;
                    projects.push(project(&app, id, visibility, public_jobs, *builds).await);
                }
            }
        }
        Self {
            app,
            projects,
            callers,
        }
    }

    fn callers_of<'a>(&'a self, own_job: &'a Caller) -> impl Iterator<Item = (Who, &'a Caller)> {
        let others = self.callers.iter().map(|(who, caller)| (*who, caller));
        others.chain([(Who::Job(JobOf::ThisProject, DEVELOPER), own_job)])
    }
}

/// Whether a caller is asked for in projects where builds are not open to everybody:
/// one of each kind that differs there.
fn stands_for_others(who: Who) -> bool {
    use Role::{Guest, Owner, Reporter};
    match who {
        Who::Nobody => true,
        Who::Person(Person::Member(role)) => matches!(role, Guest | Reporter | Owner),
        Who::Person(Person::Stranger | Person::Administrator) => true,
        _ => false,
    }
}

async fn project(
    app: &TestApp,
    id: u64,
    visibility: Visibility,
    public_jobs: bool,
    builds: FeatureAccess,
) -> (Project, Caller) {
    let project = app
        .add_project(id, |project| {
            project.visibility = visibility;
            project.public_jobs = public_jobs;
            project.builds_access_level = builds;
            project.job_token_allowlist = BTreeSet::from([ProjectId(91)]);
        })
        .await;
    let source = Source::Project(project.id);
    for role in Role::ALL {
        let membership = seed::member(source, member(role), role);
        app.seed.put(&membership).await.unwrap();
    }
    let membership = seed::member(source, BLOCKED, Role::Developer);
    app.seed.put(&membership).await.unwrap();
    let job = furnish(app, &project, member(Role::Developer)).await;
    (project, job)
}

async fn callers(app: &TestApp) -> Vec<(Who, Caller)> {
    let mut callers = vec![
        (Who::Nobody, Caller::Nobody),
        (Who::Unknown, Caller::Token("glpat-never-given-out".into())),
        (
            Who::Person(Person::Administrator),
            app.administrator().await,
        ),
    ];
    let stranger = seed::user(STRANGER.0, "stranger");
    callers.push((Who::Person(Person::Stranger), app.add_user(&stranger).await));
    for role in Role::ALL {
        let user = seed::user(member(role).0, role.name());
        let caller = app.add_user(&user).await;
        callers.push((Who::Person(Person::Member(role)), caller));
    }
    add_fellows(app).await;
    let mut blocked = seed::user(BLOCKED.0, "blocked");
    blocked.state = UserState::Blocked;
    callers.push((Who::Blocked, app.add_user(&blocked).await));

    let developer = member(Role::Developer);
    let expired = app
        .add_token(developer, |token| {
            token.expires_at = Day::parse("2015-12-24");
        })
        .await;
    callers.push((Who::Expired, expired));
    let revoked = app.add_token(developer, |token| token.revoked = true).await;
    callers.push((Who::Revoked, revoked));
    let narrow = app
        .add_token(developer, |token| token.scopes = vec![Scope::ReadUser])
        .await;
    callers.push((Who::Narrow, narrow));

    for (id, job_of) in [(91, JobOf::Listed), (92, JobOf::NotListed)] {
        let project = app.add_project(id, |_| {}).await;
        let pipeline = app
            .add_pipeline(project.id, id * 100, id * 100 + 1, &[])
            .await;
        for (job, person, user) in [(1, DEVELOPER, developer), (2, Person::Stranger, STRANGER)] {
            let caller = running_job(app, &pipeline, id * 100 + job, user).await;
            callers.push((Who::Job(job_of, person), caller));
        }
        assert!(job_of == JobOf::Listed || project.full_path == NOT_LISTED);
    }
    callers
}

fn setting(project: &Project) -> String {
    format!(
        "{:?}, public_jobs {}, builds {:?}",
        project.visibility, project.public_jobs, project.builds_access_level
    )
}

#[tokio::test]
async fn everybody_gets_at_every_endpoint_what_the_reference_says() {
    use FeatureAccess::{Disabled, Enabled, Private};
    let world = World::new(&[Enabled, Private, Disabled]).await;
    let mut wrong = Vec::new();
    for (project, own_job) in &world.projects {
        let is_open = project.builds_access_level == Enabled;
        for endpoint in reads() {
            // What no project is asked for need not be asked for every one.
            if !endpoint.is_in_project() && project.id != ProjectId(1) {
                continue;
            }
            let path = endpoint.at(&Place::of(project.id));
            let callers = world.callers_of(own_job);
            for (who, caller) in callers.filter(|(who, _)| is_open || stands_for_others(*who)) {
                let seen = seen(&world.app.get(&path, caller).await);
                let expected = expected(endpoint, who, project);
                if seen != expected {
                    wrong.push(format!(
                        "{} as {who:?} ({}): {seen}, not {expected}",
                        endpoint.path,
                        setting(project)
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(world.app.wire.tape().violations(), [""; 0]);
}

#[tokio::test]
async fn the_log_of_a_job_in_debug_mode_takes_a_developer() {
    let world = World::new(&[FeatureAccess::Enabled, FeatureAccess::Disabled]).await;
    let trace = reads()
        .find(|endpoint| endpoint.path.ends_with("/trace"))
        .unwrap();
    let mut wrong = Vec::new();
    for (project, own_job) in &world.projects {
        let mut place = Place::of(project.id);
        place.jobs += DEBUG_JOB - trace.job;
        for (who, caller) in world.callers_of(own_job) {
            let seen = seen(&world.app.get(&trace.at(&place), caller).await);
            let expected = expected_of_debug_trace(trace, who, project);
            if seen != expected {
                let setting = setting(project);
                wrong.push(format!("{who:?} ({setting}): {seen}, not {expected}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
