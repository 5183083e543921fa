//! The search for a folder by part of its name, anywhere below the top.

use std::collections::HashSet;

use crate::{
    error::UserError,
    wizard::{
        action::{Action, Edit},
        destination::FolderRef,
        effect::{Request, RequestId},
        field::Field,
        folder::{
            messages::{FolderPage, FolderRequest, FolderRow},
            tree::More,
        },
        outbox::Outbox,
        rows::moved_in,
    },
};

/// The next page is asked for when the cursor is this near to the end of what is read.
const AHEAD: usize = 30;

/// A search: what is looked for, and what was found so far.
#[derive(Debug, Default)]
pub struct FolderSearch {
    field: Field,
    rows: Vec<FolderRow>,
    next: Option<String>,
    pending: Option<RequestId>,
    /// The page that is on its way.
    asked: Option<String>,
    problem: Option<UserError>,
    cursor: usize,
    /// Whether the rows come from an earlier text: the first page replaces them.
    is_stale: bool,
}

impl FolderSearch {
    /// What is typed.
    pub fn field(&self) -> &Field {
        &self.field
    }

    /// What was found so far.
    pub fn rows(&self) -> &[FolderRow] {
        &self.rows
    }

    /// The row under the cursor.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Whether something is on its way.
    pub fn is_reading(&self) -> bool {
        self.pending.is_some()
    }

    /// Whether there are more than were read.
    pub fn more(&self) -> More {
        More::of(self.is_reading(), self.problem.is_some(), self.next.is_some())
    }

    /// Why the search failed.
    pub fn problem(&self) -> Option<&UserError> {
        self.problem.as_ref()
    }

    /// Whether another folder that was found has the same path.
    pub fn is_twin(&self, row: &FolderRow) -> bool {
        self.rows.iter().any(|other| other.uuid != row.uuid && other.path == row.path && other.name == row.name)
    }

    /// The folder under the cursor.
    pub fn current(&self) -> Option<&FolderRow> {
        self.rows.get(self.cursor)
    }

    pub(super) fn reference(row: &FolderRow) -> FolderRef {
        FolderRef { uuid: row.uuid, path: row.path.clone().unwrap_or_else(|| row.name.clone()) }
    }

    pub(super) fn stop(&mut self, outbox: &mut Outbox) {
        outbox.cancel(self.pending.take());
    }

    /// Every change of the text takes the place of the request before.
    pub(super) fn edit(&mut self, edit: &Edit, outbox: &mut Outbox) {
        let before = self.field.text().trim().to_owned();
        self.field.edit(edit);
        let text = self.field.text().trim().to_owned();
        if before != text {
            self.begin(&text, outbox);
        }
    }

    /// Searches again.
    pub(super) fn refresh(&mut self, outbox: &mut Outbox) {
        let text = self.field.text().trim().to_owned();
        self.begin(&text, outbox);
    }

    fn begin(&mut self, text: &str, outbox: &mut Outbox) {
        self.stop(outbox);
        self.problem = None;
        self.next = None;
        self.asked = None;
        let current = self.current().map(|row| row.uuid);
        // What fits the new text as well may stay in view until the answer comes; nothing else can be chosen.
        let lower = text.to_lowercase();
        self.rows.retain(|row| !lower.is_empty() && row.name.to_lowercase().contains(&lower));
        self.cursor = current.and_then(|uuid| self.rows.iter().position(|row| row.uuid == uuid)).unwrap_or_default();
        self.is_stale = true;
        if !text.is_empty() {
            self.pending = Some(outbox.start(request(text, None)));
        }
    }

    pub(super) fn action(&mut self, action: Action, outbox: &mut Outbox) {
        self.cursor = moved_in(self.cursor, action, self.rows.len());
        self.read_ahead(outbox);
    }

    fn read_ahead(&mut self, outbox: &mut Outbox) {
        if self.cursor + AHEAD > self.rows.len()
            && self.pending.is_none()
            && let Some(page) = self.next.take()
        {
            self.problem = None;
            self.asked = Some(page.clone());
            self.pending = Some(outbox.start(request(self.field.text().trim(), Some(page))));
        }
    }

    /// A page came; given back where this search had not asked for it.
    pub(super) fn reply(
        &mut self,
        id: RequestId,
        result: Result<FolderPage, UserError>,
        outbox: &mut Outbox,
    ) -> Result<(), Result<FolderPage, UserError>> {
        if self.pending != Some(id) {
            return Err(result);
        }
        self.pending = None;
        match result {
            Ok(page) => {
                let current = self.current().map(|row| row.uuid);
                if std::mem::take(&mut self.is_stale) {
                    self.rows.clear();
                }
                let mut known: HashSet<_> = self.rows.iter().map(|row| row.uuid).collect();
                self.rows.extend(page.rows.into_iter().filter(|row| known.insert(row.uuid)));
                let place = current.and_then(|uuid| self.rows.iter().position(|row| row.uuid == uuid));
                self.cursor = place.unwrap_or(self.cursor).min(self.rows.len().saturating_sub(1));
                self.next = page.next;
                self.read_ahead(outbox);
            }
            Err(problem) => {
                if self.is_stale {
                    self.rows.clear();
                    self.cursor = 0;
                }
                self.next = self.asked.take();
                self.problem = Some(problem);
            }
        }
        Ok(())
    }
}

fn request(text: &str, page: Option<String>) -> Request {
    Request::Folder(FolderRequest::List { parent: None, search: text.to_owned(), page })
}
