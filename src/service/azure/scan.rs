//! Reads a whole page of the List Blobs answer at the speed at which it arrives.
//!
//! The scanner knows the one shape that Azure writes and steps from `<` to `<`. At the first byte that has another shape it
//! leaves the page to [`XmlReader`], which understands any XML and knows what to say of what is none.

use std::{borrow::Cow, ops::Range};

use memchr::memchr;
use percent_encoding::percent_decode;

use super::page::{Blob, PageError, XmlReader, is_users};
use super::xml::unescape;

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

/// Reads one page of a listing.
///
/// A second answer format is on its way to List Blobs (Arrow, service version 2026-10-06); it will be a second implementation.
pub trait PageParser: Send + Sync {
    /// Hands over every blob of a whole page in order, and answers the marker of the next page, or nothing on the last one.
    ///
    /// # Errors
    /// What is wrong with the page; the blobs before that place were handed over.
    fn read(&self, page: &[u8], sink: &mut dyn FnMut(&Listed<'_>)) -> Result<Option<String>, PageError>;

    /// The marker alone, and the names of the first and the last blob.
    ///
    /// # Errors
    /// As [`PageParser::read`].
    fn edges(&self, page: &[u8]) -> Result<Edges, PageError>;
}

/// Where a page begins, ends and goes on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edges {
    /// The first name; nothing on a page without blobs.
    pub first: Option<String>,
    /// The last name.
    pub last: Option<String>,
    /// The marker of the next page.
    pub marker: Option<String>,
}

/// The XML form of a page.
#[derive(Debug, Clone, Copy, Default)]
pub struct XmlPage {
    /// Whether the blobs' metadata headers are read too.
    pub metadata: bool,
}

impl PageParser for XmlPage {
    fn read(&self, page: &[u8], sink: &mut dyn FnMut(&Listed<'_>)) -> Result<Option<String>, PageError> {
        let mut told = 0usize;
        let mut counting = |listed: &Listed<'_>| {
            told += 1;
            sink(listed);
        };
        let mut scanner = Scanner { page, at: 0, metadata: self.metadata, holes: Vec::new() };
        if let Some(marker) = scanner.page(&mut counting) {
            return Ok(marker);
        }
        let mut reader = if self.metadata { XmlReader::with_metadata() } else { XmlReader::default() };
        let mut place = 0usize;
        reader.feed(page, &mut |blob| {
            place += 1;
            if place > told {
                sink(&Listed::from(&blob));
            }
        })?;
        reader.finish()
    }

    fn edges(&self, page: &[u8]) -> Result<Edges, PageError> {
        if let Some(edges) = quick_edges(page) {
            return Ok(edges);
        }
        let mut edges = Edges::default();
        edges.marker = self.read(page, &mut |listed| {
            if edges.first.is_none() {
                edges.first = Some(listed.name.clone().into_owned());
            }
            let last = edges.last.get_or_insert_default();
            last.clear();
            last.push_str(&listed.name);
        })?;
        Ok(edges)
    }
}

/// A blob's beginning. Nothing else can look like it: within a blob the only elements with children are those of its metadata
/// and tags, and none of these begins with a name.
const BLOB: &[u8] = b"<Blob><Name";
const END: &[u8] = b"</EnumerationResults>";
/// Longer than what stands behind the last blob.
const TAIL: usize = 16 * 1024;

/// The edges, read at both ends of a page only.
fn quick_edges(page: &[u8]) -> Option<Edges> {
    let page = page.trim_ascii_end();
    let tail_from = page.len().saturating_sub(TAIL);
    let blobs_end = tail_from + memchr::memmem::rfind(&page[tail_from..], b"</Blobs>")?;
    let mut tail = Scanner { page, at: blobs_end + b"</Blobs>".len(), metadata: false, holes: Vec::new() };
    let marker = tail.tail()?;
    let name_at = |at: usize| {
        let mut scanner = Scanner { page, at: at + b"<Blob>".len(), metadata: false, holes: Vec::new() };
        scanner.name().map(Cow::into_owned)
    };
    let first = memchr::memmem::find(&page[..blobs_end], BLOB)?;
    // Behind the blobs is where Azure writes it; elsewhere it would be missed.
    if memchr::memmem::find(&page[..first], b"<NextMarker").is_some() {
        return None;
    }
    let last = memchr::memmem::rfind(&page[..blobs_end], BLOB)?;
    Some(Edges { first: Some(name_at(first)?), last: Some(name_at(last)?), marker })
}

/// Steps through a page; `None` means that it has another shape than Azure writes.
struct Scanner<'p> {
    page: &'p [u8],
    at: usize,
    metadata: bool,
    /// What differs from blob to blob in the one that was read last, if the template can hold it.
    holes: Vec<(Range<usize>, Hole)>,
}

/// What differs from blob to blob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hole {
    Name,
    Size,
    ContentType,
    Etag,
    LastModified,
    Unread,
}

/// A blob like which the next ones are expected to be: the bytes between what differs, and what is said.
///
/// Where a blob has just these bytes, with a text without `<` in each hole, it has the same elements, and need not be taken apart.
struct Template<'p> {
    steps: Vec<(&'p [u8], Hole)>,
    end: &'p [u8],
    /// The last one of them.
    blob: Listed<'p>,
}

/// An element without children.
struct Leaf<'p> {
    name: &'p [u8],
    text: &'p [u8],
}

impl<'p> Scanner<'p> {
    fn rest(&self) -> &'p [u8] {
        self.page.get(self.at..).unwrap_or_default()
    }

    fn eat(&mut self, literal: &[u8]) -> bool {
        let found = self.rest().starts_with(literal);
        if found {
            self.at += literal.len();
        }
        found
    }

    fn expect(&mut self, literal: &[u8]) -> Option<()> {
        self.eat(literal).then_some(())
    }

    /// What stands before the next such byte, which is passed.
    fn until(&mut self, byte: u8) -> Option<&'p [u8]> {
        let rest = self.rest();
        let end = memchr(byte, rest)?;
        self.at += end + 1;
        Some(&rest[..end])
    }

    fn page(&mut self, sink: &mut dyn FnMut(&Listed<'_>)) -> Option<Option<String>> {
        self.eat(b"\xef\xbb\xbf");
        if self.eat(b"<?xml ") {
            self.until(b'>')?.ends_with(b"?").then_some(())?;
        }
        self.expect(b"<EnumerationResults")?;
        let attributes = self.until(b'>')?;
        if attributes.ends_with(b"/") || !memchr::memchr_iter(b'"', attributes).count().is_multiple_of(2) {
            return None;
        }
        while !self.eat(b"<Blobs>") {
            if self.rest().starts_with(b"<NextMarker") {
                return None;
            }
            self.leaf()?;
        }
        let mut template: Option<Template<'p>> = None;
        loop {
            if let Some(template) = &mut template
                && self.like(template).is_some()
            {
                sink(&template.blob);
                continue;
            }
            if self.eat(b"</Blobs>") {
                return self.tail();
            }
            let start = self.at;
            self.expect(b"<Blob>")?;
            let blob = self.blob()?;
            sink(&blob);
            template = self.template(start, blob);
        }
    }

    /// Passes the next blob and reads it into the template, if it is like that. Otherwise the template has had its day.
    fn like(&mut self, template: &mut Template<'p>) -> Option<()> {
        let mut at = self.at;
        let blob = &mut template.blob;
        for (literal, hole) in &template.steps {
            let rest = self.page.get(at..)?.strip_prefix(*literal)?;
            let raw = &rest[..memchr(b'<', rest)?];
            at += literal.len() + raw.len();
            // An element without text says nothing.
            let said = || if raw.is_empty() { Some(None) } else { text(raw).map(Some) };
            match hole {
                Hole::Name => blob.name = text(raw)?,
                Hole::Size if raw.is_empty() => blob.size = 0,
                Hole::Size => blob.size = number(raw)?,
                Hole::ContentType => blob.content_type = said()?,
                Hole::Etag => blob.etag = said()?,
                Hole::LastModified => blob.last_modified = said()?,
                Hole::Unread => {}
            }
        }
        self.page.get(at..)?.starts_with(template.end).then_some(())?;
        self.at = at + template.end.len();
        Some(())
    }

    /// What the blob that begins at `start` and was just read has in common with others like it.
    fn template(&self, start: usize, blob: Listed<'p>) -> Option<Template<'p>> {
        let mut at = start;
        let mut steps: Vec<(&'p [u8], Hole)> = Vec::with_capacity(self.holes.len());
        for (range, hole) in &self.holes {
            // Of two elements with the same name the last one with a text counts, which is for the full reading.
            if *hole != Hole::Unread && steps.iter().any(|(_, other)| other == hole) {
                return None;
            }
            steps.push((self.page.get(at..range.start)?, *hole));
            at = range.end;
        }
        (!steps.is_empty()).then_some(Template { steps, end: self.page.get(at..self.at)?, blob })
    }

    /// What stands behind the blobs.
    fn tail(&mut self) -> Option<Option<String>> {
        let mut marker = None;
        while !self.eat(END) {
            // A tag as Azure writes it without text has no attribute; `Encoded` is the reader's.
            let leaf = self.leaf()?;
            if leaf.name == b"NextMarker" {
                marker = Some(text(leaf.text)?.into_owned()).filter(|marker| !marker.is_empty());
            }
        }
        self.rest().trim_ascii().is_empty().then_some(marker)
    }

    fn name(&mut self) -> Option<Cow<'p, str>> {
        let name = if self.eat(b"<Name>") {
            text(self.until(b'<')?)?
        } else {
            self.expect(b"<Name Encoded=\"true\">")?;
            match text(self.until(b'<')?)? {
                Cow::Borrowed(name) => percent_decode(name.as_bytes()).decode_utf8().ok()?,
                Cow::Owned(name) => percent_decode(name.as_bytes()).decode_utf8().ok()?.into_owned().into(),
            }
        };
        self.expect(b"/Name>")?;
        Some(name)
    }

    fn blob(&mut self) -> Option<Listed<'p>> {
        self.holes.clear();
        let from = self.at + b"<Name>".len();
        let is_verbatim = self.rest().starts_with(b"<Name>");
        let mut blob = Listed { name: self.name()?, ..Listed::default() };
        self.holes.push((from..self.at - b"</Name>".len(), Hole::Name));
        let mut is_template = is_verbatim;
        loop {
            if self.eat(b"<Properties>") {
                while !self.eat(b"</Properties>") {
                    let leaf = self.leaf()?;
                    if !leaf.text.is_empty() {
                        property(&mut blob, &leaf)?;
                        if let Some(hole) = hole(leaf.name) {
                            let end = self.at - leaf.name.len() - b"</>".len();
                            self.holes.push((end - leaf.text.len()..end, hole));
                        }
                    }
                }
            } else if self.eat(b"<Metadata>") {
                while !self.eat(b"</Metadata>") {
                    let leaf = self.leaf()?;
                    is_template = false;
                    if leaf.name.eq_ignore_ascii_case(b"hdi_isfolder") {
                        blob.is_folder |= leaf.text.eq_ignore_ascii_case(b"true");
                    } else if self.metadata {
                        let key = std::str::from_utf8(leaf.name).ok()?;
                        if is_users(key) {
                            blob.metadata.push((Cow::Borrowed(key), text(leaf.text)?));
                        }
                    }
                }
            } else if self.eat(b"<Tags><TagSet>") {
                is_template = false;
                while !self.eat(b"</TagSet></Tags>") {
                    self.expect(b"<Tag>")?;
                    let (key, value) = (self.leaf()?, self.leaf()?);
                    (key.name == b"Key" && value.name == b"Value").then_some(())?;
                    blob.tags.push((text(key.text)?, text(value.text)?));
                    self.expect(b"</Tag>")?;
                }
            } else if self.eat(b"</Blob>") {
                if !is_template {
                    self.holes.clear();
                }
                return Some(blob);
            } else {
                let leaf = self.leaf()?;
                // A second name would count.
                (leaf.name != b"Name").then_some(())?;
            }
        }
    }

    fn leaf(&mut self) -> Option<Leaf<'p>> {
        self.expect(b"<")?;
        let tag = self.until(b'>')?;
        let plain = |name: &[u8]| {
            !name.is_empty()
                && name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
        };
        if let Some(name) = tag.strip_suffix(b"/") {
            let name = name.trim_ascii_end();
            return plain(name).then_some(Leaf { name, text: &[] });
        }
        plain(tag).then_some(())?;
        let text = self.until(b'<')?;
        let rest = self.rest();
        let end = rest.get(..tag.len() + 2)?;
        if end[0] != b'/' || end[tag.len() + 1] != b'>' || &end[1..=tag.len()] != tag {
            return None;
        }
        self.at += tag.len() + 2;
        Some(Leaf { name: tag, text })
    }
}

fn text(raw: &[u8]) -> Option<Cow<'_, str>> {
    let text = std::str::from_utf8(raw).ok()?;
    if memchr(b'&', raw).is_none() { Some(Cow::Borrowed(text)) } else { unescape(text).ok() }
}

fn number(raw: &[u8]) -> Option<u64> {
    std::str::from_utf8(raw).ok()?.parse().ok()
}

/// What differs from blob to blob among the properties; the others are much the same in all of them.
fn hole(property: &[u8]) -> Option<Hole> {
    Some(match property {
        b"Content-Length" => Hole::Size,
        b"Content-Type" => Hole::ContentType,
        b"Etag" => Hole::Etag,
        b"Last-Modified" => Hole::LastModified,
        b"Creation-Time" | b"Content-MD5" | b"Content-CRC64" | b"LastAccessTime" | b"AccessTierChangeTime" => {
            Hole::Unread
        }
        _ => return None,
    })
}

fn property<'p>(blob: &mut Listed<'p>, leaf: &Leaf<'p>) -> Option<()> {
    match leaf.name {
        b"Content-Length" => blob.size = number(leaf.text)?,
        b"Content-Type" => blob.content_type = Some(text(leaf.text)?),
        b"AccessTier" => blob.tier = Some(text(leaf.text)?),
        b"ArchiveStatus" => blob.archive_status = Some(text(leaf.text)?),
        b"ResourceType" => blob.is_folder |= leaf.text == b"directory",
        b"Etag" => blob.etag = Some(text(leaf.text)?),
        b"Last-Modified" => blob.last_modified = Some(text(leaf.text)?),
        _ => {}
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the reader of any XML makes of a page.
    fn read_slowly(page: &[u8]) -> Result<(Vec<Blob>, Option<String>), PageError> {
        let mut blobs = Vec::new();
        let mut reader = XmlReader::with_metadata();
        reader.feed(page, &mut |blob| blobs.push(blob))?;
        Ok((blobs, reader.finish()?))
    }

    fn read(page: &[u8]) -> Result<(Vec<Blob>, Option<String>), PageError> {
        let mut blobs = Vec::new();
        let marker = XmlPage { metadata: true }.read(page, &mut |listed| blobs.push(Blob::from(listed)))?;
        Ok((blobs, marker))
    }

    fn scanned(page: &[u8]) -> bool {
        Scanner { page, at: 0, metadata: true, holes: Vec::new() }.page(&mut |_| {}).is_some()
    }

    /// Insists that both readers agree, and tells whether the scanner could read it alone.
    fn both(page: &[u8]) -> bool {
        let slow = read_slowly(page);
        assert_eq!(read(page), slow, "{}", String::from_utf8_lossy(page));
        if let Ok((blobs, marker)) = slow {
            let edges = XmlPage::default().edges(page).expect("a readable page");
            assert_eq!(edges.first.as_ref(), blobs.first().map(|blob| &blob.name));
            assert_eq!(edges.last.as_ref(), blobs.last().map(|blob| &blob.name));
            assert_eq!(edges.marker, marker);
        }
        scanned(page)
    }

    const PAGE: &str = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults \
        ServiceEndpoint=\"https://a.blob.core.windows.net/\" ContainerName=\"c\"><Prefix>x &amp; y</Prefix><Blobs>\
        <Blob><Name>a &amp; é.jpg</Name><VersionId>1</VersionId><Properties><Creation-Time>t</Creation-Time>\
        <Last-Modified>Sun, 22 Nov 2026 10:00:00 GMT</Last-Modified><Etag>0x8D</Etag><Content-Length>7</Content-Length>\
        <Content-Type>video/mp4; a=&quot;b&quot;</Content-Type><Content-Encoding /><Content-MD5/><AccessTier>Hot</AccessTier>\
        </Properties><Metadata><Name>wrong</Name><hdi_isfolder>true</hdi_isfolder></Metadata>\
        <Tags><TagSet><Tag><Key>k</Key><Value>v &lt; w</Value></Tag></TagSet></Tags><OrMetadata /></Blob>\
        <Blob><Name Encoded=\"true\">a%EF%BF%BEb%25.jpg</Name><Properties><ResourceType>directory</ResourceType>\
        </Properties></Blob></Blobs><NextMarker>2!68!a&amp;b</NextMarker></EnumerationResults>";

    #[test]
    fn azures_own_shape_is_scanned_and_means_what_it_means_as_xml() {
        assert!(both(PAGE.as_bytes()));
        assert!(both(b"<EnumerationResults><Blobs></Blobs><NextMarker /></EnumerationResults>"));
        let edges = XmlPage::default().edges(PAGE.as_bytes()).unwrap();
        assert_eq!(edges.last.as_deref(), Some("a\u{fffe}b%.jpg"));
    }

    #[test]
    fn other_shapes_are_left_to_the_reader_of_any_xml() {
        let blob = |inside: &str| {
            format!("<EnumerationResults><Blobs><Blob>{inside}</Blob></Blobs><NextMarker/></EnumerationResults>")
        };
        for inside in [
            "<Name>a<!-- > --></Name>",
            "<Name>a<![CDATA[<Blob><Name>]]></Name>",
            "<Name Encoded='true'>a%20b</Name>",
            "<Properties><Content-Length>5</Content-Length></Properties><Name>late</Name>",
            "<Name>a</Name><Metadata><Blobs><Blob>x</Blob></Blobs></Metadata>",
            "<Name>a</Name><Tags><TagSet><Tag><Value>v</Value><Key>k</Key></Tag></TagSet></Tags>",
            "<Name>a</Name><Properties><Content-Length note=\"x\">5</Content-Length></Properties>",
        ] {
            assert!(!both(blob(inside).as_bytes()), "{inside}");
        }
        assert!(!both(b"<EnumerationResults><NextMarker>m</NextMarker><Blobs><Blob><Name>a</Name></Blob></Blobs></EnumerationResults>"));
    }

    #[test]
    fn blobs_that_are_alike_and_blobs_that_are_not_are_told_apart() {
        let like = |name: &str, size: &str, tier: &str, more: &str| {
            format!(
                "<Blob><Name>{name}</Name><Properties><Creation-Time>t{size}</Creation-Time><Etag>{name}</Etag>\
                 <Content-Length>{size}</Content-Length><Content-Type>image/{size}</Content-Type><Content-MD5>m{name}</Content-MD5>\
                 <AccessTier>{tier}</AccessTier>{more}</Properties><Metadata /><OrMetadata /></Blob>"
            )
        };
        let odd = [
            "<Blob><Name Encoded=\"true\">x%01</Name><Properties><Etag>1</Etag></Properties></Blob>".to_owned(),
            "<Blob><Name>m</Name><Properties><Etag>1</Etag></Properties><Metadata><a>b</a></Metadata></Blob>"
                .to_owned(),
            like("", "1", "Hot", "").replace("<Name></Name>", "<Name>e</Name>"),
            like("a &lt; b", "2", "Hot", ""),
            like("f", "0", "Hot", "<ResourceType>directory</ResourceType>"),
            like("g", "3", "Archive", "<ArchiveStatus>rehydrate-pending-to-hot</ArchiveStatus>"),
            like("h", "4", "Cool", ""),
        ];
        let mut blobs = String::new();
        for round in 0..60usize {
            blobs.push_str(&like(&format!("n{round}"), &(round * 7).to_string(), "Hot", ""));
            blobs.push_str(&like(&format!("n{round}b"), "5", "Hot", ""));
            blobs.push_str(&odd[round % odd.len()]);
            blobs.push_str(&odd[(round / odd.len()) % odd.len()]);
        }
        let page = format!("<EnumerationResults><Blobs>{blobs}</Blobs><NextMarker /></EnumerationResults>");
        assert!(both(page.as_bytes()));
        for wrong in ["x", "-1", "18446744073709551616"] {
            let page = page.replace("<Content-Length>5<", &format!("<Content-Length>{wrong}<"));
            assert!(!both(page.as_bytes()), "{wrong}");
        }
    }

    #[test]
    fn a_page_cut_or_damaged_anywhere_is_judged_alike() {
        for cut in 0..PAGE.len() {
            both(&PAGE.as_bytes()[..cut]);
            for wrong in [b'<', b'>', b'&', b'/', b'x', 0xff] {
                let mut damaged = PAGE.as_bytes().to_vec();
                damaged[cut] = wrong;
                let slow = read_slowly(&damaged);
                // What nobody asks for is not looked at as closely.
                if slow.is_ok() {
                    assert_eq!(read(&damaged), slow, "{wrong} at {cut}");
                }
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn any_name_survives(name in "\\PC{1,40}") {
            let escaped = name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let page = PAGE.replace("a &amp; é.jpg", &escaped);
            proptest::prop_assert!(both(page.as_bytes()));
            proptest::prop_assert_eq!(&read(page.as_bytes()).unwrap().0[0].name, &name);
        }
    }
}
