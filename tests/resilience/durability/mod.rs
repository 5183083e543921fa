//! What runs survive: disks that fill up or cannot be written, records that are damaged or older, a second process. Nothing is lost,
//! nothing is registered twice, and the user is told what happened and how to go on.
//!
//! The kills are in `tests/resilience/kills.rs`, what networks do in `tests/resilience/faults`.

mod beneath;
mod damaged;
mod end;
mod full;
mod older;
mod read_only;
mod together;

use std::time::Duration;

/// The longest that anything may take on a loaded machine.
const PATIENCE: Duration = Duration::from_secs(120);
