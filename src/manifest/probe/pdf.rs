//! The pages of a PDF.

use std::io::{Read, Seek};

use lopdf::Document;

use crate::manifest::probe::{ProbeError, unreadable};

/// The largest PDF that is read: its table of pages may stand anywhere, so all of it is needed.
const LARGEST: u64 = 50 << 20;

pub(super) fn pages(size: u64, mut file: impl Read + Seek) -> Result<u64, ProbeError> {
    if size > LARGEST {
        return Err(unreadable("it is larger than 50 MB, which is too much to read for its number of pages"));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    if !bytes.windows(5).take(1024).any(|window| window == b"%PDF-") {
        return Err(unreadable("it is not a PDF"));
    }
    let facts = Document::load_metadata_mem(&bytes).map_err(|error| unreadable(format!("it is damaged: {error}")))?;
    match facts.page_count {
        0 => Err(unreadable("it says that it has no pages")),
        pages => Ok(pages.into()),
    }
}
