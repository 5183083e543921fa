//! The built program imports from Azurite into the embedded Encord service.

mod failing;
mod file_source;
mod interrupted;
mod inventory;
mod scene;
mod since;
mod whole;
