//! The clients and the built program against Azurite and the embedded services.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test helpers may stop at the first surprise"
)]

mod azure_auth;
mod azure_cors;
mod azure_demo;
mod checks;
mod cloud_synced;
mod download;
mod encord_client;
mod encord_service;
mod import;
mod listing;
mod rerun;
mod retry;
mod schema_file;
mod schema_step;
#[path = "../support/mod.rs"]
mod support;
