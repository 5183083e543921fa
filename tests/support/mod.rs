//! What the tests of the built program share: the program itself, services for it to talk to, and a terminal.
#![allow(dead_code, reason = "each test program uses its part")]

pub(crate) mod azurite;
pub(crate) mod blob_pages;
pub(crate) mod config;
pub(crate) mod encord;
pub(crate) mod events;
pub(crate) mod keys;
pub(crate) mod program;
pub(crate) mod recorder;
#[path = "../../src/seeds.rs"]
pub(crate) mod seeds;
pub(crate) mod terminal;
pub(crate) mod upload;

/// What `tests/run` installed, by the variable that it names it with. Nothing passes because something is missing.
pub(crate) fn installed(variable: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: run tests/run, which installs what this test needs"))
}
