//! What both sides need in order to read the data: regions and origins, CORS rules. Pure; no I/O.

pub mod cors;
pub mod region;
