//! Lists a container and builds the manifest from it, page by page.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use ::time::{OffsetDateTime, macros::format_description};

use super::{
    account::resolve,
    azure::ListQuery,
    problems::{azure_problem, disk_problem},
    session::{Draft, Session},
};
use crate::{
    manifest::{Builder, Demands, builder::BlobFacts, data_items::JobOptions, rules::Rules},
    store::{ManifestDir, ManifestWriter, config},
    wizard::{AzureAccess, ListingProgress, ManifestFacts, Problem, Reply, RequestId},
};

/// Progress is told at most this often.
const SAMPLE: Duration = Duration::from_millis(100);

/// Builds the manifest for the wizard, in a directory that goes with the program unless a run takes it over.
pub(super) async fn draft(
    session: &Session,
    id: RequestId,
    access: &AzureAccess,
    manifest: &config::Manifest,
    options: JobOptions,
    demands: &Demands,
) -> Result<ManifestFacts, Problem> {
    let runs = session.home.runs();
    let making = || -> std::io::Result<_> {
        std::fs::create_dir_all(&runs)?;
        tempfile::Builder::new().prefix(&new_id()).rand_bytes(0).tempdir_in(&runs)
    };
    let dir = making().map_err(|error| disk_problem("make a directory for the manifest", &error))?;
    let mut tell = |progress| session.reply(id, Reply::Listing(progress));
    let (built, blobs) = build_manifest(access, manifest, options, demands, dir.path(), &mut tell).await?;
    let facts = ManifestFacts {
        summary: built.summary().clone(),
        blobs,
        file: built.file_form_path(),
        findings: built.findings_path(),
    };
    session.set_draft(Draft { dir, manifest: built });
    Ok(facts)
}

/// Lists the container and writes the manifest into a directory; returns it with the number of blobs listed. `tell` hears how far it
/// is, at most ten times a second. What does not meet the demands is among the findings.
///
/// # Errors
/// The container cannot be listed, a rule is malformed, or the disk cannot be written.
pub async fn build_manifest(
    access: &AzureAccess,
    manifest: &config::Manifest,
    options: JobOptions,
    demands: &Demands,
    dir: &Path,
    tell: &mut impl FnMut(ListingProgress),
) -> Result<(ManifestDir, u64), Problem> {
    let resolved = resolve(access)?;
    let container = resolved.open()?;
    let rules = Rules::new(&manifest.rules()).map_err(|error| Problem::config(format!("[manifest] {error}.")))?;
    let mut builder = Builder::new(rules, &resolved.object_base(&access.azure), container.name()).demands(demands);
    let write_fault = |error: std::io::Error| disk_problem("write the manifest", &error);
    let mut writer = ManifestWriter::create(dir).map_err(write_fault)?;
    let started = Instant::now();
    let mut told = started;
    let mut blobs = 0u64;
    for prefix in distinct_prefixes(&manifest.prefixes) {
        let mut query = ListQuery { prefix: (!prefix.is_empty()).then_some(prefix), marker: None, max_results: None };
        loop {
            let mut result = Ok(());
            let next = container
                .list_page(&query, |blob| {
                    blobs += 1;
                    if result.is_ok() {
                        let facts = BlobFacts {
                            name: &blob.name,
                            size: blob.size,
                            content_type: blob.content_type.as_deref(),
                            tier: blob.tier.as_deref(),
                            is_folder: blob.is_folder,
                            rehydrating: blob.archive_status.is_some(),
                        };
                        result = builder.blob(&facts, &mut writer);
                    }
                })
                .await
                .map_err(|error| azure_problem(&error))?;
            result.map_err(write_fault)?;
            if told.elapsed() >= SAMPLE {
                told = Instant::now();
                tell(progress(&writer, blobs, started));
            }
            match next {
                Some(marker) => query.marker = Some(marker),
                None => break,
            }
        }
    }
    builder.finish(&mut writer).map_err(write_fault)?;
    tell(progress(&writer, blobs, started));
    let built = tokio::task::spawn_blocking(move || writer.finish(options))
        .await
        .map_err(|error| Problem::other(format!("Writing the manifest broke off: {error}.")))?
        .map_err(write_fault)?;
    Ok((built, blobs))
}

fn progress(writer: &ManifestWriter, blobs: u64, started: Instant) -> ListingProgress {
    let summary = writer.summary();
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

/// The prefixes without those that lie inside another, whose blobs would otherwise be listed twice.
fn distinct_prefixes(prefixes: &[String]) -> Vec<String> {
    if prefixes.is_empty() {
        return vec![String::new()];
    }
    let mut sorted = prefixes.to_vec();
    sorted.sort();
    let mut distinct: Vec<String> = Vec::new();
    for prefix in sorted {
        if distinct.last().is_none_or(|last| !prefix.starts_with(last.as_str())) {
            distinct.push(prefix);
        }
    }
    distinct
}

/// A run's id: when it began, and enough chance to tell two of the same second apart.
fn new_id() -> String {
    let format = format_description!("[year][month][day]-[hour][minute][second]");
    let time = OffsetDateTime::now_utc().format(format).unwrap_or_else(|_| "run".to_owned());
    let chance = uuid::Uuid::new_v4().simple().to_string();
    format!("{time}-{}", &chance[..6])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_inside_others_are_listed_once() {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        assert_eq!(distinct_prefixes(&[]), [""]);
        assert_eq!(distinct_prefixes(&texts(&["b/", "a/b/", "a/", "ab/", "a/"])), ["a/", "ab/", "b/"]);
        assert_eq!(distinct_prefixes(&texts(&["x", ""])), [""]);
    }
}
