//! Azure Blob Storage: what lies in a container, and the account around it.
//!
//! Requests go through `azure_core`'s pipeline. The List Blobs request and the reading of its answer are our own: the
//! official pager holds a page as text and parses it twice into models, at some eight times the processor time per blob.

pub(crate) mod account;
pub(crate) mod account_sas;
pub(crate) mod buffers;
mod connection_string;
pub(crate) mod container;
mod cors_xml;
pub(crate) mod download;
pub(crate) mod entra;
pub(crate) mod error;
mod hints;
pub(crate) mod identity;
pub(crate) mod listed;
pub(crate) mod page;
pub(crate) mod pasted;
pub(crate) mod preflight;
mod range;
mod read;
pub(crate) mod sas;
pub(crate) mod scan;
mod shared_key;
mod walk;
pub(crate) mod whole;
mod wire;
mod xml;

use std::sync::Arc;

use azure_core::credentials::TokenCredential;
use secrecy::SecretString;

pub use account::{Account, Entries, Folders, MOST_CONTAINERS};
pub use account_sas::AccountSas;
pub use buffers::{Buffer, Buffers};
pub use container::{Container, ListQuery, Probe};
pub use download::DownloadError;
pub use entra::Entra;
pub use error::{Error, ErrorKind};
pub use identity::SignedIn;
pub use listed::Listed;
pub use page::{Blob, PageError};
pub use preflight::Preflight;
pub use sas::{SasFacts, redact};
pub use scan::{Edges, PageParser, XmlPage};
pub use whole::Whole;

/// How requests are authorised. `Debug` shows no secret.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Auth {
    /// No credential: only containers that allow anonymous listing can be read.
    Anonymous,
    /// A shared access signature, with or without its leading `?`.
    Sas(SecretString),
    /// One of the account's two keys.
    AccountKey {
        /// The account's name, which is part of what is signed.
        account: String,
        /// The key, in base64.
        key: SecretString,
    },
    /// Entra ID; only over https. [`Entra`] is what this program signs in with.
    Token(Arc<dyn TokenCredential>),
}

impl Auth {
    /// What a SAS says of itself; nothing for another credential, or a token that is none.
    pub fn sas_facts(&self) -> Option<SasFacts> {
        match self {
            Auth::Sas(token) => sas::Sas::read(token).map(|sas| sas.facts),
            _ => None,
        }
    }
}
