//! Step 4's engine against the embedded Encord service, with the official SDK as the second client of the same folders.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test helpers may stop at the first surprise"
)]

mod changed;
mod create;
mod line;
mod look;
mod present;
mod program;
mod resolve;
mod scene;
mod sdk;
#[path = "../support/mod.rs"]
mod support;
