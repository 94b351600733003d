//! What whoever processes a pipeline does outside of its own rows.

use serde_json::json;
use switchyard::ids::{JobId, PipelineId, ProjectId, ResourceGroupId};
use switchyard::job::{Downstream, Retry, Status};
use switchyard::pipeline::{Pipeline, Upstream};
use switchyard::resource_group::ResourceGroup;
use switchyard::variable::{Owner, Variable};
use switchyard_local::seed::{self, at};
use switchyard_tests::world::job;
use switchyard_tests::{Caller, TestApp};

const DUE: &str = "2015-12-24T17:00:00Z";

/// Lets each function that processes pipelines do all of it; the sweeper comes later.
pub(super) async fn walk(app: &TestApp, member: &Caller) {
    for (base, paths) in [
        (
            2_000,
            vec!["jobs/2001/cancel", "jobs/2003/cancel", "jobs/2051/cancel"],
        ),
        (
            2_100,
            vec![
                "pipelines/2100/retry",
                "pipelines/2100/cancel",
                "pipelines/2150/cancel",
            ],
        ),
        (2_200, Vec::new()),
    ] {
        let pipeline = errands(app, base);
        let child = reports(app, &pipeline, base + 50);
        if base == 2_200 {
            let id = ResourceGroupId(1);
            let group = ResourceGroup::new(ProjectId(1), "second-2200".to_owned(), id, at(DUE));
            app.replace(&group);
            for mut left in [pipeline, child] {
                left.deadline = Some(at(DUE));
                app.replace(&left);
            }
            continue;
        }
        for path in paths {
            let path = format!("/api/v4/projects/1/{path}");
            let answer = app.post(&path, member, &json!({})).await;
            assert!(answer.status.is_success(), "{path}: {answer:?}");
        }
    }
}

/// A pipeline with jobs that share a group and ones that run again by themselves, and a
/// canceled bridge whose child runs.
fn errands(app: &TestApp, id: u64) -> Pipeline {
    let mut pipeline = seed::pipeline(ProjectId(1), id, id + 1, 9);
    pipeline.bridges = [id + 8, id + 9].map(JobId).into();
    app.replace(&pipeline);
    let retry = || {
        let value = json!({ "max": 1 });
        Some(serde_json::from_value::<Retry>(value).unwrap())
    };
    for (number, status, group) in [
        (1, Status::Running, Some("first")),
        (7, Status::Created, Some("third")),
        (2, Status::Created, Some("second")),
        (3, Status::WaitingForResource, Some("second")),
        (4, Status::Failed, None),
        (5, Status::Success, None),
        (6, Status::Manual, None),
    ] {
        let mut row = job(&pipeline, id + number, status, |_| {});
        row.build.resource_group = group.map(|name| format!("{name}-{id}"));
        row.build.retry = retry();
        row.has_variables = true;
        app.replace(&row);
        let variable = Variable {
            owner: Owner::Job(row.build.id),
            key: "A".to_owned(),
            value: "1".to_owned(),
        };
        app.replace(&variable);
    }
    let child = seed::pipeline(ProjectId(1), id + 20, id + 21, 1);
    app.replace(&child);
    app.replace(&job(&child, id + 21, Status::Running, |_| {}));
    let downstream = Downstream {
        project_id: ProjectId(1),
        pipeline_id: child.id,
    };
    let mut failed = seed::build(&pipeline, id + 8, "deploy", Status::Failed);
    failed.retry = retry();
    app.replace(&seed::bridge(failed, None));
    let canceled = seed::build(&pipeline, id + 9, "deploy", Status::Canceled);
    app.replace(&seed::bridge(canceled, Some(downstream)));
    pipeline
}

/// A pipeline whose end a bridge of another one waits for.
fn reports(app: &TestApp, parent: &Pipeline, id: u64) -> Pipeline {
    let mut above = seed::pipeline(ProjectId(1), id + 20, id + 21, 1);
    above.bridges = [JobId(id + 21)].into();
    app.replace(&above);
    let running = seed::build(&above, id + 21, "deploy", Status::Running);
    let downstream = Downstream {
        project_id: parent.project_id,
        pipeline_id: PipelineId(id),
    };
    app.replace(&seed::bridge(running, Some(downstream)));
    let mut child = seed::pipeline(ProjectId(1), id, id + 1, 1);
    child.upstream = Some(Upstream {
        project_id: ProjectId(1),
        pipeline_id: above.id,
        bridge_id: JobId(id + 21),
        follows: true,
    });
    app.replace(&child);
    let status = if id == 2_250 {
        Status::Success
    } else {
        Status::Running
    };
    app.replace(&job(&child, id + 1, status, |_| {}));
    child
}
