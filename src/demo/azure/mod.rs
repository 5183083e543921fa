//! A Blob service in memory, for the `demo` command and the tests: enough of Azure Blob Storage to be listed, read and
//! checked by this program, by Encord's stand-in and by Microsoft's own client libraries.
//!
//! It serves the loopback interface only, path-style (`/ACCOUNT/CONTAINER/BLOB`) as Azurite does, and reads as the real
//! service where it matters here: a SAS for the account or a container, or the account's key, is required and verified, errors
//! have Azure's codes, archived blobs are known but not readable, and browsers are held to the CORS rules. Nothing but these
//! rules can be written over HTTP.

mod cors;
mod fault;
mod http;
mod list;
mod sas;
mod shared_key;
pub(crate) mod store;

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use secrecy::SecretString;
use time::{Duration, OffsetDateTime};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

pub use store::StoredBlob;

use crate::endpoints::cors::Rule;

/// Where and as whom to serve.
#[derive(Debug, Clone)]
pub struct Options {
    /// The storage account's name, the first segment of every path: 3 to 24 lower-case letters and digits.
    pub account: String,
    /// The TCP port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// The CORS rules to begin with.
    pub cors: Vec<Rule>,
}

impl Default for Options {
    /// The account `trafficdemo` on any free port, with the CORS rule of Encord's guide.
    fn default() -> Self {
        Options { account: "trafficdemo".to_owned(), port: 0, cors: vec![cors::encords_rule()] }
    }
}

/// A running service. Dropping it does as [`Server::stop`] does, without waiting.
pub struct Server {
    shared: Arc<http::Shared>,
    account_url: Url,
    stopping: CancellationToken,
    task: JoinHandle<()>,
}

impl Server {
    /// Starts serving, with no container yet and a random account key. Needs a tokio runtime.
    ///
    /// Fails if the port is taken, the account's name is not one, or the system gives no random bytes.
    pub async fn start(options: Options) -> io::Result<Server> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        if !(3..=24).contains(&options.account.len()) || !options.account.chars().all(fits) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "an account's name has 3 to 24 lower-case letters and digits",
            ));
        }
        let key = sas::AccountKey::random()?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).await?;
        let account_url = format!("http://{}/{}", listener.local_addr()?, options.account);
        let account_url = Url::parse(&account_url).map_err(io::Error::other)?;
        let shared = Arc::new(http::Shared::new(options.account, key, options.cors));
        let stopping = CancellationToken::new();
        let stop = stopping.clone();
        let service = axum::serve(listener, http::router(Arc::clone(&shared)))
            .with_graceful_shutdown(async move { stop.cancelled().await });
        let task = tokio::spawn(async move {
            // The listener lives until it is stopped; a connection that fails is its client's matter.
            let _ = service.await;
        });
        Ok(Server { shared, account_url, stopping, task })
    }

    /// `http://127.0.0.1:PORT/ACCOUNT`.
    pub fn account_url(&self) -> &Url {
        &self.account_url
    }

    /// Makes a container, unless there is one of that name.
    pub fn create_container(&self, name: &str) {
        self.shared.store().create(name);
    }

    /// Stores a blob, replacing one of the same name; makes the container if there is none.
    pub fn put_blob(&self, container: &str, blob: StoredBlob) {
        self.shared.store().put(container, blob);
    }

    /// Signs an account SAS for the Blob service.
    ///
    /// `permissions` are letters such as `rl` for reading and listing; `resource_types` are letters of `sco` for service,
    /// container and object. A negative `valid_for` gives a token that has expired already.
    pub fn account_sas(&self, permissions: &str, resource_types: &str, valid_for: Duration) -> SecretString {
        let expires = OffsetDateTime::now_utc() + valid_for;
        self.shared.key().account_sas(self.shared.account(), permissions, resource_types, expires)
    }

    /// Signs a service SAS for one container; `permissions` as for [`Server::account_sas`].
    pub fn container_sas(&self, container: &str, permissions: &str, valid_for: Duration) -> SecretString {
        let expires = OffsetDateTime::now_utc() + valid_for;
        self.shared.key().container_sas(self.shared.account(), container, permissions, expires)
    }

    /// The account's key in base64, with which requests may be signed (Shared Key).
    pub fn account_key(&self) -> SecretString {
        self.shared.key().text()
    }

    /// Lets running requests finish, for two seconds at most, and frees the port.
    pub async fn stop(mut self) {
        self.stopping.cancel();
        let patience = std::time::Duration::from_secs(2);
        if tokio::time::timeout(patience, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stopping.cancel();
    }
}
