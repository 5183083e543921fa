//! The asynchronous layer that carries out what the state machines ask for.

pub mod azure;
pub mod encord;
pub mod tls;
