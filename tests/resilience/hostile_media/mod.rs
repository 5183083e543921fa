//! Media files that are damaged or made to do harm: each becomes a finding of its own, and everything else is registered.

mod files;
mod program;
mod readers;
