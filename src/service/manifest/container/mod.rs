//! The container as a source: its pages are fetched, worked on side by side, and put in order.

mod fetch;
mod names;
mod reorder;
mod split_search;
mod work;

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use tokio::{sync::mpsc, task::spawn_blocking};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    azure::container::{Container, ListQuery},
    error::UserError,
    manifest::{builder::Builder, validate::ValidatingSink},
    service::{
        integration::account::resolve,
        manifest::{
            Building, Writing,
            container::{
                fetch::{FetchError, Fetching, Shared},
                reorder::Reorderer,
                work::Worker,
            },
            dicom,
            metadata::tags_problem,
        },
        problems::{azure_problem, disk_problem},
    },
    wizard::manifest::messages::ListingProgress,
};

/// Progress is told at most this often.
const SAMPLE: Duration = Duration::from_millis(100);
/// Threads that work on pages.
const WORKERS: usize = 2;
/// Pages that wait on either side of the workers.
const QUEUE: usize = 2;

/// Lists the container into the manifest; returns the number of blobs listed.
pub(super) async fn read(
    building: &Building<'_>,
    into: &mut Writing,
    tell: &mut impl FnMut(ListingProgress),
) -> Result<u64, UserError> {
    let Building { access, manifest, .. } = building;
    let resolved = resolve(access)?;
    let container = resolved.open()?;
    let rules = building.rules().await?;
    let builder = Builder::new(rules, &resolved.object_base(&access.azure), container.name()).since(building.known());
    let like = ListQuery {
        metadata: manifest.metadata.blob_metadata,
        tags: manifest.metadata.index_tags,
        ..ListQuery::default()
    };
    let prefixes = distinct_prefixes(&manifest.prefixes);
    let write_fault = |error: std::io::Error| disk_problem("write the manifest", &error);
    let mut may_cut = true;
    let (mut builder, blobs) = loop {
        match list(&container, &like, &prefixes, &builder, may_cut, into, tell).await {
            Ok(listed) => break listed,
            Err(FetchError::Problem(problem)) => return Err(problem),
            Err(FetchError::Service(error)) if like.tags => return Err(tags_problem(&error)),
            Err(FetchError::Service(error)) => return Err(azure_problem(&error)),
            Err(FetchError::Doubt) if may_cut => {
                may_cut = false;
                into.writer.restart().map_err(write_fault)?;
                into.keeper = into.keeper.take().map(|keeper| keeper.anew()).transpose().map_err(write_fault)?;
            }
            Err(FetchError::Doubt) => {
                return Err(UserError::other(
                    "The storage account listed the container in two ways that do not fit together.",
                )
                .hint("Blobs may be changing just now. List again; list by prefixes if it happens again."));
            }
        }
    };
    dicom::resolve(&mut builder, &container, building.home, into, blobs, tell).await?;
    builder.finish(&mut ValidatingSink { judge: &mut into.judge, sink: &mut into.writer }).map_err(write_fault)?;
    Ok(blobs)
}

/// One listing from beginning to end. What it leaves behind when it fails is in the writer only.
async fn list(
    container: &Container,
    like: &ListQuery,
    prefixes: &[String],
    builder: &Builder,
    may_cut: bool,
    into: &mut Writing,
    tell: &mut impl FnMut(ListingProgress),
) -> Result<(Builder, u64), FetchError> {
    let shared = Arc::new(Shared::default());
    let (pages, waiting_pages) = mpsc::channel(QUEUE);
    let (cuts, mut waiting_cuts) = mpsc::unbounded_channel();
    let (done, mut waiting_done) = mpsc::channel(QUEUE);
    let (waiting_pages, spare) = (Arc::new(Mutex::new(waiting_pages)), Arc::new(Mutex::new(Vec::new())));
    for _ in 0..WORKERS {
        let worker = Worker {
            parser: like.parser(),
            builder: builder.part(),
            judge: into.judge.part(),
            shared: Arc::clone(&shared),
            pages: Arc::clone(&waiting_pages),
            done: done.clone(),
            spare: Arc::clone(&spare),
            keeper: into.keeper.clone(),
        };
        spawn_blocking(move || worker.run());
    }
    drop((done, waiting_pages));
    let fetching = Fetching::new(container.clone(), like.clone(), prefixes, may_cut, Arc::clone(&shared), pages, cuts);
    let fetching = AbortOnDropHandle::new(tokio::spawn(fetching.run()));
    let Writing { judge, writer, started, .. } = into;
    let mut in_order = Reorderer::new(writer, builder.part(), judge.part(), prefixes.len(), spare);
    let mut told = Instant::now();
    let mut blobs = 0;
    while let Some(done) = waiting_done.recv().await {
        while let Ok(cut) = waiting_cuts.try_recv() {
            in_order.cut(&cut);
        }
        if in_order.is_cut() && shared.is_disordered.load(std::sync::atomic::Ordering::Relaxed) {
            return Err(FetchError::Doubt);
        }
        let done = done.map_err(FetchError::Problem)?;
        blobs += done.blobs;
        in_order.take(done).await?;
        if told.elapsed() >= SAMPLE {
            told = Instant::now();
            tell(progress(&in_order, *started, blobs));
        }
    }
    fetching
        .await
        .map_err(|error| FetchError::Problem(UserError::other(format!("The listing broke off: {error}."))))??;
    while let Ok(cut) = waiting_cuts.try_recv() {
        in_order.cut(&cut);
    }
    let (builder, seen) = in_order.finish()?;
    judge.merge(seen);
    Ok((builder, blobs))
}

fn progress(in_order: &Reorderer<'_>, started: Instant, blobs: u64) -> ListingProgress {
    let mut progress = crate::service::manifest::progress(in_order.writer().summary(), started, blobs);
    let aside = in_order.aside();
    for (kind, items) in &aside.items {
        *progress.items.entry(*kind).or_default() += items;
    }
    progress.skipped += aside.left_out;
    progress
}

/// The prefixes without those that lie inside another, whose blobs would otherwise be listed twice.
pub(crate) fn distinct_prefixes(prefixes: &[String]) -> Vec<String> {
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
