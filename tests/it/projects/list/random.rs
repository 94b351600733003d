//! Random worlds against a list made here: whichever way it is walked, it has exactly the
//! projects that the caller may see and asked for.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use switchyard::ids::{GroupId, ProjectId, UserId};
use switchyard::member::{Role, Source};
use switchyard::project::{Group, Namespace, Project, Visibility};
use switchyard_local::seed::{self, at};
use switchyard_tests::{Caller, TestApp};

const VISIBILITIES: [Visibility; 3] = [
    Visibility::Private,
    Visibility::Internal,
    Visibility::Public,
];

const USERS: std::ops::RangeInclusive<u64> = 2..=4;

struct World {
    app: TestApp,
    /// All but the deleted ones, newest first.
    projects: Vec<Project>,
    members: Vec<(Source, UserId, Role)>,
    callers: Vec<(Option<UserId>, Caller)>,
}

impl World {
    async fn draw(rng: &mut StdRng) -> Self {
        let app = TestApp::new().await;
        let mut callers = vec![
            (None, Caller::Nobody),
            (Some(UserId(1)), app.administrator().await),
        ];
        for id in USERS {
            let caller = app.add_user(&seed::user(id, &format!("user{id}"))).await;
            callers.push((Some(UserId(id)), caller));
        }
        let mut groups: Vec<Group> = Vec::new();
        for id in 10..16 {
            let parent = groups.choose(rng).filter(|_| rng.random_bool(0.6)).cloned();
            let mut group = seed::group(
                id,
                &parent.iter().collect::<Vec<_>>(),
                &format!("group{id}"),
            );
            if let Some(parent) = parent {
                group.ancestors = [&parent.ancestors[..], &[parent.id]].concat();
            }
            group.visibility = Visibility::Public;
            app.seed.put_group(&group).await.unwrap();
            groups.push(group);
        }
        let (mut projects, mut members) = (Vec::new(), Vec::new());
        let mut id = 0;
        for _ in 0..rng.random_range(20..60) {
            id += rng.random_range(1..4);
            let project = draw_project(rng, id, &groups);
            app.seed.put_project(&project).await.unwrap();
            if rng.random_bool(0.2) {
                members.push(Source::Project(project.id));
            }
            projects.extend(project.deleted_at.is_none().then_some(project));
        }
        projects.reverse();
        members.extend(
            groups
                .iter()
                .filter(|_| rng.random_bool(0.4))
                .map(|group| Source::Group(group.id)),
        );
        let members = members.into_iter().map(|source| {
            let user = UserId(rng.random_range(USERS));
            (source, user, *Role::ALL.choose(rng).unwrap())
        });
        let members: Vec<_> = members.collect();
        for (source, user, role) in &members {
            app.replace(&seed::member(*source, *user, *role));
        }
        Self {
            app,
            projects,
            members,
            callers,
        }
    }

    fn role(&self, user: UserId, project: &Project) -> Option<Role> {
        let counts = |source: &Source| match source {
            Source::Project(id) => *id == project.id,
            Source::Group(id) => project.ancestors().contains(id),
        };
        let members = self.members.iter();
        let members = members.filter(|(source, member, _)| *member == user && counts(source));
        members.map(|(_, _, role)| *role).max()
    }

    fn sees(&self, user: Option<UserId>, project: &Project) -> bool {
        match (user, project.visibility) {
            (_, Visibility::Public) => true,
            (None, _) => false,
            (Some(user), Visibility::Internal) => user != UserId(0),
            (Some(user), Visibility::Private) => {
                user == UserId(1) || self.role(user, project).is_some()
            }
        }
    }

    async fn walk(&self, path: &str, caller: &Caller) -> Vec<u64> {
        let (mut ids, mut next) = (Vec::new(), Some(path.to_owned()));
        while let Some(path) = next {
            let answer = self.app.get(&path, caller).await;
            assert_eq!(answer.status, 200, "{path}: {answer:?}");
            ids.extend(answer.ids());
            next = answer.link("next");
        }
        ids
    }
}

fn draw_project(rng: &mut StdRng, id: u64, groups: &[Group]) -> Project {
    let group = groups.choose(rng).unwrap();
    let ancestors = [&group.ancestors[..], &[group.id]].concat();
    let mut project = seed::project(id, &ancestors, &format!("{}/project{id}", group.full_path));
    if rng.random_bool(0.2) {
        let user_id = UserId(rng.random_range(USERS));
        project.namespace = Namespace::User { user_id };
        project.full_path = format!("user{user_id}/project{id}");
    }
    project.visibility = *VISIBILITIES.choose(rng).unwrap();
    project.archived = rng.random_bool(0.3);
    project.deleted_at = rng.random_bool(0.2).then(|| at("2015-12-24T17:00:00Z"));
    project
}

const WAYS: [&str; 4] = [
    "",
    "sort=asc&",
    "order_by=id&pagination=keyset&",
    "order_by=id&pagination=keyset&sort=asc&",
];

type Test<'a> = Box<dyn Fn(&Project) -> bool + 'a>;

/// Lists, and which of the projects that the caller sees are in them.
fn lists<'a>(world: &'a World, user: Option<UserId>) -> Vec<(String, Test<'a>)> {
    let role = move |project: &Project| world.role(user?, project);
    let mut lists: Vec<(String, Test<'a>)> = vec![
        ("projects?".to_owned(), Box::new(|_| true)),
        (
            "projects?archived=true&".to_owned(),
            Box::new(|it| it.archived),
        ),
        (
            "projects?id_after=20&id_before=70&".to_owned(),
            Box::new(|it| it.id > ProjectId(20) && it.id < ProjectId(70)),
        ),
        (
            "projects?membership=true&".to_owned(),
            Box::new(move |it| role(it).is_some()),
        ),
        (
            "projects?owned=true&".to_owned(),
            Box::new(move |it| role(it) >= Some(Role::Owner)),
        ),
        (
            "projects?min_access_level=30&".to_owned(),
            Box::new(move |it| role(it) >= Some(Role::Developer)),
        ),
        (
            "users/3/projects?".to_owned(),
            Box::new(|it| it.namespace == Namespace::User { user_id: UserId(3) }),
        ),
    ];
    for id in [10, 11, 14] {
        lists.push((
            format!("groups/{id}/projects?"),
            Box::new(move |it| it.ancestors().last() == Some(&GroupId(id))),
        ));
        lists.push((
            format!("groups/{id}/projects?include_subgroups=true&"),
            Box::new(move |it| it.ancestors().contains(&GroupId(id))),
        ));
    }
    lists
}

#[tokio::test]
async fn every_walk_gives_exactly_the_projects_that_are_meant() {
    for seed in 0..3 {
        let mut rng = StdRng::seed_from_u64(seed);
        let world = World::draw(&mut rng).await;
        for _ in 0..20 {
            let (user, caller) = world.callers.choose(&mut rng).unwrap();
            let lists = lists(&world, *user);
            let (list, fits) = lists.choose(&mut rng).unwrap();
            let way = *WAYS.choose(&mut rng).unwrap();
            let shown = world.projects.iter();
            let shown = shown.filter(|it| world.sees(*user, it) && fits(it));
            let mut expected: Vec<u64> = shown.map(|project| project.id.0).collect();
            if way.contains("asc") {
                expected.reverse();
            }
            let per_page = rng.random_range(1..=12).max(1 + expected.len() / 4);
            let path = format!("/api/v4/{list}{way}per_page={per_page}");
            let found = world.walk(&path, caller).await;
            assert_eq!(found, expected, "seed {seed}: {path} as {user:?}");
        }
    }
}
