//! Runs: starting, following, resuming, retrying and cancelling them.

pub mod cancel;
pub(crate) mod controls;
pub(crate) mod estimate;
pub(crate) mod observe;
pub(crate) mod rerun;
pub mod resume;
pub mod retry;
pub(crate) mod start;
mod sync;
mod task;
pub mod upload;
