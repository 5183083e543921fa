//! Faults between the program and Encord, of which the embedded service knows many: every item is registered once, or the
//! run stops, says why and can be resumed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test helpers may stop at the first surprise"
)]

mod adapting;
mod matrix;
mod refusals;
mod stopping;
#[path = "../support/mod.rs"]
mod support;
