//! Ids as `git` gives them, and what changes do to files.

use std::collections::BTreeMap;

use bytes::Bytes;
use proptest::prelude::*;

use super::changes::apply;
use super::*;

const SECONDS: i64 = 1_450_980_000;

fn oid(text: &str) -> Oid {
    Oid::parse(text).unwrap()
}

fn change(path: &str, operation: Operation) -> Change {
    Change {
        path: path.to_owned(),
        operation,
        last_commit: None,
    }
}

fn text(text: &str) -> Content {
    Content {
        bytes: Bytes::copy_from_slice(text.as_bytes()),
        executable: None,
    }
}

fn create(path: &str, content: &str) -> Change {
    change(path, Operation::Create(text(content)))
}

/// The files with which the ids below were computed.
fn files() -> Snapshot {
    let script = Operation::Create(Content {
        bytes: Bytes::from_static(b"#!/bin/sh\n"),
        executable: Some(true),
    });
    let changes = [
        create("README.md", "hello\n"),
        create("a/b/empty", ""),
        create("a.b", "x"),
        change("a/run.sh", script),
        create("a0", "y"),
        create("a.d/f", "z"),
        create("ü ñ", "ü"),
    ];
    apply(&Snapshot::default(), &changes).unwrap().snapshot
}

fn signature(name: &str, email: &str) -> Signature {
    Signature::new(
        name,
        email,
        Time::from_microseconds(SECONDS * 1_000_000 + 999_999),
    )
}

/// Computed by `git hash-object`, `write-tree`, `commit-tree` and `mktag`.
#[test]
fn ids_are_those_of_git() {
    let empty = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
    assert_eq!(Oid::of_blob(b"").to_string(), empty);
    let second = "e019be006cf33489e2d0177a3837a2384eddebc5";
    assert_eq!(Oid::of_blob(b"second\n").to_string(), second);
    let no_files = Snapshot::default().tree_id();
    assert_eq!(
        no_files.to_string(),
        "4b825dc642cb6eb9a060e54bf8d69288fbee4904"
    );

    let tree = files().tree_id();
    assert_eq!(tree.to_string(), "1c9cd3a17ce578b090f6f4c17913be70e64c3cde");
    let author = signature(" Ann <Author>", "<ann@example.com>\n");
    let committer = signature("Administrator", "root@example.com");
    let first = Oid::of_commit(tree, &[], &author, &committer, "First\n\nbody");
    assert_eq!(
        first.to_string(),
        "ea5e3fa28a0f31a013cb94725d55d290b34a073d"
    );

    let update = change("README.md", Operation::Update(text("second\n")));
    let tree = apply(&files(), &[update]).unwrap().snapshot.tree_id();
    assert_eq!(tree.to_string(), "e211fd4c89e3eb5f0db39c1719a63b8cf036267c");
    let second = Oid::of_commit(tree, &[first], &author, &committer, "Second\n");
    assert_eq!(
        second.to_string(),
        "1e7507aebd50f6bfbc7cd4506e7d4628ece3d93e"
    );

    let tag = TagObject::new(first, "v1", &committer, "Release");
    assert_eq!(
        tag.id.to_string(),
        "3e467803a12375351ed2bffa6a8ec9b30aad31bf"
    );
}

/// As `git ls-tree` prints it.
#[test]
fn directories_are_those_of_git() {
    let printed = |directory: &str, recursive: bool| -> Vec<String> {
        let entries = files().entries(directory, recursive).into_iter();
        let line = |entry: Entry| {
            format!(
                "{} {} {}",
                entry.kind.mode(),
                &entry.id.to_string()[..8],
                entry.path
            )
        };
        entries.map(line).collect()
    };
    let root = [
        "100644 ce013625 README.md",
        "100644 c1b0730e a.b",
        "040000 33e39f36 a.d",
        "040000 05c889b0 a",
        "100644 e25f1814 a0",
        "100644 99fe40df ü ñ",
    ];
    assert_eq!(printed("", false), root);
    let below = ["040000 417c01c8 a/b", "100755 1a248525 a/run.sh"];
    assert_eq!(printed("a", false), below);
    assert_eq!(printed("/a/", false), below);
    assert_eq!(printed("a/b", true), ["100644 e69de29b a/b/empty"]);
    let all = printed("", true);
    assert_eq!(all.len(), 10);
    assert_eq!(
        all[4..7],
        [
            "040000 05c889b0 a",
            "040000 417c01c8 a/b",
            "100644 e69de29b a/b/empty"
        ]
    );
    for nothing in ["README.md", "c", "a/b/empty", ".."] {
        assert_eq!(printed(nothing, true), [""; 0], "{nothing}");
    }
}

#[test]
fn snapshots_are_read_as_they_were_written() {
    let files = files();
    let stored = files.to_bytes().unwrap();
    assert_eq!(Snapshot::of_bytes(&stored).unwrap(), files);
    let paths = ["a", "ü/b"];
    let stored = snapshot::deflate_paths(&paths).unwrap();
    assert_eq!(snapshot::inflate_paths(&stored).unwrap(), paths);
    assert!(Snapshot::of_bytes(b"no list").is_err());
}

#[test]
fn changes_that_are_refused() {
    const THERE: &str = "A file with this name already exists";
    const DIRECTORY: &str = "A directory with this name already exists";
    const NOT_THERE: &str = "A file with this name doesn't exist";
    let moved = |from: &str, to: &str| {
        let from = from.to_owned();
        change(
            to,
            Operation::Move {
                from,
                content: None,
            },
        )
    };
    let delete = |path: &str| change(path, Operation::Delete);
    let chmod = |path: &str| change(path, Operation::Chmod { executable: true });
    for (changes, expected) in [
        (vec![create("README.md", "")], THERE),
        (vec![create("README.md/x", "")], THERE),
        (vec![create("a/run.sh/x/y", "")], THERE),
        (vec![create("a", "")], DIRECTORY),
        (vec![create("a/b", "")], DIRECTORY),
        (vec![create("n", ""), create("n", "")], THERE),
        (vec![change("n", Operation::Update(text("")))], NOT_THERE),
        (vec![change("a", Operation::Update(text("")))], NOT_THERE),
        (vec![delete("n")], NOT_THERE),
        (vec![delete("a")], NOT_THERE),
        (vec![delete("a0"), delete("a0")], NOT_THERE),
        (vec![chmod("n")], NOT_THERE),
        (vec![moved("n", "m")], NOT_THERE),
        (vec![moved("a0", "a.b")], THERE),
        (vec![moved("a0", "a")], DIRECTORY),
    ] {
        let found = apply(&files(), &changes).map(|_| ());
        assert_eq!(found, Err(expected.to_owned()), "{changes:?}");
    }
}

#[test]
fn a_path_that_somebody_changed_since_is_not_changed() {
    let mut before = files();
    let commit = oid("ea5e3fa28a0f31a013cb94725d55d290b34a073d");
    before.files.get_mut("a0").unwrap().last_commit = commit;
    let expecting = |commit: &str| Change {
        last_commit: Some(commit.to_owned()),
        ..change("a0", Operation::Update(text("new")))
    };
    assert!(apply(&before, &[expecting(&commit.to_string())]).is_ok());
    let text = "You are attempting to update a file that has changed since you started editing it.";
    let found = apply(&before, &[expecting(ZERO_SHA)]).map(|_| ());
    assert_eq!(found, Err(text.to_owned()));
}

#[test]
fn limits_of_a_repository() {
    let many = (0..=MAX_FILES).map(|number| create(&number.to_string(), ""));
    let many: Vec<Change> = many.collect();
    assert!(apply(&Snapshot::default(), &many[..MAX_FILES]).is_ok());
    assert!(apply(&Snapshot::default(), &many).is_err());
    let long = (0..300).map(|number| create(&format!("{}{number}", "x".repeat(1_000)), ""));
    assert!(apply(&Snapshot::default(), &long.collect::<Vec<_>>()).is_err());
}

proptest! {
    /// Changes that are not refused do what their names say, one after another.
    #[test]
    fn changes_by_a_plain_model(steps in prop::collection::vec((0..5_u8, 0..4_usize, 0..4_usize), 0..12)) {
        const PATHS: [&str; 4] = ["a", "b", "c/d", "c/e"];
        let mut model: BTreeMap<&str, (String, bool)> = BTreeMap::new();
        let mut changes = Vec::new();
        for (number, (kind, one, other)) in steps.into_iter().enumerate() {
            let (path, from) = (PATHS[one], PATHS[other]);
            let content = number.to_string();
            match (kind, model.contains_key(path)) {
                (0, false) => {
                    changes.push(create(path, &content));
                    model.insert(path, (content, false));
                }
                (1, true) => {
                    changes.push(change(path, Operation::Update(text(&content))));
                    model.get_mut(path).unwrap().0 = content;
                }
                (2, true) => {
                    changes.push(change(path, Operation::Delete));
                    model.remove(path);
                }
                (3, true) => {
                    changes.push(change(path, Operation::Chmod { executable: true }));
                    model.get_mut(path).unwrap().1 = true;
                }
                (4, false) => {
                    if let Some(file) = model.remove(from) {
                        let from = from.to_owned();
                        changes.push(change(path, Operation::Move { from, content: None }));
                        model.insert(path, file);
                    }
                }
                _ => {}
            }
        }
        let applied = apply(&Snapshot::default(), &changes).unwrap();
        let found: Vec<_> = applied.snapshot.files.iter()
            .map(|(path, file)| (path.as_str(), file.id, file.executable))
            .collect();
        let expected: Vec<_> = model.iter()
            .map(|(path, (content, executable))| (*path, Oid::of_blob(content.as_bytes()), *executable))
            .collect();
        prop_assert_eq!(found, expected);
        let differing = Snapshot::default().changed_paths(&applied.snapshot);
        prop_assert_eq!(differing, model.into_keys().collect::<Vec<_>>());
    }
}
