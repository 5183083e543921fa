//! The folder under the cursor, looked at closely: one request at a time, whatever the cursor does meanwhile.

use std::collections::{HashMap, VecDeque};

use uuid::Uuid;

use crate::{
    error::UserError,
    wizard::{destination::FolderDetails, effect::RequestId, folder::messages::FolderRequest, outbox::Outbox},
};

/// So many folders are remembered.
const MOST: usize = 64;

/// What was read of single folders.
#[derive(Debug, Default)]
pub(super) struct Peek {
    pending: Option<(RequestId, Uuid)>,
    known: HashMap<Uuid, Result<FolderDetails, UserError>>,
    order: VecDeque<Uuid>,
}

impl Peek {
    pub(super) fn get(&self, folder: Uuid) -> Option<&Result<FolderDetails, UserError>> {
        self.known.get(&folder)
    }

    pub(super) fn is_reading(&self, folder: Uuid) -> bool {
        self.pending.is_some_and(|(_, pending)| pending == folder)
    }

    /// Reads the first of these that is not known. While one is read no other is: scrolling past a thousand folders asks for a few.
    pub(super) fn want(&mut self, folders: impl IntoIterator<Item = Uuid>, outbox: &mut Outbox) {
        if self.pending.is_some() {
            return;
        }
        let unknown = folders.into_iter().find(|folder| !self.known.contains_key(folder));
        self.pending = unknown.map(|folder| (outbox.start(FolderRequest::ReadDetails { folder }), folder));
    }

    /// Takes an answer; says of which folder, if it was asked for.
    pub(super) fn reply(&mut self, id: RequestId, result: Result<FolderDetails, UserError>) -> Option<Uuid> {
        let (_, folder) = self.pending.take_if(|(pending, _)| *pending == id)?;
        if self.known.insert(folder, result).is_none() {
            self.order.push_back(folder);
        }
        while self.order.len() > MOST {
            if let Some(oldest) = self.order.pop_front() {
                self.known.remove(&oldest);
            }
        }
        Some(folder)
    }

    pub(super) fn stop(&mut self, outbox: &mut Outbox) {
        outbox.cancel(self.pending.take().map(|(id, _)| id));
    }

    pub(super) fn reset(&mut self, outbox: &mut Outbox) {
        self.stop(outbox);
        *self = Peek::default();
    }
}
