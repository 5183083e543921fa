//! A container that can be listed.

use std::fmt;
use std::time::Duration;

use azure_core::http::{AsyncRawResponse, Context, Method, Pipeline, PipelineStreamOptions, Request};
use futures_util::StreamExt;
use url::Url;

use crate::azure::{
    Auth,
    buffers::{Buffer, Buffers},
    error::{Credential, Error, ErrorKind, Situation},
    page::{Blob, PageError},
    sas::Sas,
    scan::{Edges, PageParser, XmlPage},
    wire::{
        SERVICE_VERSION, check_account_url, check_auth, failure, host_and_port, is_loopback, network_cause, pipeline,
        refusal, transport, with_query,
    },
};

/// How often one page is asked for when its answer breaks off in the middle.
const PAGE_ATTEMPTS: u32 = 4;
/// Longer than any page of 5,000 blobs, however long their names and metadata.
const LONGEST_PAGE: usize = 512 * 1024 * 1024;

/// A blob container and the right to ask for its contents. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Container {
    url: Url,
    name: String,
    host: String,
    auth: Auth,
    sas: Option<Sas>,
    listing: Pipeline,
    probing: Pipeline,
    account_url: String,
}

/// Which part of a listing is wanted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// Only blobs whose names begin with this. Any text; it does not need to end at a slash.
    pub prefix: Option<String>,
    /// Where the page before ended: the marker it returned.
    pub marker: Option<String>,
    /// Only blobs from this name on. Services before version 2026-02-06 ignore it in silence: look at the first name that comes.
    pub start_from: Option<String>,
    /// At most so many blobs, 1 to 5000; Azure's own choice is 5000.
    pub max_results: Option<u32>,
    /// Whether the blobs' metadata headers are told.
    pub metadata: bool,
    /// Whether the blobs' index tags are told, which needs a permission of its own (`t` in a SAS).
    pub tags: bool,
}

impl ListQuery {
    /// Reads the pages that this asks for.
    pub fn parser(&self) -> impl PageParser + use<> {
        XmlPage { metadata: self.metadata }
    }
}

/// A page that is no list of blobs.
pub(crate) fn malformed(error: &PageError) -> Error {
    Error::new(
        ErrorKind::BadResponse,
        error.to_string(),
        Some("Check that the account URL is that of a Blob service; a proxy's login page may be in between."),
    )
}

/// What [`Container::probe`] found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// The first blob. Nothing in an empty container.
    pub first: Option<Blob>,
    /// Whether there is more than that.
    pub more: bool,
}

impl Container {
    /// Prepares for listing; sends nothing.
    ///
    /// `account_url` is `https://ACCOUNT.blob.core.windows.net`, or path-style as `http://127.0.0.1:10000/devstoreaccount1`.
    /// Plain http is accepted on the loopback interface only, since a token on the way can be read by anybody.
    /// Fails with [`ErrorKind::BadUrl`], which includes Entra ID over http, or [`ErrorKind::BadSas`].
    pub fn open(account_url: &Url, container: &str, auth: &Auth) -> Result<Container, Error> {
        let url = container_url(account_url, container)?;
        check_auth(account_url, auth)?;
        let sas = match auth {
            Auth::Anonymous | Auth::AccountKey { .. } | Auth::Token(_) => None,
            Auth::Sas(token) => Some(Sas::read(token).ok_or_else(|| {
                Error::new(
                    ErrorKind::BadSas,
                    "it has no signature (sig=…)",
                    Some("Copy the whole token, which looks like sv=…&se=…&sp=rl&sig=…; part of it may have been lost on the way."),
                )
            })?),
        };
        let transport = transport(is_loopback(&url))?;
        Ok(Container {
            host: host_and_port(&url),
            name: container.to_owned(),
            url,
            auth: auth.clone(),
            sas,
            listing: pipeline(auth, &transport, 5),
            probing: pipeline(auth, &transport, 2),
            account_url: account_url.as_str().to_owned(),
        })
    }

    /// The container's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The container's URL, without any credential.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// Fetches one page and hands its blobs to `sink` in the order of the service; answers the marker of the next page.
    ///
    /// A page that breaks off is fetched anew, so the sink sees the blobs of complete pages only and none of them twice.
    /// A page may hold few blobs or none although more follow: only a missing marker is the end.
    pub async fn list_page(&self, query: &ListQuery, mut sink: impl FnMut(Blob)) -> Result<Option<String>, Error> {
        let (edges, page) = self.fetch(&self.listing, query, &Buffers::new(1)).await?;
        query.parser().read(&page, &mut |listed| sink(Blob::from(listed))).map_err(|error| malformed(&error))?;
        Ok(edges.marker)
    }

    /// Fetches one page as it is, and tells where it begins, ends and goes on. The page is whole; what is in it,
    /// [`ListQuery::parser`] reads. The answer is read once there is room for it in `buffers`.
    pub async fn fetch_page(&self, query: &ListQuery, buffers: &Buffers) -> Result<(Edges, Buffer), Error> {
        self.fetch(&self.listing, query, buffers).await
    }

    /// Asks for a single blob, to learn whether the container can be listed at all. Gives up on an unreachable host within
    /// seconds where [`Container::list_page`] is patient.
    pub async fn probe(&self) -> Result<Probe, Error> {
        let query = ListQuery { max_results: Some(1), ..ListQuery::default() };
        let mut first = None;
        let (edges, page) = self.fetch(&self.probing, &query, &Buffers::new(1)).await?;
        query
            .parser()
            .read(&page, &mut |listed| first = first.take().or_else(|| Some(Blob::from(listed))))
            .map_err(|error| malformed(&error))?;
        Ok(Probe { first, more: edges.marker.is_some() })
    }

    async fn fetch(&self, pipeline: &Pipeline, query: &ListQuery, buffers: &Buffers) -> Result<(Edges, Buffer), Error> {
        let mut attempt = 1;
        loop {
            let broken = match self.try_page(pipeline, query, buffers).await? {
                Ok(edges) => return Ok(edges),
                Err(broken) => broken,
            };
            if attempt == PAGE_ATTEMPTS {
                return Err(Error::new(
                    ErrorKind::BadResponse,
                    broken,
                    Some("The connection broke off each time; something between here and Azure may cut long answers."),
                ));
            }
            tokio::time::sleep(Duration::from_millis(250) * 2u32.pow(attempt - 1)).await;
            attempt += 1;
        }
    }

    /// The inner error is a body that broke off, which is worth another attempt.
    async fn try_page(
        &self,
        pipeline: &Pipeline,
        query: &ListQuery,
        buffers: &Buffers,
    ) -> Result<Result<(Edges, Buffer), String>, Error> {
        let mut request = Request::new(self.list_url(query), Method::Get);
        request.insert_header("accept", "application/xml");
        let response = self.send(pipeline, request).await?;
        if !response.status().is_success() {
            return Err(self.refused(response).await);
        }
        let mut page = buffers.take().await;
        let mut body = response.into_body();
        while let Some(chunk) = body.next().await {
            match chunk {
                Ok(chunk) => page.extend_from_slice(&chunk),
                Err(error) => return Ok(Err(network_cause(&error))),
            }
            if page.len() > LONGEST_PAGE {
                return Err(malformed(&PageError::Malformed("it does not end")));
            }
        }
        match query.parser().edges(&page) {
            Ok(edges) => Ok(Ok((edges, page))),
            Err(error @ PageError::Truncated) => Ok(Err(error.to_string())),
            Err(error) => Err(malformed(&error)),
        }
    }

    /// Sends a request for this container or a blob in it, whatever is answered.
    async fn send(&self, pipeline: &Pipeline, mut request: Request) -> Result<AsyncRawResponse, Error> {
        request.insert_header("x-ms-version", SERVICE_VERSION);
        let options = PipelineStreamOptions { skip_checks: true, ..PipelineStreamOptions::default() };
        pipeline
            .stream(&Context::new(), &mut request, Some(options))
            .await
            .map_err(|error| failure(&self.situation(), &error))
    }

    /// Reads the error that was answered.
    pub(super) async fn refused(&self, response: AsyncRawResponse) -> Error {
        refusal(&self.situation(), response).await
    }

    /// Asks for the first byte of a blob under this URL, to which the SAS is added.
    pub(super) async fn first_byte(&self, mut url: Url) -> Result<AsyncRawResponse, Error> {
        url.set_query(self.sas.as_ref().map(Sas::query));
        let mut request = Request::new(url, Method::Get);
        request.insert_header("range", "bytes=0-0");
        self.send(&self.probing, request).await
    }

    /// Sends a request for this container or a blob in it, patient with a service that is slow or busy.
    pub(super) async fn send_patiently(&self, request: Request) -> Result<AsyncRawResponse, Error> {
        self.send(&self.listing, request).await
    }

    /// The SAS that is part of every URL, if that is the credential.
    pub(super) fn sas(&self) -> Option<&Sas> {
        self.sas.as_ref()
    }

    /// Asks for a whole blob under this URL, to which the SAS is added, as patiently as for a page.
    pub(super) async fn whole_blob(&self, mut url: Url) -> Result<AsyncRawResponse, Error> {
        url.set_query(self.sas.as_ref().map(Sas::query));
        self.send(&self.listing, Request::new(url, Method::Get)).await
    }

    fn list_url(&self, query: &ListQuery) -> Url {
        let max_results = query.max_results.map(|most| most.to_string());
        let more = [
            ("prefix", &query.prefix),
            ("marker", &query.marker),
            ("startFrom", &query.start_from),
            ("maxresults", &max_results),
        ];
        let more = more.into_iter().filter_map(|(key, value)| Some((key, value.as_deref()?)));
        // Metadata is always asked for: it is what tells folders from files.
        let fixed = match query.tags {
            true => "restype=container&comp=list&include=metadata,tags",
            false => "restype=container&comp=list&include=metadata",
        };
        with_query(&self.url, fixed, more, self.sas.as_ref())
    }

    /// The account's URL, without any credential.
    pub(super) fn account_url(&self) -> &str {
        &self.account_url
    }

    pub(super) fn situation(&self) -> Situation<'_> {
        Situation {
            container: &self.name,
            host: &self.host,
            secure: self.url.scheme() == "https",
            credential: Credential::of(&self.auth, self.sas.as_ref()),
        }
    }
}

impl fmt::Debug for Container {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Container")
            .field("url", &self.url.as_str())
            .field("sas", &self.sas.as_ref().map(|sas| &sas.facts))
            .finish_non_exhaustive()
    }
}

fn container_url(account_url: &Url, container: &str) -> Result<Url, Error> {
    check_account_url(account_url)?;
    if !is_container_name(container) {
        return Err(Error::new(
            ErrorKind::BadUrl,
            format!("{container:?} cannot be the name of a container"),
            Some(
                "Names of containers have 3 to 63 lower-case letters, digits and single hyphens; only the container's name is \
                 wanted, without URL or folder.",
            ),
        ));
    }
    let mut url = account_url.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().push(container);
    }
    Ok(url)
}

/// The rule of "Naming and referencing containers, blobs, and metadata" in Microsoft's documentation.
fn is_container_name(name: &str) -> bool {
    if matches!(name, "$root" | "$web" | "$logs") {
        return true;
    }
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (3..=63).contains(&name.len())
        && name.chars().all(letters)
        && !name.starts_with('-')
        && !name.ends_with('-')
        && !name.contains("--")
}

#[cfg(test)]
mod tests;
