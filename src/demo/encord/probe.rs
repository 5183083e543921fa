//! Reading the blobs behind an integration: each file of a unit is looked at before it is registered.

use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use tokio::sync::Semaphore;
use url::Url;

use crate::demo::encord::{sniff, units::FileRef};

/// How many files of one job are looked at at a time.
pub(super) const CONCURRENCY: usize = 8;
/// How much of a file is read to tell what it is, in bytes.
const HEAD_BYTES: usize = 4096;
/// The service version asked for; any that reports access tiers will do.
const VERSION: &str = "2021-12-02";

/// How this service reads the blobs behind an integration: any object URL below `base_url` is fetched with `?{sas}` appended.
#[derive(Clone, Debug)]
pub struct StorageAccess {
    /// The account's or a container's URL, without a query.
    pub base_url: Url,
    /// A shared access signature, with or without the leading `?`. `None` reads anonymously.
    pub sas: Option<SecretString>,
}

impl StorageAccess {
    /// The URL with the signature appended; never to be logged.
    pub(super) fn signed(&self, url: &str) -> String {
        let Some(sas) = &self.sas else {
            return url.to_owned();
        };
        let separator = if url.contains('?') { '&' } else { '?' };
        format!("{url}{separator}{}", sas.expose_secret().trim_start_matches('?'))
    }

    /// Whether the URL lies below `base_url`, compared by whole path segments.
    pub(super) fn covers(&self, url: &Url) -> bool {
        let base = self.base_url.path().trim_end_matches('/');
        self.base_url.origin() == url.origin()
            && url.path().strip_prefix(base).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// Why a file cannot be registered, and what to do about it.
#[derive(Clone, Debug)]
pub(super) struct Problem {
    pub(super) error: String,
    pub(super) action: &'static str,
}

impl Problem {
    pub(super) fn new(error: impl Into<String>, action: &'static str) -> Self {
        Self { error: error.into(), action }
    }
}

/// What was seen of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub(super) size: Option<u64>,
    pub(super) content_type: Option<String>,
    pub(super) head: bytes::Bytes,
}

/// One job's way to the blobs.
#[derive(Clone)]
pub(super) struct BlobReader {
    pub(super) client: Client,
    /// `None`: the integration has no storage, URLs are taken as they are.
    pub(super) access: Option<StorageAccess>,
    slots: Arc<Semaphore>,
}

/// The client for all requests to storage. Proxies are not used: the storage of the demo is on this machine.
pub(super) fn client() -> reqwest::Result<Client> {
    Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).timeout(Duration::from_secs(30)).build()
}

impl BlobReader {
    pub(super) fn new(client: Client, access: Option<StorageAccess>) -> Self {
        Self { client, access, slots: Arc::new(Semaphore::new(CONCURRENCY)) }
    }

    /// Looks at one file.
    ///
    /// # Errors
    /// What is wrong with its URL, its blob or its content.
    pub(super) async fn look(&self, file: &FileRef) -> Result<Seen, Problem> {
        let url = file.url.as_str();
        if url.chars().any(char::is_whitespace) {
            let error = format!("Object URL contains whitespace: {url}");
            return Err(Problem::new(error, "Percent-encode the blob name in the URL: a space becomes %20."));
        }
        if url.len() > 16 * 1024 {
            return Err(Problem::new("Object URL is longer than 16 KB", "Shorten the blob's name."));
        }
        let parsed = Url::parse(url).map_err(|_| {
            Problem::new(format!("Object URL is not a URL: {url}"), "Give the full https:// URL of the blob.")
        })?;
        let Some(access) = &self.access else {
            return Ok(Seen::default());
        };
        if !access.covers(&parsed) {
            return Err(Problem::new(
                format!("Object URL is not in the storage of this integration: {url}"),
                "Check the account and container in the URL, or choose the integration that belongs to them.",
            ));
        }
        if parsed.query().is_some() || parsed.fragment().is_some() {
            // Without its query: it may hold a signature.
            let plain = url.split(['?', '#']).next().unwrap_or_default();
            return Err(Problem::new(
                format!("Object URL has a query or a fragment: {plain}"),
                "Give the plain blob URL; Encord signs it. Encode ? as %3F and # as %23 where they belong to the name.",
            ));
        }
        // The semaphore is never closed, so there is always a slot to wait for.
        let _slot = self.slots.acquire().await;
        self.inspect(access, file).await
    }

    async fn inspect(&self, access: &StorageAccess, file: &FileRef) -> Result<Seen, Problem> {
        let url = file.url.as_str();
        let response = send(self.request(access, Method::HEAD, url), url).await?;
        refuse(response.status(), url)?;
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        if header("x-ms-access-tier").is_some_and(|tier| tier.eq_ignore_ascii_case("archive")) {
            return Err(Problem::new(
                format!("Object is in the Archive access tier: {url}"),
                "Move the blob to the Hot tier (rehydration takes hours), then retry.",
            ));
        }
        let size = header("content-length").and_then(|length| length.parse::<u64>().ok());
        if size == Some(0) {
            let error = format!("The file is empty: {url}");
            return Err(Problem::new(error, "Upload the blob again, or leave it out."));
        }
        let content_type = header("content-type").map(str::to_owned);

        let range = format!("bytes=0-{}", HEAD_BYTES - 1);
        let request = self.request(access, Method::GET, url).header("range", range);
        let mut response = send(request, url).await?;
        refuse(response.status(), url)?;
        let mut head = BytesMut::with_capacity(HEAD_BYTES);
        while head.len() < HEAD_BYTES
            && let Some(chunk) = response.chunk().await.map_err(|error| unreachable(url, error))?
        {
            head.extend_from_slice(&chunk);
        }
        head.truncate(HEAD_BYTES);
        sniff::check(file.class, &head).map_err(|error| {
            Problem::new(error, "Register the file under the type it is of, or put the right file in its place.")
        })?;
        Ok(Seen { size, content_type, head: head.freeze() })
    }

    pub(super) fn request(&self, access: &StorageAccess, method: Method, url: &str) -> RequestBuilder {
        self.client.request(method, access.signed(url)).header("x-ms-version", VERSION)
    }
}

async fn send(request: RequestBuilder, url: &str) -> Result<Response, Problem> {
    request.send().await.map_err(|error| unreachable(url, error))
}

fn unreachable(url: &str, error: reqwest::Error) -> Problem {
    // The URL inside the error carries the signature.
    let error = error.without_url();
    Problem::new(format!("Could not read {url}: {error}"), "Check that the storage account can be reached, then retry.")
}

fn refuse(status: StatusCode, url: &str) -> Result<(), Problem> {
    match status {
        StatusCode::OK | StatusCode::PARTIAL_CONTENT => Ok(()),
        StatusCode::NOT_FOUND => Err(Problem::new(
            format!("Object not found: {url}"),
            "Check the blob's name, letter case and percent-encoding, and that it was not deleted.",
        )),
        StatusCode::FORBIDDEN | StatusCode::UNAUTHORIZED => Err(Problem::new(
            format!(
                "Access denied ({}): {url}. The integration's SAS token or role does not permit reading it",
                status.as_u16()
            ),
            "Give the integration a SAS token that is not expired and has Read and List permission on containers and objects.",
        )),
        _ => Err(Problem::new(
            format!("Storage answered {} for {url}", status.as_u16()),
            "Check the blob and the integration, then retry.",
        )),
    }
}
