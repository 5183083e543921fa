//! Manifests with planted mistakes, each to be found at its place and nothing else; manifests of every type without a mistake, in both
//! dialects, which Encord's own SDK takes as well; and what holds for any manifest.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test helpers may stop at the first surprise"
)]

mod corpus;
mod fuzz_readers;
mod generated;
mod program;
mod sdk;
#[path = "../support/mod.rs"]
mod support;
mod threads;
