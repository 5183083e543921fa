//! The built program's checks, of Azurite's accounts and the embedded Encord service, and what it repairs.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test helpers may stop at the first surprise"
)]

mod azure;
mod encord;
mod repair;
mod run;
mod scene;
#[path = "../support/mod.rs"]
mod support;
