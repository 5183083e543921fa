//! Memory for pages, taken before an answer is read and given back when it was worked on, so that however many requests are under
//! way only so many pages are in memory.

use std::{
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Room for some pages. Clones share it.
#[derive(Debug, Clone)]
pub struct Buffers {
    room: Arc<Semaphore>,
    spare: Arc<Mutex<Vec<Vec<u8>>>>,
}

/// A page's bytes; its room is free again with its end.
#[derive(Debug)]
pub struct Buffer {
    bytes: Vec<u8>,
    spare: Arc<Mutex<Vec<Vec<u8>>>>,
    room: Option<OwnedSemaphorePermit>,
}

impl Buffers {
    /// Room for so many pages at the same time.
    pub fn new(pages: usize) -> Buffers {
        Buffers { room: Arc::new(Semaphore::new(pages)), spare: Arc::default() }
    }

    /// Waits until there is room for a page.
    pub(super) async fn take(&self) -> Buffer {
        // The semaphore is never closed.
        let room = Arc::clone(&self.room).acquire_owned().await.ok();
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut bytes = spare.unwrap_or_default();
        bytes.clear();
        Buffer { bytes, spare: Arc::clone(&self.spare), room }
    }
}

impl Deref for Buffer {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.bytes
    }
}

impl DerefMut for Buffer {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let bytes = std::mem::take(&mut self.bytes);
        self.spare.lock().unwrap_or_else(PoisonError::into_inner).push(bytes);
        // Only now, or the next page would find no spare memory.
        drop(self.room.take());
    }
}
