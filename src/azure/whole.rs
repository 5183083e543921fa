//! Reads small blobs whole.

use azure_core::http::headers::HeaderName;
use futures_util::StreamExt;
use url::Url;

use crate::{
    azure::{
        container::Container,
        error::{Error, ErrorKind},
        wire::network_cause,
    },
    endpoints::object_url::object_url,
};

const LENGTH: HeaderName = HeaderName::from_static("content-length");

/// A blob's content, if it was small enough to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whole {
    /// All of it.
    Content(Vec<u8>),
    /// It is longer than was allowed.
    TooLarge,
}

impl Container {
    /// Reads a blob of at most so many bytes; nothing of a longer one is kept.
    ///
    /// Fails as the service answers; [`ErrorKind::BadUrl`] for a name that no URL can carry, [`ErrorKind::BadResponse`] where the
    /// connection broke off.
    pub async fn read_whole(&self, name: &str, most: usize) -> Result<Whole, Error> {
        let unusable = |message: String| Error::new(ErrorKind::BadUrl, message, None);
        let address = object_url(self.account_url(), self.name(), name).map_err(|error| unusable(error.to_string()))?;
        let url = Url::parse(&address).map_err(|error| unusable(error.to_string()))?;
        let response = self.whole_blob(url).await?;
        if !response.status().is_success() {
            return Err(self.refused(response).await.of_reading(&self.situation()));
        }
        let length = response.headers().get_optional_str(&LENGTH).and_then(|text| text.parse::<usize>().ok());
        if length.is_some_and(|length| length > most) {
            return Ok(Whole::TooLarge);
        }
        let mut content = Vec::with_capacity(length.unwrap_or_default());
        let mut body = response.into_body();
        while let Some(chunk) = body.next().await {
            let chunk = chunk.map_err(|error| Error::new(ErrorKind::BadResponse, network_cause(&error), None))?;
            content.extend_from_slice(&chunk);
            if content.len() > most {
                return Ok(Whole::TooLarge);
            }
        }
        if length.is_some_and(|length| length != content.len()) {
            return Err(Error::new(ErrorKind::BadResponse, "the blob's content ends too early", None));
        }
        Ok(Whole::Content(content))
    }
}
