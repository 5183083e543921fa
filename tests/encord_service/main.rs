//! The embedded Encord service as its clients see it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test helpers may stop at the first surprise"
)]

mod access;
mod client;
mod folders;
mod sdk;
mod sign_in;
mod stub;
mod sync;
mod uploads;
