//! Reads a manifest as CSV, the form of Encord's web interface: `ObjectURL` and a title column whose name tells the type, a new
//! header where the type changes.
//!
//! The layout is recollected from Encord's documentation of the web form, which is why the reader is lenient: headers in any case and
//! order, blank rows, rows of unequal width where the surplus is empty.

mod rows;

#[cfg(test)]
mod tests;

use std::{collections::HashMap, io::BufRead};

use crate::manifest::{
    finding::{Code, Finding, Origin, Position},
    item::Item,
    kind::Kind,
    read::{
        FileFacts, KindOf, ReadError,
        csv::rows::{CsvRows, Row, RowFault},
        text,
    },
    sink::Sink,
};

/// As many rows, headers not counted, are taken from one CSV (docs.encord.com, "Best practices").
pub const MOST_ROWS: u64 = 10_000;

/// The headers that Encord knows.
const HEADERS: [(&str, Heading); 6] = [
    ("ObjectURL", Heading::Url),
    ("Video title", Heading::Title(Kind::Video)),
    ("Image title", Heading::Title(Kind::Image)),
    ("Image group title", Heading::Title(Kind::ImageGroup)),
    ("Series title", Heading::Title(Kind::DicomSeries)),
    ("Create video", Heading::CreateVideo),
];
const ALL_HEADERS: &str = "ObjectURL, Video title, Image title, Image group title, Series title and Create video";

/// Headers are this like a known one to be taken for it.
const LIKENESS: f64 = 0.85;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heading {
    Url,
    Title(Kind),
    CreateVideo,
}

/// What a header says of the rows below it.
#[derive(Debug)]
struct Block {
    place: Position,
    /// Where nothing says it, each row's extension does.
    kind: Option<Kind>,
    url: Option<usize>,
    title: Option<usize>,
    create_video: Option<usize>,
    /// The columns up to the last that has a name.
    width: usize,
    rows: u64,
}

/// A group whose rows may stand anywhere.
#[derive(Debug)]
struct Group {
    item: Item,
    place: Position,
    /// Whether it becomes a video, if a row says so.
    create_video: Option<bool>,
    findings: Vec<Finding>,
}

struct Reader<'a, S> {
    sink: &'a mut S,
    kind_of: KindOf<'a>,
    groups: Vec<Group>,
    places: HashMap<(Kind, String), usize>,
    rows: u64,
    facts: FileFacts,
}

/// Reads a CSV. `kind_of` tells the type of what only has a URL. Groups come last, in the order of their first rows.
///
/// # Errors
/// The file's, or the sink's. What is wrong with its content is a finding.
pub fn read<R: BufRead, S: Sink>(
    input: R,
    kind_of: KindOf<'_>,
    sink: &mut S,
) -> Result<FileFacts, ReadError<S::Error>> {
    let (input, is_utf16) = text::open(input).map_err(ReadError::File)?;
    let mut reader =
        Reader { sink, kind_of, groups: Vec::new(), places: HashMap::new(), rows: 0, facts: FileFacts::default() };
    if is_utf16 {
        reader.find(Code::Encoding, "", FIRST, "the file is UTF-16")?;
        return Ok(reader.facts);
    }
    let mut rows = CsvRows::new(input);
    let mut block: Option<Block> = None;
    while let Some(row) = rows.next().map_err(ReadError::File)? {
        reader.faults(&row)?;
        if row.is_blank() {
            continue;
        }
        let is_header = is_header(&row) || (block.is_none() && !row.fields.iter().any(|field| is_url(&field.text)));
        block = Some(match block.take() {
            Some(mut block) if !is_header => {
                reader.row(&mut block, &row)?;
                block
            }
            before => {
                reader.end(before.as_ref())?;
                let mut block = reader.header(&row, is_header)?;
                if !is_header {
                    reader.row(&mut block, &row)?;
                }
                block
            }
        });
    }
    reader.end(block.as_ref())?;
    reader.groups()
}

const FIRST: Position = Position { line: 1, column: 1 };

fn is_url(text: &str) -> bool {
    text.contains("://")
}

fn is_header(row: &Row) -> bool {
    !row.fields.iter().any(|field| is_url(&field.text)) && row.fields.iter().any(|field| heading(&field.text).is_some())
}

/// A header without what does not matter in it.
fn plain(header: &str) -> String {
    header.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn heading(header: &str) -> Option<Heading> {
    let header = plain(header);
    HEADERS.into_iter().find(|(name, _)| plain(name) == header).map(|(_, heading)| heading)
}

fn nearest(header: &str) -> Option<(&'static str, Heading)> {
    let header = plain(header);
    if header.contains("url") || header.contains("uri") {
        return Some(HEADERS[0]);
    }
    HEADERS
        .into_iter()
        .map(|known| (strsim::jaro_winkler(&plain(known.0), &header), known))
        .filter(|(likeness, _)| *likeness > LIKENESS)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, known)| known)
}

impl<S: Sink> Reader<'_, S> {
    fn find(
        &mut self,
        code: Code,
        item: &str,
        place: Position,
        message: impl Into<String>,
    ) -> Result<(), ReadError<S::Error>> {
        let finding = Finding::at(code, &Origin::file(item, place), message);
        self.sink.finding(finding).map_err(ReadError::Sink)
    }

    fn faults(&mut self, row: &Row) -> Result<(), ReadError<S::Error>> {
        for (fault, place) in &row.faults {
            let (code, message) = match fault {
                RowFault::Encoding => (Code::Encoding, "these bytes are not UTF-8"),
                RowFault::AfterQuote => (Code::CsvQuote, "text follows a closing quotation mark"),
                RowFault::OpenQuote => {
                    (Code::CsvQuote, "this quotation mark is not closed, so the rest cannot be read")
                }
            };
            self.find(code, "", *place, message)?;
        }
        Ok(())
    }

    /// Reads a header; a row that is none stands for the missing one.
    fn header(&mut self, row: &Row, is_header: bool) -> Result<Block, ReadError<S::Error>> {
        let mut block =
            Block { place: row.place(0), kind: None, url: None, title: None, create_video: None, width: 0, rows: 0 };
        if !is_header {
            let message = format!("the header is missing: the first row names the columns, of {ALL_HEADERS}");
            self.find(Code::CsvHeader, "", block.place, message)?;
            block.url = row.fields.iter().position(|field| is_url(&field.text));
            block.title = (0..row.fields.len()).find(|column| Some(*column) != block.url);
            block.width = row.fields.len();
            return Ok(block);
        }
        for (column, field) in row.fields.iter().enumerate() {
            let name = field.text.trim();
            if name.is_empty() {
                continue;
            }
            block.width = column + 1;
            let shown = text::excerpt(name);
            let separator = [(';', "';'"), ('\t', "tabs"), ('|', "'|'")]
                .into_iter()
                .find(|(separator, _)| name.contains(*separator));
            if let Some((_, separator)) = separator {
                let message = format!("{shown} separates its columns by {separator}, where Encord takes commas");
                self.find(Code::CsvSeparator, "", field.place, message)?;
                // Nothing below can be read, so nothing more is said of it.
                return Ok(Block { url: None, ..block });
            }
            let heading = match (heading(name), nearest(name)) {
                (Some(heading), _) => heading,
                (None, near) => {
                    let message = match near {
                        Some((near, _)) => format!("{shown} is not a header that Encord knows; did you mean '{near}'?"),
                        None => format!("{shown} is not a header that Encord knows; it knows {ALL_HEADERS}"),
                    };
                    self.find(Code::CsvHeader, "", field.place, message)?;
                    match near {
                        Some((_, heading)) => heading,
                        None => continue,
                    }
                }
            };
            let target = match heading {
                Heading::Url => &mut block.url,
                Heading::Title(_) => &mut block.title,
                Heading::CreateVideo => &mut block.create_video,
            };
            if target.is_some() {
                let message = match heading {
                    Heading::Title(_) => {
                        format!("{shown} is a second title column: rows of another type need a header of their own")
                    }
                    _ => format!("{shown} stands twice in the header"),
                };
                self.find(Code::CsvHeader, "", field.place, message)?;
                continue;
            }
            *target = Some(column);
            if let Heading::Title(kind) = heading {
                block.kind = Some(kind);
            }
        }
        if block.url.is_none() {
            self.find(Code::CsvHeader, "", block.place, "no column of this header is called ObjectURL")?;
        } else if block.width == 1 {
            block.kind = Some(Kind::Video);
            let message = "there is only the column ObjectURL: Encord takes every row for a video";
            self.find(Code::CsvSingleColumn, "", block.place, message)?;
        } else if block.title.is_none() && row.faults.is_empty() {
            let message = "this header has no title column, which would tell the type of its rows";
            self.find(Code::CsvHeader, "", block.place, message)?;
        }
        Ok(block)
    }

    /// The end of a header's rows.
    fn end(&mut self, block: Option<&Block>) -> Result<(), ReadError<S::Error>> {
        match block {
            Some(block) if block.rows == 0 => {
                self.find(Code::CsvHeaderOnly, "", block.place, "there are no rows below this header")
            }
            _ => Ok(()),
        }
    }

    fn row(&mut self, block: &mut Block, row: &Row) -> Result<(), ReadError<S::Error>> {
        block.rows += 1;
        self.rows += 1;
        let Some(column) = block.url else { return Ok(()) };
        let (url, place) = (row.text(column), row.place(column));
        let title = block.title.map_or("", |column| row.text(column));
        let name = text::name(title, url);
        let mut findings = Vec::new();
        let mut find = |code, place, message: String| {
            findings.push(Finding::at(code, &Origin::file(name, place), message));
        };
        if self.rows == MOST_ROWS + 1 {
            let message = format!("this is row {}: Encord takes 10,000 from one CSV", self.rows);
            find(Code::CsvTooManyRows, row.place(0), message);
        }
        if row.fields.len() < block.width {
            let message = format!("the row has {} of the header's {} fields", row.fields.len(), block.width);
            find(Code::CsvRagged, row.place(0), message);
        } else if let Some(surplus) = row.fields.iter().skip(block.width).find(|field| !field.text.trim().is_empty()) {
            let message = format!("the row has more fields than the header, which has {}", block.width);
            find(Code::CsvRagged, surplus.place, message);
        }
        let create_video = match block.create_video.map(|column| (row.text(column).trim(), row.place(column))) {
            None | Some(("", _)) => None,
            Some((text, _)) if text.eq_ignore_ascii_case("true") => Some(true),
            Some((text, _)) if text.eq_ignore_ascii_case("false") => Some(false),
            Some((text, place)) => {
                find(
                    Code::CsvValue,
                    place,
                    format!("{} under Create video is neither true nor false", text::excerpt(text)),
                );
                Some(false)
            }
        };
        let Some(kind) = block.kind.or_else(|| (self.kind_of)(url)) else {
            find(Code::TypeUnknown, place, "nothing tells which type this file is".to_owned());
            self.facts.items += 1;
            return self.all(findings);
        };
        if create_video == Some(true) && kind != Kind::ImageGroup {
            let place = block.create_video.map_or(place, |column| row.place(column));
            find(Code::CsvValue, place, format!("an item of the type {kind} cannot become a video: write false"));
        }
        if !kind.is_group() {
            self.facts.items += 1;
            self.all(findings)?;
            let item = Item::new(kind, title, vec![url.to_owned()]);
            return self.sink.item(&Origin::file(name, place), item).map_err(ReadError::Sink);
        }
        let key = (kind, title.to_owned());
        let at = *self.places.entry(key).or_insert(self.groups.len());
        if at == self.groups.len() {
            let item = Item::new(kind, title, Vec::new());
            self.groups.push(Group { item, place, create_video, findings: Vec::new() });
        }
        let Some(group) = self.groups.get_mut(at) else { return Ok(()) };
        match (group.create_video, create_video) {
            (Some(then), Some(now)) if then != now => {
                let place = block.create_video.map_or(place, |column| row.place(column));
                find(
                    Code::CsvValue,
                    place,
                    format!("Create video is {now} here, but {then} in a row before of this group"),
                );
            }
            (None, now) => group.create_video = now,
            _ => {}
        }
        group.item.urls.push(url.to_owned());
        group.findings.append(&mut findings);
        Ok(())
    }

    fn all(&mut self, findings: Vec<Finding>) -> Result<(), ReadError<S::Error>> {
        findings.into_iter().try_for_each(|finding| self.sink.finding(finding)).map_err(ReadError::Sink)
    }

    /// Hands over the groups.
    fn groups(mut self) -> Result<FileFacts, ReadError<S::Error>> {
        for Group { mut item, place, create_video, findings } in std::mem::take(&mut self.groups) {
            self.facts.items += 1;
            self.all(findings)?;
            let title = item.title.clone();
            let name = text::name(&title, item.urls.first().map_or("", String::as_str)).to_owned();
            if item.kind == Kind::ImageGroup {
                if create_video.is_none() {
                    let message = "nothing says whether this group becomes a video; it is taken as one that does";
                    self.find(Code::CsvCreateVideo, &name, place, message)?;
                }
                if create_video.unwrap_or(true) {
                    item.kind = Kind::ImageSequence;
                }
            }
            self.sink.item(&Origin::file(&name, place), item).map_err(ReadError::Sink)?;
        }
        Ok(self.facts)
    }
}
