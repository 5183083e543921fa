//! Step 4's engine against the embedded Encord service, with the official SDK as the second client of the same folders.

mod changed;
mod create;
mod line;
mod look;
mod present;
mod program;
mod resolve;
mod scene;
mod sdk;
