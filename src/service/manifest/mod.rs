//! Builds the manifest: reads a source, checks every item, writes it to disk.

mod columns;
pub(crate) mod container;
mod dicom;
mod file;
mod inventory;
mod listing_cache;
pub(crate) mod metadata;
mod probe;
pub(crate) mod rows;
mod rules;
mod second_pass;
pub(crate) mod since;
pub(crate) mod writable;

use std::{path::Path, sync::Arc, time::Instant};

use ::time::{OffsetDateTime, macros::format_description};

use crate::{
    config::{self, manifest::Source},
    error::UserError,
    manifest::{
        batch, data_items::JobOptions, incremental::RegisteredItems, rules::Rules, summary::Summary,
        validate::Validator, values::ValidationRules,
    },
    service::{
        manifest::{listing_cache::ListingCacheWriter, metadata::enrich::MetadataJoin, probe::Probing},
        problems::disk_problem,
        session::{Draft, Session},
        tasks::Tasks,
    },
    store::{
        listing_cache::Listed,
        manifest_dir::{ManifestDir, writer::ManifestWriter},
        paths::Home,
    },
    wizard::{
        connections::AzureAccess,
        effect::RequestId,
        manifest::{
            keeps,
            messages::{ListingFrom, ListingProgress, ManifestFacts, ManifestReply, ManifestRequest},
        },
    },
};

pub(crate) use since::Runs;

/// What a manifest is built from.
#[derive(Debug, Clone, Copy)]
struct Building<'a> {
    access: &'a AzureAccess,
    manifest: &'a config::manifest::Manifest,
    /// What earlier runs have registered, where only what is new or changed is wanted.
    earlier: Option<&'a since::Earlier>,
    /// Where what was read of blobs is kept.
    home: &'a Home,
    /// Whether media metadata is read from the blobs.
    probes: bool,
    /// Where files may lie while they are read.
    dir: &'a Path,
    /// What the jobs are to be told.
    options: JobOptions,
}

impl Building<'_> {
    fn known(&self) -> Option<Arc<dyn RegisteredItems>> {
        self.earlier.map(|earlier| Arc::clone(&earlier.known))
    }

    /// Whether items have to be gone through once more when the source has been read.
    fn needs_second_pass(&self) -> bool {
        let metadata = &self.manifest.metadata;
        self.probes || metadata.table.is_some() || metadata.sidecar.is_some()
    }

    /// The rules of the domain.
    async fn rules(&self) -> Result<Rules, UserError> {
        rules::rules(self.manifest, self.needs_second_pass()).await
    }
}

/// A manifest that is being written.
#[derive(Debug)]
struct Writing {
    judge: Validator,
    writer: ManifestWriter,
    started: Instant,
    /// Keeps what is listed.
    keeper: Option<ListingCacheWriter>,
}

impl Writing {
    fn progress(&self, blobs: u64) -> ListingProgress {
        progress(self.writer.summary(), self.started, blobs)
    }
}

fn progress(summary: &Summary, started: Instant, blobs: u64) -> ListingProgress {
    #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
    let per_second = blobs as f64 / started.elapsed().as_secs_f64().max(0.001);
    ListingProgress {
        blobs,
        items: summary.items.clone(),
        skipped: summary.total_skipped(),
        errors: summary.errors,
        warnings: summary.warnings,
        per_second,
        bytes: None,
    }
}

/// Begins a request of step 3.
pub(super) fn carry_out(tasks: &mut Tasks, id: RequestId, request: ManifestRequest) {
    let session = Arc::clone(&tasks.session);
    match request {
        ManifestRequest::Build { access, manifest, options, limits, demands, listing } => tasks.read(id, async move {
            let reply = draft(&session, id, &access, &manifest, (options, limits), &demands, listing).await;
            session.reply(id, ManifestReply::Built(reply));
        }),
        ManifestRequest::ReadRows { list, first, count, places } => tasks.read(id, async move {
            let rows = rows::read(&session, list, first, count, places).await;
            session.reply(id, ManifestReply::Rows { list, first, rows });
        }),
        ManifestRequest::Search { list, filter } => {
            tasks.read(id, async move { rows::search::search(&session, id, list, filter).await });
        }
        ManifestRequest::FindItem { name } => tasks.read(id, async move {
            let place = rows::search::item(&session, name).await;
            session.reply(id, ManifestReply::ItemFound(place));
        }),
    }
}

/// Builds the manifest for the wizard, in a directory that goes with the program unless a run takes it over.
pub(super) async fn draft(
    session: &Session,
    id: RequestId,
    access: &AzureAccess,
    manifest: &config::manifest::Manifest,
    (options, limits): (JobOptions, batch::Limits),
    demands: &ValidationRules,
    listing: ListingFrom,
) -> Result<ManifestFacts, UserError> {
    let runs = session.home.runs();
    let making = || -> std::io::Result<_> {
        std::fs::create_dir_all(&runs)?;
        tempfile::Builder::new().prefix(&new_id()).rand_bytes(0).tempdir_in(&runs)
    };
    let dir = making()
        .map_err(|error| disk_problem(&format!("make a directory for the manifest in {}", runs.display()), &error))?;
    let label = session.config_label();
    let session_runs = Runs { home: &session.home, config: &label };
    let mut tell = |progress| session.reply(id, ManifestReply::Progress(progress));
    let earlier = since::known(session_runs, access, manifest, dir.path())?;
    let building = Building {
        access,
        manifest,
        home: &session.home,
        earlier: earlier.as_ref(),
        probes: probe::is_wanted(manifest.probe_media, demands),
        dir: dir.path(),
        options,
    };
    let listed = session.kept(&access.azure).filter(|_| listing == ListingFrom::Kept && keeps(manifest));
    let keeper = match (&listed, keeps(manifest)) {
        (None, true) => {
            Some(ListingCacheWriter::new(&runs).map_err(|error| disk_problem("keep what is listed", &error))?)
        }
        _ => None,
    };
    let demands = &*writable::with_writable(demands, access);
    let (built, blobs, kept) = build(&building, demands, listed.as_deref(), keeper, &mut tell).await?;
    if let Some(kept) = kept {
        session.keep(&access.azure, kept);
    }
    let whole = built.clone();
    let cut = tokio::task::spawn_blocking(move || whole.cut(limits))
        .await
        .map_err(|error| UserError::other(format!("Cutting the manifest into jobs broke off: {error}.")))?
        .map_err(|error| disk_problem("read the manifest", &error))?;
    let facts = ManifestFacts {
        summary: built.summary().clone(),
        blobs,
        cut: Arc::new(cut),
        file: built.file_form_path(),
        findings: built.findings_path(),
    };
    session.set_draft(Draft { dir, manifest: built });
    Ok(facts)
}

/// Reads the source and writes the manifest into a directory; returns it with the number of blobs that were seen. `tell` hears how
/// far it is, at most ten times a second. What does not meet the demands is among the findings. `runs` are those that count for
/// `since = "last-run"`.
///
/// # Errors
/// The source cannot be read, a rule is malformed, or the disk cannot be written.
pub async fn build_manifest(
    access: &AzureAccess,
    manifest: &config::manifest::Manifest,
    options: JobOptions,
    demands: &ValidationRules,
    dir: &Path,
    runs: Runs<'_>,
    tell: &mut impl FnMut(ListingProgress),
) -> Result<(ManifestDir, u64), UserError> {
    let earlier = since::known(runs, access, manifest, dir)?;
    let building = Building {
        access,
        manifest,
        home: runs.home,
        earlier: earlier.as_ref(),
        probes: probe::is_wanted(manifest.probe_media, demands),
        dir,
        options,
    };
    let demands = &*writable::with_writable(demands, access);
    let (built, blobs, _) = build(&building, demands, None, None, tell).await?;
    Ok((built, blobs))
}

/// The same from what was listed before, where that is given; or with what is listed now kept.
async fn build(
    building: &Building<'_>,
    demands: &ValidationRules,
    listed: Option<&Listed>,
    keeper: Option<ListingCacheWriter>,
    tell: &mut impl FnMut(ListingProgress),
) -> Result<(ManifestDir, u64, Option<Listed>), UserError> {
    let write_fault = |error: std::io::Error| disk_problem("write the manifest", &error);
    let Building { manifest, dir, options, .. } = *building;
    let first_dir = building.needs_second_pass().then(|| dir.join("first-pass"));
    if let Some(first_dir) = &first_dir {
        std::fs::create_dir_all(first_dir).map_err(write_fault)?;
    }
    let mut writer = ManifestWriter::create(first_dir.as_deref().unwrap_or(dir)).map_err(write_fault)?;
    if let Some(earlier) = building.earlier {
        writer.note(&earlier.note);
    }
    let judge = if first_dir.is_some() { Validator::deferring() } else { self::judge(manifest.source, demands) };
    let mut writing = Writing { judge, writer, started: Instant::now(), keeper };
    let blobs = match (manifest.source, listed) {
        (Source::Container, Some(listed)) => listing_cache::read(building, listed, &mut writing, tell).await?,
        (Source::Container, None) => container::read(building, &mut writing, tell).await?,
        (Source::File, _) => file::read(building, &mut writing, tell).await?,
        (Source::Inventory, _) => inventory::read(building, &mut writing, tell).await?,
    };
    tell(writing.progress(blobs));
    let listed = writing.keeper.take().and_then(ListingCacheWriter::finish);
    if let Some(first_dir) = first_dir {
        let started = writing.started;
        let first = finish(writing, options).await?;
        let mut writer = ManifestWriter::create(dir).map_err(write_fault)?;
        first.summary().notes.iter().for_each(|note| writer.note(note));
        writing = Writing { judge: self::judge(manifest.source, demands), writer, started, keeper: None };
        let mut gathering = MetadataJoin::open(building, demands, &first).await?;
        let probing = Probing::open(building)?;
        let each = |work| {
            let (gathered, probing) = (gathering.each(work)?, probing.clone());
            Ok(async move {
                let work = gathered.await?;
                match probing {
                    Some(probing) => probing.fill(work).await,
                    None => Ok(work),
                }
            })
        };
        second_pass::run(&first, &mut writing, blobs, each, tell).await?;
        gathering.finish(&first, &mut writing).map_err(write_fault)?;
        std::fs::remove_dir_all(first_dir).map_err(write_fault)?;
        tell(writing.progress(blobs));
    }
    Ok((finish(writing, options).await?, blobs, listed))
}

async fn finish(writing: Writing, options: JobOptions) -> Result<ManifestDir, UserError> {
    let write_fault = |error: std::io::Error| disk_problem("write the manifest", &error);
    let Writing { judge, mut writer, .. } = writing;
    judge.finish(&mut writer).map_err(write_fault)?;
    tokio::task::spawn_blocking(move || writer.finish(options))
        .await
        .map_err(|error| UserError::other(format!("Writing the manifest broke off: {error}.")))?
        .map_err(write_fault)
}

/// What somebody wrote is looked at more closely than what the service lists.
fn judge(source: Source, demands: &ValidationRules) -> Validator {
    match source {
        Source::File => Validator::of_file(demands),
        Source::Container | Source::Inventory => Validator::new(demands),
    }
}

/// A run's id: when it began, and enough chance to tell two of the same second apart.
pub(super) fn new_id() -> String {
    let format = format_description!("[year][month][day]-[hour][minute][second]");
    let time = OffsetDateTime::now_utc().format(format).unwrap_or_else(|_| "run".to_owned());
    let chance = uuid::Uuid::new_v4().simple().to_string();
    format!("{time}-{}", &chance[..6])
}
