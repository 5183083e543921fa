//! The asynchronous layer that carries out what the state machines ask for.

mod account;
mod again;
pub mod azure;
mod browse;
mod build;
pub mod cancel;
mod checks;
mod connect;
mod cors;
mod discover;
mod driver;
pub mod encord;
mod estimate;
mod folders;
pub mod home;
pub mod infer;
mod problems;
pub mod resume;
pub mod retry;
mod rows;
mod sas;
mod saving;
pub mod schema;
mod session;
mod start;
mod sync;
pub mod tls;
pub mod uploader;
mod watch;

pub use build::{Runs, build_manifest, writable};
pub use connect::{KeySource, SignIn, sign_in};
pub use driver::Driver;
pub use problems::{azure_problem, encord_problem};
