//! Deleted projects: all that belongs to one goes, and nothing else.

mod crashes;
mod fairness;
mod furnish;

use std::collections::BTreeSet;

use futures::future::join_all;
use serde_json::Value;
use sweeper::Work;
use switchyard::blobs::BlobKey;
use switchyard::ids::{JobId, ProjectId, TokenId, UserId};
use switchyard::job::Status;
use switchyard::member::{Role, Source};
use switchyard::project::{DirectoryEntry, DirectoryTarget, Project};
use switchyard::store::log_chunks::{ChunkBody, LogChunk};
use switchyard::store::{Key, Row, Rows, Write};
use switchyard::time::Time;
use switchyard::user::User;
use switchyard_local::seed::{self, at};
use switchyard_tests::TestApp;
use switchyard_tests::app::NOW;
use switchyard_tests::dump::Dump;
use switchyard_tests::world::{ROOT, job};

pub(crate) use furnish::furnish;
use furnish::{IDS, bot_ids, put_bot, put_object};

/// The project that is deleted.
const PROJECT: u64 = 1;

/// One with the same things, whose number begins with that of the other.
const NEIGHBOUR: u64 = 12;

/// What a sweep looks at and deletes, unless it is told otherwise.
const BUDGET: usize = 5_000;

/// Both projects, of which the first one has this many jobs, and the other three.
async fn world(jobs: u64) -> (TestApp, Project) {
    let app = TestApp::new().await;
    app.administrator().await;
    let project = furnish(&app, PROJECT, jobs).await;
    furnish(&app, NEIGHBOUR, 3).await;
    (app, project)
}

/// Does what the route does: from now on nobody sees the project.
pub(crate) fn mark(app: &TestApp, project: &Project, deleted_at: Time) {
    app.replace(&Project {
        deleted_at: Some(deleted_at),
        deadline: Some(deleted_at),
        ..project.clone()
    });
}

/// Rows and objects of a project.
fn left(dump: &Dump, project: u64) -> BTreeSet<String> {
    let rows = dump.rows.iter().flat_map(|(table, rows)| {
        let own = rows.iter().filter(|row| is_of(table, row, project));
        own.map(move |row| format!("{table}: {row}"))
    });
    let objects = dump.objects.iter().map(|(path, bytes)| {
        let path = path.display();
        format!("{path}: {bytes:?}")
    });
    let objects = objects.filter(|object| is_object_of(object, project));
    rows.chain(objects).collect()
}

fn is_object_of(object: &str, project: u64) -> bool {
    let mut folders = ["logs", "artifacts", "repositories", "scratch/logs"].iter();
    folders.any(|folder| object.contains(&format!("/{folder}/{project}/")))
}

fn is_of(table: &str, row: &str, project: u64) -> bool {
    let row: Value = serde_json::from_str(row).unwrap();
    let number = |name: &str| row[name]["N"].as_str().map(|text| text.parse().unwrap());
    let text = |name: &str| row[name]["S"].as_str();
    let ids = project * IDS..(project + 1) * IDS;
    let among_ids = |number: Option<u64>| number.is_some_and(|number| ids.contains(&number));
    match table {
        "projects" => number("id") == Some(project),
        "directory" => {
            let is_path = text("kind") == Some("project") && number("id") == Some(project);
            is_path || number("project_id") == Some(project)
        }
        "members" => text("source") == Some(&*format!("project#{project}")),
        // What its agents were granted to goes with them.
        "agent_grants" => {
            let granted = [
                format!("project#{project}"),
                format!("group#{}", 900 + project),
            ];
            text("source").is_some_and(|source| granted.iter().any(|it| it == source))
        }
        "tokens" | "token_ids" => among_ids(number("id")),
        "log_chunks" => among_ids(number("job_id")),
        "variables" => {
            let owner = text("owner").unwrap().split_once('#');
            let (kind, id) = owner.map_or(("", 0), |(kind, id)| (kind, id.parse().unwrap()));
            match kind {
                "project" => id == project,
                "job" | "schedule" => ids.contains(&id),
                _ => false,
            }
        }
        _ => number("project_id") == Some(project),
    }
}

/// All that is not the project's, nor the row of one of its bots.
fn others(dump: &Dump, project: u64) -> BTreeSet<String> {
    let bots: Vec<String> = bot_ids(project)
        .map(|id| format!("\"id\":{{\"N\":\"{id}\"}}"))
        .collect();
    let rows = dump.rows.iter().flat_map(|(table, rows)| {
        let others = rows.iter().filter(|row| !is_of(table, row, project));
        others.map(move |row| format!("{table}: {row}"))
    });
    let is_bot =
        |row: &String| row.starts_with("users: ") && bots.iter().any(|bot| row.contains(bot));
    let rows = rows.filter(|row| !is_bot(row));
    let objects = dump.objects.iter();
    let objects = objects.map(|(path, bytes)| format!("{}: {bytes:?}", path.display()));
    let objects = objects.filter(|object| !is_object_of(object, project));
    rows.chain(objects).collect()
}

async fn row<R: Row>(app: &TestApp, key: Key) -> Option<R> {
    let mut rows = Rows::default();
    let store = &app.seed.store;
    rows.load(store, [key.clone()]).await.unwrap();
    rows.get(&key).unwrap()
}

async fn project_row(app: &TestApp, project: u64) -> Option<Project> {
    row(app, Key::Project(ProjectId(project))).await
}

/// The bots are marked, and who removes users finds them.
async fn assert_bots_are_marked(app: &TestApp, project: u64) {
    let mut bots = 0;
    for id in bot_ids(project) {
        if let Some(bot) = row::<User>(app, Key::User(UserId(id))).await {
            assert!(bot.deleted_at.is_some(), "{bot:?}");
            assert!(bot.deadline.is_some(), "{bot:?}");
            bots += 1;
        }
    }
    assert!(bots >= 2, "{bots} bots");
}

#[tokio::test]
async fn everything_goes_in_sweeps_of_bounded_size_and_nothing_else() {
    let (app, project) = world(10_000).await;
    let started = (0..10_000).step_by(3);
    for job in started.take(1_100) {
        let key = BlobKey::LogChunk {
            project_id: project.id,
            job_id: JobId(PROJECT * IDS + 1 + job),
            offset: 5,
            attempt: "b".to_owned(),
        };
        put_object(&app, &key.to_string());
    }
    let root = app.add_token(ROOT, |token| token.id = TokenId(7)).await;
    let bot = put_bot(&app, PROJECT, 3).await;
    assert_eq!(app.get("/api/v4/user", &bot).await.status, 200);
    mark(&app, &project, at(NOW));
    let before = app.dump();
    let (own, others_before) = (left(&before, PROJECT), others(&before, PROJECT));
    assert!(own.len() > 20_000, "{}", own.len());

    // Nobody sees it from the first moment on, and at the first sweep its bots are dead.
    for path in ["", "/jobs", "/jobs/1000001", "/jobs/1000001/trace"] {
        let answer = app.get(&format!("/api/v4/projects/1{path}"), &root).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    app.sweep_only(Work::Projects).await;
    assert_eq!(app.get("/api/v4/user", &bot).await.status, 401);
    assert_bots_are_marked(&app, PROJECT).await;

    // Then it waits for those who came before the mark.
    let waiting = project_row(&app, PROJECT).await.unwrap();
    assert_eq!(waiting.deadline, Some(at("2015-12-24T18:01:00.000Z")));
    let during = app.dump();
    app.pass(59);
    app.sweep_only(Work::Projects).await;
    assert_eq!(app.dump(), during);

    app.pass(1);
    let mut sweeps = 0;
    while project_row(&app, PROJECT).await.is_some() {
        app.wire.tape().reset();
        app.sweep_only(Work::Projects).await;
        sweeps += 1;
        let calls = app.wire.tape().count();
        assert!(calls <= BUDGET / 2, "{calls} calls in sweep {sweeps}");
        assert!(sweeps <= own.len() / BUDGET + 1, "{sweeps} sweeps");
        app.pass(60);
    }
    let after = app.dump();
    assert_eq!(left(&after, PROJECT), BTreeSet::new());
    assert_eq!(others(&after, PROJECT), others_before);
    assert_eq!(left(&after, NEIGHBOUR), left(&before, NEIGHBOUR));
    assert_eq!(app.wire.tape().violations(), [""; 0]);

    app.sweep_only(Work::Projects).await;
    assert_eq!(app.dump(), after, "there is nothing left to do");
}

/// What somebody who saw the project before its mark wrote behind it.
#[tokio::test]
async fn what_comes_late_goes_too() {
    let (app, project) = world(12).await;
    let before = others(&app.dump(), PROJECT);
    mark(&app, &project, at(NOW));
    app.sweep_only(Work::Projects).await;
    let job_id = JobId(PROJECT * IDS + 1);
    let chunk = LogChunk {
        job_id,
        offset: 10,
        size: 5,
        crc32: 2,
        body: ChunkBody::Object {
            attempt: "late".to_owned(),
        },
    };
    app.replace(&chunk);
    let key = BlobKey::LogChunk {
        project_id: project.id,
        job_id,
        offset: 10,
        attempt: "late".to_owned(),
    };
    put_object(&app, &key.to_string());
    let member = seed::member(Source::Project(project.id), UserId(77), Role::Guest);
    app.replace(&member);
    put_bot(&app, PROJECT, 4).await;
    app.pass(60);
    app.sweep_only(Work::Projects).await;
    let after = app.dump();
    assert_eq!(left(&after, PROJECT), BTreeSet::new());
    assert!(
        row::<User>(&app, Key::User(UserId(bot_ids(PROJECT).start + 4)))
            .await
            .unwrap()
            .deleted_at
            .is_some()
    );
    // The late bot came with a path, an address and a namespace of its own.
    assert!(others(&after, PROJECT).is_superset(&before));
}

/// Indexes that still show what is gone, or do not yet show what is there.
#[tokio::test]
async fn indexes_that_lag_lead_nobody_astray() {
    let (app, project) = world(12).await;
    let before = others(&app.dump(), PROJECT);
    mark(&app, &project, at(NOW));
    app.wire.lag().freeze();
    put_bot(&app, PROJECT, 4).await;
    let own = left(&app.dump(), PROJECT);
    // The first tokens go; the one that is not shown yet stays, and so does the project.
    app.sweep_only(Work::Projects).await;
    let still = left(&app.dump(), PROJECT);
    assert!(still.len() < own.len());
    assert!(still.iter().any(|row| row.starts_with("tokens: ")));
    // The old deadline, which the index shows, is not that of the row.
    let during = app.dump();
    app.sweep_only(Work::Projects).await;
    assert_eq!(app.dump(), during);

    // They show that one now, and that it is there for a long time to come.
    app.wire.lag().freeze();
    app.pass(60);
    app.sweep_only(Work::Projects).await;
    let after = app.dump();
    assert_eq!(left(&after, PROJECT), BTreeSet::new());
    app.sweep_only(Work::Projects).await;
    assert_eq!(app.dump(), after);
    app.wire.lag().thaw();
    app.sweep_only(Work::Projects).await;
    assert_eq!(app.dump(), after);
    assert!(others(&after, PROJECT).is_superset(&before));
    assert_bots_are_marked(&app, PROJECT).await;
}

#[tokio::test]
async fn several_sweeps_at_once_do_no_harm() {
    for budget in [7, 40, BUDGET] {
        let (app, project) = world(30).await;
        let before = others(&app.dump(), PROJECT);
        mark(&app, &project, at(NOW));
        let mut rounds = 0;
        while project_row(&app, PROJECT).await.is_some() {
            let sweeps = (0..3).map(|_| app.sweep_only_within(Work::Projects, budget));
            for swept in join_all(sweeps).await {
                swept.unwrap();
            }
            app.pass(60);
            rounds += 1;
            assert!(rounds < 100, "with a budget of {budget}");
        }
        let after = app.dump();
        assert_eq!(left(&after, PROJECT), BTreeSet::new());
        assert_eq!(others(&after, PROJECT), before);
        assert_bots_are_marked(&app, PROJECT).await;
    }
}

/// Every sweep leaves less than it found.
#[tokio::test]
async fn the_smallest_budgets_make_progress() {
    for budget in [1, 2, 3] {
        let (app, project) = world(6).await;
        // More chunks than a sweep deletes: their job waits for them.
        for offset in 2..10 {
            app.replace(&LogChunk {
                job_id: JobId(PROJECT * IDS + 1),
                offset: offset * 5,
                size: 5,
                crc32: 2,
                body: ChunkBody::Object {
                    attempt: "a".to_owned(),
                },
            });
        }
        let before = others(&app.dump(), PROJECT);
        mark(&app, &project, at("2015-12-24T17:00:00.000Z"));
        let mut there = left(&app.dump(), PROJECT).len();
        while there > 0 {
            app.sweep_only_within(Work::Projects, budget).await.unwrap();
            let now = left(&app.dump(), PROJECT).len();
            assert!(now < there, "with a budget of {budget} {there} things stay");
            // The names go with the project's row, whatever the budget; a token with the
            // row that leads to it.
            assert!(there - now <= budget + 2, "{there} became {now}");
            there = now;
            app.pass(60);
        }
        assert_eq!(others(&app.dump(), PROJECT), before);
        assert_bots_are_marked(&app, PROJECT).await;
    }
}

/// The route has freed path and name, and somebody else has them now.
#[tokio::test]
async fn names_that_lead_elsewhere_stay() {
    let (app, project) = world(3).await;
    let path = project.full_path.to_lowercase();
    let old: DirectoryEntry = row(&app, Key::Directory(path.clone())).await.unwrap();
    let ancestors = project.ancestors().to_vec();
    let mut next = seed::project(30, &ancestors, &project.full_path);
    next.name.clone_from(&project.name);
    let entry = DirectoryEntry {
        path,
        target: DirectoryTarget::Project {
            id: next.id,
            ancestors: ancestors.clone(),
        },
    };
    app.replace(&entry);
    app.replace(&switchyard::project::ProjectName {
        namespace_id: ancestors[0],
        name: next.name.clone(),
        project_id: next.id,
    });
    app.replace(&next);
    let before = others(&app.dump(), PROJECT);
    mark(&app, &project, at("2015-12-24T17:00:00.000Z"));
    app.sweep_only(Work::Projects).await;
    assert!(project_row(&app, PROJECT).await.is_none());
    assert_eq!(others(&app.dump(), PROJECT), before);
    // Nor can somebody who read the entry before delete it now.
    let delete = Write::delete(&old).unwrap();
    assert!(!app.seed.store.write(delete).await.unwrap());
    assert_eq!(others(&app.dump(), PROJECT), before);
}

/// A personal project's name stands in its owner's namespace.
#[tokio::test]
async fn a_personal_project_goes_with_its_names() {
    let app = TestApp::new().await;
    app.add_user(&seed::user(5, "user5")).await;
    let mut project = seed::project(2, &[], "User5/Personal");
    project.namespace = switchyard::project::Namespace::User { user_id: UserId(5) };
    let before = app.dump();
    app.seed.put_project(&project).await.unwrap();
    let counted = app.dump().rows["counters"].clone();
    assert_eq!(left(&app.dump(), 2).len(), 3);
    mark(&app, &project, at("2015-12-24T17:00:00.000Z"));
    app.sweep_only(Work::Projects).await;
    let mut after = app.dump();
    assert_eq!(
        after
            .rows
            .insert("counters".to_owned(), before.rows["counters"].clone()),
        Some(counted)
    );
    assert_eq!(after, before);
}

#[tokio::test]
async fn a_project_without_the_mark_stays_whole() {
    let (app, project) = world(6).await;
    let before = app.dump();
    app.replace(&Project {
        deadline: Some(at(NOW)),
        ..project.clone()
    });
    app.pass(120);
    app.sweep_only(Work::Projects).await;
    let found = project_row(&app, PROJECT).await.unwrap();
    assert_eq!(found, project);
    let after = app.dump();
    assert_eq!(others(&after, PROJECT), others(&before, PROJECT));
    let beside_its_row = |dump: &Dump| {
        let mut left = left(dump, PROJECT);
        left.retain(|row| !row.starts_with("projects: "));
        left
    };
    assert_eq!(beside_its_row(&after), beside_its_row(&before));
}

/// A pipeline that waited to be followed up, and a job that was being erased.
#[tokio::test]
async fn unfinished_work_goes_with_the_project() {
    let (app, project) = world(6).await;
    let mut pipeline = seed::pipeline(project.id, PROJECT * IDS + 900, PROJECT * IDS + 901, 2);
    pipeline.deadline = Some(at("2015-12-24T17:00:00.000Z"));
    app.replace(&pipeline);
    let job = job(&pipeline, PROJECT * IDS + 901, Status::Success, |_| {});
    let erased = job.erased(at("2015-12-24T17:00:00.000Z"));
    app.replace(&erased);
    let before = others(&app.dump(), PROJECT);
    mark(&app, &project, at("2015-12-24T17:00:00.000Z"));
    for _ in 0..200 {
        app.sweep_only_within(Work::Projects, 2).await.unwrap();
        app.pass(60);
    }
    assert_eq!(left(&app.dump(), PROJECT), BTreeSet::new());
    assert_eq!(others(&app.dump(), PROJECT), before);
}
