//! Config files: finding, reading and saving them.

pub(crate) mod find;
pub(crate) mod load;
pub(crate) mod named_files;
pub mod saved;

pub use find::{find, saved_names};
pub use load::{load, load_text};
pub use named_files::read_schema_file;
