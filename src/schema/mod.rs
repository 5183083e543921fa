//! Encord's metadata schema: types, edits, merging what an import needs into what the organisation has, checking values, and
//! inferring types from values. Pure: no I/O.
//!
//! Encord keeps one schema per organisation and saving replaces all of it, so everything here starts from the schema as it
//! was read and keeps what it does not understand.

pub(crate) mod advice;
pub(crate) mod checker;
pub(crate) mod coerce;
mod datetime;
pub(crate) mod edit;
pub(crate) mod file;
pub(crate) mod infer;
pub(crate) mod key;
pub(crate) mod key_type;
pub(crate) mod merge;
pub(crate) mod value;

pub use advice::{advice, advice_on, sentences};
pub use checker::{Checker, ValueError};
pub use coerce::{Coerced, coerce};
pub use edit::{Edit, EditError, Refusal};
pub use file::{Left, SchemaFile, SchemaFileError};
pub use infer::{Inference, Suggestion};
pub use key::{KeyError, check_key};
pub use key_type::{KeyType, Scalar};
pub use merge::{Change, ChangeKind, Diff, describe, diff, diff_with};
pub use value::{LONGEST_VARCHAR, ValueFault, check_value, excerpt};
