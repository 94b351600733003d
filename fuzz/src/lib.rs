//! What `make fuzz` runs: the languages of `ci-config`, given any bytes.
//!
//! An input is the text of a language. Behind lines that begin with `--- ` it may have more
//! of them: what is searched, files to include. A target panics when what must hold does not.

use std::str::FromStr;

mod compile;
mod language;
mod yaml;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    Yaml,
    Expression,
    Glob,
    Duration,
    Pattern,
    Cron,
    /// From a text to its jobs.
    Compile,
}

impl Target {
    pub const ALL: [Self; 7] = [
        Self::Yaml,
        Self::Expression,
        Self::Glob,
        Self::Duration,
        Self::Pattern,
        Self::Cron,
        Self::Compile,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Expression => "expression",
            Self::Glob => "glob",
            Self::Duration => "duration",
            Self::Pattern => "pattern",
            Self::Cron => "cron",
            Self::Compile => "compile",
        }
    }

    pub fn run(self, input: &[u8]) {
        let text = String::from_utf8_lossy(input);
        match self {
            // Also what is no text.
            Self::Yaml => yaml::run(input),
            Self::Expression => language::expression(&text),
            Self::Glob => language::glob(&text),
            Self::Duration => language::duration(&text),
            Self::Pattern => language::pattern(&text),
            Self::Cron => language::cron(&text),
            Self::Compile => compile::run(&text),
        }
    }
}

impl FromStr for Target {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let target = Self::ALL.into_iter().find(|target| target.name() == name);
        target.ok_or_else(|| format!("there is no target {name:?}"))
    }
}

/// The first text of an input, and all others.
fn split(input: &str) -> (&str, Vec<&str>) {
    let mut texts = input.split("\n--- ");
    (texts.next().unwrap_or_default(), texts.collect())
}
