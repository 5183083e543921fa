//! A blob as a file of which only those parts are fetched that are looked at.

use std::{
    collections::HashMap,
    io::{self, Read, Seek, SeekFrom},
};

use bytes::Bytes;
use tokio::runtime::Handle;

use crate::azure::{self, container::Container};

/// As many bytes are fetched at once.
const BLOCK: u64 = 64 * 1024;

/// Must be used where waiting keeps nothing else waiting.
#[derive(Debug)]
pub(super) struct Remote {
    container: Container,
    name: String,
    /// 0 while it is not known.
    size: u64,
    budget: u64,
    handle: Handle,
    at: u64,
    blocks: HashMap<u64, Bytes>,
    failure: Option<azure::error::Error>,
}

impl Remote {
    /// Fetches nothing yet. `budget` is the most bytes that may be fetched.
    pub(super) fn new(container: Container, name: String, size: u64, budget: u64, handle: Handle) -> Remote {
        Remote { container, name, size, budget, handle, at: 0, blocks: HashMap::new(), failure: None }
    }

    /// The length of the blob; fetches its beginning where that is not known.
    pub(super) fn size(&mut self) -> io::Result<u64> {
        if self.size == 0 {
            self.block(0)?;
        }
        Ok(self.size)
    }

    /// What the service answered when it failed.
    pub(super) fn failure(&mut self) -> Option<azure::error::Error> {
        self.failure.take()
    }

    fn block(&mut self, place: u64) -> io::Result<Bytes> {
        if let Some(block) = self.blocks.get(&place) {
            return Ok(block.clone());
        }
        if self.budget < BLOCK {
            let message = "what is asked stands too far apart in the file; supply its media metadata by a table";
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        let part = self.handle.block_on(self.container.read_part(&self.name, place * BLOCK, BLOCK));
        let (block, whole) = part.map_err(|error| {
            let message = error.to_string();
            self.failure = Some(error);
            io::Error::other(message)
        })?;
        self.budget -= BLOCK;
        if self.size == 0 {
            self.size = whole.unwrap_or(block.len() as u64);
        }
        self.blocks.insert(place, block.clone());
        Ok(block)
    }
}

impl Read for Remote {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let size = self.size()?;
        if self.at >= size || buffer.is_empty() {
            return Ok(0);
        }
        let block = self.block(self.at / BLOCK)?;
        let from = usize::try_from(self.at % BLOCK).unwrap_or(usize::MAX).min(block.len());
        let part = &block[from..];
        let count = part.len().min(buffer.len());
        buffer[..count].copy_from_slice(&part[..count]);
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Remote {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let (from, by) = match to {
            SeekFrom::Start(at) => (at, 0),
            SeekFrom::Current(by) => (self.at, by),
            SeekFrom::End(by) => (self.size()?, by),
        };
        let before = || io::Error::new(io::ErrorKind::InvalidInput, "a place before the beginning of the file");
        self.at = from.checked_add_signed(by).ok_or_else(before)?;
        Ok(self.at)
    }
}
