//! The requests of step 2 and their replies.

use serde_json::{Map, Value};

use crate::{
    config::manifest::{Join, Manifest},
    error::UserError,
    schema::infer::Suggestion,
    wizard::connections::AzureAccess,
};

/// A request of step 2. Neither changes anything.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "few exist at a time")]
pub enum SchemaRequest {
    /// Read the organisation's metadata schema.
    Read,
    /// Infer metadata keys and their types from the data.
    Infer {
        /// Container and credential.
        access: AzureAccess,
        /// The metadata sources.
        manifest: Manifest,
        /// A file to infer from instead: CSV, JSON Lines, or a schema as JSON or TOML.
        file: Option<String>,
    },
}

/// A reply of step 2.
#[derive(Debug)]
pub enum SchemaReply {
    /// To [`SchemaRequest::Read`].
    Read(Result<Map<String, Value>, UserError>),
    /// To [`SchemaRequest::Infer`].
    Inferred(Result<Inferred, UserError>),
}

/// The metadata keys that the data suggest for the schema.
#[derive(Debug, Clone, PartialEq)]
pub struct Inferred {
    /// In the order of first occurrence. Those of a schema file have no values.
    pub suggestions: Vec<Suggestion>,
    /// The sources in words: `labels.csv (1,200 rows)`.
    pub sources: Vec<String>,
    /// Only a sample of the data was read.
    pub is_part: bool,
    /// The table and its join, if it can be joined to the items.
    pub table: Option<(String, Join)>,
}
