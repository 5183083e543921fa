//! The asynchronous layer that carries out what the state machines ask for.

pub mod azure;
mod connect;
mod driver;
pub mod encord;
mod folders;
mod listing;
mod problems;
pub mod resume;
mod rows;
pub mod schema;
mod session;
mod start;
pub mod tls;
mod uploader;

pub use connect::KeySource;
pub use driver::Driver;
pub use listing::build_manifest;
pub use problems::{azure_problem, encord_problem};
