//! From text to jobs.

use ci_config::compile::{Compilation, Compiled, Step};
use ci_config::include::{Limits, Source};
use ci_config::{lint, templates, yaml};
use proptest::prelude::*;

use crate::support::{CHECKS, node};
use crate::world::World;

fn compile(world: &World, text: &str) -> (Compiled, Vec<Source>) {
    let compilation = Compilation::new(text.as_bytes(), None, world.root(), Limits::default());
    finish(compilation, world)
}

fn finish(mut compilation: Compilation, world: &World) -> (Compiled, Vec<Source>) {
    let mut asked = Vec::new();
    loop {
        match compilation.step(world, &CHECKS) {
            Step::Done(compiled) => return (*compiled, asked),
            Step::Fetch(sources) => {
                for source in sources {
                    compilation.answer(source.clone(), world.fetch(&source));
                    asked.push(source);
                }
            }
        }
        assert!(asked.len() < 1_000, "this does not end");
    }
}

fn errors(compiled: &Compiled) -> Vec<&str> {
    let errors = compiled.faults.errors.iter();
    errors.map(|fault| fault.text.as_str()).collect()
}

#[test]
fn all_steps_come_in_their_order() {
    // The included file extends what the root defines, and refers to what that extends.
    let world = World::default().local(
        "a.yml",
        "test: {extends: .base, stage: test}\n.scripts: {hello: [echo hello]}\n",
    );
    let root = "
stages: [test]
include: a.yml
.image: {image: ruby}
.base:
  extends: .image
  script:
    - !reference [.scripts, hello]
    - echo bye
";
    let (compiled, asked) = compile(&world, root);
    assert_eq!(errors(&compiled), Vec::<&str>::new());
    assert_eq!(asked.len(), 1);
    let config = compiled.config.expect("a configuration");
    let rows = lint::jobs(&config);
    let script: Vec<_> = rows[0].script.iter().map(|line| &**line).collect();
    assert_eq!((rows.len(), rows[0].name), (1, "test"));
    assert_eq!(script, ["echo hello", "echo bye"]);

    let merged = yaml::write(&compiled.merged.expect("it")).expect("a text");
    assert_eq!(
        merged,
        "---
test:
  image: ruby
  extends: \".base\"
  script:
  - - echo hello
  - echo bye
  stage: test
\".scripts\":
  hello:
  - echo hello
stages:
- \".pre\"
- test
- \".post\"
\".image\":
  image: ruby
\".base\":
  image: ruby
  extends: \".image\"
  script:
  - - echo hello
  - echo bye
"
    );
}

#[test]
fn each_step_has_its_errors() {
    let world = World::default();
    for (root, error) in [
        ("", "Please provide content of .gitlab-ci.yml"),
        (" \n\t", "Please provide content of .gitlab-ci.yml"),
        ("- x", "Invalid configuration format"),
        ("include: a.yml", "Local file `a.yml` does not exist!"),
        ("t: {extends: .a}", "t: unknown keys in `extends` (.a)"),
        (
            "t: {script: [!reference [.a]]}",
            "!reference [\".a\"] could not be found",
        ),
        ("t: {script: []}", "jobs:t script can't be blank"),
    ] {
        let (compiled, _) = compile(&world, root);
        assert_eq!(errors(&compiled), [error], "{root}");
        assert!(compiled.config.is_none());
    }
}

#[test]
fn what_is_merged_shows_when_only_the_keywords_are_wrong() {
    let world = World::default().local("a.yml", "t: {script: x, whatever: y}");
    let (compiled, _) = compile(&world, "include: a.yml");
    assert_eq!(
        errors(&compiled),
        ["jobs:t config contains unknown keys: whatever"]
    );
    assert!(compiled.merged.is_some());
    assert_eq!(compiled.includes.len(), 1);
    assert_eq!(compiled.files.len(), 2);
    let span = compiled.faults.errors[0].span.expect("a place");
    assert_eq!(&*compiled.files[span.file as usize], "a.yml");
}

#[test]
fn each_template_makes_a_pipeline() {
    let mut names = 0;
    for name in templates::names() {
        names += 1;
        let root = format!("include: {{template: {name}}}\n.own: {{script: x}}\n");
        let root = match name.starts_with("Workflows/") {
            true => format!("{root}t: {{script: x}}\n"),
            false => root,
        };
        let (compiled, asked) = compile(&World::default(), &root);
        assert_eq!(errors(&compiled), Vec::<&str>::new(), "{name}");
        assert_eq!(asked, [], "{name} is there");
        let config = compiled.config.expect("a configuration");
        assert!(!config.jobs.is_empty());
        assert_eq!(
            config.workflow.rules.is_some(),
            name.starts_with("Workflows/")
        );
    }
    assert_eq!(names, 7);
}

#[test]
fn a_child_is_what_its_bridge_includes() {
    let mut world = World::default().local("a.yml", "t: {script: x}");
    world.is_child = true;
    (world.others).insert("make:out.yml".to_owned(), "u: {script: x}".to_owned());
    let bridge = node("include: [a.yml, {artifact: out.yml, job: make}]");
    let include = bridge.get("include").expect("it");
    let child = Compilation::of_child(include, world.root(), Limits::default());
    let (compiled, _) = finish(child, &world);
    assert_eq!(errors(&compiled), Vec::<&str>::new());
    let config = compiled.config.expect("a configuration");
    let names: Vec<_> = config.jobs.keys().map(|name| &**name).collect();
    assert_eq!(names, ["t", "u"]);
}

#[test]
fn a_compilation_may_wait_anywhere() {
    fn is_send<T: Send + Sync>() {}
    is_send::<Compiled>();
    is_send::<Step>();
    const fn may_move<T: Send>() {}
    may_move::<Compilation>();
}

#[test]
fn other_templates_are_asked_for() {
    let mut world = World::default();
    (world.others).insert("Own.gitlab-ci.yml".to_owned(), "t: {script: x}".to_owned());
    let (compiled, asked) = compile(&world, "include: {template: Own.gitlab-ci.yml}");
    assert_eq!(errors(&compiled), Vec::<&str>::new());
    assert_eq!(asked.len(), 1);
}

proptest! {
    /// Whatever a root and its files say, it ends with a configuration or an error.
    #[test]
    fn anything_ends(texts in prop::collection::vec(soup(), 4)) {
        let world = (texts[1..].iter().enumerate()).fold(World::default(), |world, (place, text)| {
            world.local(&format!("{}.yml", ["a", "b", "c"][place]), text)
        });
        let (compiled, _) = compile(&world, &texts[0]);
        prop_assert_eq!(compiled.config.is_some(), compiled.faults.errors.is_empty());
    }
}

/// What is nearly a configuration.
fn soup() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        "include: [?[abc]\\.yml]?",
        "include: \\{local: [abc*]\\.yml, rules: \\[\\{if: \\$A\\}\\]\\}",
        "[.]?[ab]: \\{extends: [.]?[abc]\\}",
        "[.]?[ab]: \\{script: \\[!reference \\[[.]?[ab], script\\]\\]\\}",
        "[.]?[ab]: \\{script: x, extends: \\[\\.[ab], \\.[bc]\\]\\}",
        "[ab]: \\{script: x\\}",
        "[a-c:{}\\[\\]&* -]{0,9}",
    ];
    prop::collection::vec(line, 1..5).prop_map(|lines| lines.join("\n"))
}
