//! Whether a blob can be read.

use url::Url;

use crate::{
    azure::{
        container::Container,
        error::{Error, ErrorKind},
    },
    endpoints::object_url::object_url,
};

impl Container {
    /// Reads the first byte of one blob under the very URL that Encord would be told, with this program's credential. An empty
    /// blob counts as read.
    ///
    /// Fails as the service answers; [`ErrorKind::BadUrl`] for a name that no URL can carry.
    pub async fn probe_read(&self, name: &str) -> Result<(), Error> {
        let unusable = |message: String| Error::new(ErrorKind::BadUrl, message, None);
        let address = object_url(self.account_url(), self.name(), name).map_err(|error| unusable(error.to_string()))?;
        let url = Url::parse(&address).map_err(|error| unusable(error.to_string()))?;
        let response = self.first_byte(url).await?;
        match u16::from(response.status()) {
            // An empty blob has no first byte.
            200..=299 | 416 => Ok(()),
            _ => Err(self.refused(response).await.of_reading(&self.situation())),
        }
    }
}
