//! Where client metadata comes from besides paths and constants: tables, sidecar files, the blobs' own headers and tags.

pub mod cells;
pub mod columns;
pub mod join;
mod json_rows;
pub mod media;
pub mod sidecar;
pub mod table;
