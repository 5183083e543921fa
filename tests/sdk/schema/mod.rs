//! Edits of a schema: beside Encord's own SDK, and what holds for any sequence of them.

mod edits;
mod properties;
mod sdk;
