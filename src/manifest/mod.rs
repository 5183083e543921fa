//! The domain: what a blob becomes in Encord, and the two JSON forms in which Encord is told. Pure: no I/O.

pub mod batch;
pub mod builder;
mod checks;
pub mod data_items;
pub(crate) mod encoded;
pub mod file_form;
mod finding;
mod item;
mod judge;
mod kind;
mod media;
pub mod metadata;
mod natural;
pub mod object_url;
mod parts;
pub mod path_metadata;
pub mod read;
pub mod rules;
mod sink;
mod strict;
pub mod title;
mod values;
pub mod write;

pub use builder::{Builder, SkipReason, Skipped};
pub use finding::{Code, Finding, Origin, Place, Severity};
pub use item::{Frame, Item};
pub use judge::{ADVISED_ITEMS, Judge, Judged, MOST_ITEMS, MOST_URLS};
pub use kind::Kind;
pub use media::{Dialect, Media};
pub use parts::Parts;
pub use sink::Sink;
pub use values::{Demands, Values};
