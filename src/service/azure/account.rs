//! A storage account: which containers and folders it has, and the CORS rules of its Blob service.

use std::fmt;
use std::time::Duration;

use azure_core::http::{AsyncRawResponse, Context, Method, Pipeline, PipelineStreamOptions, Request};
use futures_util::StreamExt;
use time::OffsetDateTime;
use url::Url;

use super::error::{Credential, Error, ErrorKind, Situation};
use super::sas::{Sas, SasFacts};
use super::walk::{Fault, Visitor, Walk};
use super::wire::{
    SERVICE_VERSION, check_account_url, check_auth, failure, host_and_port, http_client, is_loopback, network_cause,
    pipeline, refusal, transport, with_query,
};
use super::{Auth, cors_xml};
use crate::access::cors::Rule;

/// The most containers that [`Account::containers`] tells of.
pub const MOST_CONTAINERS: usize = 5000;
/// How many pages of a folder are read; a page holds up to 5,000 entries.
const FOLDER_PAGES: u32 = 4;
/// How often an answer is asked for when it breaks off in the middle.
const ATTEMPTS: u32 = 3;

/// What Azure says to those who are known but may not, and to those who show no credential.
const LACKS_RIGHTS: [&str; 5] = [
    "AuthorizationPermissionMismatch",
    "InsufficientAccountPermissions",
    "NoAuthenticationInformation",
    "PublicAccessNotPermitted",
    "ResourceNotFound",
];

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

/// What a request to the account as a whole takes.
#[derive(Clone, Copy)]
enum Need {
    ListContainers,
    ReadProperties,
    WriteProperties,
}

impl Account {
    /// Prepares for asking; sends nothing. `account_url` as for [`super::Container::open`].
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
            Err(Fault::Truncated) => Ok(Err("the answer ends too early".to_owned())),
            Err(Fault::Malformed(why)) => {
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

    /// The hints of a refusal speak of one container; these requests are about the account as a whole.
    fn explained(&self, error: Error, need: Need) -> Error {
        let (kind, hint) = match (&error.kind, &self.sas) {
            (ErrorKind::NotFound { .. }, _) => {
                let kind = ErrorKind::Service { status: 404, code: "ResourceNotFound".to_owned() };
                (kind, "Check the account's name and the endpoint.".to_owned())
            }
            // Other codes speak of the credential or the network, not of what it may do.
            (ErrorKind::Auth { code, .. }, None) if LACKS_RIGHTS.contains(&code.as_str()) => {
                (error.kind.clone(), need.without_token().to_owned())
            }
            (ErrorKind::Auth { .. }, Some(sas)) => match short_of(&sas.facts, need, OffsetDateTime::now_utc()) {
                Some(hint) => (error.kind.clone(), hint),
                None => return error,
            },
            _ => return error,
        };
        let mut explained = Error::new(kind, "", Some(&hint));
        explained.message = error.message;
        explained.request_id = error.request_id;
        explained
    }
}

impl Need {
    fn letter(self) -> (char, &'static str) {
        match self {
            Need::ListContainers => ('l', "List"),
            Need::ReadProperties => ('r', "Read"),
            Need::WriteProperties => ('w', "Write"),
        }
    }

    fn what(self) -> &'static str {
        match self {
            Need::ListContainers => "listing containers",
            Need::ReadProperties => "reading the CORS rules",
            Need::WriteProperties => "changing the CORS rules",
        }
    }

    fn without_token(self) -> &'static str {
        match self {
            Need::ListContainers => {
                "This sign-in may not list the account's containers: type the container's name, or have the role Storage \
                 Blob Data Reader assigned on the account."
            }
            Need::ReadProperties => {
                "This sign-in may not read the CORS rules: that takes the role Storage Account Contributor (action \
                 Microsoft.Storage/storageAccounts/blobServices/read) or the account key."
            }
            Need::WriteProperties => {
                "This sign-in may not change the CORS rules: that takes the role Storage Account Contributor (action \
                 Microsoft.Storage/storageAccounts/blobServices/write) or the account key."
            }
        }
    }
}

/// What a token lacks for a request to the account as a whole; nothing where its time is over, or nothing can be told.
fn short_of(facts: &SasFacts, need: Need, now: OffsetDateTime) -> Option<String> {
    if facts.expires.is_some_and(|at| at <= now) || facts.starts.is_some_and(|at| at > now) {
        return None;
    }
    let what = need.what();
    if facts.resource.is_some() {
        return Some(format!(
            "The SAS token is for a container or a blob (sr), and {what} takes one for the account (ss=b, srt with s)."
        ));
    }
    let (letter, name) = need.letter();
    let lacks = |field: &Option<String>, letter| field.as_ref().is_some_and(|letters| !letters.contains(letter));
    let mut missing = Vec::new();
    if lacks(&facts.services, 'b') {
        missing.push("the service Blob (ss=b)".to_owned());
    }
    if lacks(&facts.resource_types, 's') {
        missing.push("the resource type Service (srt with s)".to_owned());
    }
    if lacks(&facts.permissions, letter) {
        missing.push(format!("the permission {name} (sp with {letter})"));
    }
    (!missing.is_empty()).then(|| format!("The SAS token lacks {} for {what}.", missing.join(" and ")))
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("url", &self.url.as_str())
            .field("sas", &self.sas.as_ref().map(|sas| &sas.facts))
            .finish_non_exhaustive()
    }
}

#[derive(Default)]
struct Containers {
    names: Vec<String>,
    marker: String,
}

impl Visitor for Containers {
    fn visit(&mut self, place: &str, text: &str) -> Result<(), &'static str> {
        match place {
            "Containers/Container/Name" => self.names.push(text.to_owned()),
            "NextMarker" => text.clone_into(&mut self.marker),
            _ => {}
        }
        Ok(())
    }
}

#[derive(Default)]
struct BlobPage {
    prefixes: Vec<String>,
    blobs: Vec<String>,
    marker: String,
}

impl Visitor for BlobPage {
    fn visit(&mut self, place: &str, text: &str) -> Result<(), &'static str> {
        match place {
            "Blobs/BlobPrefix/Name" => self.prefixes.push(text.to_owned()),
            "Blobs/Blob/Name" => self.blobs.push(text.to_owned()),
            "NextMarker" => text.clone_into(&mut self.marker),
            _ => {}
        }
        Ok(())
    }
}
