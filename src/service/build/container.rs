//! The container as a source: lists it page by page.

use std::time::{Duration, Instant};

use super::{Building, Writing, dicom, metadata::tags_problem};
use crate::{
    manifest::{Builder, Judged, builder::BlobFacts},
    service::{
        account::resolve,
        azure::ListQuery,
        problems::{azure_problem, disk_problem},
    },
    wizard::{ListingProgress, Problem},
};

/// Progress is told at most this often.
const SAMPLE: Duration = Duration::from_millis(100);

/// Lists the container into the manifest; returns the number of blobs listed.
pub(super) async fn read(
    building: &Building<'_>,
    into: &mut Writing,
    tell: &mut impl FnMut(ListingProgress),
) -> Result<u64, Problem> {
    let Building { access, manifest, .. } = building;
    let resolved = resolve(access)?;
    let container = resolved.open()?;
    let rules = building.rules().await?;
    let mut builder =
        Builder::new(rules, &resolved.object_base(&access.azure), container.name()).since(building.known.cloned());
    let write_fault = |error: std::io::Error| disk_problem("write the manifest", &error);
    let mut told = Instant::now();
    let mut blobs = 0u64;
    for prefix in distinct_prefixes(&manifest.prefixes) {
        let mut query = ListQuery {
            prefix: (!prefix.is_empty()).then_some(prefix),
            metadata: manifest.metadata.blob_metadata,
            tags: manifest.metadata.index_tags,
            ..ListQuery::default()
        };
        loop {
            let mut result = Ok(());
            let mut sink = Judged { judge: &mut into.judge, sink: &mut into.writer };
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
                            last_modified: blob.last_modified.as_deref(),
                            etag: blob.etag.as_deref(),
                            headers: &blob.metadata,
                            tags: &blob.tags,
                        };
                        result = builder.blob(&facts, &mut sink);
                    }
                })
                .await
                .map_err(|error| if query.tags { tags_problem(&error) } else { azure_problem(&error) })?;
            result.map_err(write_fault)?;
            if told.elapsed() >= SAMPLE {
                told = Instant::now();
                tell(into.progress(blobs));
            }
            match next {
                Some(marker) => query.marker = Some(marker),
                None => break,
            }
        }
    }
    dicom::resolve(&mut builder, &container, building.home, into, blobs, tell).await?;
    builder.finish(&mut Judged { judge: &mut into.judge, sink: &mut into.writer }).map_err(write_fault)?;
    Ok(blobs)
}

/// The prefixes without those that lie inside another, whose blobs would otherwise be listed twice.
pub(in crate::service) fn distinct_prefixes(prefixes: &[String]) -> Vec<String> {
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
