//! Takes the files of an Azure Blob Storage container to the point where each is registered in Encord.
//!
//! [`endpoints`], [`schema`], [`manifest`], [`config`] and [`run`] do no I/O; [`wizard`] holds the six state machines, which decide and
//! never act; [`service`] acts over [`azure`], [`encord`] and [`store`]; [`tui`], [`plain`] and [`cli`] show. ARCHITECTURE.md says more.

pub mod azure;
pub mod cli;
pub mod config;
pub mod demo;
mod editor;
pub mod encord;
pub mod endpoints;
pub mod error;
mod format;
pub mod manifest;
pub mod plain;
pub mod run;
pub mod schema;
#[cfg(test)]
mod seeds;
pub mod service;
pub mod store;
pub mod tls;
pub mod tui;
pub mod wizard;
