//! What requests about runs share in one program run.

use std::sync::{Mutex, PoisonError};

use secrecy::SecretString;

use crate::service::runs::upload::progress::Leads;

/// What requests about runs share.
#[derive(Debug, Default)]
pub(crate) struct RunControls {
    pub(crate) leads: Leads,
    passphrase: Mutex<Option<SecretString>>,
}

impl RunControls {
    /// Keeps the passphrase that opened a key, for runs that are taken up with the same one.
    pub(crate) fn keep_passphrase(&self, passphrase: Option<&SecretString>) {
        if let Some(passphrase) = passphrase {
            *self.passphrase.lock().unwrap_or_else(PoisonError::into_inner) = Some(passphrase.clone());
        }
    }

    /// The passphrase that opened a key last.
    pub(crate) fn passphrase(&self) -> Option<SecretString> {
        self.passphrase.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
