//! What both sides need in order to read the data: regions and origins, CORS rules, addresses of accounts. Pure; no I/O.

pub mod cors;
pub mod endpoint;
pub mod object_url;
pub mod region;
