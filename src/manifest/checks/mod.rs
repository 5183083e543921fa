//! What every item is checked for. Each check sees one item and nothing else, but for [`Twins`].

pub(crate) mod duplicate_urls;
mod group;
mod media;
mod metadata;
pub(crate) mod redact;
mod url;

pub(super) use redact::path;

use crate::manifest::{
    checks::url::Base,
    finding::{Code, Finding, Origin, Position},
    item::Item,
    kind::Kind,
    parts::PartCursor,
    read::json::fast_path::SimpleItemRef,
    sink::Sink,
    strict, title,
    values::ValidationRules,
};

/// What is asked of every item.
#[derive(Debug)]
pub(super) struct Checks {
    strict: bool,
    writable: Option<bool>,
    /// For items whose URLs and titles somebody wrote by hand or by a program; those made from a listing are right by construction.
    written: Option<Written>,
}

#[derive(Debug)]
struct Written {
    base: Option<Base>,
}

impl Checks {
    pub(super) fn new(demands: &ValidationRules, written: bool) -> Checks {
        let written = written.then(|| Written { base: demands.base.as_deref().and_then(Base::new) });
        Checks { strict: demands.strict, writable: demands.writable, written }
    }

    /// Whether certainly nothing is wrong with an item.
    pub(super) fn passes(&self, glance: &SimpleItemRef<'_, '_>) -> bool {
        let SimpleItemRef { kind, url, title, .. } = *glance;
        // Under strict client-only access most items need what no glance understands.
        let Some(written) = self.written.as_ref().filter(|_| !self.strict) else { return false };
        url::is_right(url, written.base.as_ref())
            && !(title.is_empty() && needs_title(kind))
            && title.len() <= title::LONGEST
            && !may_have_control(title)
            && Kind::from_extension(path(url)).is_none_or(|by_extension| fits(kind, by_extension, url))
    }

    /// Whether anything is asked of an item of one file that has neither media metadata nor metadata of Encord's.
    pub(super) fn look_at_files(&self) -> bool {
        self.strict || self.written.is_some()
    }

    /// Tells what is wrong with an item.
    pub(super) fn item<S: Sink>(&self, origin: &Origin<'_>, item: &Item, sink: &mut S) -> Result<(), S::Error> {
        let mut tell = Tell { origin, cursor: None, sink };
        if let Some(written) = &self.written {
            let base = written.base.as_ref();
            for (index, url) in item.urls.iter().enumerate() {
                url::check(url, base, &mut |code, message| tell.url(index, code, message))?;
            }
            self::written(item, &mut tell)?;
            group::check(item, &mut tell)?;
        }
        if item.kind == Kind::ImageSequence && self.writable == Some(false) {
            let message = "Encord writes a video of an image sequence into the container, and the SAS token of this config may not write \
                           there";
            tell.item(Code::SequenceNoWrite, message.to_owned())?;
        }
        media::check(item, &mut tell)?;
        metadata::check(item, &mut tell)?;
        match strict::fault(item, origin).filter(|_| self.strict) {
            Some(fault) => sink.finding(fault),
            None => Ok(()),
        }
    }
}

/// The title, and the type against the extension.
fn written<S: Sink>(item: &Item, tell: &mut Tell<'_, '_, S>) -> Result<(), S::Error> {
    if item.title.is_empty() && needs_title(item.kind) {
        tell.item(Code::TitleMissing, format!("the {} has no title", item.kind))?;
    }
    // Only a longer text can have more characters.
    if item.title.len() > title::LONGEST {
        let length = item.title.chars().count();
        if length > title::LONGEST {
            let message = format!("the title has {length} characters, {} are allowed", title::LONGEST);
            tell.title(Code::TitleTooLong, message)?;
        }
    }
    if may_have_control(&item.title)
        && let Some(control) = item.title.chars().find(|c| c.is_control())
    {
        tell.title(Code::TitleControl, format!("the title has the control character U+{:04X}", u32::from(control)))?;
    }
    let single = !item.kind.is_group() && item.scene.is_none();
    let Some(url) = item.urls.first().filter(|_| single) else { return Ok(()) };
    let path = path(url);
    match Kind::from_extension(path) {
        Some(kind) if !fits(item.kind, kind, path) => {
            let message =
                format!("it is registered as {}, but its extension is that of {}", noun(item.kind), noun(kind));
            tell.url(0, Code::TypeExtension, message)
        }
        _ => Ok(()),
    }
}

fn needs_title(kind: Kind) -> bool {
    kind.is_group() || kind == Kind::Scene
}

/// Whether there may be a control character; beyond ASCII they begin with the byte C2.
fn may_have_control(title: &str) -> bool {
    title.bytes().any(|byte| byte < b' ' || byte == 0x7F || byte == 0xC2)
}

/// Whether a file whose extension stands for one type may be of another.
fn fits(kind: Kind, by_extension: Kind, path: &str) -> bool {
    match (kind, by_extension) {
        // CSV files; MP4 files with nothing but sound.
        (Kind::TimeSeries, Kind::Text) => path.to_ascii_lowercase().ends_with(".csv"),
        (Kind::Audio, Kind::Video) => path.to_ascii_lowercase().ends_with(".mp4"),
        _ => kind == by_extension,
    }
}

/// With its article, for messages.
fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Video => "a video",
        Kind::Image => "an image",
        Kind::ImageGroup => "an image group",
        Kind::ImageSequence => "an image sequence",
        Kind::DicomSeries => "a DICOM series",
        Kind::Audio => "an audio file",
        Kind::Text => "a text",
        Kind::Pdf => "a PDF",
        Kind::Nifti => "a NIfTI volume",
        Kind::Scene => "a scene",
        Kind::TimeSeries => "a time series",
    }
}

/// Tells findings of one item, at the most exact place that is known.
struct Tell<'a, 'b, S> {
    origin: &'b Origin<'a>,
    cursor: Option<PartCursor<'a>>,
    sink: &'b mut S,
}

impl<'a, S: Sink> Tell<'a, '_, S> {
    fn at(
        &mut self,
        code: Code,
        message: String,
        part: impl FnOnce(&mut PartCursor<'a>) -> Option<Position>,
    ) -> Result<(), S::Error> {
        let mut finding = Finding::at(code, self.origin, message);
        if let Some(parts) = self.origin.parts
            && let Some(place) = part(self.cursor.get_or_insert_with(|| parts.cursor()))
        {
            (finding.line, finding.column) = (Some(place.line), Some(place.column));
        }
        self.sink.finding(finding)
    }

    fn item(&mut self, code: Code, message: String) -> Result<(), S::Error> {
        self.sink.finding(Finding::at(code, self.origin, message))
    }

    fn url(&mut self, index: usize, code: Code, message: String) -> Result<(), S::Error> {
        self.at(code, message, |parts| parts.url(index))
    }

    fn title(&mut self, code: Code, message: String) -> Result<(), S::Error> {
        self.at(code, message, PartCursor::title)
    }

    fn metadata(&mut self, key: &str, code: Code, message: String) -> Result<(), S::Error> {
        self.at(code, message, |parts| parts.metadata(0, key))
    }
}
