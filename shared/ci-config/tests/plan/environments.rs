//! Where jobs deploy to, and what they do not do at the same time.

use ci_config::variables::Origin;

use crate::world::World;

#[test]
fn names_and_groups_are_expanded_whole() {
    let mut world = World::with(&[("BRANCH", "main"), ("CI_COMMIT_REF_SLUG", "main")]);
    world
        .variables
        .push(("HOST", "$SUB.example.com", Origin::Project));
    let plan = world.planned(
        "variables: {SUB: $BRANCH}
a:
  script: x
  environment:
    name: review/$SUB$UNKNOWN
    url: https://$HOST/$CI_ENVIRONMENT_SLUG/$CI_ENVIRONMENT_NAME
  resource_group: group-$CI_ENVIRONMENT_NAME
b: {script: x, environment: production, resource_group: $UNKNOWN}
c: {script: x}",
    );
    let environment = plan.jobs[0].environment.as_ref().expect("an environment");
    assert_eq!(&*environment.name, "review/main");
    assert_eq!(
        environment.url.as_deref(),
        Some("https://main.example.com/$CI_ENVIRONMENT_SLUG/review/main")
    );
    assert_eq!(
        plan.jobs[0].resource_group.as_deref(),
        Some("group-review/main")
    );
    let environment = plan.jobs[1].environment.as_ref().expect("an environment");
    assert_eq!(
        (&*environment.name, &environment.url),
        ("production", &None)
    );
    assert_eq!(plan.jobs[1].resource_group, None);
    assert_eq!(plan.jobs[2].environment, None);
}

#[test]
fn names_see_the_variables_of_the_rule() {
    let world = World::with(&[("A", "1")]);
    let plan = world.planned(
        "a:
  script: x
  variables: {WHERE: staging}
  environment: $WHERE
  rules: [{if: $A, variables: {WHERE: production}}]",
    );
    let environment = plan.jobs[0].environment.as_ref().expect("an environment");
    assert_eq!(&*environment.name, "production");
}
