//! What requests of one program run share: connections, the manifest and the run at hand.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tempfile::TempDir;
use tokio::sync::mpsc::UnboundedSender;

use crate::{
    config, encord,
    error::UserError,
    service::{manifest::rows::marks::Marks, runs::controls::RunControls},
    store::{self, listing_cache::Listed, manifest_dir::ManifestDir, paths::Home},
    wizard::effect::{Event, Reply, RequestId},
};

/// A manifest that no run owns yet, in the directory that the run will have; it goes when this goes.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) dir: TempDir,
    pub(crate) manifest: ManifestDir,
}

#[derive(Debug, Default)]
struct Shared {
    client: Option<encord::client::Client>,
    draft: Option<Draft>,
    manifest: Option<ManifestDir>,
    /// What was found about its items.
    marks: Marks,
    /// What was listed last, and where.
    kept: Option<(config::azure::Azure, Arc<Listed>)>,
    /// The id of the run at hand.
    run: Option<String>,
    /// What the user calls the config: runs are recorded under it.
    config_label: String,
}

/// Shared by all requests of a [`crate::service::driver::Driver`].
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) home: Home,
    pub(crate) runs: RunControls,
    events: UnboundedSender<Event>,
    shared: Mutex<Shared>,
}

impl Session {
    pub(crate) fn new(home: Home, config_label: String, events: UnboundedSender<Event>) -> Session {
        let shared = Mutex::new(Shared { config_label, ..Shared::default() });
        Session { home, runs: RunControls::default(), events, shared }
    }

    fn shared(&self) -> MutexGuard<'_, Shared> {
        // Nothing panics while it holds the lock; if something did, the values would still be whole.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands a reply to the machine. When the front end is gone there is nobody to tell.
    pub(crate) fn reply(&self, id: RequestId, reply: impl Into<Reply>) {
        let _ = self.events.send(Event::Reply { id, reply: reply.into() });
    }

    /// Keeps the choices of step 1 for the next time. A disk that takes no files is told of by what needs them.
    pub(crate) fn remember(&self, encord: &config::encord::Encord, azure: &config::azure::Azure) {
        let _ = store::last_connection::save(&self.home, encord, azure);
    }

    pub(crate) fn set_client(&self, client: encord::client::Client) {
        self.shared().client = Some(client);
    }

    pub(crate) fn client(&self) -> Result<encord::client::Client, UserError> {
        self.shared().client.clone().ok_or_else(|| UserError::other("Not signed in to Encord yet."))
    }

    pub(crate) fn set_draft(&self, draft: Draft) {
        let mut shared = self.shared();
        shared.manifest = Some(draft.manifest.clone());
        shared.marks = Marks::default();
        shared.draft = Some(draft);
    }

    pub(crate) fn manifest(&self) -> Result<ManifestDir, UserError> {
        self.shared().manifest.clone().ok_or_else(|| UserError::other("There is no manifest yet."))
    }

    pub(crate) fn marks(&self) -> Marks {
        self.shared().marks.clone()
    }

    pub(crate) fn keep(&self, azure: &config::azure::Azure, listed: Listed) {
        self.shared().kept = Some((azure.clone(), Arc::new(listed)));
    }

    /// What was listed there last.
    pub(crate) fn kept(&self, azure: &config::azure::Azure) -> Option<Arc<Listed>> {
        self.shared().kept.as_ref().filter(|(listed, _)| listed == azure).map(|(_, listed)| Arc::clone(listed))
    }

    /// Gives the draft to a run, whose id it has had from the start: from now on its directory stays.
    pub(crate) fn promote_draft(&self) -> Option<(String, ManifestDir)> {
        let draft = self.shared().draft.take()?;
        let id = draft.dir.keep().file_name()?.to_string_lossy().into_owned();
        Some((id, draft.manifest))
    }

    /// What the user calls the config.
    pub(crate) fn config_label(&self) -> String {
        self.shared().config_label.clone()
    }

    /// From now on runs are recorded under this name.
    pub(crate) fn set_config_label(&self, label: &str) {
        label.clone_into(&mut self.shared().config_label);
    }

    pub(crate) fn set_run(&self, run: String) {
        self.shared().run = Some(run);
    }

    pub(crate) fn run(&self) -> Option<String> {
        self.shared().run.clone()
    }
}
