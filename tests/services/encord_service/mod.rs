//! The embedded Encord service as its clients see it.

mod access;
mod client;
mod folders;
mod sdk;
mod sign_in;
mod stub;
mod sync;
mod uploads;
