//! What backslashes mean outside of classes, and which characters they stand for anywhere.

use std::fmt::Write;

use super::{MAX_PROPERTIES, Translation};

impl Translation<'_> {
    pub(super) fn escape(&mut self) -> Option<()> {
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
    pub(super) fn property(&mut self) -> Option<()> {
        self.properties += 1;
        if self.properties > MAX_PROPERTIES {
            return None;
        }
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
    pub(super) fn escaped(&mut self) -> Option<char> {
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
}

/// What is in one of Perl's classes, and whether its letter means all else.
pub(super) const fn perl_class(letter: char) -> Option<(&'static str, bool)> {
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
