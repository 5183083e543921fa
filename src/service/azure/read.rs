//! Whether a blob can be read, asked through the official blob client.

use azure_core::{error::ErrorKind as CoreKind, http::ClientOptions};
use azure_storage_blob::{BlobClient, BlobClientOptions};
use url::Url;

use super::{Container, Error, container::Reading, error::ErrorKind};
use crate::manifest::object_url::object_url;

impl Container {
    /// Asks for the properties of one blob under the very URL that Encord would be told, with this program's credential.
    ///
    /// Fails as the service answers; [`ErrorKind::BadUrl`] for a name that no URL can carry.
    pub async fn probe_read(&self, name: &str) -> Result<(), Error> {
        let Reading { account_url, transport, sas } = self.reading();
        let unusable = |message: String| Error::new(ErrorKind::BadUrl, message, None);
        let address = object_url(account_url, self.name(), name).map_err(|error| unusable(error.to_string()))?;
        let mut url = Url::parse(&address).map_err(|error| unusable(error.to_string()))?;
        url.set_query(sas);
        let options = BlobClientOptions {
            client_options: ClientOptions { transport: Some(transport.clone()), ..ClientOptions::default() },
            ..BlobClientOptions::default()
        };
        let client = BlobClient::new(url, None, Some(options)).map_err(|_| unusable("not a blob's URL".to_owned()))?;
        let Err(error) = client.get_properties(None).await else { return Ok(()) };
        Err(match error.kind() {
            CoreKind::HttpResponse { status, error_code, .. } => {
                Error::unreadable(&self.situation(), u16::from(*status), error_code.as_deref())
            }
            // The error's own text may quote the URL with the token.
            _ => Error::unreachable(&self.situation(), "the request for a blob's properties failed"),
        })
    }
}
