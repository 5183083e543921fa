//! Commands of the built program: what they print, what they refuse, and how they end.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test helpers may stop at the first surprise"
)]

mod bad_input;
#[cfg(unix)]
mod key_files;
mod manifest_files;
mod metadata_sources;
mod saved_configs;
mod shell;
mod strict;
#[path = "../support/mod.rs"]
mod support;
mod text_lines;
mod values;
