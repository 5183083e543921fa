//! The Encord client against a server that records what it gets and answers what a test tells it to.

#![allow(clippy::unwrap_used, reason = "a helper of a test may stop at the first surprise, as a test may")]

mod calls;
mod credentials;
mod errors;
mod openssh;
mod retries;
mod stub;
