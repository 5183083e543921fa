//! The embedded services and sample data behind the `demo` command and the tests.

pub mod azure;
pub mod encord;
pub(crate) mod environment;
pub mod sample;

pub use environment::{DemoEnvironment, StageError};
