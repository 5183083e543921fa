//! An Encord API in this process: the counterpart of the `demo` command and of the tests.
//!
//! It behaves as the real service does as far as that is known (the official Python SDK drives it in `tests/sdk`), keeps
//! everything in memory and really reads the files it registers, through the storage that an [`Integration`] names.
//! Where the real behaviour is not known, the module that chooses says so.

mod account;
mod auth;
mod body;
mod connection;
mod dicom;
mod error;
mod faults;
mod folders;
mod items;
pub(crate) mod jobs;
mod kind;
mod listing;
pub(crate) mod probe;
mod query;
mod scene;
mod schema;
mod shared;
mod signature;
mod sniff;
mod store;
mod sync;
mod units;
mod uploads;

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{MethodRouter, get, patch, post};
use ed25519_dalek::VerifyingKey;
use secrecy::SecretString;
use serde_json::{Map, Value};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

pub use faults::{FaultPlan, InjectedFault, Operation, Rule, Times};
pub use jobs::Pace;
pub use kind::ItemKind;
pub use probe::StorageAccess;

use crate::{
    demo::encord::{
        connection::{FaultyListener, ResetHandle},
        faults::Faults,
        shared::{Shared, locked},
        store::Store,
    },
    tls,
};

/// How long [`Server::stop`] waits for answers that are under way.
const STOP_PATIENCE: Duration = Duration::from_secs(2);

/// How a service is set up.
pub struct Options {
    /// The port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// Raw Ed25519 public keys whose signatures are accepted; with none, every signed request is refused with 401.
    pub authorized_keys: Vec<[u8; 32]>,
    /// Bearer tokens that are accepted. When there are none, `GET user/bearer-token` mints one.
    pub bearer_tokens: Vec<SecretString>,
    /// What `cloud-integrations` lists at first, in this order.
    pub integrations: Vec<Integration>,
    /// How fast one job goes through its units.
    pub pace: Pace,
}

/// A cloud integration.
pub struct Integration {
    /// Its id.
    pub uuid: Uuid,
    /// Its title as users see it.
    pub title: String,
    /// Where its blobs are. `None`: URLs are registered as they are, nothing is read.
    pub storage: Option<StorageAccess>,
}

/// An item as it was registered.
#[derive(Clone, Debug)]
pub struct RegisteredItem {
    /// Its id.
    pub uuid: Uuid,
    /// Its title.
    pub name: String,
    /// What it is.
    pub kind: ItemKind,
    /// The URLs it was made of, in order; empty for groups made of other items.
    pub urls: Vec<String>,
    /// Its client metadata.
    pub client_metadata: Map<String, Value>,
    /// Whether it is gone from the storage that its folder is synced with.
    pub tombstone: bool,
}

/// What the user may do in a folder and in those below it.
///
/// Encord documents two roles, admin and user, and not what a user may do besides having access. A user here may therefore be one who
/// adds items, or one who only looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FolderAccess {
    /// Everything; the role is admin.
    Admin,
    /// Everything too, and the role is user.
    Adding,
    /// Reading; the role is user, and every change is refused with 403.
    Looking,
    /// Nothing: the folder is not listed, and every request that names it is answered as if there were none.
    Nothing,
}

/// A folder as it stands.
#[derive(Clone, Debug)]
pub struct StoredFolder {
    /// Its id.
    pub uuid: Uuid,
    /// The folder it lies in; `None` at the top.
    pub parent: Option<Uuid>,
    /// Its name.
    pub name: String,
    /// Its client metadata, if it has any.
    pub client_metadata: Option<Map<String, Value>>,
    /// The URL it is synced with, if it is.
    pub remote_url: Option<String>,
}

/// Why a service did not start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The port could not be opened.
    #[error("cannot listen on 127.0.0.1:{port}")]
    Listen {
        /// The port asked for.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
    /// The HTTP client for reading blobs could not be made.
    #[error("cannot set up the HTTP client")]
    Client(#[from] reqwest::Error),
    /// One of the public keys is none.
    #[error("authorized key {0} (counted from 0) is not an Ed25519 public key")]
    Key(usize),
    /// The pace is not a positive number.
    #[error("the pace must be more than zero units per second")]
    Pace,
}

/// A running service. Dropping it stops it too, without waiting.
pub struct Server {
    url: String,
    shared: Arc<Shared>,
    task: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a service on 127.0.0.1.
    ///
    /// # Errors
    /// When the port is taken or an option is not usable.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        if let Pace::PerSecond(rate) = options.pace
            && !(rate > 0.0 && rate.is_finite())
        {
            return Err(StartError::Pace);
        }
        let mut keys = Vec::with_capacity(options.authorized_keys.len());
        for (index, bytes) in options.authorized_keys.iter().enumerate() {
            keys.push(VerifyingKey::from_bytes(bytes).map_err(|_| StartError::Key(index))?);
        }
        tls::install();
        let shared = Arc::new(Shared {
            keys,
            tokens: Mutex::new(options.bearer_tokens),
            storage: options.integrations.iter().find_map(|integration| integration.storage.clone()),
            integrations: Mutex::new(options.integrations),
            pace: options.pace,
            client: probe::client()?,
            store: Mutex::new(Store::default()),
            jobs: Mutex::new(HashMap::new()),
            syncs: Mutex::new(HashMap::new()),
            faults: Faults::default(),
            stopping: CancellationToken::new(),
        });
        let port = options.port;
        let listen = |source| StartError::Listen { port, source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await.map_err(listen)?;
        let url = format!("http://{}", listener.local_addr().map_err(listen)?);
        let stopping = shared.stopping.clone();
        let service = router(&shared).into_make_service_with_connect_info::<ResetHandle>();
        let task = tokio::spawn(async move {
            // Serving ends only by the signal: failures to accept are retried by the server itself.
            let _ =
                axum::serve(FaultyListener(listener), service).with_graceful_shutdown(stopping.cancelled_owned()).await;
        });
        Ok(Self { url, shared, task: Some(task) })
    }

    /// `http://127.0.0.1:PORT`, to be given to clients as their domain.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The items directly in a folder, oldest first. Frames of groups and files of series are not items of the folder.
    #[must_use]
    pub fn items(&self, folder: Uuid) -> Vec<RegisteredItem> {
        let store = locked(&self.shared.store);
        let Some(folder) = store.folder(folder) else {
            return Vec::new();
        };
        let items = folder.items.iter().filter_map(|uuid| store.item(uuid));
        items
            .map(|item| RegisteredItem {
                uuid: item.uuid,
                name: item.name.clone(),
                kind: item.kind,
                urls: item.urls.clone(),
                client_metadata: item.client_metadata.clone(),
                tombstone: item.tombstone,
            })
            .collect()
    }

    /// All folders, oldest first.
    #[must_use]
    pub fn folders(&self) -> Vec<StoredFolder> {
        let store = locked(&self.shared.store);
        let mut folders: Vec<_> = store.folders().collect();
        folders.sort_by_key(|folder| folder.sequence);
        folders
            .into_iter()
            .map(|folder| StoredFolder {
                uuid: folder.uuid,
                parent: folder.parent,
                name: folder.name.clone(),
                client_metadata: folder.client_metadata.clone(),
                remote_url: folder.link.as_ref().map(|link| link.remote_url.clone()),
            })
            .collect()
    }

    /// Sets what the user may do in a folder and, unless set for them, in those below; says whether there is such a folder.
    pub fn set_folder_access(&self, folder: Uuid, access: FolderAccess) -> bool {
        let mut store = locked(&self.shared.store);
        store.folder_mut(folder).map(|folder| folder.access = Some(access)).is_some()
    }

    /// The metadata schema as it was last saved.
    #[must_use]
    pub fn schema(&self) -> Option<Value> {
        locked(&self.shared.store).schema.clone()
    }

    /// Adds an integration, as a user does in Encord's web form, and returns its id. It reads where the first integration
    /// that the service was started with reads; without one, it registers URLs as they are.
    pub fn add_integration(&self, title: &str) -> Uuid {
        let uuid = Uuid::new_v4();
        let storage = self.shared.storage.clone();
        locked(&self.shared.integrations).push(Integration { uuid, title: title.to_owned(), storage });
        uuid
    }

    /// Takes an integration away, and says whether there was one. Items that were registered through it stay.
    pub fn withdraw_integration(&self, uuid: Uuid) -> bool {
        let mut integrations = locked(&self.shared.integrations);
        let before = integrations.len();
        integrations.retain(|integration| integration.uuid != uuid);
        integrations.len() < before
    }

    /// From now on, what goes wrong. An empty plan ends it.
    pub fn faults(&self, plan: FaultPlan) {
        self.shared.faults.set(plan);
    }

    /// How often the present plan's faults have struck.
    #[must_use]
    pub fn faults_struck(&self) -> u64 {
        self.shared.faults.struck()
    }

    /// Cancels every job that is not at its end, as somebody does in Encord's web application, and says how many those were.
    pub fn cancel_jobs(&self) -> usize {
        let jobs: Vec<_> = locked(&self.shared.jobs).values().cloned().collect();
        jobs.iter().filter(|job| job.cancel() > 0).count()
    }

    /// Stops: polls are answered at once, jobs end where they are.
    pub async fn stop(mut self) {
        self.shared.stopping.cancel();
        if let Some(mut task) = self.task.take()
            && tokio::time::timeout(STOP_PATIENCE, &mut task).await.is_err()
        {
            task.abort();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.stopping.cancel();
    }
}

fn router(shared: &Arc<Shared>) -> Router {
    let routes: [(&str, MethodRouter<Arc<Shared>>); 28] = [
        ("user/current", get(account::current_user)),
        ("user/bearer-token", get(account::bearer_token)),
        ("cloud-integrations", get(account::integrations)),
        ("organisation/client-metadata-schema-v2", get(schema::get).post(schema::post)),
        ("storage/folders", get(folders::list_root).post(folders::create)),
        ("storage/folders/patch-bulk", patch(folders::patch_bulk)),
        ("storage/folders/move", post(folders::move_to)),
        ("storage/search/folders", get(folders::search)),
        ("storage/search/items", get(items::search)),
        ("storage/folders/{f}", get(folders::get).patch(folders::patch).delete(folders::delete)),
        ("storage/folders/{f}/folders", get(folders::list_children)),
        ("storage/folders/{f}/summary", get(folders::summary)),
        ("storage/folders/{f}/folder-config", get(folders::get_config).post(folders::post_config)),
        ("storage/folders/{f}/items", get(items::list)),
        ("storage/folders/{f}/items/delete", post(items::delete)),
        ("storage/folders/{f}/items/move", post(items::move_to)),
        ("storage/folders/{f}/items/{i}", patch(items::patch)),
        ("storage/folders/{f}/items/{i}/summary", get(items::summary)),
        ("storage/folders/{f}/items/{i}/child-items", get(items::children)),
        ("storage/folders/{f}/create-group-items", post(items::create_groups)),
        ("storage/folders/{f}/data-upload-jobs", post(uploads::start)),
        ("storage/folders/{f}/data-upload-jobs/{j}", get(uploads::poll)),
        ("storage/folders/{f}/data-upload-jobs/{j}/cancel", post(uploads::cancel)),
        ("storage/folders/{f}/cloud-synced-folder-syncs", post(uploads::start_sync)),
        ("storage/folders/{f}/cloud-linked-folder-syncs/{j}/long-polling", get(uploads::poll_sync)),
        ("storage/items/get-bulk", post(items::get_bulk)),
        ("storage/items/patch-bulk", patch(items::patch_bulk)),
        ("storage/items/{i}", get(items::get)),
    ];
    let mut router = Router::new();
    for (path, methods) in routes {
        router = router.route(&format!("/v2/public/{path}"), methods);
    }
    router
        // Behind the routes' own layer: an unknown path is 404 for everybody.
        .route_layer(from_fn_with_state(Arc::clone(shared), auth::authenticate))
        .method_not_allowed_fallback(error::wrong_method)
        .fallback(error::unknown_route)
        .layer(from_fn(auth::trace))
        .layer(from_fn_with_state(Arc::clone(shared), faults::strike))
        // The authentication layer has its own, higher limit.
        .layer(DefaultBodyLimit::disable())
        .with_state(Arc::clone(shared))
}
