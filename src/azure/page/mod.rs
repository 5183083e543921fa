//! What a blob is in a listing, and the reader of pages that understands any XML.

use percent_encoding::percent_decode_str;

use crate::azure::xml::{Handler, Tokenizer, is_true};

/// One blob of a container as List Blobs tells of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Blob {
    /// The name exactly as stored, with no leading slash added or removed, no trimming and no encoding.
    pub name: String,
    /// Length in bytes.
    pub size: u64,
    /// The media type stored with the blob. Azure stores whatever the uploader said, by default `application/octet-stream`.
    pub content_type: Option<String>,
    /// The access tier: `Hot`, `Cool`, `Cold`, `Archive`, or a premium tier.
    pub tier: Option<String>,
    /// Present while a blob is brought back from the archive, such as `rehydrate-pending-to-hot`.
    pub archive_status: Option<String>,
    /// A directory and not a file: the resource type `directory` of hierarchical accounts, or the metadata key
    /// `hdi_isfolder` that tools leave on the empty blobs which stand for folders elsewhere.
    pub is_folder: bool,
    /// The entity tag as listed, which is without the quotation marks that the HTTP header has.
    pub etag: Option<String>,
    /// The time of the last change in the form of RFC 1123, such as `Sun, 22 Nov 2026 10:00:00 GMT`.
    pub last_modified: Option<String>,
    /// The blob's own metadata headers, if they were asked for; without those that tools leave for themselves.
    pub metadata: Vec<(String, String)>,
    /// The blob's index tags, if they were asked for.
    pub tags: Vec<(String, String)>,
}

/// Why a page could not be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PageError {
    /// The answer ended before its last element. Asking again may help.
    #[error("the list of blobs ends too early")]
    Truncated,
    /// The answer is not a list of blobs. Asking again does not help.
    #[error("the answer is not a list of blobs: {0}")]
    Malformed(&'static str),
}

/// Reads the XML form of a page, whatever XML it is, from chunks of any length. Keeps no more than the blob it is reading.
#[derive(Default)]
pub(super) struct XmlReader {
    tokenizer: Tokenizer,
    reader: Reader,
}

impl XmlReader {
    /// A page of which the blobs' metadata headers are read too.
    pub(super) fn with_metadata() -> XmlReader {
        XmlReader { reader: Reader { keeps_metadata: true, ..Reader::default() }, ..XmlReader::default() }
    }

    /// Reads one chunk and hands over every blob that is complete. An error, which says what is wrong, is final.
    pub(super) fn feed(&mut self, chunk: &[u8], sink: &mut dyn FnMut(Blob)) -> Result<(), PageError> {
        let mut handler = Sinking { reader: &mut self.reader, sink };
        self.tokenizer.feed(chunk, &mut handler).map_err(PageError::Malformed)
    }

    /// The page has ended. Answers the marker of the next page, or nothing on the last one.
    pub(super) fn finish(&mut self) -> Result<Option<String>, PageError> {
        if !self.tokenizer.finished() {
            return Err(PageError::Truncated);
        }
        Ok(self.reader.next_marker.take())
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Results,
    NextMarker,
    Blobs,
    Blob,
    Name,
    Properties,
    Property(Property),
    Metadata,
    FolderMark,
    Metadatum,
    Tags,
    TagSet,
    Tag,
    TagKey,
    TagValue,
    Other,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Property {
    Size,
    ContentType,
    Tier,
    ArchiveStatus,
    ResourceType,
    Etag,
    LastModified,
}

#[derive(Default)]
struct Reader {
    open: Vec<Element>,
    encoded: bool,
    blob: Blob,
    named: bool,
    next_marker: Option<String>,
    keeps_metadata: bool,
    /// The key of the metadata header or index tag that is being read.
    key: String,
}

struct Sinking<'a> {
    reader: &'a mut Reader,
    sink: &'a mut dyn FnMut(Blob),
}

impl Handler for Sinking<'_> {
    fn open(&mut self, name: &[u8], attributes: &[u8]) -> Result<bool, &'static str> {
        let reader = &mut *self.reader;
        let element = match (reader.open.last(), name) {
            (None, b"EnumerationResults") => Element::Results,
            (None, _) => return Err("it begins with another element"),
            (Some(Element::Results), b"Blobs") => Element::Blobs,
            (Some(Element::Results), b"NextMarker") => Element::NextMarker,
            (Some(Element::Blobs), b"Blob") => {
                reader.blob = Blob::default();
                reader.named = false;
                Element::Blob
            }
            (Some(Element::Blob), b"Name") => Element::Name,
            (Some(Element::Blob), b"Properties") => Element::Properties,
            (Some(Element::Blob), b"Metadata") => Element::Metadata,
            (Some(Element::Properties), _) => property(name).map_or(Element::Other, Element::Property),
            (Some(Element::Metadata), _) if name.eq_ignore_ascii_case(b"hdi_isfolder") => Element::FolderMark,
            (Some(Element::Metadata), _) if reader.keeps_metadata => match std::str::from_utf8(name) {
                Ok(key) if is_users(key) => {
                    reader.key = key.to_owned();
                    Element::Metadatum
                }
                _ => Element::Other,
            },
            (Some(Element::Blob), b"Tags") => Element::Tags,
            (Some(Element::Tags), b"TagSet") => Element::TagSet,
            (Some(Element::TagSet), b"Tag") => Element::Tag,
            (Some(Element::Tag), b"Key") => Element::TagKey,
            (Some(Element::Tag), b"Value") => Element::TagValue,
            _ => Element::Other,
        };
        reader.open.push(element);
        let wanted = matches!(
            element,
            Element::Name
                | Element::NextMarker
                | Element::Property(_)
                | Element::FolderMark
                | Element::Metadatum
                | Element::TagKey
                | Element::TagValue
        );
        reader.encoded = wanted && is_true(attributes, "Encoded");
        Ok(wanted)
    }

    fn close(&mut self, text: &str) -> Result<(), &'static str> {
        let reader = &mut *self.reader;
        let element = reader.open.pop().ok_or("it closes more elements than it opens")?;
        let value = || -> Result<String, &'static str> {
            if reader.encoded {
                let decoded = percent_decode_str(text).decode_utf8();
                return decoded.map(std::borrow::Cow::into_owned).map_err(|_| "an encoded name is not UTF-8");
            }
            Ok(text.to_owned())
        };
        match element {
            Element::Name => {
                reader.blob.name = value()?;
                reader.named = true;
            }
            Element::NextMarker => {
                reader.next_marker = Some(value()?).filter(|marker| !marker.is_empty());
            }
            Element::Blob => {
                if !reader.named {
                    return Err("a blob has no name");
                }
                (self.sink)(std::mem::take(&mut reader.blob));
            }
            Element::Metadatum => {
                let value = value()?;
                reader.blob.metadata.push((std::mem::take(&mut reader.key), value));
            }
            Element::TagKey => reader.key = value()?,
            Element::TagValue => {
                let value = value()?;
                reader.blob.tags.push((std::mem::take(&mut reader.key), value));
            }
            Element::FolderMark => reader.blob.is_folder |= text.eq_ignore_ascii_case("true"),
            Element::Property(property) if !text.is_empty() => {
                let blob = &mut reader.blob;
                match property {
                    Property::Size => {
                        blob.size = text.parse().map_err(|_| "a length is not a number")?;
                    }
                    Property::ContentType => blob.content_type = Some(text.to_owned()),
                    Property::Tier => blob.tier = Some(text.to_owned()),
                    Property::ArchiveStatus => blob.archive_status = Some(text.to_owned()),
                    Property::ResourceType => blob.is_folder |= text == "directory",
                    Property::Etag => blob.etag = Some(text.to_owned()),
                    Property::LastModified => blob.last_modified = Some(text.to_owned()),
                }
            }
            _ => {}
        }
        Ok(())
    }
}

/// Whether a metadata header is the user's: `hdi_…` and `x-ms-…` are left by tools and by the service itself, which puts headers
/// whose names cannot be told under `x-ms-invalid-name`.
pub(super) fn is_users(key: &str) -> bool {
    let starts = |start: &str| key.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start));
    !starts("hdi_") && !starts("x-ms-") && !starts("azcopy")
}

fn property(name: &[u8]) -> Option<Property> {
    Some(match name {
        b"Content-Length" => Property::Size,
        b"Content-Type" => Property::ContentType,
        b"AccessTier" => Property::Tier,
        b"ArchiveStatus" => Property::ArchiveStatus,
        b"ResourceType" => Property::ResourceType,
        b"Etag" => Property::Etag,
        b"Last-Modified" => Property::LastModified,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
