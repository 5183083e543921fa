//! Takes the files of an Azure Blob Storage container to the point where each is registered in Encord.
//!
//! The layers, from the inside out: [`manifest`], [`schema`] and [`access`] hold the domain and do no I/O; `wizard` holds the six
//! state machines, which decide and never act; [`service`] acts; `store` keeps configs and runs; `tui` and `cli` show.

pub mod access;
pub mod accessible;
pub mod cli;
pub mod demo;
pub mod help;
pub mod manifest;
mod numbers;
pub mod schema;
#[cfg(test)]
mod seeds;
pub mod service;
pub mod states;
pub mod store;
pub mod tui;
pub mod wizard;
