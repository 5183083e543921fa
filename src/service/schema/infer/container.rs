//! The container as what suggests keys, with everything else that the config names as a source of client metadata.

use std::collections::BTreeMap;

use futures_util::{StreamExt as _, stream};

use crate::{
    azure::{
        container::{Container, ListQuery},
        page::Blob,
    },
    config,
    error::UserError,
    format::counted,
    manifest::{
        kind::Kind,
        metadata::{sidecar, table::Format},
        path_metadata::PathPattern,
        rules::{Rules, grouping::BlobUse},
    },
    service::{
        integration::account::resolve,
        manifest::{
            container::distinct_prefixes,
            metadata::{is_refusal, sidecars, tags_problem},
        },
        problems::azure_problem,
        schema::infer::{Looking, file, off_the_runtime},
    },
    wizard::{connections::AzureAccess, schema::messages::Inferred},
};

/// As many blobs are looked at where the config names sources; fewer where it is not known whether there is anything.
const MOST_BLOBS: u64 = 20_000;
const MOST_BLOBS_UNASKED: u64 = 5_000;
/// As many sidecars are fetched.
const MOST_SIDECARS: usize = 200;

/// What is looked at.
struct SampledSources {
    unasked: bool,
    metadata: bool,
    tags: bool,
    sidecar: Option<String>,
    path: Option<PathPattern>,
}

impl SampledSources {
    fn of(settings: &config::manifest::Metadata) -> Result<SampledSources, UserError> {
        let config::manifest::Metadata { path, table, sidecar, blob_metadata, index_tags, constants, .. } = settings;
        let unasked = path.is_none()
            && table.is_none()
            && sidecar.is_none()
            && !blob_metadata
            && !index_tags
            && constants.is_empty();
        let path = path.as_deref().map(PathPattern::new).transpose();
        Ok(SampledSources {
            unasked,
            metadata: unasked || *blob_metadata,
            tags: unasked || *index_tags,
            sidecar: if unasked { Some(sidecar::USUAL_SUFFIX.to_owned()) } else { sidecar.clone() },
            path: path.map_err(|error| UserError::config(format!("[manifest.metadata] {error}.")))?,
        })
    }

    fn needs_listing(&self) -> bool {
        self.metadata || self.tags || self.sidecar.is_some() || self.path.is_some()
    }
}

/// What the listing gave.
#[derive(Default)]
struct ListingSample {
    blobs: u64,
    with_path: u64,
    with_metadata: u64,
    with_tags: u64,
    sidecars: Vec<String>,
    more_sidecars: bool,
    tags_refused: Option<UserError>,
}

pub(super) async fn look(access: &AzureAccess, manifest: &config::manifest::Manifest) -> Result<Inferred, UserError> {
    let settings = &manifest.metadata;
    let wanted = SampledSources::of(settings)?;
    let mut looking = Looking::default();
    if !settings.constants.is_empty() {
        looking.add(&settings.constants, None);
        let count = counted(settings.constants.len() as u64, "key", "keys");
        looking.sources.push(format!("constants ({count})"));
    }
    if let Some(table) = settings.table.clone() {
        let join = settings.join;
        let format = Format::from_name(&table).unwrap_or(Format::Csv);
        looking = off_the_runtime(move || {
            let mut looking = looking;
            file::table(&table, format, Some(join), &mut looking)?;
            Ok(looking)
        })
        .await?;
    }
    if wanted.needs_listing() {
        let container = resolve(access)?.open()?;
        let rules = Rules::new(&manifest.rules()).map_err(|error| UserError::config(format!("[manifest] {error}.")))?;
        let seen = list(&container, &manifest.prefixes, &rules, &wanted, &mut looking).await?;
        for (count, what) in [
            (seen.with_path, "paths of blobs"),
            (seen.with_metadata, "metadata of blobs"),
            (seen.with_tags, "index tags of blobs"),
        ] {
            if count > 0 {
                looking.sources.push(format!("{what} ({})", counted(count, "blob", "blobs")));
            }
        }
        fetch_sidecars(&container, &seen, &mut looking).await?;
        if looking.sources.is_empty() {
            return Err(nothing(&seen));
        }
    }
    Ok(looking.finish())
}

async fn list(
    container: &Container,
    prefixes: &[String],
    rules: &Rules,
    wanted: &SampledSources,
    looking: &mut Looking,
) -> Result<ListingSample, UserError> {
    let mut seen = ListingSample::default();
    let most = if wanted.unasked { MOST_BLOBS_UNASKED } else { MOST_BLOBS };
    let mut tags = wanted.tags;
    for prefix in distinct_prefixes(prefixes) {
        let prefix = (!prefix.is_empty()).then_some(prefix);
        let mut query = ListQuery { prefix, metadata: wanted.metadata, ..ListQuery::default() };
        loop {
            query.tags = tags;
            let result = container
                .list_page(&query, |blob| {
                    if seen.blobs < most {
                        seen.add(&blob, rules, wanted, looking);
                    } else {
                        looking.is_part = true;
                    }
                })
                .await;
            match result {
                Err(error) if tags && wanted.unasked && is_refusal(&error) => {
                    // Nobody asked for them, and the listing may go without.
                    (tags, seen.tags_refused) = (false, Some(tags_problem(&error)));
                    continue;
                }
                Err(error) if tags => return Err(tags_problem(&error)),
                Err(error) => return Err(azure_problem(&error)),
                Ok(marker) => query.marker = marker,
            }
            if seen.blobs >= most {
                looking.is_part |= query.marker.is_some();
                break;
            }
            if query.marker.is_none() {
                break;
            }
        }
    }
    Ok(seen)
}

impl ListingSample {
    fn add(&mut self, blob: &Blob, rules: &Rules, wanted: &SampledSources, looking: &mut Looking) {
        let name = blob.name.as_str();
        self.blobs += 1;
        if blob.is_folder || (blob.size == 0 && name.ends_with('/')) || !rules.takes(name) {
            return;
        }
        if wanted.sidecar.as_ref().is_some_and(|suffix| name.ends_with(suffix.as_str())) {
            if self.sidecars.len() < MOST_SIDECARS {
                self.sidecars.push(name.to_owned());
            } else {
                self.more_sidecars = true;
            }
            return;
        }
        let by_content_type = || blob.content_type.as_deref().and_then(Kind::from_content_type);
        let kind = rules.kind(name).or_else(|| Kind::from_extension(name)).or_else(by_content_type);
        if kind.is_none() && rules.place(name, kind) == BlobUse::Own {
            return;
        }
        if let Some(captures) = wanted.path.as_ref().map(|path| path.captures(name)).filter(|found| !found.is_empty()) {
            self.with_path += 1;
            looking.add(&captures, None);
        }
        self.with_metadata += u64::from(!blob.metadata.is_empty());
        looking.add_texts(&blob.metadata);
        self.with_tags += u64::from(!blob.tags.is_empty());
        looking.add_texts(&blob.tags);
    }
}

async fn fetch_sidecars(container: &Container, seen: &ListingSample, looking: &mut Looking) -> Result<(), UserError> {
    let fetching = seen.sidecars.clone().into_iter().map(|name| {
        let container = container.clone();
        async move { sidecars::fetch(&container, &name).await }
    });
    let mut fetched = stream::iter(fetching).buffered(sidecars::AT_ONCE);
    let (mut read, mut faults) = (0, BTreeMap::<String, u64>::new());
    while let Some(sidecar) = fetched.next().await {
        match sidecar.map_err(|error| azure_problem(&error))? {
            Ok(metadata) => {
                read += 1;
                looking.add(&metadata, None);
            }
            Err(fault) => *faults.entry(fault).or_default() += 1,
        }
    }
    let unread: u64 = faults.values().sum();
    if read + unread > 0 {
        let mut source = counted(read, "sidecar file", "sidecar files");
        if unread > 0 {
            source.push_str(&format!(", besides {unread} that cannot be used"));
        }
        looking.sources.push(source);
    }
    looking.is_part |= seen.more_sidecars;
    Ok(())
}

fn nothing(seen: &ListingSample) -> UserError {
    let blobs = counted(seen.blobs, "blob", "blobs");
    let mut problem = UserError::config(format!("No metadata was found with the {blobs} that were looked at."));
    problem.source_message = seen.tags_refused.as_ref().map(UserError::in_one_line);
    problem.hint(
        "Keys can be found in a table (CSV or JSON Lines with a column name, title or url), in the blobs' names (path under \
         [manifest.metadata]), in their metadata headers and index tags, and in files beside them such as x.jpg.metadata.json.",
    )
}
