//! Black-box tests: one module per resource, and those that hold for the whole API.

mod admin;
mod examples;
mod openapi;
