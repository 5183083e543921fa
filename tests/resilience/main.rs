//! Kills, faults and disks: nothing is lost, and nothing is registered twice.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test helpers may stop at the first surprise"
)]

#[cfg(unix)]
mod durability;
mod faults;
mod hostile_media;
#[cfg(unix)]
mod kills;
#[path = "../support/mod.rs"]
mod support;
