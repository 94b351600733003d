//! The common crate of Switchyard: what a job is, who may see it, where it is
//! kept and how it is shown. The functions are thin routes over this crate.
//!
//! One direction inside: `ids`, `time` ← the domain (`job`, `pipeline`,
//! `project`, …) and `policy` ← `store`, `blobs` ← `http` ← `lambda` ← functions.

pub mod agent;
pub mod aws;
pub mod blobs;
pub mod bot;
pub mod config;
pub mod definition;
pub mod erasure;
pub mod error;
pub mod http;
pub mod ids;
pub mod job;
pub mod lambda;
pub mod member;
pub mod names;
pub mod pipeline;
pub mod policy;
pub mod project;
pub mod repository;
pub mod resource_group;
pub mod runner;
pub mod schedule;
pub mod store;
pub mod time;
pub mod token;
pub mod trace;
pub mod trigger;
pub mod user;
pub mod variable;
