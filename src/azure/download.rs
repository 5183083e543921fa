//! Reads whole blobs, of any length, without holding them.

use std::io;
use std::time::Duration;

use azure_core::http::{Method, Request};
use futures_util::StreamExt;
use thiserror::Error;
use url::Url;

use crate::{
    azure::{
        account::Account,
        error::{Error, ErrorKind},
        wire::{SERVICE_VERSION, network_cause},
    },
    endpoints::object_url::object_url,
};

/// How often in a row a blob is asked for without a byte of it arriving.
const ATTEMPTS: u32 = 5;

/// Why a blob was not read to its end.
#[derive(Debug, Error)]
pub enum DownloadError {
    /// As the service answers.
    #[error("{}", .0.kind)]
    Azure(Error),
    /// It cannot be kept here.
    #[error("{0}")]
    Disk(#[from] io::Error),
}

impl Account {
    /// Reads a blob and hands its bytes to `sink` in order, each once; answers how many they were. A connection that breaks off is
    /// taken up again from the last byte, as long as the blob stays the same.
    ///
    /// # Errors
    /// As the service answers, [`ErrorKind::BadUrl`] for a name that no URL can carry, or what `sink` returns.
    pub async fn download(
        &self,
        container: &str,
        blob: &str,
        mut sink: impl FnMut(&[u8]) -> io::Result<()> + Send,
    ) -> Result<u64, DownloadError> {
        let unusable = |message: String| DownloadError::Azure(Error::new(ErrorKind::BadUrl, message, None));
        let address = object_url(self.url.as_str(), container, blob).map_err(|error| unusable(error.to_string()))?;
        let mut url = Url::parse(&address).map_err(|error| unusable(error.to_string()))?;
        url.set_query(self.sas_query());
        let (mut read, mut etag) = (0u64, None::<String>);
        let mut attempt = 0;
        loop {
            attempt += 1;
            let mut request = Request::new(url.clone(), Method::Get);
            request.insert_header("x-ms-version", SERVICE_VERSION);
            if read > 0 {
                request.insert_header("range", format!("bytes={read}-"));
            }
            if let Some(etag) = &etag {
                request.insert_header("if-match", etag.clone());
            }
            let response =
                self.send(request, container).await.map_err(|error| DownloadError::Azure(changed(error, read)))?;
            let (status, headers, mut body) = response.deconstruct();
            let header = |name: &'static str| headers.get_optional_string(&name.into());
            // Without a range in the answer it is the whole blob, of which some is known.
            let mut known = if u16::from(status) == 206 { 0 } else { read };
            let begin = read - known;
            let end = header("content-length").and_then(|text| text.parse::<u64>().ok()).map(|length| begin + length);
            etag = etag.or_else(|| header("etag"));
            let mut broken = None;
            while let Some(chunk) = body.next().await {
                match chunk {
                    Ok(chunk) => {
                        let skipped = known.min(chunk.len() as u64);
                        known -= skipped;
                        let new = chunk.get(usize::try_from(skipped).unwrap_or(usize::MAX)..).unwrap_or_default();
                        if !new.is_empty() {
                            sink(new)?;
                            read += new.len() as u64;
                            attempt = 0;
                        }
                    }
                    Err(error) => {
                        broken = Some(network_cause(&error));
                        break;
                    }
                }
            }
            let why = match (broken, end) {
                (Some(why), _) => why,
                (None, Some(end)) if read < end => "the answer ends too early".to_owned(),
                (None, _) => return Ok(read),
            };
            if attempt >= ATTEMPTS {
                let hint = "The connection broke off each time; something between here and Azure may cut long answers.";
                return Err(DownloadError::Azure(Error::new(ErrorKind::BadResponse, why, Some(hint))));
            }
            tokio::time::sleep(Duration::from_millis(250) * 2u32.pow(attempt)).await;
        }
    }
}

/// What a blob that is read on tells by refusing: it is not the one any more whose beginning was read.
fn changed(error: Error, read: u64) -> Error {
    match error.kind {
        ErrorKind::Service { status: 412, .. } if read > 0 => Error::new(
            ErrorKind::BadResponse,
            "the blob was overwritten while it was being read",
            Some("Try again when nothing writes to it."),
        ),
        _ => error,
    }
}
