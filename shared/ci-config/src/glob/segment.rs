//! What is between two slashes of a glob.

use super::Steps;

#[derive(Clone, Debug)]
pub(super) struct Segment(Vec<Item>);

#[derive(Clone, Debug)]
enum Item {
    Character(char),
    /// `?`
    Any,
    /// `*`
    Star,
    /// `[…]`
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
    /// A class that does not end.
    Nothing,
}

impl Segment {
    /// Reads up to a slash, and gives what is behind it. A slash with a backslash is one too.
    pub(super) fn parse(text: &str) -> (Self, Option<&str>) {
        let mut items = Vec::new();
        let mut rest = text.chars();
        while let Some(next) = rest.next() {
            let item = match next {
                '/' => return (Self(items), Some(rest.as_str())),
                '*' => Item::Star,
                '?' => Item::Any,
                '[' => match class(rest.as_str()) {
                    Some((class, after)) => {
                        rest = after.chars();
                        class
                    }
                    None => {
                        items.push(Item::Nothing);
                        return (Self(items), None);
                    }
                },
                '\\' => match rest.next() {
                    Some('/') => return (Self(items), Some(rest.as_str())),
                    Some(escaped) => Item::Character(escaped),
                    None => Item::Character('\\'),
                },
                other => Item::Character(other),
            };
            items.push(item);
        }
        (Self(items), None)
    }

    /// Only the last star is ever tried again: one before it need not take more than it did.
    pub(super) fn matches(&self, name: &str, steps: &Steps) -> Option<bool> {
        let mut items = self.0.as_slice();
        let mut rest = name.chars();
        let mut retry = None;
        loop {
            let cost = match items.first() {
                Some(Item::Class { ranges, .. }) => 1 + ranges.len(),
                _ => 1,
            };
            steps.spend(cost)?;
            match items.split_first() {
                Some((Item::Star, after)) => {
                    if after.is_empty() {
                        return Some(true);
                    }
                    items = after;
                    retry = Some((items, rest.clone()));
                    continue;
                }
                Some((item, after)) => {
                    let mut ahead = rest.clone();
                    let Some(next) = ahead.next() else {
                        return Some(false);
                    };
                    if item.takes(next) {
                        items = after;
                        rest = ahead;
                        continue;
                    }
                }
                None if rest.as_str().is_empty() => return Some(true),
                None => {}
            }
            let Some((again, from)) = &mut retry else {
                return Some(false);
            };
            if from.next().is_none() {
                return Some(false);
            }
            items = again;
            rest = from.clone();
        }
    }
}

impl Item {
    fn takes(&self, next: char) -> bool {
        match self {
            Self::Character(character) => *character == next,
            Self::Any => true,
            Self::Class { negated, ranges } => {
                let is_in = |(low, high): &(char, char)| {
                    (*low <= next && next <= *high) || *low == next || *high == next
                };
                ranges.iter().any(is_in) != *negated
            }
            Self::Star | Self::Nothing => false,
        }
    }
}

/// Reads what is behind the bracket, up to the one that closes it. An empty class is one, and
/// a slash inside means nothing.
fn class(text: &str) -> Option<(Item, &str)> {
    let inner = text.strip_prefix(['!', '^']);
    let negated = inner.is_some();
    let mut rest = inner.unwrap_or(text).chars();
    let mut ranges = Vec::new();
    loop {
        let mut low = rest.next()?;
        if low == ']' {
            return Some((Item::Class { negated, ranges }, rest.as_str()));
        }
        if low == '\\' {
            low = rest.next()?;
        }
        let mut high = low;
        if rest.as_str().starts_with('-') && !rest.as_str().starts_with("-]") {
            rest.next();
            high = rest.next()?;
            if high == '\\' {
                high = rest.next()?;
            }
        }
        ranges.push((low, high));
    }
}
