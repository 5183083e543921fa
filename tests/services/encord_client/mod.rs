//! The Encord client against a server that records what it gets and answers what a test tells it to.

mod calls;
mod credentials;
mod errors;
mod openssh;
mod retries;
mod stub;
