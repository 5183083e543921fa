//! The built program's checks, of Azurite's accounts and the embedded Encord service, and what it repairs.

mod azure;
mod encord;
mod repair;
mod run;
mod scene;
