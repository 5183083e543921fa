//! The domain: what a blob becomes in Encord, and the two JSON forms in which Encord is told. Pure: no I/O.

pub mod batch;
pub mod builder;
pub mod data_items;
pub mod file_form;
mod finding;
mod item;
mod judge;
mod kind;
mod media;
mod natural;
pub mod object_url;
pub mod path_metadata;
pub mod probe;
pub mod read;
pub mod rules;
mod sink;
mod strict;
pub mod title;
mod values;

pub use builder::{Builder, SkipReason, Skipped};
pub use finding::{Code, Finding, Origin, Place, Severity};
pub use item::{Frame, Item};
pub use judge::{Judge, Judged};
pub use kind::Kind;
pub use media::{Dialect, Media};
pub use sink::Sink;
pub use values::{Demands, Values};
