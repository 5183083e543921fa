//! Reads a part of a blob.

use std::time::Duration;

use azure_core::http::{Method, Request, headers::HeaderName};
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use url::Url;

use crate::{
    azure::{
        container::Container,
        error::{Error, ErrorKind},
        sas::Sas,
        wire::network_cause,
    },
    endpoints::object_url::object_url,
};

/// How often a part is asked for when its answer breaks off in the middle.
const ATTEMPTS: u32 = 4;

impl Container {
    /// Reads up to `length` bytes of a blob from the byte `start` on: fewer at the blob's end, none behind it.
    ///
    /// Fails as the service answers; [`ErrorKind::BadUrl`] for a name that no URL can carry, [`ErrorKind::BadResponse`] where the
    /// answer breaks off again and again.
    pub async fn read_range(&self, name: &str, start: u64, length: u64) -> Result<Bytes, Error> {
        Ok(self.read_part(name, start, length).await?.0)
    }

    /// The same, with the length of the whole blob where the service tells it.
    ///
    /// Fails as [`Container::read_range`].
    pub async fn read_part(&self, name: &str, start: u64, length: u64) -> Result<(Bytes, Option<u64>), Error> {
        if length == 0 {
            return Ok((Bytes::new(), None));
        }
        let unusable = |message: String| Error::new(ErrorKind::BadUrl, message, None);
        let address = object_url(self.account_url(), self.name(), name).map_err(|error| unusable(error.to_string()))?;
        let mut url = Url::parse(&address).map_err(|error| unusable(error.to_string()))?;
        url.set_query(self.sas().map(Sas::query));
        let mut attempt = 1;
        loop {
            let broken = match self.try_range(&url, start, length).await? {
                Ok(part) => return Ok(part),
                Err(broken) => broken,
            };
            if attempt == ATTEMPTS {
                return Err(Error::new(
                    ErrorKind::BadResponse,
                    broken,
                    Some("The connection broke off each time; try again later."),
                ));
            }
            tokio::time::sleep(Duration::from_millis(250) * 2u32.pow(attempt - 1)).await;
            attempt += 1;
        }
    }

    /// The inner error is a body that broke off, which is worth another attempt.
    async fn try_range(
        &self,
        url: &Url,
        start: u64,
        length: u64,
    ) -> Result<Result<(Bytes, Option<u64>), String>, Error> {
        let mut request = Request::new(url.clone(), Method::Get);
        request.insert_header("range", format!("bytes={start}-{}", start.saturating_add(length - 1)));
        let response = self.send_patiently(request).await?;
        match u16::from(response.status()) {
            200..=299 => {}
            // The blob ends before `start`.
            416 => return Ok(Ok((Bytes::new(), None))),
            _ => return Err(self.refused(response).await.of_reading(&self.situation())),
        }
        // "bytes 0-99/1234"
        let range = response.headers().get_optional_str(&HeaderName::from_static("content-range"));
        let whole = range.and_then(|range| range.rsplit('/').next()?.parse().ok());
        // Without a range in the answer it is the whole blob.
        let skipped = if u16::from(response.status()) == 206 { 0 } else { start };
        let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
        let most = usize::try_from(length).unwrap_or(usize::MAX);
        let mut body = response.into_body();
        let mut bytes = BytesMut::new();
        while bytes.len() < skipped.saturating_add(most) {
            match body.next().await {
                Some(Ok(chunk)) => bytes.extend_from_slice(&chunk),
                Some(Err(error)) => return Ok(Err(network_cause(&error))),
                None => break,
            }
        }
        let mut bytes = bytes.freeze();
        let mut part = bytes.split_off(skipped.min(bytes.len()));
        part.truncate(most);
        Ok(Ok((part, whole)))
    }
}
