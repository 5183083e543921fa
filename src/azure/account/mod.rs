//! A storage account: which containers and folders it has, and the CORS rules of its Blob service.

mod need;
mod pages;

use std::fmt;
use std::time::Duration;

use azure_core::http::{AsyncRawResponse, Context, Method, Pipeline, PipelineStreamOptions, Request};
use futures_util::StreamExt;
use url::Url;

use crate::{
    azure::{
        Auth,
        account::{
            need::Need,
            pages::{BlobPage, Containers},
        },
        cors_xml,
        error::{Credential, Error, ErrorKind, Situation},
        sas::Sas,
        walk::{Visitor, Walk, WalkError},
        wire::{
            SERVICE_VERSION, check_account_url, check_auth, failure, host_and_port, http_client, is_loopback,
            network_cause, pipeline, refusal, transport, with_query,
        },
    },
    endpoints::cors::Rule,
};

/// The most containers that [`Account::containers`] tells of.
pub const MOST_CONTAINERS: usize = 5000;
/// How many pages of a folder are read; a page holds up to 5,000 entries.
const FOLDER_PAGES: u32 = 4;
/// How often an answer is asked for when it breaks off in the middle.
const ATTEMPTS: u32 = 3;

/// A storage account and the right to ask it. Cheap to clone; clones share their connections.
#[derive(Clone)]
pub struct Account {
    pub(super) url: Url,
    pub(super) host: String,
    auth: Auth,
    sas: Option<Sas>,
    pipeline: Pipeline,
    /// For what is asked without a credential.
    pub(super) http: reqwest::Client,
}

/// The virtual folders and blobs right below a prefix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Folders {
    /// Whole prefixes, each ending with a `/`, in the service's order.
    pub prefixes: Vec<String>,
    /// Blobs right below the prefix, as far as it was read.
    pub blobs: u64,
    /// Whether there is more than was read.
    pub more: bool,
}

/// What lies right below a prefix.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entries {
    /// Whole prefixes, each ending with a `/`, in the service's order.
    pub folders: Vec<String>,
    /// Whole names of blobs.
    pub blobs: Vec<String>,
}

impl Account {
    /// Prepares for asking; sends nothing. `account_url` as for [`crate::azure::container::Container::open`].
    ///
    /// # Errors
    /// [`ErrorKind::BadUrl`], [`ErrorKind::BadSas`].
    pub fn open(account_url: &Url, auth: &Auth) -> Result<Account, Error> {
        check_account_url(account_url)?;
        check_auth(account_url, auth)?;
        let sas = if let Auth::Sas(token) = auth {
            let hint = "Copy the whole token, which looks like sv=…&se=…&sp=rl&sig=….";
            let bad = || Error::new(ErrorKind::BadSas, "it has no signature (sig=…)", Some(hint));
            Some(Sas::read(token).ok_or_else(bad)?)
        } else {
            None
        };
        let loopback = is_loopback(account_url);
        Ok(Account {
            url: account_url.clone(),
            host: host_and_port(account_url),
            auth: auth.clone(),
            sas,
            pipeline: pipeline(auth, &transport(loopback)?, 2),
            http: http_client(loopback)?,
        })
    }

    /// The account's URL, without any credential.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The names of the containers that the credential can list, the first [`MOST_CONTAINERS`] of them.
    ///
    /// # Errors
    /// As the service answers: a token for one container, one without the resource type Service, and roles on single
    /// containers are refused with [`ErrorKind::Auth`].
    pub async fn containers(&self) -> Result<Vec<String>, Error> {
        let mut names = Vec::new();
        let mut marker = String::new();
        loop {
            let url = self.service_url("comp=list&maxresults=5000", &[("marker", &marker)]);
            let page: Containers = self
                .ask(&url, "EnumerationResults", "")
                .await
                .map_err(|error| self.explained(error, Need::ListContainers))?;
            names.extend(page.names);
            marker = page.marker;
            if marker.is_empty() || names.len() >= MOST_CONTAINERS {
                names.truncate(MOST_CONTAINERS);
                return Ok(names);
            }
        }
    }

    /// The virtual folders right below a prefix, which is empty or ends with a `/`. Reads 20,000 entries at most.
    ///
    /// # Errors
    /// As the service answers.
    pub async fn prefixes(&self, container: &str, prefix: &str) -> Result<Folders, Error> {
        let mut folders = Folders::default();
        let mut marker = String::new();
        for _ in 0..FOLDER_PAGES {
            let page = self.below(container, prefix, &marker).await?;
            // The empty blob that some tools leave to stand for the folder itself is nothing in it.
            folders.blobs += page.blobs.iter().filter(|name| *name != prefix).count() as u64;
            folders.prefixes.extend(page.prefixes);
            marker = page.marker;
            if marker.is_empty() {
                break;
            }
        }
        folders.prefixes.dedup();
        folders.more = !marker.is_empty();
        Ok(folders)
    }

    /// Everything right below a prefix, which is empty or ends with a `/`.
    ///
    /// # Errors
    /// As the service answers.
    pub async fn entries(&self, container: &str, prefix: &str) -> Result<Entries, Error> {
        let mut entries = Entries::default();
        let mut marker = String::new();
        loop {
            let page = self.below(container, prefix, &marker).await?;
            entries.folders.extend(page.prefixes);
            entries.blobs.extend(page.blobs);
            marker = page.marker;
            if marker.is_empty() {
                entries.folders.dedup();
                return Ok(entries);
            }
        }
    }

    /// One page of what is right below a prefix.
    async fn below(&self, container: &str, prefix: &str, marker: &str) -> Result<BlobPage, Error> {
        let mut url =
            self.service_url("restype=container&comp=list&delimiter=%2F", &[("prefix", prefix), ("marker", marker)]);
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().push(container);
        }
        self.ask(&url, "EnumerationResults", container).await
    }

    /// The CORS rules of the Blob service, in their order.
    ///
    /// # Errors
    /// As the service answers; [`ErrorKind::Auth`] where the credential may not read the service's properties.
    pub async fn cors_rules(&self) -> Result<Vec<Rule>, Error> {
        let found: cors_xml::Rules = self
            .ask(&self.properties_url(), cors_xml::ROOT, "")
            .await
            .map_err(|error| self.explained(error, Need::ReadProperties))?;
        Ok(found.rules)
    }

    /// Replaces all CORS rules of the Blob service and leaves its other properties alone. Azure knows no condition for it: the
    /// last writer wins.
    ///
    /// # Errors
    /// As the service answers; [`ErrorKind::Auth`] where the credential may not write the service's properties.
    pub async fn set_cors_rules(&self, rules: &[Rule]) -> Result<(), Error> {
        let body = cors_xml::body(rules);
        let mut request = Request::new(self.properties_url(), Method::Put);
        request.insert_header("x-ms-version", SERVICE_VERSION);
        request.insert_header("content-type", "application/xml");
        request.insert_header("content-length", body.len().to_string());
        request.set_body(body);
        let sent = self.send(request, "").await;
        sent.map(|_| ()).map_err(|error| self.explained(error, Need::WriteProperties))
    }

    async fn ask<V: Visitor + Default>(&self, url: &Url, root: &'static str, container: &str) -> Result<V, Error> {
        let mut attempt = 1;
        loop {
            let broken = match self.try_ask(url, root, container).await? {
                Ok(found) => return Ok(found),
                Err(broken) => broken,
            };
            if attempt == ATTEMPTS {
                let hint = "The connection broke off each time; something between here and Azure may cut long answers.";
                return Err(Error::new(ErrorKind::BadResponse, broken, Some(hint)));
            }
            tokio::time::sleep(Duration::from_millis(250 * u64::from(attempt))).await;
            attempt += 1;
        }
    }

    /// The inner error is a body that broke off, which is worth another attempt.
    async fn try_ask<V: Visitor + Default>(
        &self,
        url: &Url,
        root: &'static str,
        container: &str,
    ) -> Result<Result<V, String>, Error> {
        let mut request = Request::new(url.clone(), Method::Get);
        request.insert_header("x-ms-version", SERVICE_VERSION);
        request.insert_header("accept", "application/xml");
        let mut body = self.send(request, container).await?.into_body();
        let mut walk = Walk::new(root, V::default());
        let mut fault = None;
        while let Some(chunk) = body.next().await {
            match chunk {
                Ok(chunk) => fault = walk.feed(&chunk).err(),
                Err(error) => return Ok(Err(network_cause(&error))),
            }
            if fault.is_some() {
                break;
            }
        }
        match fault.map_or_else(|| walk.finish(), Err) {
            Ok(found) => Ok(Ok(found)),
            Err(WalkError::Truncated) => Ok(Err("the answer ends too early".to_owned())),
            Err(WalkError::Malformed(why)) => {
                let hint =
                    "Check that the account URL is that of a Blob service; a proxy's login page may be in between.";
                Err(Error::new(ErrorKind::BadResponse, why, Some(hint)))
            }
        }
    }

    pub(super) async fn send(&self, mut request: Request, container: &str) -> Result<AsyncRawResponse, Error> {
        let situation = self.situation(container);
        let options = PipelineStreamOptions { skip_checks: true, ..PipelineStreamOptions::default() };
        let response = self
            .pipeline
            .stream(&Context::new(), &mut request, Some(options))
            .await
            .map_err(|error| failure(&situation, &error))?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(refusal(&situation, response).await)
    }

    /// The SAS as it goes into a URL.
    pub(super) fn sas_query(&self) -> Option<&str> {
        self.sas.as_ref().map(Sas::query)
    }

    fn properties_url(&self) -> Url {
        self.service_url("restype=service&comp=properties", &[])
    }

    fn service_url(&self, query: &str, more: &[(&str, &str)]) -> Url {
        let more = more.iter().copied().filter(|(_, value)| !value.is_empty());
        with_query(&self.url, query, more, self.sas.as_ref())
    }

    pub(super) fn situation<'a>(&'a self, container: &'a str) -> Situation<'a> {
        Situation {
            container,
            host: &self.host,
            secure: self.url.scheme() == "https",
            credential: Credential::of(&self.auth, self.sas.as_ref()),
        }
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("url", &self.url.as_str())
            .field("sas", &self.sas.as_ref().map(|sas| &sas.facts))
            .finish_non_exhaustive()
    }
}
