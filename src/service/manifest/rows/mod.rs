//! Reads the rows of long lists that are in view, and finds rows in them.

mod failed;
pub(crate) mod marks;
pub(crate) mod search;

use crate::{
    service::session::Session,
    store::runs::record::StoreError,
    wizard::{
        effect::Reply,
        rows::{List, Row},
    },
};

/// Reads rows; a list that cannot be read answers with none, as the screen says more than an error between rows could. `places` are
/// those of the rows in the whole list, where they do not lie side by side.
pub(crate) async fn read(session: &Session, list: List, first: u64, count: u64, places: Option<Vec<u32>>) -> Reply {
    let manifest = session.manifest().ok();
    let marks = session.marks();
    let run = session.run();
    let home = session.home.clone();
    let names = session.runs.leads.names.clone();
    let reading = tokio::task::spawn_blocking(move || -> std::io::Result<Vec<Row>> {
        let mut rows = Vec::new();
        for (first, count) in spans(first, count, places.as_deref()) {
            match (list, &manifest, &run) {
                (List::Items, Some(manifest), _) => {
                    let marks = marks.read(manifest)?;
                    for item in manifest.items()?.read(first, count)? {
                        let mark = marks.of(&item);
                        rows.push(Row::Item(Box::new(item), mark));
                    }
                }
                (List::Skipped, Some(manifest), _) => {
                    rows.extend(manifest.skipped()?.read(first, count)?.into_iter().map(Row::Skipped));
                }
                (List::Findings, Some(manifest), _) => {
                    rows.extend(manifest.findings()?.read(first, count)?.into_iter().map(Row::Finding));
                }
                (List::Failed, _, Some(run)) => {
                    let units = failed::all(&home, run, first, count);
                    rows.extend(units.map_err(in_store)?.into_iter().map(Row::Failed));
                }
                (List::FailedBy(cause), _, Some(run)) => {
                    if let Some(cause) = names.text(cause) {
                        let units = failed::of_cause(&home, run, &cause, first, count);
                        rows.extend(units.map_err(in_store)?.into_iter().map(Row::Failed));
                    }
                }
                _ => {}
            }
        }
        Ok(rows)
    });
    let rows = reading.await.ok().and_then(Result::ok).unwrap_or_default();
    Reply::Rows { list, first, rows }
}

fn in_store(error: StoreError) -> std::io::Error {
    std::io::Error::other(error)
}

/// The rows as spans that lie side by side, each by its first row and its length.
fn spans(first: u64, count: u64, places: Option<&[u32]>) -> Vec<(u64, u64)> {
    let Some(places) = places else { return vec![(first, count)] };
    let mut spans: Vec<(u64, u64)> = Vec::new();
    for place in places.iter().map(|place| u64::from(*place)) {
        match spans.last_mut() {
            Some((first, count)) if *first + *count == place => *count += 1,
            _ => spans.push((place, 1)),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_side_by_side_are_read_together() {
        assert_eq!(spans(7, 3, None), [(7, 3)]);
        assert_eq!(spans(0, 5, Some(&[1, 2, 3, 9, 11, 12])), [(1, 3), (9, 1), (11, 2)]);
        assert_eq!(spans(0, 5, Some(&[])), []);
    }
}
