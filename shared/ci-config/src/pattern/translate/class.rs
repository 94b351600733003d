//! Classes: `[…]`.

use std::fmt::Write;

use super::escape::perl_class;
use super::{Translation, push_literal};

/// Of the classes that POSIX knows.
const NAMES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

impl Translation<'_> {
    pub(super) fn class(&mut self) -> Option<()> {
        self.out.push('[');
        if self.skip('^') {
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let next = self.rest.next()?;
            if next == ']' && !first {
                self.out.push(']');
                return Some(());
            }
            first = false;
            if next == '[' && self.peek() == Some(':') && self.named()? {
                continue;
            }
            if next == '\\' && self.class_escape()? {
                continue;
            }
            let low = if next == '\\' { self.escaped()? } else { next };
            push_literal(&mut self.out, low);
            let mut ahead = self.rest.clone();
            if ahead.next() == Some('-') && ahead.next().is_some_and(|next| next != ']') {
                self.rest.next();
                let next = self.rest.next()?;
                let high = if next == '\\' { self.escaped()? } else { next };
                self.out.push('-');
                push_literal(&mut self.out, high);
            }
        }
    }

    /// `[:alpha:]`, unless no `:]` follows anywhere: then the bracket is a character.
    fn named(&mut self) -> Option<bool> {
        if !self.names {
            return Some(false);
        }
        let Some((name, rest)) = self.rest.as_str()[1..].split_once(":]") else {
            self.names = false;
            return Some(false);
        };
        if !NAMES.contains(&name.strip_prefix('^').unwrap_or(name)) {
            return None;
        }
        write!(self.out, "[:{name}:]").ok()?;
        self.rest = rest.chars();
        Some(true)
    }

    /// A class inside a class; false if it is the escape of a character.
    fn class_escape(&mut self) -> Option<bool> {
        let next = self.peek()?;
        if let Some((set, negated)) = perl_class(next) {
            self.rest.next();
            if negated {
                write!(self.out, "[^{set}]").ok()?;
            } else {
                self.out.push_str(set);
            }
            return Some(true);
        }
        if next == 'p' || next == 'P' {
            self.property()?;
            return Some(true);
        }
        Some(false)
    }
}
