//! The automaton of a pattern. It is built when it is first searched with: configurations
//! have many more patterns than one pipeline looks at, and to read one is cheap.

use std::sync::OnceLock;

use regex_automata::meta::Regex;
use regex_syntax::hir::{Capture, Class, Hir, HirKind, Repetition};
use regex_syntax::utf8::Utf8Sequences;

/// How many states an automaton may have, about: one takes a megabyte and some milliseconds.
const MAX_STATES: usize = 80_000;
/// Of what a search may remember.
const MAX_CACHE_BYTES: usize = 512 * 1024;

#[derive(Clone, Debug)]
pub(super) struct Program {
    hir: Hir,
    states: usize,
    /// None is what the bound on states should have refused. It matches nothing.
    regex: OnceLock<Option<Regex>>,
}

impl Program {
    /// None if the text, in the syntax of the `regex` crate, is no pattern, or one that is
    /// too big.
    pub(super) fn read(text: &str) -> Option<Self> {
        let hir = regex_syntax::parse(text).ok()?;
        let states = states(&hir);
        if states > MAX_STATES {
            return None;
        }
        let groups = hir.properties().explicit_captures_len();
        let hir = without_groups(hir, u32::try_from(groups).ok()?);
        let regex = OnceLock::new();
        Some(Self { hir, states, regex })
    }

    pub(super) const fn states(&self) -> usize {
        self.states
    }

    pub(super) fn is_built(&self) -> bool {
        self.regex.get().is_some()
    }

    pub(super) fn regex(&self) -> Option<&Regex> {
        let config = Regex::config()
            .nfa_size_limit(None)
            .hybrid_cache_capacity(MAX_CACHE_BYTES);
        let mut builder = Regex::builder();
        let build = || builder.configure(config).build_from_hir(&self.hir).ok();
        self.regex.get_or_init(build).as_ref()
    }
}

/// How many states it takes, about. What is repeated is there as often as that.
fn states(hir: &Hir) -> usize {
    let sum = |parts: &[Hir]| parts.iter().map(states).fold(0, usize::saturating_add);
    let inner = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 0,
        HirKind::Literal(literal) => literal.0.len(),
        HirKind::Class(Class::Bytes(class)) => class.ranges().len(),
        HirKind::Class(Class::Unicode(class)) => {
            let sequences =
                (class.iter()).flat_map(|range| Utf8Sequences::new(range.start(), range.end()));
            sequences.map(|sequence| sequence.len()).sum()
        }
        HirKind::Repetition(Repetition { min, max, sub, .. }) => {
            let times = max.unwrap_or(min.saturating_add(1)).max(1);
            (states(sub) + 1).saturating_mul(times as usize)
        }
        HirKind::Capture(capture) => states(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => sum(parts),
    };
    inner.saturating_add(1)
}

/// Leaves of all groups only the last, which is the only one that is asked for: a search
/// has to carry each of them through all of its states.
fn without_groups(hir: Hir, last: u32) -> Hir {
    let all = |parts: Vec<Hir>| {
        let parts = parts.into_iter();
        parts.map(|part| without_groups(part, last)).collect()
    };
    match hir.into_kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(class) => Hir::class(class),
        HirKind::Repetition(repetition) => Hir::repetition(Repetition {
            sub: Box::new(without_groups(*repetition.sub, last)),
            ..repetition
        }),
        HirKind::Capture(Capture { index, sub, .. }) if index == last => Hir::capture(Capture {
            index: 1,
            name: None,
            sub: Box::new(without_groups(*sub, last)),
        }),
        HirKind::Capture(Capture { sub, .. }) => without_groups(*sub, last),
        HirKind::Concat(parts) => Hir::concat(all(parts)),
        HirKind::Alternation(parts) => Hir::alternation(all(parts)),
    }
}
