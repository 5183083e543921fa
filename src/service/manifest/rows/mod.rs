//! Reads the rows of long lists that are in view, and finds rows in them.

pub(crate) mod marks;
pub(crate) mod search;

use crate::{
    service::session::Session,
    wizard::list::{List, Row},
};

/// Reads rows of a list of the manifest. Returns none where the list cannot be read: the screen shows more than an error between
/// rows could. `places` are the indices of the rows in the whole list, where they are not contiguous.
pub(super) async fn read(session: &Session, list: List, first: u64, count: u64, places: Option<Vec<u32>>) -> Vec<Row> {
    let Ok(manifest) = session.manifest() else { return Vec::new() };
    let marks = session.marks();
    let reading = tokio::task::spawn_blocking(move || -> std::io::Result<Vec<Row>> {
        let mut rows = Vec::new();
        for (first, count) in spans(first, count, places.as_deref()) {
            match list {
                List::Items => {
                    let marks = marks.read(&manifest)?;
                    for item in manifest.items()?.read(first, count)? {
                        let mark = marks.of(&item);
                        rows.push(Row::Item(Box::new(item), mark));
                    }
                }
                List::Skipped => rows.extend(manifest.skipped()?.read(first, count)?.into_iter().map(Row::Skipped)),
                List::Findings => rows.extend(manifest.findings()?.read(first, count)?.into_iter().map(Row::Finding)),
                // These belong to a run.
                List::Failed | List::FailedBy(_) => {}
            }
        }
        Ok(rows)
    });
    reading.await.ok().and_then(Result::ok).unwrap_or_default()
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
