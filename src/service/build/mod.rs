//! Builds the manifest: reads a source, checks every item, writes it to disk.

mod container;
mod file;
mod inventory;
mod kept;

use std::{path::Path, time::Instant};

use ::time::{OffsetDateTime, macros::format_description};

use super::{
    problems::disk_problem,
    session::{Draft, Session},
};
use crate::{
    manifest::{Demands, Judge, data_items::JobOptions},
    store::{
        Listed, ManifestDir, ManifestWriter, Summary,
        config::{self, Source},
    },
    wizard::{AzureAccess, ListingFrom, ListingProgress, ManifestFacts, Problem, Reply, RequestId, keeps},
};
use kept::Keeper;

/// What a manifest is built from.
#[derive(Debug, Clone, Copy)]
struct Building<'a> {
    access: &'a AzureAccess,
    manifest: &'a config::Manifest,
}

/// A manifest that is being written.
#[derive(Debug)]
struct Writing {
    judge: Judge,
    writer: ManifestWriter,
    started: Instant,
    /// Keeps what is listed.
    keeper: Option<Keeper>,
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
    }
}

/// Builds the manifest for the wizard, in a directory that goes with the program unless a run takes it over.
pub(super) async fn draft(
    session: &Session,
    id: RequestId,
    access: &AzureAccess,
    manifest: &config::Manifest,
    options: JobOptions,
    demands: &Demands,
    listing: ListingFrom,
) -> Result<ManifestFacts, Problem> {
    let runs = session.home.runs();
    let making = || -> std::io::Result<_> {
        std::fs::create_dir_all(&runs)?;
        tempfile::Builder::new().prefix(&new_id()).rand_bytes(0).tempdir_in(&runs)
    };
    let dir = making().map_err(|error| disk_problem("make a directory for the manifest", &error))?;
    let mut tell = |progress| session.reply(id, Reply::Listing(progress));
    let building = Building { access, manifest };
    let listed = session.kept(&access.azure).filter(|_| listing == ListingFrom::Kept && keeps(manifest));
    let keeper = match (&listed, keeps(manifest)) {
        (None, true) => Some(Keeper::new(&runs).map_err(|error| disk_problem("keep what is listed", &error))?),
        _ => None,
    };
    let (built, blobs, kept) =
        build(&building, options, demands, dir.path(), listed.as_deref(), keeper, &mut tell).await?;
    if let Some(kept) = kept {
        session.keep(&access.azure, kept);
    }
    let facts = ManifestFacts {
        summary: built.summary().clone(),
        blobs,
        file: built.file_form_path(),
        findings: built.findings_path(),
    };
    session.set_draft(Draft { dir, manifest: built });
    Ok(facts)
}

/// Reads the source and writes the manifest into a directory; returns it with the number of blobs that were seen. `tell` hears how
/// far it is, at most ten times a second. What does not meet the demands is among the findings.
///
/// # Errors
/// The source cannot be read, a rule is malformed, or the disk cannot be written.
pub async fn build_manifest(
    access: &AzureAccess,
    manifest: &config::Manifest,
    options: JobOptions,
    demands: &Demands,
    dir: &Path,
    tell: &mut impl FnMut(ListingProgress),
) -> Result<(ManifestDir, u64), Problem> {
    let building = Building { access, manifest };
    let (built, blobs, _) = build(&building, options, demands, dir, None, None, tell).await?;
    Ok((built, blobs))
}

/// The same from what was listed before, where that is given; or with what is listed now kept.
async fn build(
    building: &Building<'_>,
    options: JobOptions,
    demands: &Demands,
    dir: &Path,
    listed: Option<&Listed>,
    keeper: Option<Keeper>,
    tell: &mut impl FnMut(ListingProgress),
) -> Result<(ManifestDir, u64, Option<Listed>), Problem> {
    let write_fault = |error: std::io::Error| disk_problem("write the manifest", &error);
    let writer = ManifestWriter::create(dir).map_err(write_fault)?;
    let mut writing = Writing { judge: Judge::new(demands), writer, started: Instant::now(), keeper };
    let blobs = match building.manifest.source {
        Source::Container => match listed {
            Some(listed) => kept::read(building, listed, &mut writing, tell).await?,
            None => container::read(building, &mut writing, tell).await?,
        },
        Source::File => file::read(building, &mut writing, tell).await?,
        Source::Inventory => inventory::read(building, &mut writing, tell).await?,
    };
    tell(writing.progress(blobs));
    let Writing { judge, mut writer, keeper, .. } = writing;
    judge.finish(&mut writer).map_err(write_fault)?;
    let built = tokio::task::spawn_blocking(move || writer.finish(options))
        .await
        .map_err(|error| Problem::other(format!("Writing the manifest broke off: {error}.")))?
        .map_err(write_fault)?;
    Ok((built, blobs, keeper.and_then(Keeper::finish)))
}

/// A run's id: when it began, and enough chance to tell two of the same second apart.
fn new_id() -> String {
    let format = format_description!("[year][month][day]-[hour][minute][second]");
    let time = OffsetDateTime::now_utc().format(format).unwrap_or_else(|_| "run".to_owned());
    let chance = uuid::Uuid::new_v4().simple().to_string();
    format!("{time}-{}", &chance[..6])
}
