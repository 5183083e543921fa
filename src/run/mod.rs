//! Runs and their parts: what they are from their beginning, their states with the labels that people read, failed units, and causes.

pub mod error_grouping;
pub mod failed_unit;
pub mod new_run;
pub mod report_paths;
pub mod state;
pub mod status;
pub mod sync_counts;
