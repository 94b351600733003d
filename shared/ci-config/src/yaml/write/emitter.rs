//! Text with libyaml's rules for spaces and lines.

use std::fmt::Write;

use super::style::is_printable;

/// Past this column a space becomes a new line, where one may be.
const BEST_WIDTH: usize = 80;
const BEST_INDENT: usize = 2;

pub(super) struct Emitter {
    text: String,
    column: usize,
    /// There is none before the root.
    indent: Option<usize>,
    /// The last character was a space, or what counts as one.
    whitespace: bool,
    /// Nothing but indentation and `-`, `?` or `:` is in this line.
    indention: bool,
}

impl Emitter {
    pub(super) const fn new() -> Self {
        Self {
            text: String::new(),
            column: 0,
            indent: None,
            whitespace: true,
            indention: true,
        }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    pub(super) const fn len(&self) -> usize {
        self.text.len()
    }

    pub(super) const fn is_indention(&self) -> bool {
        self.indention
    }

    /// Goes one level in, and says where it was.
    pub(super) fn deepen(&mut self, is_scalar: bool, indentless: bool) -> Option<usize> {
        let before = self.indent;
        self.indent = Some(match before {
            None if is_scalar => BEST_INDENT,
            None => 0,
            Some(indent) if indentless => indent,
            Some(indent) => indent + BEST_INDENT,
        });
        before
    }

    pub(super) const fn restore(&mut self, indent: Option<usize>) {
        self.indent = indent;
    }

    fn put(&mut self, c: char) {
        self.text.push(c);
        self.column += 1;
    }

    fn line_break(&mut self) {
        self.text.push('\n');
        self.column = 0;
    }

    /// Goes to where this level begins, in a new line if need be.
    pub(super) fn indent(&mut self) {
        let indent = self.indent.unwrap_or(0);
        if !self.indention || self.column > indent || (self.column == indent && !self.whitespace) {
            self.line_break();
        }
        while self.column < indent {
            self.put(' ');
        }
        self.whitespace = true;
        self.indention = true;
    }

    pub(super) fn indicator(
        &mut self,
        text: &str,
        need_whitespace: bool,
        is_whitespace: bool,
        is_indention: bool,
    ) {
        if need_whitespace && !self.whitespace {
            self.put(' ');
        }
        text.chars().for_each(|c| self.put(c));
        self.whitespace = is_whitespace;
        self.indention = self.indention && is_indention;
    }

    const fn end_scalar(&mut self) {
        self.whitespace = false;
        self.indention = false;
    }

    /// A text without line breaks.
    pub(super) fn plain(&mut self, text: &str, may_break: bool) {
        if !self.whitespace && !text.is_empty() {
            self.put(' ');
        }
        let mut after_space = false;
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            let is_long = may_break && !after_space && self.column > BEST_WIDTH;
            if c == ' ' && is_long && chars.peek() != Some(&' ') {
                self.indent();
            } else {
                self.put(c);
            }
            after_space = c == ' ';
        }
        self.end_scalar();
    }

    pub(super) fn single_quoted(&mut self, text: &str, may_break: bool) {
        self.indicator("'", true, false, false);
        let (mut after_space, mut after_break, mut is_first) = (false, false, true);
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                ' ' => {
                    let is_long = may_break && !after_space && self.column > BEST_WIDTH;
                    let is_inside = !is_first && chars.peek().is_some_and(|next| *next != ' ');
                    if is_long && is_inside {
                        self.indent();
                    } else {
                        self.put(c);
                    }
                    after_space = true;
                }
                '\n' => {
                    if !after_break {
                        self.line_break();
                    }
                    self.line_break();
                    self.indention = true;
                    after_break = true;
                }
                _ => {
                    if after_break {
                        self.indent();
                    }
                    if c == '\'' {
                        self.put(c);
                    }
                    self.put(c);
                    self.indention = false;
                    after_space = false;
                    after_break = false;
                }
            }
            is_first = false;
        }
        if after_break {
            self.indent();
        }
        self.indicator("'", false, false, false);
        self.end_scalar();
    }

    pub(super) fn double_quoted(&mut self, text: &str, may_break: bool) {
        self.indicator("\"", true, false, false);
        let (mut after_space, mut is_first) = (false, true);
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            if c == ' ' {
                let is_long = may_break && !after_space && self.column > BEST_WIDTH;
                let next = chars.peek().copied();
                if is_long && !is_first && next.is_some() {
                    self.indent();
                    if next == Some(' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(c);
                }
                after_space = true;
            } else {
                self.escaped(c);
                after_space = false;
            }
            is_first = false;
        }
        self.indicator("\"", false, false, false);
        self.end_scalar();
    }

    fn escaped(&mut self, c: char) {
        let letter = match c {
            '\0' => '0',
            '\u{7}' => 'a',
            '\u{8}' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\u{B}' => 'v',
            '\u{C}' => 'f',
            '\r' => 'r',
            '\u{1B}' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            c if is_printable(c) => return self.put(c),
            c => {
                let before = self.text.len();
                let _ = match u32::from(c) {
                    code @ ..=0xFF => write!(self.text, "\\x{code:02X}"),
                    code @ ..=0xFFFF => write!(self.text, "\\u{code:04X}"),
                    code => write!(self.text, "\\U{code:08X}"),
                };
                self.column += self.text.len() - before;
                return;
            }
        };
        self.put('\\');
        self.put(letter);
    }

    pub(super) fn literal(&mut self, text: &str) {
        self.indicator("|", true, false, false);
        if text.starts_with([' ', '\n']) {
            self.indicator(&BEST_INDENT.to_string(), false, false, false);
        }
        if !text.ends_with('\n') {
            self.indicator("-", false, false, false);
        } else if text == "\n" || text.ends_with("\n\n") {
            self.indicator("+", false, false, false);
        }
        self.line_break();
        self.indention = true;
        self.whitespace = true;
        let mut after_break = true;
        for c in text.chars() {
            if c == '\n' {
                self.line_break();
                self.indention = true;
                after_break = true;
                continue;
            }
            if after_break {
                self.indent();
            }
            self.put(c);
            self.indention = false;
            after_break = false;
        }
    }
}
