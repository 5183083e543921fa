//! The built program at a pseudo-terminal: the wizard's screens and its plain lines.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test helpers may stop at the first surprise"
)]

mod first_use;
mod folder_screen;
mod home;
mod keys;
mod manifest_screen;
#[cfg(unix)]
mod manners;
mod plain_mode;
mod schema_keys;
#[path = "../support/mod.rs"]
mod support;
mod terminal;
mod typed_ahead;
