//! Encord's official SDK beside the program: as a second client of the same service, and as the judge of what is sent.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test helpers may stop at the first surprise"
)]

mod demo;
mod folders;
mod grouping;
mod schema;
#[path = "../support/mod.rs"]
mod support;
