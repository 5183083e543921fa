//! The pages of a PDF (ISO 32000).
//!
//! Objects are looked up one by one through the cross-reference tables, which stay what they are in the file: nothing is built whose
//! size the file decides. What is decompressed has a limit; what refers to itself ends after a fixed number of steps.

mod file;
mod syntax;

use std::io::{Read, Seek};

use lopdf::{Dictionary, Object, ObjectId};

use crate::manifest::probe::{ProbeError, unreadable};
use file::PdfFile;

/// The largest PDF that is read: its table of pages may stand anywhere, so all of it is needed.
const LARGEST: u64 = 50 << 20;
/// The most parts of a table of pages that are counted one by one, where the table does not say how many it has.
const MOST_COUNTED: usize = 10_000;

pub(super) fn pages(size: u64, mut file: impl Read + Seek) -> Result<u64, ProbeError> {
    if size > LARGEST {
        return Err(unreadable("it is larger than 50 MB, which is too much to read for its number of pages"));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
    file.by_ref().take(LARGEST).read_to_end(&mut bytes)?;
    let Some(begin) = bytes.windows(5).take(1024).position(|window| window == b"%PDF-") else {
        return Err(unreadable("it is not a PDF"));
    };
    let bytes = &bytes[begin..];
    let stated = PdfFile::open(bytes).map(|mut file| (count(&mut file), file.is_locked()));
    let is_locked = stated.is_some_and(|(_, is_locked)| is_locked);
    // Tables that are damaged lead nowhere; what they should lead to can be searched for.
    let pages = stated.and_then(|(pages, _)| pages).or_else(|| count(&mut PdfFile::search(bytes)?));
    match pages {
        Some(0) => Err(unreadable("it says that it has no pages")),
        Some(pages) => Ok(pages),
        None if is_locked => Err(unreadable("its number of pages is encrypted")),
        None => Err(unreadable("it is damaged: its table of pages cannot be found")),
    }
}

/// The pages that the root of the document leads to.
fn count(file: &mut PdfFile<'_>) -> Option<u64> {
    let root = file.root();
    let catalog = dictionary(file.resolve(&root)?)?;
    let pages = dictionary(file.resolve(catalog.get(b"Pages").ok()?)?)?;
    if let Ok(count) = pages.get(b"Count")
        && let Some(count) = file.resolve(count)?.as_i64().ok().and_then(|count| u64::try_from(count).ok())
    {
        return Some(count);
    }
    let mut total = 0;
    let mut waiting = kids(file, &pages)?;
    for _ in 0..MOST_COUNTED {
        let Some(part) = waiting.pop() else { return Some(total) };
        let part = dictionary(file.resolve(&Object::Reference(part))?)?;
        if part.has(b"Kids") {
            waiting.append(&mut kids(file, &part)?);
        } else {
            total += 1;
        }
        if waiting.len() > MOST_COUNTED {
            return None;
        }
    }
    None
}

fn kids(file: &mut PdfFile<'_>, part: &Dictionary) -> Option<Vec<ObjectId>> {
    let Object::Array(kids) = file.resolve(part.get(b"Kids").ok()?)? else { return None };
    kids.iter().map(|kid| kid.as_reference().ok()).collect()
}

fn dictionary(object: Object) -> Option<Dictionary> {
    match object {
        Object::Dictionary(dictionary) => Some(dictionary),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
