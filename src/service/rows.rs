//! Reads the rows of long lists that are in view.

use super::session::Session;
use crate::{
    store::{RunStore, StoreError},
    wizard::{List, Reply, Row},
};

/// Reads rows; a list that cannot be read answers with none, as the screen says more than an error between rows could.
pub(super) async fn read(session: &Session, list: List, first: u64, count: u64) -> Reply {
    let manifest = session.manifest().ok();
    let run = session.run();
    let home = session.home.clone();
    let reading = tokio::task::spawn_blocking(move || -> std::io::Result<Vec<Row>> {
        Ok(match (list, manifest, run) {
            (List::Items, Some(manifest), _) => {
                manifest.items()?.read(first, count)?.into_iter().map(|item| Row::Item(Box::new(item))).collect()
            }
            (List::Skipped, Some(manifest), _) => {
                manifest.skipped()?.read(first, count)?.into_iter().map(Row::Skipped).collect()
            }
            (List::Findings, Some(manifest), _) => {
                manifest.findings()?.read(first, count)?.into_iter().map(Row::Finding).collect()
            }
            (List::Failed, _, Some(run)) => {
                let units = RunStore::open(&home).and_then(|store| store.failed_units(&run, first, count));
                units.map_err(|error: StoreError| std::io::Error::other(error))?.into_iter().map(Row::Failed).collect()
            }
            _ => Vec::new(),
        })
    });
    let rows = reading.await.ok().and_then(Result::ok).unwrap_or_default();
    Reply::Rows { list, first, rows }
}
