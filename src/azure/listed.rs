//! A blob of a page, borrowed from the page's bytes.

use std::borrow::Cow;

use crate::azure::page::Blob;

/// One blob of a page, borrowed from its bytes as far as they can be taken as they are. The fields are those of [`Blob`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "those of Blob")]
pub struct Listed<'p> {
    pub name: Cow<'p, str>,
    pub size: u64,
    pub content_type: Option<Cow<'p, str>>,
    pub tier: Option<Cow<'p, str>>,
    pub archive_status: Option<Cow<'p, str>>,
    pub is_folder: bool,
    pub etag: Option<Cow<'p, str>>,
    pub last_modified: Option<Cow<'p, str>>,
    pub metadata: Pairs<'p>,
    pub tags: Pairs<'p>,
}

/// Keys with their values.
type Pairs<'p> = Vec<(Cow<'p, str>, Cow<'p, str>)>;

impl<'p> From<&'p Blob> for Listed<'p> {
    fn from(blob: &'p Blob) -> Listed<'p> {
        let field = |text: &'p Option<String>| text.as_deref().map(Cow::Borrowed);
        let pairs = |pairs: &'p [(String, String)]| {
            pairs.iter().map(|(key, value)| (Cow::from(key.as_str()), Cow::from(value.as_str()))).collect()
        };
        Listed {
            name: Cow::Borrowed(&blob.name),
            size: blob.size,
            content_type: field(&blob.content_type),
            tier: field(&blob.tier),
            archive_status: field(&blob.archive_status),
            is_folder: blob.is_folder,
            etag: field(&blob.etag),
            last_modified: field(&blob.last_modified),
            metadata: pairs(&blob.metadata),
            tags: pairs(&blob.tags),
        }
    }
}

impl From<&Listed<'_>> for Blob {
    fn from(listed: &Listed<'_>) -> Blob {
        let field = |text: &Option<Cow<'_, str>>| text.as_deref().map(str::to_owned);
        let pairs = |pairs: &Pairs<'_>| pairs.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect();
        Blob {
            name: listed.name.clone().into_owned(),
            size: listed.size,
            content_type: field(&listed.content_type),
            tier: field(&listed.tier),
            archive_status: field(&listed.archive_status),
            is_folder: listed.is_folder,
            etag: field(&listed.etag),
            last_modified: field(&listed.last_modified),
            metadata: pairs(&listed.metadata),
            tags: pairs(&listed.tags),
        }
    }
}
