//! A new run of only what failed or was cancelled in an earlier one.

use secrecy::SecretString;
use tempfile::TempDir;

use crate::{
    config::{self, Config},
    error::UserError,
    manifest::{batch::BatchPlan, finding::Origin, kind::Kind, sink::Sink as _},
    run::new_run::NewRun,
    schema::merge::Diff,
    service::{
        manifest,
        problems::{disk_problem, store_problem},
        runs::{
            resume::{client_of, config_of, manifest_of},
            task::RunTask,
            upload::Uploader,
        },
    },
    store::{
        failed::{RetrySelection, Unfinished, each_unfinished},
        manifest_dir::{ManifestDir, writer::ManifestWriter},
        paths::Home,
        registered,
        runs::{RunStore, lock::RunLock},
    },
    wizard::{
        check::{About, CHECKS},
        connections::Integration,
        destination::{Destination, FolderRef},
        plan::Plan,
        progress::messages::{RetryChange, RunEvent},
    },
};

/// What a retry sends. Its manifest lies in the directory that the new run will have, and goes with this unless the retry is
/// carried out.
#[derive(Debug)]
pub struct Retry {
    of: String,
    run: NewRun,
    plan: Plan,
    uncertain: u64,
    manifest: ManifestDir,
    dir: TempDir,
}

impl Retry {
    /// The new run.
    pub fn run(&self) -> &NewRun {
        &self.run
    }

    /// What the new run sends, in the form in which every run is planned. It changes no schema and makes no folder.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Items of each kind.
    pub fn items(&self) -> &[(Kind, u64)] {
        &self.plan.items
    }

    /// How many of them Encord may have registered already.
    pub fn uncertain(&self) -> u64 {
        self.uncertain
    }

    /// Prepares a retry of what failed or was cancelled in a run that is at its end. Nothing is sent or recorded yet.
    ///
    /// # Errors
    /// There is no such run, it mirrors a container, it is not at its end, another process works on it, nothing failed in it,
    /// it would register items twice, or the disk cannot be used.
    pub fn prepare(home: &Home, id: &str, change: RetryChange) -> Result<Retry, UserError> {
        let store = RunStore::open(home).map_err(|error| store_problem(&error))?;
        let row = store.run(id).map_err(|error| store_problem(&error))?;
        if row.sync.is_some() {
            return Err(UserError::config(format!(
                "Run {id} mirrors a container, so there is no manifest to take items from."
            ))
            .hint("Import with the same config again: Encord then syncs the folder anew."));
        }
        let _lock = RunLock::take(home, id).map_err(|error| store_problem(&error))?;
        let batches = store.batches(id).map_err(|error| store_problem(&error))?;
        let open: u64 = batches.iter().filter(|row| !row.state.is_final()).map(|row| row.batch.count).sum();
        if open > 0 {
            return Err(UserError::config(format!(
                "Run {id} is not at its end: its jobs with {open} items wait, are in doubt, or are still with Encord."
            ))
            .hint(format!(
                "`azure-to-encord runs resume {id}` goes on with it; `azure-to-encord runs cancel {id}` ends it for good. \
                 After that a retry takes what was not registered."
            )));
        }
        let mut config = config_of(&row.run)?;
        let mut options = row.run.options;
        options.ignore_errors = change.ignore_errors.unwrap_or(options.ignore_errors);
        options.skip_duplicate_urls = change.skip_duplicate_urls.unwrap_or(options.skip_duplicate_urls);
        options.upsert_metadata = change.upsert_metadata.unwrap_or(options.upsert_metadata);
        config.upload.ignore_individual_file_errors = options.ignore_errors;
        config.upload.skip_duplicate_urls = options.skip_duplicate_urls;
        config.upload.upsert_metadata = options.upsert_metadata;

        let dir = new_directory(home).map_err(|error| disk_problem("make a directory for the retry", &error))?;
        let fail = |error: std::io::Error| disk_problem("write the manifest of the retry", &error);
        let mut writer = ManifestWriter::create(dir.path()).map_err(fail)?;
        let from = manifest_of(home, id)?;
        let found = each_unfinished(&store, &from, id, RetrySelection::FailedOrCancelled, |item| {
            let name = item.urls.first().cloned().unwrap_or_default();
            writer.item(&Origin::blob(&name), item)
        });
        let Unfinished { items, uncertain } = found.map_err(|error| store_problem(&error))?;
        if items == 0 {
            return Err(UserError::config(format!(
                "Nothing failed or was cancelled in run {id}; there is nothing to retry."
            )));
        }
        if uncertain > 0 && !options.skip_duplicate_urls && !change.resend_doubtful {
            return Err(UserError::config(format!(
                "Of the {items} items to retry, {uncertain} may be registered already: nobody knows which, and they would be \
                 registered twice, since run {id} does not skip duplicate URLs."
            ))
            .hint(
                "Add --skip-duplicates to leave alone what the folder already holds under the same URL, or --resend-doubtful \
                 to take the risk.",
            ));
        }
        let manifest = writer.finish(options).map_err(fail)?;
        registered::record_like(from.path(), manifest.path()).map_err(fail)?;
        let run = NewRun {
            id: dir.path().file_name().unwrap_or_default().to_string_lossy().into_owned(),
            config_text: toml::to_string(&config)
                .map_err(|error| UserError::other(format!("The config cannot be recorded: {error}.")))?,
            options,
            ..row.run
        };
        config.upload.jobs_in_flight = run.jobs_in_flight;
        let cut = manifest.cut(config.upload.limits()).map_err(fail)?;
        let plan = plan_of(&run, config, &manifest, cut);
        Ok(Retry { of: id.to_owned(), run, plan, uncertain, manifest, dir })
    }

    /// Records the new run and works until it ends or `interrupt` says so; what happens is told as it happens. `passphrase` is
    /// asked for the passphrase of the config's key.
    ///
    /// # Errors
    /// Encord's key cannot be opened, or the run cannot be recorded.
    pub async fn carry_out(
        self,
        home: &Home,
        passphrase: impl FnOnce(&config::encord::Encord) -> Option<SecretString>,
        interrupt: impl Future<Output = ()> + Send,
        tell: &(impl Fn(RunEvent) + Sync),
    ) -> Result<(), UserError> {
        let work = self.begin(home, passphrase)?;
        tell(work.started());
        work.until(interrupt, tell).await;
        Ok(())
    }

    /// Records the new run; nothing is asked of Encord yet.
    pub(crate) fn begin(
        self,
        home: &Home,
        passphrase: impl FnOnce(&config::encord::Encord) -> Option<SecretString>,
    ) -> Result<RunTask, UserError> {
        let client = client_of(&self.run, passphrase, &format!("runs retry {}", self.of))?;
        self.manifest.sync().map_err(|error| disk_problem("keep the manifest", &error))?;
        let mut store = RunStore::open(home).map_err(|error| store_problem(&error))?;
        let lock = RunLock::take(home, &self.run.id).map_err(|error| store_problem(&error))?;
        store.create(&self.run, &self.plan.batches).map_err(|error| store_problem(&error))?;
        // From now on its directory stays.
        let _path = self.dir.keep();
        store.set_retry_of(&self.run.id, &self.of).map_err(|error| store_problem(&error))?;
        let uploader = Uploader::new(&client, store, home.clone(), lock, self.manifest, self.run);
        Ok(RunTask::Jobs(uploader.map_err(|error| store_problem(&error))?))
    }
}

/// What the jobs of a run that is not yet recorded come to.
fn plan_of(run: &NewRun, config: Config, manifest: &ManifestDir, cut: BatchPlan) -> Plan {
    let is_kept = |about: &&About| run.despite.iter().any(|id| id == about.id);
    // The record holds the integration's id; its title is known where the config calls it so.
    let title =
        config.encord.integration.clone().filter(|name| uuid::Uuid::try_parse(name).is_err()).unwrap_or_default();
    let existing = FolderRef { uuid: run.folder, path: run.folder_path.clone() };
    Plan {
        domain: run.domain.clone(),
        integration: Integration { uuid: run.integration, title },
        schema: Diff::default(),
        schema_edits: Vec::new(),
        destination: Destination { existing: Some(existing), ..Destination::default() },
        items: manifest.summary().items.iter().map(|(kind, count)| (*kind, *count)).collect(),
        bytes: manifest.summary().bytes,
        batches: cut.batches,
        kinds: cut.kinds,
        upload: config.upload.clone(),
        despite: CHECKS.iter().filter(is_kept).map(|about| about.id).collect(),
        config: Box::new(config),
    }
}

fn new_directory(home: &Home) -> std::io::Result<TempDir> {
    let runs = home.runs();
    std::fs::create_dir_all(&runs)?;
    tempfile::Builder::new().prefix(&manifest::new_id()).rand_bytes(0).tempdir_in(&runs)
}
