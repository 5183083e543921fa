//! List Blobs and List Containers.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt::Write;
use std::ops::Bound;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::demo::azure::{
    fault::AzureFault,
    http::rfc1123,
    store::{Blobs, Kept},
};

const LARGEST_PAGE: usize = 5000;

/// What is encoded in a name that XML cannot hold; its percent sign must be too, or decoding would be ambiguous.
const UNPRINTABLE: &AsciiSet = &CONTROLS.add(b'%').add(b' ');

/// Writes the page that a request's query asks for.
pub(super) fn page(
    endpoint: &str,
    container: &str,
    blobs: &Blobs,
    query: &HashMap<String, String>,
) -> Result<String, AzureFault> {
    let field = |key: &str| query.get(key).map(String::as_str).filter(|value| !value.is_empty());
    let prefix = field("prefix").unwrap_or_default();
    let delimiter = field("delimiter");
    let with_metadata = field("include").is_some_and(|include| include.split(',').any(|part| part == "metadata"));
    let size = page_size(query)?;
    let marker = field("marker").map(read_marker).transpose()?;
    let first = marker.as_deref().unwrap_or_default().max(field("startFrom").unwrap_or_default()).max(prefix);

    let mut out = String::from("\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>");
    let (endpoint, name) = (escape(endpoint), escape(container));
    let _ = write!(out, "<EnumerationResults ServiceEndpoint=\"{endpoint}/\" ContainerName=\"{name}\">");
    for (element, key) in [
        ("Prefix", "prefix"),
        ("Marker", "marker"),
        ("StartFrom", "startFrom"),
        ("MaxResults", "maxresults"),
        ("Delimiter", "delimiter"),
    ] {
        if let Some(value) = field(key) {
            let _ = write!(out, "<{element}>{}</{element}>", escape(value));
        }
    }
    out.push_str("<Blobs>");

    let mut written = 0;
    let mut folder: Option<&str> = None;
    let mut next = None;
    let wanted = blobs
        .range::<str, _>((Bound::Included(first), Bound::Unbounded))
        .take_while(|(name, _)| name.starts_with(prefix));
    for (name, kept) in wanted {
        if folder.is_some_and(|folder| name.starts_with(folder)) {
            continue;
        }
        if written == size {
            next = Some(name);
            break;
        }
        written += 1;
        let end = delimiter.and_then(|delimiter| {
            let rest = &name[prefix.len()..];
            rest.find(delimiter).map(|at| prefix.len() + at + delimiter.len())
        });
        match end {
            Some(end) => {
                folder = Some(&name[..end]);
                let _ = write!(out, "<BlobPrefix>{}</BlobPrefix>", name_element(&name[..end]));
            }
            None => write_blob(&mut out, kept, with_metadata),
        }
    }
    let next = next.map(|name| write_marker(name)).unwrap_or_default();
    let _ = write!(out, "</Blobs><NextMarker>{next}</NextMarker></EnumerationResults>");
    Ok(out)
}

/// Writes the page of containers that a request's query asks for; `names_from` gives the names from one on.
pub(super) fn containers(
    endpoint: &str,
    query: &HashMap<String, String>,
    names_from: impl FnOnce(&str) -> Vec<String>,
) -> Result<String, AzureFault> {
    let field = |key: &str| query.get(key).map(String::as_str).filter(|value| !value.is_empty());
    let prefix = field("prefix").unwrap_or_default();
    let size = page_size(query)?;
    let marker = field("marker").map(read_marker).transpose()?;
    let mut names = names_from(marker.as_deref().unwrap_or_default().max(prefix));
    names.retain(|name| name.starts_with(prefix));
    let next = names.get(size).map(|name| write_marker(name)).unwrap_or_default();
    let mut out = String::from("\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?>");
    let _ = write!(out, "<EnumerationResults ServiceEndpoint=\"{}/\"><Containers>", escape(endpoint));
    for name in names.iter().take(size) {
        let _ = write!(
            out,
            "<Container><Name>{}</Name><Properties><Last-Modified>Wed, 01 Apr 2026 06:00:00 GMT</Last-Modified>\
             <Etag>\"0x8DEC0DE00000000\"</Etag><LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState>\
             </Properties></Container>",
            escape(name)
        );
    }
    let _ = write!(out, "</Containers><NextMarker>{next}</NextMarker></EnumerationResults>");
    Ok(out)
}

fn page_size(query: &HashMap<String, String>) -> Result<usize, AzureFault> {
    let Some(text) = query.get("maxresults").filter(|text| !text.is_empty()) else { return Ok(LARGEST_PAGE) };
    let asked: usize = text.parse().map_err(|_| AzureFault::query_value())?;
    if asked == 0 {
        return Err(AzureFault::query_range());
    }
    Ok(asked.min(LARGEST_PAGE))
}

fn write_blob(out: &mut String, kept: &Kept, with_metadata: bool) {
    let Kept { blob, etag } = kept;
    let changed = rfc1123(blob.last_modified);
    let (name, size) = (name_element(&blob.name), blob.content.len());
    let (content_type, tier) = (escape(&blob.content_type), escape(&blob.tier));
    let _ = write!(
        out,
        "<Blob>{name}<Properties><Creation-Time>{changed}</Creation-Time><Last-Modified>{changed}</Last-Modified>\
         <Etag>{etag}</Etag><Content-Length>{size}</Content-Length><Content-Type>{content_type}</Content-Type>\
         <Content-Encoding /><Content-Language /><Content-CRC64 /><Content-MD5 /><Cache-Control /><Content-Disposition />\
         <BlobType>BlockBlob</BlobType><AccessTier>{tier}</AccessTier>"
    );
    if let Some(status) = &blob.archive_status {
        let _ = write!(out, "<ArchiveStatus>{}</ArchiveStatus>", escape(status));
    }
    out.push_str("<LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState><ServerEncrypted>true</ServerEncrypted></Properties>");
    if with_metadata {
        out.push_str("<Metadata>");
        for (key, value) in &blob.metadata {
            let _ = write!(out, "<{key}>{}</{key}>", escape(value));
        }
        out.push_str("</Metadata>");
    }
    out.push_str("<OrMetadata /></Blob>");
}

fn name_element(name: &str) -> String {
    let forbidden = |c: char| matches!(c, '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    if name.contains(forbidden) {
        format!("<Name Encoded=\"true\">{}</Name>", utf8_percent_encode(name, UNPRINTABLE))
    } else {
        format!("<Name>{}</Name>", escape(name))
    }
}

/// Makes a text fit for the inside of an element or an attribute.
pub(super) fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"', '\'']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// The name that the next page begins at, made to look like Azure's markers so that nobody comes to read it.
fn write_marker(name: &str) -> String {
    let encoded = URL_SAFE.encode(name);
    format!("2!{}!{encoded}", encoded.len())
}

fn read_marker(marker: &str) -> Result<String, AzureFault> {
    let mut parts = marker.splitn(3, '!');
    let name = match (parts.next(), parts.next(), parts.next()) {
        (Some("2"), Some(length), Some(encoded)) if length == encoded.len().to_string() => {
            URL_SAFE.decode(encoded).ok()
        }
        _ => None,
    };
    name.and_then(|name| String::from_utf8(name).ok()).ok_or_else(AzureFault::query_value)
}
