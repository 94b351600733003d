//! Wildcards in the paths of local includes.

/// A part of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Byte(u8),
    /// `*`: anything without a slash.
    Name,
    /// `**`: anything.
    Any,
    /// `**/`: folders, or none.
    Folders,
}

/// A pattern as GitLab searches for it: only asterisks mean something.
#[derive(Debug)]
pub(super) struct Wildcard(Vec<Part>);

impl Wildcard {
    pub(super) fn new(pattern: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = pattern.as_bytes();
        loop {
            let (part, length) = match rest {
                [] => return Self(parts),
                [b'*', b'*', b'/', ..] => (Part::Folders, 3),
                [b'*', b'*', ..] => (Part::Any, 2),
                [b'*', ..] => (Part::Name, 1),
                [byte, ..] => (Part::Byte(*byte), 1),
            };
            parts.push(part);
            rest = &rest[length..];
        }
    }

    /// Takes steps in proportion to the path times the pattern, and adds them up; but hardly
    /// any when the path begins or ends otherwise.
    pub(super) fn matches(&self, path: &str, steps: &mut usize) -> bool {
        let path = path.as_bytes();
        let literal = |(part, byte): (&Part, &u8)| *part == Part::Byte(*byte);
        let is_fixed = |part: &&Part| matches!(part, Part::Byte(_));
        let first = self.0.iter().take_while(is_fixed).count();
        let last = self.0.iter().rev().take_while(is_fixed).count();
        let mut from_end = self.0.iter().rev().zip(path.iter().rev()).take(last);
        if !self.0.iter().zip(path).take(first).all(literal) || !from_end.all(literal) {
            return false;
        }
        *steps = steps.saturating_add(self.0.len().saturating_mul(path.len()));
        // Whether the path up to a place matches the parts so far.
        let mut reached = vec![false; path.len() + 1];
        reached[0] = true;
        for part in &self.0 {
            let mut next = vec![false; path.len() + 1];
            match part {
                Part::Byte(byte) => {
                    for (at, found) in path.iter().enumerate() {
                        next[at + 1] = reached[at] && found == byte;
                    }
                }
                Part::Name => {
                    for at in 0..=path.len() {
                        let before = at.checked_sub(1);
                        next[at] = reached[at]
                            || before.is_some_and(|before| next[before] && path[before] != b'/');
                    }
                }
                Part::Any | Part::Folders => {
                    let mut open = false;
                    for at in 0..=path.len() {
                        let ends_folder = at > 0 && path[at - 1] == b'/';
                        next[at] = reached[at] || (open && (*part == Part::Any || ends_folder));
                        open |= reached[at];
                    }
                }
            }
            reached = next;
        }
        reached[path.len()]
    }
}
