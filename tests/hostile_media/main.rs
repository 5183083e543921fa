//! Media files that are damaged or made to do harm: each becomes a finding of its own, and everything else goes on.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test helpers may stop at the first surprise"
)]

mod files;
mod program;
mod readers;
#[path = "../support/mod.rs"]
mod support;
