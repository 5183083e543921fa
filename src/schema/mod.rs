//! Encord's metadata schema: types, edits, merging what an import needs into what the organisation has, checking values, and
//! inferring types from values. Pure: no I/O.
//!
//! Encord keeps one schema per organisation and saving replaces all of it, so everything here starts from the schema as it
//! was read and keeps what it does not understand.

mod advice;
mod checker;
mod coerce;
mod datetime;
mod edit;
mod file;
mod infer;
mod key;
mod key_type;
mod merge;
mod value;

pub use advice::{advice, advice_on, sentences};
pub use checker::{Checker, Fault};
pub use coerce::{Coerced, coerce};
pub use edit::{Edit, EditError, Refusal};
pub use file::{Left, SchemaFile, SchemaFileError};
pub use infer::{Inference, Suggestion};
pub use key::{KeyError, check_key};
pub use key_type::{KeyType, Scalar};
pub use merge::{Change, ChangeKind, Diff, describe, diff, diff_with};
pub use value::{LONGEST_VARCHAR, ValueFault, check_value, excerpt};
