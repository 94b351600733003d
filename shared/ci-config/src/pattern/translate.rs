//! What RE2 takes, as the `regex` crate takes it.
//!
//! They agree but for this: in RE2 `\d`, `\w`, `\s` and `\b` know ASCII only, a `{` that
//! begins no repetition is a character, classes have no operators and do not nest, a
//! repetition may not repeat a repetition nor go beyond 1,000, there are `\Q…\E` and octal
//! escapes, and fewer flags and escapes of letters.

use std::str::Chars;

mod class;
mod escape;

/// RE2's own bound on one repetition, and on those inside each other, multiplied.
const MAX_REPEAT: u32 = 1_000;
/// Groups inside groups; that of the `regex` crate.
const MAX_NESTING: usize = 250;
/// Classes that Unicode names. To read one takes kilobytes.
const MAX_PROPERTIES: usize = 300;

/// None for what RE2 refuses. What comes out may still be refused by the `regex` crate: it
/// judges all on which they agree.
pub(super) fn translate(source: &str) -> Option<String> {
    let mut translation = Translation {
        rest: source.chars(),
        names: true,
        out: String::with_capacity(source.len() + 16),
        groups: vec![1],
        atom: 1,
        repeated: false,
        properties: 0,
    };
    while let Some(next) = translation.rest.next() {
        translation.token(next)?;
    }
    Some(translation.out)
}

struct Translation<'a> {
    rest: Chars<'a>,
    /// Whether the name of a class may yet come.
    names: bool,
    out: String,
    /// For each open group, how often what is in it is repeated at most.
    groups: Vec<u32>,
    /// The same for what came last.
    atom: u32,
    /// Whether a repetition came last.
    repeated: bool,
    /// Classes that Unicode names, so far.
    properties: usize,
}

impl Translation<'_> {
    fn token(&mut self, next: char) -> Option<()> {
        match next {
            '*' | '+' | '?' => return self.repeat(&next.to_string(), 1),
            '{' => {
                if let Some((text, most)) = self.bounds() {
                    return self.repeat(&text, most);
                }
                self.literal('{');
            }
            '(' => self.open()?,
            ')' => {
                self.atom = self.groups.pop()?;
                let outer = self.groups.last_mut()?;
                *outer = (*outer).max(self.atom);
                self.out.push(')');
            }
            '[' => {
                self.atom = 1;
                self.class()?;
            }
            '\\' => self.escape()?,
            '|' | '^' | '$' | '.' => {
                self.atom = 1;
                self.out.push(next);
            }
            other => self.literal(other),
        }
        self.repeated = false;
        Some(())
    }

    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    fn skip(&mut self, character: char) -> bool {
        let skips = self.peek() == Some(character);
        if skips {
            self.rest.next();
        }
        skips
    }

    fn literal(&mut self, character: char) {
        self.atom = 1;
        push_literal(&mut self.out, character);
    }

    fn repeat(&mut self, operator: &str, most: u32) -> Option<()> {
        if self.repeated {
            return None;
        }
        self.out.push_str(operator);
        if self.skip('?') {
            self.out.push('?');
        }
        self.atom = self.atom.checked_mul(most.max(1))?;
        if self.atom > MAX_REPEAT {
            return None;
        }
        let group = self.groups.last_mut()?;
        *group = (*group).max(self.atom);
        self.repeated = true;
        Some(())
    }

    /// A repetition in braces, and how often it repeats at most; None if it is none.
    fn bounds(&mut self) -> Option<(String, u32)> {
        let mut ahead = self.rest.clone();
        let mut text = String::from("{");
        loop {
            let next = ahead.next()?;
            match next {
                '0'..='9' => {}
                ',' if text.len() > 1 && !text.contains(',') => {}
                '}' if text.len() > 1 => break,
                _ => return None,
            }
            text.push(next);
        }
        let (least, most) = text[1..].split_once(',').unwrap_or((&text[1..], ""));
        let most = if most.is_empty() { least } else { most };
        let least: u32 = least.parse().unwrap_or(u32::MAX);
        let most = most.parse().unwrap_or(u32::MAX).max(least);
        text.push('}');
        self.rest = ahead;
        Some((text, most))
    }

    fn open(&mut self) -> Option<()> {
        self.out.push('(');
        if self.skip('?') {
            self.out.push('?');
            match self.peek()? {
                'P' | '<' => {}
                _ => {
                    if self.flags()? == ')' {
                        return Some(());
                    }
                }
            }
        }
        self.groups.push(1);
        (self.groups.len() <= MAX_NESTING).then_some(())
    }

    /// Copies flags, and gives what ends them: a colon, or the bracket if there is no group.
    fn flags(&mut self) -> Option<char> {
        loop {
            let next = self.rest.next()?;
            self.out.push(next);
            match next {
                'i' | 'm' | 's' | 'U' | '-' => {}
                ':' | ')' => return Some(next),
                _ => return None,
            }
        }
    }
}

/// Escaped where it could mean something else, inside a class or outside.
fn push_literal(out: &mut String, character: char) {
    if character.is_ascii_punctuation() && !matches!(character, '<' | '>') {
        out.push('\\');
    }
    out.push(character);
}
