//! Faults between the program and Encord, of which the embedded service knows many: every item is registered once, or the
//! run stops, says why and can be resumed.

mod adapting;
mod matrix;
mod refusals;
mod stopping;
