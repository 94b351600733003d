//! `only` and `except`.

use ci_config::plan::Source;

use crate::world::World;

fn runs(world: &World, keys: &str) -> bool {
    let config = format!("a: {{script: x{keys}}}\nz: {{script: x, rules: [when: always]}}");
    world.names(&config).contains(&"a".to_owned())
}

fn worlds() -> [(&'static str, World); 5] {
    let branch = World {
        reference: "feature-1",
        ..World::default()
    };
    [
        ("branch", branch.clone()),
        (
            "tag",
            World {
                reference: "v1.0",
                is_tag: true,
                ..World::default()
            },
        ),
        (
            "merge request",
            World {
                source: Source::MergeRequestEvent,
                ..branch.clone()
            },
        ),
        (
            "schedule",
            World {
                source: Source::Schedule,
                ..branch.clone()
            },
        ),
        (
            "web",
            World {
                source: Source::Web,
                ..branch
            },
        ),
    ]
}

#[test]
fn refs_stand_for_kinds_of_pipelines() {
    for (keys, expected) in [
        ("", &["branch", "tag", "schedule", "web"][..]),
        (", only: [branches]", &["branch", "schedule", "web"]),
        (", only: [tags]", &["tag"]),
        (", only: [pushes]", &["branch", "tag"]),
        (", only: [push]", &["branch", "tag"]),
        (", only: [merge_requests]", &["merge request"]),
        (", only: [merge_request]", &["merge request"]),
        (", only: [merge_request_events]", &[]),
        (", only: [schedules, web]", &["schedule", "web"]),
        (", only: [feature-1]", &["branch", "schedule", "web"]),
        (", only: [feature]", &[]),
        (", only: [/^feature-/]", &["branch", "schedule", "web"]),
        (", only: [/^FEATURE-/i]", &["branch", "schedule", "web"]),
        (", only: [/^FEATURE-/]", &[]),
        (", only: [/./]", &["branch", "tag", "schedule", "web"]),
        (
            ", only: [branches@group/project]",
            &["branch", "schedule", "web"],
        ),
        (", only: [branches@group/other]", &[]),
        (", only: [/^v/@group/project]", &["tag"]),
        (", except: [tags]", &["branch", "schedule", "web"]),
        (", except: [schedules, /^v/]", &["branch", "web"]),
        (
            ", only: [branches], except: [schedules]",
            &["branch", "web"],
        ),
        (
            ", only: [merge_requests], except: [branches]",
            &["merge request"],
        ),
        (", only: []", &[]),
        (", only: {refs: [tags]}", &["tag"]),
        (", except: {refs: [tags]}", &["branch", "schedule", "web"]),
    ] {
        let run: Vec<_> = (worlds().into_iter())
            .filter(|(_, world)| runs(world, keys))
            .map(|(name, _)| name)
            .collect();
        assert_eq!(run, expected, "{keys}");
    }
}

#[test]
fn each_source_has_its_word() {
    for (source, word) in [
        (Source::Push, "pushes"),
        (Source::Web, "web"),
        (Source::Trigger, "triggers"),
        (Source::Schedule, "schedules"),
        (Source::Api, "api"),
        (Source::External, "external"),
        (Source::Pipeline, "pipelines"),
        (Source::Chat, "chat"),
        (Source::ExternalPullRequestEvent, "external_pull_requests"),
        (Source::ParentPipeline, "parent_pipeline"),
        (
            Source::SecurityOrchestrationPolicy,
            "security_orchestration_policies",
        ),
    ] {
        for other in Source::ALL {
            let world = World {
                source: other,
                ..World::default()
            };
            assert_eq!(
                runs(&world, &format!(", only: [{word}]")),
                other == source,
                "{word} {other:?}"
            );
        }
        assert_eq!(Source::parse(source.as_str()), Some(source));
    }
    assert_eq!(Source::parse("pushes"), None);
}

#[test]
fn all_of_only_and_nothing_of_except() {
    let world = World {
        kubernetes: true,
        changed: Some(vec!["src/a"]),
        ..World::with(&[("A", "1"), ("DIR", "src")])
    };
    for (keys, expected) in [
        ("only: {variables: [$A]}", true),
        ("only: {variables: [$B]}", false),
        ("only: {variables: [$B, $A]}", true),
        ("only: {refs: [tags], variables: [$A]}", false),
        (
            "only: {refs: [main], variables: [$A], changes: [src/*], kubernetes: active}",
            true,
        ),
        ("only: {changes: [doc/*]}", false),
        // Not expanded here.
        ("only: {changes: [$DIR/*]}", false),
        ("except: {variables: [$A]}", false),
        ("except: {variables: [$B]}", true),
        ("except: {refs: [tags], variables: [$B]}", true),
        ("except: {refs: [main], variables: [$B]}", false),
        ("except: {changes: [src/*]}", false),
        ("except: {changes: [doc/*]}", true),
        ("except: {kubernetes: active}", false),
    ] {
        assert_eq!(runs(&world, &format!(", {keys}")), expected, "{keys}");
    }
    let nothing = World::default();
    assert!(!runs(&nothing, ", only: {kubernetes: active}"));
    // What changed is not known: that counts as a change.
    assert!(runs(&nothing, ", only: {changes: [x]}"));
    assert!(!runs(&nothing, ", except: {changes: [x]}"));
}

#[test]
fn workflow_rules_lift_the_default() {
    let world = World {
        source: Source::MergeRequestEvent,
        ..World::default()
    };
    assert_eq!(world.names("a: {script: x}"), Vec::<String>::new());
    let workflow = "workflow: {rules: [when: always]}\n";
    assert_eq!(world.names(&format!("{workflow}a: {{script: x}}")), ["a"]);
    assert_eq!(
        world.names(&format!(
            "{workflow}a: {{script: x, only: [tags]}}\nb: {{script: x}}"
        )),
        ["b"]
    );
}
