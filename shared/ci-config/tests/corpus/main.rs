//! Whole configurations, one in each folder, and what becomes of them: `plan.txt`, which
//! was read against GitLab's rules line by line.
//!
//! `BLESS=1 cargo test -p ci-config --test corpus` writes them anew. Read what changed.
#![expect(
    clippy::expect_used,
    reason = "test support: what is not as expected should stop the test at once"
)]

use std::fs;

mod case;
mod keywords;
mod parts;
mod show;

use case::{Case, folders};

#[test]
fn every_configuration_has_its_plan() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = String::new();
    for folder in folders() {
        let shown = show::show(&Case::read(&folder));
        let path = folder.join("plan.txt");
        if bless {
            fs::write(&path, &shown).expect("a plan written");
            continue;
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if shown != expected {
            let name = folder.file_name().expect("a name").display();
            wrong.push_str(&format!("\n{name}\n{}", difference(&expected, &shown)));
        }
    }
    assert!(
        wrong.is_empty(),
        "these plans are not as expected (-), but other (+):\n{wrong}"
    );
}

/// The lines that only one side has, in their places.
fn difference(expected: &str, found: &str) -> String {
    let (left, right): (Vec<_>, Vec<_>) = (expected.lines().collect(), found.lines().collect());
    // The longest common part of each pair of ends.
    let mut common = vec![vec![0_usize; right.len() + 1]; left.len() + 1];
    for (i, one) in left.iter().enumerate().rev() {
        for (j, other) in right.iter().enumerate().rev() {
            common[i][j] = match one == other {
                true => common[i + 1][j + 1] + 1,
                false => common[i + 1][j].max(common[i][j + 1]),
            };
        }
    }
    let mut out = String::new();
    let (mut i, mut j) = (0, 0);
    while i < left.len() || j < right.len() {
        if i < left.len() && j < right.len() && left[i] == right[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == right.len() || (i < left.len() && common[i + 1][j] >= common[i][j + 1]) {
            out.push_str(&format!("  - {}\n", left[i]));
            i += 1;
        } else {
            out.push_str(&format!("  + {}\n", right[j]));
            j += 1;
        }
    }
    out
}
