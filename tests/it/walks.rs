//! Walking a project's job list from end to end gives exactly the jobs that are there,
//! whichever way it is walked: random worlds against a list made here.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use switchyard::ids::ProjectId;
use switchyard::job::{Job, Status};
use switchyard::member::{Role, Source};
use switchyard::time::Time;
use switchyard_local::seed;
use switchyard_tests::world::job;
use switchyard_tests::{Answer, Caller, TestApp};

/// A project whose jobs are listed, and the list as it should be.
struct World {
    app: TestApp,
    caller: Caller,
    project: ProjectId,
    /// The jobs that may be seen, newest first.
    jobs: Vec<Job>,
}

/// One walk: the query, and which jobs it should give.
struct Walk<'a> {
    query: String,
    per_page: usize,
    fits: Test<'a>,
}

type Test<'a> = Box<dyn Fn(&Job) -> bool + 'a>;

const NAMES: [&str; 3] = ["build", "rspec", "deploy"];

impl World {
    /// Pipelines of up to a dozen jobs, now and then of more, some of them still being
    /// written: their jobs are all `created`, and nobody may see them.
    async fn draw(rng: &mut StdRng) -> Self {
        let app = TestApp::new().await;
        let project = app.add_project(1, |_| {}).await;
        let developer = Role::Developer;
        let caller = app.add_member(2, Source::Project(project.id), developer);
        let caller = caller.await;
        let mut jobs = Vec::new();
        let mut id = 1;
        for pipeline_id in 1..=rng.random_range(0..40) {
            let building = rng.random_bool(0.3);
            let count = if rng.random_bool(0.05) {
                130
            } else {
                rng.random_range(1..12)
            };
            let mut pipeline = seed::pipeline(project.id, pipeline_id, id, count);
            pipeline.building = building;
            app.replace(&pipeline);
            for _ in 0..count {
                let status = if building {
                    Status::Created
                } else {
                    *Status::ALL.choose(rng).unwrap()
                };
                let job = job(&pipeline, id, status, |job| {
                    job.build.name = (*NAMES.choose(rng).unwrap()).to_owned();
                    job.build.created_at = moment(id);
                });
                app.replace(&job);
                jobs.extend((!building).then_some(job));
                id += 1;
            }
            // Ids of bridges, and of other projects' jobs.
            id += rng.random_range(0..10);
        }
        jobs.reverse();
        let mut project = project;
        project.job_count = jobs.len() as u64;
        app.replace(&project);
        Self {
            app,
            caller,
            project: project.id,
            jobs,
        }
    }

    fn draw_walk(&self, rng: &mut StdRng) -> Walk<'_> {
        let mut query = String::new();
        let mut tests: Vec<Test<'_>> = Vec::new();
        if rng.random_bool(0.6) {
            let count = rng.random_range(1..=4);
            let statuses: Vec<Status> = Status::ALL.choose_multiple(rng, count).copied().collect();
            for status in &statuses {
                query += &format!("scope%5B%5D={}&", status.as_str());
            }
            tests.push(Box::new(move |job| statuses.contains(&job.build.status)));
        }
        if rng.random_bool(0.3) {
            let name = *NAMES.choose(rng).unwrap();
            query += &format!("name={name}&");
            tests.push(Box::new(move |job| job.build.name == name));
        }
        let newest = self.jobs.first().map_or(1, |job| job.build.id.0);
        if rng.random_bool(0.2) {
            let after = moment(rng.random_range(0..=newest));
            query += &format!("created_after={after}&");
            tests.push(Box::new(move |job| job.build.created_at > after));
        }
        if rng.random_bool(0.2) {
            let before = moment(rng.random_range(0..=newest));
            query += &format!("created_before={before}&");
            tests.push(Box::new(move |job| job.build.created_at < before));
        }
        // Not more than some eight pages.
        let fewest = 1 + self.jobs.len() / 8;
        let per_page = [1, 2, 3, 7, 20, 100].choose(rng).unwrap();
        Walk {
            query,
            per_page: fewest.max(*per_page),
            fits: Box::new(move |job| tests.iter().all(|test| test(job))),
        }
    }

    fn expected(&self, walk: &Walk<'_>) -> Vec<u64> {
        let jobs = self.jobs.iter().filter(|job| (walk.fits)(job));
        jobs.map(|job| job.build.id.0).collect()
    }

    async fn page(&self, walk: &Walk<'_>, place: &str) -> Answer {
        let Walk {
            query, per_page, ..
        } = walk;
        let project = self.project;
        let path = format!("/api/v4/projects/{project}/jobs?{query}per_page={per_page}&{place}");
        let answer = self.app.get(&path, &self.caller).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        assert!(answer.ids().len() <= *per_page, "{path}");
        answer
    }

    async fn by_offset(&self, walk: &Walk<'_>) -> Vec<u64> {
        let mut ids = Vec::new();
        let mut page = "1".to_owned();
        loop {
            let answer = self.page(walk, &format!("page={page}")).await;
            ids.extend(answer.ids());
            page = answer.header("x-next-page").unwrap().to_owned();
            if page.is_empty() {
                return ids;
            }
            assert_eq!(
                answer.ids().len(),
                walk.per_page,
                "a short page before the last"
            );
        }
    }

    /// Walks on from a page in the direction of a header; gives the pages behind it.
    async fn by_cursor(&self, walk: &Walk<'_>, from: &Answer, header: &str) -> Vec<Answer> {
        let mut pages: Vec<Answer> = Vec::new();
        while let Some(cursor) = pages.last().unwrap_or(from).header(header) {
            let place = format!("pagination=keyset&cursor={}", cursor.replace('=', "%3D"));
            pages.push(self.page(walk, &place).await);
        }
        pages
    }
}

fn moment(id: u64) -> Time {
    let start = seed::at("2015-12-24T10:00:00Z").microseconds();
    Time::from_microseconds(start + i64::try_from(id).unwrap() * 1_000_000)
}

fn ids<'a>(pages: impl IntoIterator<Item = &'a Answer>) -> Vec<u64> {
    pages.into_iter().flat_map(Answer::ids).collect()
}

#[tokio::test]
async fn every_walk_gives_exactly_the_jobs_that_are_there() {
    for seed in 0..6 {
        let mut rng = StdRng::seed_from_u64(seed);
        let world = World::draw(&mut rng).await;
        for _ in 0..4 {
            let walk = world.draw_walk(&mut rng);
            let case = format!("seed {seed}: {} by {}", walk.query, walk.per_page);
            let expected = world.expected(&walk);

            assert_eq!(world.by_offset(&walk).await, expected, "{case}, by offset");

            let first = world.page(&walk, "pagination=keyset").await;
            assert_eq!(first.header("x-prev-cursor"), None, "{case}");
            let mut pages = world.by_cursor(&walk, &first, "x-next-cursor").await;
            pages.insert(0, first);
            assert_eq!(ids(&pages), expected, "{case}, by key");

            // Back from the last page, and forth again from where that ends.
            let last = pages.last().unwrap();
            let back = world.by_cursor(&walk, last, "x-prev-cursor").await;
            let round = back.iter().rev().chain([last]);
            assert_eq!(ids(round), expected, "{case}, backwards");
            if let Some(start) = back.last() {
                let forth = world.by_cursor(&walk, start, "x-next-cursor").await;
                assert_eq!(
                    ids([start].into_iter().chain(&forth)),
                    expected,
                    "{case}, forth"
                );
            }
        }
    }
}

/// More pipelines that are being written than a page has rows: the page is full all the same.
#[tokio::test]
async fn hidden_pipelines_do_not_shorten_a_page() {
    let app = TestApp::new().await;
    let project = app.add_project(1, |project| project.job_count = 30).await;
    let caller = app.add_member(2, Source::Project(project.id), Role::Developer);
    let caller = caller.await;
    for id in (1..=10).chain(41..=50).chain(91..=100) {
        let pipeline = seed::pipeline(project.id, id, id, 1);
        app.replace(&pipeline);
        app.replace(&seed::job(&pipeline, id, "rspec", Status::Created));
    }
    for id in (11..=40).chain(51..=90).chain(101..=400) {
        let mut pipeline = seed::pipeline(project.id, id, id, 1);
        pipeline.building = true;
        app.replace(&pipeline);
        app.replace(&seed::job(&pipeline, id, "rspec", Status::Created));
    }
    let visible: Vec<u64> = (1..=10).chain(41..=50).chain(91..=100).rev().collect();
    for filter in ["", "&scope=created", "&name=rspec"] {
        for (page, per_page) in [(1, 1), (2, 1), (30, 1), (1, 12), (2, 12), (3, 12)] {
            let place = format!("page={page}&per_page={per_page}");
            let path = format!("/api/v4/projects/1/jobs?{place}{filter}");
            let expected = visible.chunks(per_page).nth(page - 1).unwrap();
            assert_eq!(app.get(&path, &caller).await.ids(), expected, "{path}");
        }
    }
}

/// A pipeline that is published between the project's row and the jobs' pushes rows off
/// the page; the total that was read before knows nothing of a page for them.
#[tokio::test]
async fn a_total_that_is_behind_hides_no_page() {
    let app = TestApp::new().await;
    let project = app.add_project(1, |project| project.job_count = 3).await;
    let caller = app.add_member(2, Source::Project(project.id), Role::Developer);
    let caller = caller.await;
    app.add_pipeline(project.id, 1, 1, &[Status::Success; 5])
        .await;
    let page = app.get("/api/v4/projects/1/jobs?per_page=3", &caller).await;
    assert_eq!(page.ids(), [5, 4, 3]);
    assert_eq!(page.header("x-next-page"), Some("2"));
    assert_eq!(page.header("x-total"), Some("4"));
    assert!(page.link("next").is_some());
    let path = "/api/v4/projects/1/jobs?per_page=3&page=2";
    let page = app.get(path, &caller).await;
    assert_eq!(page.ids(), [2, 1]);
    assert_eq!(page.header("x-next-page"), Some(""));
    assert_eq!(page.header("x-total"), Some("5"));
}
