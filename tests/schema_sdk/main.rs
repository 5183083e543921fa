//! Edits of a schema: beside Encord's own SDK, and what holds for any sequence of them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test helpers may stop at the first surprise"
)]

mod edits;
mod properties;
mod sdk;
#[path = "../support/mod.rs"]
mod support;
