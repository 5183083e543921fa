//! Azure Blob Storage: what lies in a container, and the account around it.
//!
//! Requests go through `azure_core`'s pipeline. The List Blobs request and the reading of its answer are our own: the
//! official pager holds a page as text and parses it twice into models, at some eight times the processor time per blob.

mod account;
mod container;
mod cors_xml;
mod error;
mod page;
mod preflight;
mod read;
mod sas;
mod walk;
mod wire;
mod xml;

pub use account::{Account, Folders, MOST_CONTAINERS};
pub use container::{Container, ListQuery, Probe};
pub use error::{Error, ErrorKind};
pub use page::{Blob, PageError, PageParser, XmlPage};
pub use preflight::Preflight;
pub use sas::redact;
use secrecy::SecretString;

/// How requests are authorised. `Debug` shows no secret.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Auth {
    /// No credential: only containers that allow anonymous listing can be read.
    Anonymous,
    /// A shared access signature, with or without its leading `?`.
    Sas(SecretString),
}
