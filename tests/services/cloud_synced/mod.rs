//! Cloud-synced folders: the built program has the embedded Encord service mirror a container of Azurite.

mod broken_off;
mod refused;
mod scene;
mod sdk;
mod whole;
