//! The corpus in `includes/`: `=== name`, the root file, then sections that begin with `---`.
//! `file PATH` and `file PROJECT@REF PATH` are in repositories, `other NAME` is a template, a
//! URL, a component or `JOB:PATH`; `variables` (`masked NAME` hides its value) and `changed`
//! are lines; `inputs` are the root's. Expected is `merged` or `error`, and with `includes` a line for each row.

use std::fs;
use std::path::Path;

use ci_config::include::{Included, Inclusion, Limits, Missing, Source, Step};
use ci_config::yaml::Documents;
use ci_config::{Node, merge::deep_merge};
use proptest::prelude::*;

use crate::support::{CHECKS, mapping, node, show, string};
use crate::world::{PROJECT, SHA, World, only};

struct Case<'a> {
    root: &'a str,
    inputs: Option<&'a str>,
    world: World,
    merged: Option<&'a str>,
    error: Option<&'a str>,
    includes: Option<&'a str>,
}

fn parse(text: &str) -> Case<'_> {
    let mut sections = text.split("\n--- ");
    let mut case = Case {
        root: sections.next().unwrap_or_default(),
        inputs: None,
        world: World::default(),
        merged: None,
        error: None,
        includes: None,
    };
    case.world = case.world.local(".gitlab-ci.yml", "");
    for section in sections {
        let (title, body) = section.split_once('\n').unwrap_or((section, ""));
        let lines = || body.lines().filter(|line| !line.is_empty());
        match title.split(' ').collect::<Vec<_>>()[..] {
            ["file", path] => case.world = case.world.local(path, body),
            ["file", place, path] => {
                let (project, sha) = place.split_once('@').expect("a reference");
                let place = (project.to_owned(), sha.to_owned());
                let files = case.world.repositories.entry(place).or_default();
                files.insert(path.to_owned(), body.to_owned());
            }
            ["other", name] => {
                case.world.others.insert(name.to_owned(), body.to_owned());
            }
            ["status", code, url] => {
                let missing = Missing::Status {
                    code: code.parse().expect("a number"),
                    attempts: 1,
                };
                case.world.missing.insert(url.to_owned(), missing);
            }
            ["unsupported", name] => {
                let missing = Missing::Unsupported;
                case.world.missing.insert(name.to_owned(), missing);
            }
            ["variables"] => {
                for line in lines() {
                    let (name, value) = line.split_once('=').expect("name=value");
                    let hidden = name.strip_prefix("masked ");
                    case.world.masked.extend(hidden.map(|_| value.to_owned()));
                    let name = hidden.unwrap_or(name).to_owned();
                    case.world.variables.insert(name, value.to_owned());
                }
            }
            ["changed"] => case.world.changed = lines().map(str::to_owned).collect(),
            ["child"] => case.world.is_child = true,
            ["no", "project"] => case.world.without_project = true,
            ["inputs"] => case.inputs = Some(body),
            ["merged"] => case.merged = Some(body),
            ["error"] => case.error = Some(body.trim_end()),
            ["includes"] => case.includes = Some(body.trim_end()),
            ref other => panic!("an unknown section {other:?}"),
        }
    }
    case
}

fn row(row: &Included) -> String {
    let mut text = format!("{} {}", row.kind.as_str(), row.location);
    if let Some((place, path)) = &row.file {
        text += &format!(" is {}@{} {path}", place.project, place.sha);
    }
    for (key, node) in &row.extra {
        text += &format!(" {key}={}", show(node));
    }
    if let Some(place) = &row.context {
        text += &format!(" in {}@{}", place.project, place.sha);
    }
    text
}

#[test]
fn every_case_includes_what_gitlab_includes() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/compile/includes");
    let mut wrong = Vec::new();
    let mut count = 0;
    for file in fs::read_dir(folder).expect("the corpus") {
        let text = fs::read_to_string(file.expect("a file").path()).expect("text");
        for text in text.split("\n=== ").skip(1) {
            count += 1;
            let (name, text) = text.split_once('\n').expect("a name and more");
            let case = parse(text);
            assert!(
                case.merged.is_some() != case.error.is_some(),
                "{name} expects nothing, or two things"
            );
            let documents = Documents::read(case.root.as_bytes(), 0).expect(name);
            let inputs = case.inputs.map(node);
            let root = case.world.root();
            let inclusion = Inclusion::new(documents, inputs.as_ref(), root, Limits::default());
            let (result, _) = case.world.follow(inclusion);
            let (found, expected) = match &result {
                Ok(done) => (
                    show(&done.content),
                    case.merged.map(|text| show(&node(text))),
                ),
                Err(fault) => (fault.text.clone(), case.error.map(str::to_owned)),
            };
            if Some(&found) != expected.as_ref() {
                wrong.push(format!("{name}:\n  {found}\n  not {expected:?}"));
            }
            if let (Ok(done), Some(expected)) = (&result, case.includes) {
                let rows: Vec<_> = done.includes.iter().map(row).collect();
                if rows.join("\n") != expected {
                    wrong.push(format!("{name}:\n{}\nnot\n{expected}", rows.join("\n")));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 60, "only {count} cases were read");
}

/// A file that includes others, as `f1/` and so on, before it adds its own.
#[derive(Clone, Debug)]
struct Tree {
    value: String,
    children: Vec<Tree>,
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = "[a-z]{3}".prop_map(|value| Tree {
        value,
        children: Vec::new(),
    });
    leaf.prop_recursive(4, 30, 4, |inner| {
        ("[a-z]{3}", prop::collection::vec(inner, 0..4))
            .prop_map(|(value, children)| Tree { value, children })
    })
}

impl Tree {
    fn keys(&self, name: &str) -> Node {
        let [first, rest] = self.value.split_at(1).into();
        mapping([
            (
                "variables",
                mapping([(first, string(rest)), (rest, string(first))]),
            ),
            (name, string(&self.value)),
        ])
    }

    fn write(&self, name: &str, world: World) -> World {
        let includes: Vec<_> = (0..self.children.len())
            .map(|place| format!("{name}{place}.yml"))
            .collect();
        let [first, rest] = self.value.split_at(1).into();
        let mut text = format!(
            "variables: {{\"{first}\": \"{rest}\", \"{rest}\": \"{first}\"}}\n{name}: \"{}\"\n",
            self.value
        );
        if !includes.is_empty() {
            text += &format!("include: [{}]\n", includes.join(", "));
        }
        let world = world.local(&format!("{name}.yml"), &text);
        (self.children.iter().enumerate()).fold(world, |world, (place, child)| {
            child.write(&format!("{name}{place}"), world)
        })
    }

    fn flat(&self, name: &str) -> Node {
        let children = self.children.iter().enumerate();
        let below = children.fold(mapping::<&str>([]), |below, (place, child)| {
            deep_merge(below, &child.flat(&format!("{name}{place}")))
        });
        deep_merge(below, &self.keys(name))
    }

    fn depth(&self) -> usize {
        1 + self.children.iter().map(Self::depth).max().unwrap_or(0)
    }

    fn count(&self) -> usize {
        1 + self.children.iter().map(Self::count).sum::<usize>()
    }
}

proptest! {
    #[test]
    fn a_tree_is_what_its_files_come_to_when_merged_by_hand(tree in tree()) {
        let world = tree.write("f", World::default());
        let root = node("include: f.yml");
        let (result, rounds) = world.include(root, Limits::default());
        let done = result.expect("no error");
        prop_assert_eq!(show(&done.content), show(&tree.flat("f")));
        prop_assert_eq!(done.includes.len(), tree.count());
        // All of one level are asked for at once, and nothing twice.
        prop_assert_eq!(rounds.len(), tree.depth());
        prop_assert_eq!(rounds.concat().len(), tree.count());
    }
}

fn includes(count: usize) -> World {
    let files = (0..count).map(|place| format!("f{place}.yml"));
    let list: Vec<_> = files.clone().collect();
    let world = World::default().local("all.yml", &format!("include: [{}]", list.join(", ")));
    files.fold(world, |world, file| world.local(&file, "a: b"))
}

#[test]
fn there_may_be_150() {
    for (count, fits) in [(149, true), (150, false)] {
        let (result, _) = includes(count).include(node("include: all.yml"), Limits::default());
        match result {
            Ok(done) => assert!(fits && done.includes.len() == 150),
            Err(fault) => {
                assert!(!fits);
                assert_eq!(fault.text, "Maximum of 150 nested includes are allowed!");
            }
        }
    }
}

#[test]
fn what_includes_itself_ends() {
    let rings = [
        World::default().local("a.yml", "include: a.yml"),
        World::default()
            .local("a.yml", "include: [b.yml, b.yml]")
            .local("b.yml", "include: a.yml"),
    ];
    for world in rings {
        let (result, rounds) = world.include(node("include: a.yml"), Limits::default());
        let text = result.expect_err("too many").text;
        assert_eq!(text, "Maximum of 150 nested includes are allowed!");
        assert!(rounds.len() <= 2, "files are fetched once");
    }
}

#[test]
fn a_chain_of_150_is_followed() {
    let world = (0..150).fold(World::default(), |world, place| {
        let next = match place {
            149 => String::new(),
            _ => format!("include: f{}.yml\n", place + 1),
        };
        world.local(&format!("f{place}.yml"), &format!("{next}k{place}: x"))
    });
    let (result, _) = world.include(node("include: f0.yml"), Limits::default());
    let content = result.expect("no error").content;
    assert_eq!(content.as_mapping().map(|keys| keys.len()), Some(150));
}

#[test]
fn all_together_may_not_be_too_big() {
    let text = format!("a: {}", "x".repeat(600));
    let world = World::default().local("a.yml", &text).local("b.yml", &text);
    let limits = |bytes| Limits {
        bytes,
        ..Limits::default()
    };
    let too_big = "Total size of combined CI/CD configuration is too big";
    for (root, bytes, fits) in [
        ("include: [a.yml, b.yml]", 1_300, true),
        ("include: [a.yml, b.yml]", 1_000, false),
        // Each time counts, as in GitLab.
        ("include: [a.yml, a.yml, a.yml]", 1_300, false),
    ] {
        let error = world.include(node(root), limits(bytes)).0.err();
        let text = error.map(|fault| fault.text);
        assert_eq!(
            text.as_deref(),
            (!fits).then_some(too_big),
            "{root} {bytes}"
        );
    }
}

#[test]
fn questions_about_other_projects_end() {
    let rules: Vec<_> = (0..2_000)
        .map(|place| {
            format!("- {{local: a.yml, rules: [{{exists: {{paths: [x], project: p{place}}}}}]}}")
        })
        .collect();
    let world = World::default().local("a.yml", "a: b");
    let root = node(&format!("include:\n{}", rules.join("\n")));
    let text = world
        .include(root, Limits::default())
        .0
        .expect_err("too many")
        .text;
    assert_eq!(text, "Request timed out when fetching configuration files.");
}

#[test]
fn each_reason_has_its_words() {
    let url = "https://example.com/a.yml";
    let remote = format!("include: {url}");
    for (root, missing, text) in [
        (
            &*remote,
            Missing::Status {
                code: 502,
                attempts: 3,
            },
            "Remote file `https://example.com/a.yml` could not be fetched after 3 attempts because of HTTP code `502` error!",
        ),
        (
            &remote,
            Missing::TimedOut { attempts: 3 },
            "Remote file `https://example.com/a.yml` could not be fetched after 3 attempts because of a timeout error!",
        ),
        (
            &remote,
            Missing::Unreachable { attempts: 3 },
            "Remote file `https://example.com/a.yml` could not be fetched after 3 attempts because of a socket error!",
        ),
        (
            &remote,
            Missing::Integrity,
            "Remote file `https://example.com/a.yml` failed integrity check!",
        ),
        (
            &remote,
            Missing::File,
            "Remote file `https://example.com/a.yml` could not be fetched because the response was empty!",
        ),
        (
            &remote,
            Missing::Because("Remote file could not be fetched because blocked!".to_owned()),
            "Remote file could not be fetched because blocked!",
        ),
        (
            "include: {artifact: a.yml, job: build}",
            Missing::Job,
            "Job `build` not found in parent pipeline or does not have artifacts!",
        ),
        (
            "include: {local: a.yml}",
            Missing::Project,
            "Local file `a.yml` does not exist!",
        ),
    ] {
        let mut inclusion = Inclusion::new(
            only(node(root)),
            None,
            World {
                is_child: true,
                ..World::default()
            }
            .root(),
            Limits::default(),
        );
        let world = World::default();
        let Step::Fetch(sources) = inclusion.step(&world, &CHECKS) else {
            panic!("{root} needs something");
        };
        for source in sources {
            inclusion.answer(source, Err(missing.clone()));
        }
        let Step::Done(Err(fault)) = inclusion.step(&world, &CHECKS) else {
            panic!("{root} is an error");
        };
        assert_eq!(fault.text, text);
    }
}

#[test]
fn searching_ends() {
    let world = includes(100);
    for (entry, comparisons) in [
        ("{local: 'x*PLACE'}", 100),
        // Begins and ends as the files do: to go along one is more than one comparison.
        ("{local: 'f*a*a*a*a*PLACE*.yml'}", 290),
        ("{local: all.yml, rules: [{exists: [x, y, z]}]}", 300),
    ] {
        for (count, fits) in [(80, true), (120, false)] {
            let entries: Vec<_> = (0..count)
                .map(|place| format!("- {}", entry.replace("PLACE", &place.to_string())))
                .collect();
            let root = node(&format!("include:\n{}", entries.join("\n")));
            let limits = Limits {
                comparisons: 101 * comparisons,
                ..Limits::default()
            };
            let error = world.include(root, limits).0.err();
            let text = "Request timed out when fetching configuration files.";
            let expected = (!fits).then_some(text);
            assert_eq!(error.as_ref().map(|fault| fault.text.as_str()), expected);
        }
    }
}

/// For each of some rules a pattern of ten thousand states, or a glob of as many texts.
#[test]
fn searches_in_rules_end() {
    let world = World::default().local("a.yml", "a: {script: x}");
    let glob = format!("{{exists: ['{}/N']}}", "{a,b}".repeat(12));
    for (rule, count, fits) in [
        ("{if: '$A =~ /\\pL{4}N/'}", 100, true),
        ("{if: '$A =~ /\\pL{4}N/'}", 1_000, false),
        (&glob, 4, true),
        (&glob, 50, false),
    ] {
        let rules = (0..count).map(|n| rule.replace('N', &n.to_string()));
        let rules = rules.collect::<Vec<_>>().join(", ");
        let root = node(&format!("include: {{local: a.yml, rules: [{rules}]}}"));
        let error = world.include(root, Limits::default()).0.err();
        let text = "Request timed out when fetching configuration files.";
        let expected = (!fits).then_some(text);
        assert_eq!(error.as_ref().map(|fault| fault.text.as_str()), expected);
    }
}

#[test]
fn the_way_of_asking_does_not_matter() {
    // Answers one at a time, in any order, give the same.
    let world = includes(20).local("more.yml", "include: 'f*.yml'\nmore: x");
    let root = node("include: [f3.yml, all.yml, more.yml]");
    let (expected, _) = world.include(root.clone(), Limits::default());
    let expected = show(&expected.expect("no error").content);
    let mut inclusion = Inclusion::new(only(root), None, world.root(), Limits::default());
    loop {
        match inclusion.step(&world, &CHECKS) {
            Step::Done(result) => {
                assert_eq!(show(&result.expect("no error").content), expected);
                return;
            }
            Step::Fetch(sources) => {
                let source: &Source = sources.last().expect("a source");
                inclusion.answer(source.clone(), world.fetch(source));
            }
        }
    }
}

#[test]
fn an_error_is_where_the_include_stands() {
    let root = node("t: {script: x}\ninclude:\n  - local: a.yml\n");
    let (result, _) = World::default()
        .local("b.yml", "")
        .include(root, Limits::default());
    let span = result.expect_err("an error").span.expect("a place");
    assert_eq!((span.file, span.line), (0, 3));
    assert_eq!((PROJECT, SHA), ("group/main", "abc"));
}
