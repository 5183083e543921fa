//! The embedded services and sample data behind the `demo` command and the tests.

pub mod azure;
pub mod encord;
pub mod sample;
mod stage;

pub use stage::{Stage, StageError};
