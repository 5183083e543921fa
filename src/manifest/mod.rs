//! The domain: what a blob becomes in Encord, and the two JSON forms in which Encord is told. Pure: no I/O.

pub mod batch;
pub mod builder;
pub mod data_items;
pub mod file_form;
mod finding;
mod item;
mod kind;
mod natural;
pub mod object_url;
pub mod path_metadata;
pub mod rules;
mod strict;
pub mod title;
mod values;

pub use builder::{Builder, SkipReason, Skipped};
pub use finding::{Code, Finding, Severity};
pub use item::Item;
pub use kind::Kind;
pub use values::{Demands, Values};
