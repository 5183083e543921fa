//! The built program imports from Azurite into the embedded Encord service.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test helpers may stop at the first surprise"
)]

mod failing;
mod file_source;
mod interrupted;
mod inventory;
mod scene;
mod since;
#[path = "../support/mod.rs"]
mod support;
mod whole;
