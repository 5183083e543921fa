//! Cloud-synced folders: the built program has the embedded Encord service mirror a container of Azurite.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test helpers may stop at the first surprise"
)]

mod broken_off;
mod refused;
mod scene;
mod sdk;
#[path = "../support/mod.rs"]
mod support;
mod whole;
