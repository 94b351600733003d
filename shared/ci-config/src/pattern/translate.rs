//! What RE2 takes, as the `regex` crate takes it.
//!
//! They agree but for this: in RE2 `\d`, `\w`, `\s` and `\b` know ASCII only, a `{` that
//! begins no repetition is a character, classes have no operators and do not nest, a
//! repetition may not repeat a repetition nor go beyond 1,000, there are `\Q…\E` and octal
//! escapes, and fewer flags and escapes of letters.

use std::fmt::Write;
use std::str::Chars;

/// RE2's own bound on one repetition, and on those inside each other, multiplied.
const MAX_REPEAT: u32 = 1_000;
/// Groups inside groups; that of the `regex` crate.
const MAX_NESTING: usize = 250;

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
    };
    while let Some(next) = translation.rest.next() {
        translation.token(next)?;
    }
    Some(translation.out)
}

/// Of the classes that POSIX knows.
const NAMES: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct",
    "space", "upper", "word", "xdigit",
];

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

    fn escape(&mut self) -> Option<()> {
        self.atom = 1;
        let next = self.peek()?;
        match next {
            'Q' => {
                self.rest.next();
                self.quoted();
            }
            'b' | 'B' => {
                self.rest.next();
                write!(self.out, "(?-u:\\{next})").ok()?;
            }
            'A' | 'z' => {
                self.rest.next();
                self.out.extend(['\\', next]);
            }
            _ => {
                if let Some((set, negated)) = perl_class(next) {
                    self.rest.next();
                    let negation = if negated { "^" } else { "" };
                    write!(self.out, "[{negation}{set}]").ok()?;
                } else if next == 'p' || next == 'P' {
                    self.property()?;
                } else {
                    let character = self.escaped()?;
                    self.literal(character);
                }
            }
        }
        Some(())
    }

    /// All up to `\E` as it is.
    fn quoted(&mut self) {
        while let Some(next) = self.rest.next() {
            if next == '\\' && self.skip('E') {
                return;
            }
            self.literal(next);
        }
    }

    /// `\pN` or `\p{Name}`, where a `^` before the name negates it.
    fn property(&mut self) -> Option<()> {
        let mut negated = self.rest.next()? == 'P';
        let mut name = String::new();
        let first = self.rest.next()?;
        if first == '{' {
            negated ^= self.skip('^');
            loop {
                match self.rest.next()? {
                    '}' => break,
                    letter if letter.is_ascii_alphanumeric() || letter == '_' => name.push(letter),
                    _ => return None,
                }
            }
        } else {
            name.push(first);
        }
        let letter = if negated { 'P' } else { 'p' };
        write!(self.out, "\\{letter}{{{name}}}").ok()
    }

    /// The character that an escape stands for.
    fn escaped(&mut self) -> Option<char> {
        let next = self.rest.next()?;
        match next {
            'a' => Some('\u{7}'),
            'f' => Some('\u{c}'),
            'n' => Some('\n'),
            'r' => Some('\r'),
            't' => Some('\t'),
            'v' => Some('\u{b}'),
            'x' => self.hexadecimal(),
            '0'..='7' => self.octal(next),
            _ => (next.is_ascii() && !next.is_ascii_alphanumeric()).then_some(next),
        }
    }

    fn hexadecimal(&mut self) -> Option<char> {
        let mut code = 0_u32;
        if self.skip('{') {
            let mut digits = 0;
            loop {
                let next = self.rest.next()?;
                if next == '}' {
                    return if digits > 0 {
                        char::from_u32(code)
                    } else {
                        None
                    };
                }
                code = code.checked_mul(16)?.checked_add(next.to_digit(16)?)?;
                digits += 1;
            }
        }
        for _ in 0..2 {
            code = code * 16 + self.rest.next()?.to_digit(16)?;
        }
        char::from_u32(code)
    }

    /// Up to three digits. One that is not zero would be a reference back.
    fn octal(&mut self, first: char) -> Option<char> {
        let mut code = first.to_digit(8)?;
        let mut digits = 1;
        while digits < 3
            && let Some(digit) = self.peek().and_then(|next| next.to_digit(8))
        {
            self.rest.next();
            code = code * 8 + digit;
            digits += 1;
        }
        (first == '0' || digits > 1).then(|| char::from_u32(code))?
    }

    fn class(&mut self) -> Option<()> {
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

/// What is in one of Perl's classes, and whether its letter means all else.
const fn perl_class(letter: char) -> Option<(&'static str, bool)> {
    Some(match letter {
        'd' => ("0-9", false),
        'D' => ("0-9", true),
        'w' => ("0-9A-Za-z_", false),
        'W' => ("0-9A-Za-z_", true),
        's' => ("\\t\\n\\x0C\\r ", false),
        'S' => ("\\t\\n\\x0C\\r ", true),
        _ => return None,
    })
}

/// Escaped where it could mean something else, inside a class or outside.
fn push_literal(out: &mut String, character: char) {
    if character.is_ascii_punctuation() && !matches!(character, '<' | '>') {
        out.push('\\');
    }
    out.push(character);
}
