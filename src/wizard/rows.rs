//! Long lists, of which only the part near the cursor is held.

use crate::wizard::{
    action::Action,
    effect::{Request, RequestId},
    list::{List, Row},
    manifest::messages::ManifestRequest,
    outbox::Outbox,
    progress::messages::RunRequest,
};

/// How many rows are read at a time. The cursor is kept at least [`MARGIN`] rows away from the edge of what is held.
pub(super) const CHUNK: u64 = 400;
const MARGIN: u64 = 120;
/// What a page key moves by where nobody told how many rows are in view.
const PAGE: u64 = 10;

/// Where an action takes the cursor in a list of `total` rows; `None` if it does not move cursors.
fn moved(cursor: u64, action: Action, total: u64) -> Option<u64> {
    let last = total.saturating_sub(1);
    Some(match action {
        Action::Up => cursor.saturating_sub(1),
        Action::Down => (cursor + 1).min(last),
        Action::PageUp => cursor.saturating_sub(PAGE),
        Action::PageDown => (cursor + PAGE).min(last),
        Action::Skip(rows) => cursor.saturating_add_signed(rows.into()).min(last),
        Action::Top => 0,
        Action::Bottom => last,
        _ => return None,
    })
}

/// The same for a list that is held whole; an action that does not move cursors leaves it where it is.
pub(super) fn moved_in(cursor: usize, action: Action, total: usize) -> usize {
    let place = moved(cursor as u64, action, total as u64);
    place.and_then(|place| usize::try_from(place).ok()).unwrap_or(cursor)
}

/// The request for [`CHUNK`] rows of a list.
fn read(list: List, first: u64, places: Option<Vec<u32>>) -> Request {
    match list {
        List::Items | List::Skipped | List::Findings => {
            ManifestRequest::ReadRows { list, first, count: CHUNK, places }.into()
        }
        List::Failed => RunRequest::ReadFailed { cause: None, first, count: CHUNK }.into(),
        List::FailedBy(cause) => RunRequest::ReadFailed { cause: Some(cause), first, count: CHUNK }.into(),
    }
}

/// The cursor in a long list and the rows around it.
#[derive(Debug, Clone, Default)]
pub struct RowWindow {
    cursor: u64,
    total: u64,
    first: u64,
    rows: Vec<Row>,
    pending: Option<RequestId>,
    /// The places in the whole list of the rows that are in this one, where not all are.
    places: Option<Vec<u32>>,
    /// Where the cursor goes as soon as there are so many rows.
    wish: Option<u64>,
}

impl RowWindow {
    /// The row under the cursor.
    pub fn cursor(&self) -> u64 {
        self.cursor
    }

    /// How many rows the list has.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The row at a place, if it is held.
    pub fn get(&self, place: u64) -> Option<&Row> {
        let index = usize::try_from(place.checked_sub(self.first)?).ok()?;
        self.rows.get(index)
    }

    /// The row under the cursor, if it is held.
    pub fn current(&self) -> Option<&Row> {
        self.get(self.cursor)
    }

    /// Starts anew on a list of this length.
    pub(super) fn reset(&mut self, list: List, total: u64, outbox: &mut Outbox) {
        outbox.cancel(self.pending.take());
        *self = RowWindow { total, ..RowWindow::default() };
        self.fetch(list, outbox);
    }

    /// Starts anew on some rows of the list, of which none is known yet.
    pub(super) fn narrow(&mut self, outbox: &mut Outbox) {
        outbox.cancel(self.pending.take());
        *self = RowWindow { places: Some(Vec::new()), ..RowWindow::default() };
    }

    /// Further rows of the list belong to it, by their places in the whole list.
    pub(super) fn widen(&mut self, list: List, places: &[u32], outbox: &mut Outbox) {
        if let Some(known) = &mut self.places {
            known.extend_from_slice(places);
            self.total = known.len() as u64;
            if let Some(wish) = self.wish.filter(|wish| *wish < self.total) {
                self.wish = None;
                self.cursor = wish;
            }
            self.fetch(list, outbox);
        }
    }

    /// Puts the cursor to a place as soon as there are so many rows, unless it is moved before.
    pub(super) fn wish(&mut self, place: u64) {
        self.wish = Some(place);
    }

    /// Puts the cursor to a place of the list.
    pub(super) fn go_to(&mut self, place: u64, list: List, outbox: &mut Outbox) {
        self.cursor = place.min(self.total.saturating_sub(1));
        outbox.cancel(self.pending.take());
        self.fetch(list, outbox);
    }

    /// The list grew.
    pub(super) fn grow(&mut self, list: List, total: u64, outbox: &mut Outbox) {
        if total != self.total {
            self.total = total;
            self.cursor = self.cursor.min(total.saturating_sub(1));
            self.fetch(list, outbox);
        }
    }

    pub(super) fn action(&mut self, action: Action, list: List, outbox: &mut Outbox) {
        if let Some(cursor) = moved(self.cursor, action, self.total) {
            self.cursor = cursor;
            self.wish = None;
            self.fetch(list, outbox);
        }
    }

    /// Reads on when the cursor comes near the edge of what is held.
    fn fetch(&mut self, list: List, outbox: &mut Outbox) {
        if self.total == 0 || self.pending.is_some() {
            return;
        }
        let held_to = self.first + self.rows.len() as u64;
        let near_start = self.cursor < self.first + MARGIN && self.first > 0;
        let near_end = self.cursor + MARGIN > held_to && held_to < self.total;
        if near_start || near_end || self.get(self.cursor).is_none() {
            let first = self.cursor.saturating_sub(CHUNK / 2);
            let places = self.places.as_ref().map(|places| {
                let from = usize::try_from(first).unwrap_or(usize::MAX);
                places.iter().skip(from).take(CHUNK as usize).copied().collect()
            });
            self.pending = Some(outbox.start(read(list, first, places)));
        }
    }

    pub(super) fn waits_for(&self, id: RequestId) -> bool {
        self.pending == Some(id)
    }

    pub(super) fn reply(&mut self, id: RequestId, list: List, first: u64, rows: Vec<Row>, outbox: &mut Outbox) {
        if self.pending == Some(id) {
            self.pending = None;
            let is_more = first + rows.len() as u64 > self.first + self.rows.len() as u64 || first < self.first;
            self.first = first;
            self.rows = rows;
            // The cursor may have run on meanwhile, or rows have come. After an answer that tells nothing new nothing is asked for
            // again at once: a list that cannot be read to its end would be asked for without end.
            if self.rows.len() as u64 == CHUNK || (self.places.is_some() && is_more) {
                self.fetch(list, outbox);
            }
        }
    }
}
