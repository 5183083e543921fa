//! Where client metadata comes from besides paths and constants: tables, sidecar files, the blobs' own headers and tags.

pub mod columns;
mod json_rows;
pub mod table;
