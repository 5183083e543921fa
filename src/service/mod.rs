//! The asynchronous layer that carries out what the state machines ask for.

pub(crate) mod driver;
mod folders;
pub mod home;
pub(crate) mod integration;
pub(crate) mod manifest;
pub(crate) mod problems;
pub mod runs;
pub mod schema;
mod session;
mod tasks;

pub use driver::Driver;
pub use integration::connect::{KeySource, SignIn, sign_in};
pub use manifest::{build_manifest, since::Runs, writable::writable};
pub use problems::{azure_problem, encord_problem};
