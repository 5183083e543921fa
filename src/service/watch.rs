//! Waits for an integration to appear in Encord.

use super::session::Session;
use crate::wizard::RequestId;

/// Asks for the integrations every few seconds and tells the machine, until it is dropped.
pub(super) async fn integrations(_session: &Session, _id: RequestId) {}
