//! Black-box tests: one module per resource, and those that hold for the whole API.

#![expect(clippy::unwrap_used, reason = "in a test, a surprise is a failure")]

mod access;
mod admin;
mod bad_input;
mod budgets;
mod config;
mod creation;
mod endpoints;
mod examples;
mod faults;
mod freshness;
mod groups;
mod job;
mod lag;
mod members;
mod namespaces;
mod openapi;
mod projects;
mod reads;
mod repository;
mod rights;
mod scale;
mod schedules;
mod steering;
mod sweeper;
mod tokens;
mod triggers;
mod user;
mod users;
mod variables;
mod walks;
