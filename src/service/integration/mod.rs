//! Step 1: signing in on both sides, what this machine offers for it, and the checks.

pub(crate) mod account;
pub(crate) mod browse;
pub(crate) mod checks;
pub(crate) mod connect;
pub(crate) mod cors;
pub(crate) mod discover;
pub(crate) mod sas;
pub(crate) mod watch;
