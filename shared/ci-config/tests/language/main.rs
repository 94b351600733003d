//! The small languages inside a configuration, each against tables and an oracle of its own.

mod expression;
mod pattern;
