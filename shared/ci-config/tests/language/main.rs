//! The small languages inside a configuration, each against tables and an oracle of its own.

mod cron;
mod duration;
mod expression;
mod glob;
mod pattern;
