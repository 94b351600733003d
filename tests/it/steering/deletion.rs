//! `DELETE /projects/:id/pipelines/:pipeline_id`: gone at once, and then really.

use switchyard::job::Status;
use switchyard::member::{Role, Source};
use switchyard::token::Secret;
use switchyard_tests::wire::{Fault, Loss, Rule};
use switchyard_tests::world::job;
use switchyard_tests::{Answer, Caller};

use super::{FIRST, PROJECT, World, erase};

const PIPELINE: &str = "/api/v4/projects/1/pipelines/6";

/// Beside pipeline 6 there is another one, with one job.
const OTHER_PIPELINE: u64 = 8;
const OTHER_JOB: u64 = 901;

struct Place {
    world: World,
    owner: Caller,
    /// Of the job that runs.
    token: Caller,
}

impl Place {
    async fn new() -> Self {
        let world = World::new("a success, b running | c created, d manual").await;
        erase::furnish(&world, "a").await;
        let secret = Secret::job_token(PROJECT, (FIRST + 1).into());
        let mut running = world.named("b").await;
        running.token_digest = Some(secret.digest().as_str().to_owned());
        running.has_variables = true;
        world.app.replace(&running);
        let variable = switchyard::variable::Variable {
            owner: switchyard::variable::Owner::Job(running.build.id),
            key: "A".to_owned(),
            value: "1".to_owned(),
        };
        world.app.replace(&variable);

        let app = &world.app;
        let other = app
            .add_pipeline(PROJECT, OTHER_PIPELINE, OTHER_JOB, &[])
            .await;
        app.replace(&job(&other, OTHER_JOB, Status::Success, |_| {}));
        let count = switchyard::store::Write::add_all(
            switchyard::store::Key::Project(PROJECT),
            &[("job_count", 1), ("pipeline_count", 2)],
        );
        assert!(app.seed.store.write(count).await.unwrap());
        let owner = app
            .add_member(50, Source::Project(PROJECT), Role::Owner)
            .await;
        Self {
            owner,
            token: Caller::job_token(&secret),
            world,
        }
    }

    async fn get(&self, path: &str) -> Answer {
        let path = format!("/api/v4/projects/1/{path}");
        self.world.app.get(&path, &self.owner).await
    }

    async fn delete(&self) -> Answer {
        self.world.app.delete(PIPELINE, &self.owner).await
    }

    /// Only the other pipeline is to be seen.
    async fn assert_unseen(&self) {
        for path in [
            "pipelines/6",
            "pipelines/6/jobs",
            "pipelines/6/bridges",
            "jobs/101",
            "jobs/101/trace",
            "jobs/102",
        ] {
            assert_eq!(self.get(path).await.status, 404, "{path}");
        }
        let jobs = self.get("jobs").await;
        assert_eq!(jobs.header("x-total"), Some("1"));
        assert_eq!(jobs.json()[0]["id"], OTHER_JOB);
        let pipelines = self.get("pipelines").await.json();
        assert_eq!(pipelines.as_array().unwrap().len(), 1);
        assert_eq!(pipelines[0]["id"], OTHER_PIPELINE);
        let job = self.world.app.get("/api/v4/job", &self.token).await;
        assert_eq!(job.status, 401);
    }

    /// Rows and objects of pipeline 6.
    fn left(&self) -> Vec<String> {
        let dump = self.world.app.dump();
        let belongs = |row: &String| {
            (FIRST..FIRST + 4).any(|id| {
                row.contains(&format!("{{\"N\":\"{id}\"}}")) || row.contains(&format!("job#{id}\""))
            }) || row.contains(r#""id":{"N":"6"}"#) && row.contains("blocks")
        };
        let rows = dump.rows.iter().filter(|(table, _)| *table != "tokens");
        let rows = rows.flat_map(|(table, rows)| {
            let rows = rows.iter().filter(|row| belongs(row));
            rows.map(move |row| format!("{table}: {row}"))
        });
        let paths = dump.objects.keys().map(|path| path.display().to_string());
        // What the emulator notes beside them does not count.
        let objects = paths.filter(|path| !path.contains(".bucket-"));
        rows.chain(objects).collect()
    }
}

#[tokio::test]
async fn it_is_gone_at_once_and_then_really() {
    let place = Place::new().await;
    assert!(place.left().len() >= 9, "{:?}", place.left());
    let alive = place.world.app.get("/api/v4/job", &place.token).await;
    assert_eq!(alive.status, 200, "{alive:?}");

    let answer = place.delete().await;
    assert_eq!((answer.status.as_u16(), answer.body.len()), (204, 0));
    place.assert_unseen().await;
    assert_eq!(place.delete().await.status, 404);

    let before = place.left().len();
    place.world.app.sweep().await;
    assert_eq!(
        place.left().len(),
        before,
        "who saw it may still be at work"
    );
    place.world.app.pass(61);
    place.world.app.sweep().await;
    assert_eq!(place.left(), [""; 0]);
    place.assert_unseen().await;
    assert_eq!(place.world.app.wire.tape().violations(), [""; 0]);
}

#[tokio::test]
async fn it_takes_an_owner() {
    let place = Place::new().await;
    let before = place.world.app.dump();
    for (caller, status) in [
        (&place.world.maintainer, 403),
        (&place.world.developer, 403),
        (&Caller::Nobody, 401),
        (&place.token, 401),
    ] {
        let answer = place.world.app.delete(PIPELINE, caller).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
    assert!(place.world.app.dump() == before);
}

#[tokio::test]
async fn wherever_the_function_or_the_sweeper_dies() {
    let mut died = [0, 0];
    for (which, function) in ["pipelines", "sweeper"].into_iter().enumerate() {
        for call in 0..16 {
            for lost in [false, true] {
                let place = Place::new().await;
                let faults = place.world.app.wire.faults();
                let fault = if lost {
                    Fault::LostAnswer(Loss::Io)
                } else {
                    Fault::InternalError
                };
                let first = Rule::new(fault).function(function).after(call).times(1);
                let first = faults.add(first);
                let rest = Rule::new(Fault::InternalError).function(function);
                faults.add(rest.after(call + 1));
                place.delete().await;
                place.world.app.pass(61);
                drop(place.world.app.sweep_within(5_000).await);
                faults.clear();
                died[which] += u32::from(first.count() > 0);

                let again = place.delete().await;
                let what = format!("{function}, call {call}, lost {lost}: {again:?}");
                assert!([204, 404].contains(&again.status.as_u16()), "{what}");
                place.assert_unseen().await;
                for _ in 0..2 {
                    place.world.app.pass(61);
                    place.world.app.sweep().await;
                }
                assert_eq!(place.left(), [""; 0], "{what}");
                place.assert_unseen().await;
            }
        }
    }
    assert!(died.iter().all(|died| *died >= 6), "{died:?}");
}

#[tokio::test]
async fn the_smallest_budget_makes_progress() {
    let place = Place::new().await;
    place.delete().await;
    for _ in 0..20 {
        place.world.app.pass(61);
        place.world.app.sweep_within(1).await.unwrap();
    }
    assert_eq!(place.left(), [""; 0]);
    place.assert_unseen().await;
}

#[tokio::test]
async fn twenty_at_once_count_it_once() {
    for fault in [
        None,
        Some(Fault::TransactionConflict),
        Some(Fault::LostAnswer(Loss::Io)),
    ] {
        let place = Place::new().await;
        if let Some(fault) = fault {
            let rule = Rule::new(fault).action("dynamodb:TransactWriteItems");
            place
                .world
                .app
                .wire
                .faults()
                .add(rule.chance(5, 4).times(20));
        }
        let answers = futures::future::join_all((0..20).map(|_| place.delete())).await;
        for answer in answers {
            let status = answer.status.as_u16();
            assert!([204, 404, 409, 503].contains(&status), "{answer:?}");
        }
        place.world.app.wire.faults().clear();
        place.delete().await;
        place.assert_unseen().await;
    }
}
