//! What is on this machine: keys for Encord, ways to sign in to Azure.

use crate::wizard::Discovery;

/// Looks around; sends nothing anywhere.
pub(super) fn discover() -> Discovery {
    Discovery::default()
}
