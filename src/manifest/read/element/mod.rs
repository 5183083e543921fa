//! One item from its JSON object, as it stands in a list of Encord's JSON (both dialects) or on a line of JSON Lines.
//!
//! Keys and shapes: `encord` 0.1.211, `orm/storage.py`, `DataUpload*`; docs.encord.com, "Register cloud data". What is wrong is a
//! finding at its place; what can be understood all the same is read.

mod frames;
mod media;
mod scene;

use std::borrow::Cow;

use crate::manifest::{
    checks, data_items,
    finding::{Code, Finding, Origin},
    item::Item,
    kind::Kind,
    media::Media,
    parts::Parts,
    read::json::spanned::{Json, Member, SpannedStr, SpannedValue, to_map},
    sink::Sink,
};

/// A JSON object that stands for an item.
#[derive(Debug, Clone, Copy)]
pub struct Element<'a> {
    /// The text that it stands in.
    pub text: SpannedStr<'a>,
    /// The byte offset at which it begins.
    pub at: usize,
    /// Its keys and values.
    pub members: &'a [Member<'a>],
    /// Keys that mean something to the caller, such as `type` on a line of JSON Lines.
    pub others: &'a [&'static str],
}

/// Reads an item and hands it on, what is wrong with it before it. `kind` is the type of the list that it stands in; for an image group
/// `createVideo` decides whether it is a sequence. Returns whether there is an item: without a URL there is none.
///
/// # Errors
/// The sink's.
pub fn read<S: Sink>(kind: Kind, element: Element<'_>, sink: &mut S) -> Result<bool, S::Error> {
    let mut reading = Reading::new(kind);
    within(element.members, None, &mut reading.faults);
    for member in element.members {
        reading.member(member, &element);
    }
    reading.finish(&element);
    let Reading { mut item, title_at, name, urls, metadata, mut faults, .. } = reading;
    let name = match (&name, item.urls.first()) {
        (Some(title), _) => Cow::Borrowed(*title),
        (None, Some(url)) => Cow::Owned(checks::redact::shown(url).into_owned()),
        (None, None) => Cow::Borrowed(kind.name()),
    };
    let place = element.text.place(element.at);
    let mut cursor = element.text.cursor();
    faults.sort_by_key(|fault| fault.at);
    for fault in faults {
        let origin = Origin { name: &name, place: Some(cursor.place(fault.at)), parts: None };
        let finding = Finding::at(fault.code, &origin, fault.message);
        sink.finding(Finding { key: fault.key, ..finding })?;
    }
    if item.urls.is_empty() {
        return Ok(false);
    }
    item.bytes = size(&item);
    let parts = Parts::new(element.text, &urls, title_at, metadata);
    sink.item(&Origin { name: &name, place: Some(place), parts: Some(parts) }, item)?;
    Ok(true)
}

/// The bytes of an item's files as far as its media metadata tells; 0 if it does not tell of every one.
fn size(item: &Item) -> u64 {
    let of = |media: &Media| match media {
        Media::Video { file_size, .. }
        | Media::Image { file_size, .. }
        | Media::Audio { file_size, .. }
        | Media::Text { file_size, .. }
        | Media::Pdf { file_size, .. } => Some(*file_size),
        Media::Dicom { .. } => None,
    };
    let frames = || {
        let sizes = item.frames.iter().map(|frame| frame.media.as_ref().and_then(of));
        sizes.sum::<Option<u64>>().filter(|_| item.frames.len() == item.urls.len())
    };
    item.media.as_ref().and_then(of).or_else(frames).unwrap_or_default()
}

/// Something wrong, and the byte offset of its place.
#[derive(Debug)]
struct ElementError {
    code: Code,
    at: usize,
    key: Option<String>,
    message: String,
}

impl ElementError {
    fn new(code: Code, at: usize, message: impl Into<String>) -> ElementError {
        ElementError { code, at, key: None, message: message.into() }
    }

    /// A value of another type than it has to be.
    fn of_type(name: &str, node: &SpannedValue<'_>, wanted: &str) -> ElementError {
        let found = crate::schema::value::excerpt(&node.value.to_value());
        let found = match node.value {
            Json::Null => "null".to_owned(),
            _ => format!("{}, {found}", node.value.type_name()),
        };
        ElementError::new(Code::JsonType, node.at, format!("{name} is {found}; Encord takes {wanted} there"))
    }
}

/// What was read so far.
#[derive(Debug)]
struct Reading<'a> {
    item: Item,
    title_at: Option<usize>,
    name: Option<&'a str>,
    /// Where each URL stands.
    urls: Vec<usize>,
    metadata: &'a [Member<'a>],
    /// Frames by their numbers: the number, the place of its key, the value.
    numbered: Vec<(u64, usize, &'a SpannedValue<'a>)>,
    /// The list of frames, with the place of its key.
    listed: Option<(usize, &'a SpannedValue<'a>)>,
    /// Whether the key was there that the item's URLs stand under, whatever its value.
    has_url: bool,
    faults: Vec<ElementError>,
}

impl<'a> Reading<'a> {
    fn new(kind: Kind) -> Reading<'a> {
        Reading {
            item: Item::new(kind, "", Vec::new()),
            title_at: None,
            name: None,
            urls: Vec::new(),
            metadata: &[],
            numbered: Vec::new(),
            listed: None,
            has_url: false,
            faults: Vec::new(),
        }
    }

    fn member(&mut self, member: &'a Member<'a>, element: &Element<'a>) {
        if element.others.contains(&member.key.as_ref()) || self.known(&member.key, member) {
            return;
        }
        let kind = self.item.kind;
        let known = known_keys(kind);
        let alike = known.iter().copied().find(|known| folded(known) == folded(&member.key));
        let mut message = format!("'{}' is not a key of {}", member.key.escape_debug(), with_article(kind));
        if member.key.starts_with("objectUrl") && kind.is_group() {
            message.push_str("; its frames are objectUrl_0, objectUrl_1, …");
        } else if let Some(near) = alike.or_else(|| crate::manifest::read::nearest(&member.key, known.iter().copied()))
        {
            message.push_str(&format!("; did you mean '{near}'?"));
        }
        self.faults.push(ElementError::new(Code::UnknownField, member.at, message));
        // Only its spelling is wrong: what else is wrong with it is told as well.
        if let Some(alike) = alike {
            self.known(alike, member);
        }
    }

    /// Reads a value under a key, if the key is known.
    fn known(&mut self, key: &str, member: &'a Member<'a>) -> bool {
        let kind = self.item.kind;
        let node = &member.node;
        match key {
            "title" => self.title(node),
            "clientMetadata" => match &node.value {
                Json::Object(members) => {
                    self.metadata = members;
                    self.item.client_metadata = to_map(members);
                }
                value => {
                    let hint = match value {
                        Json::Text(text) if text.trim_start().starts_with('{') => " that holds JSON",
                        _ => "",
                    };
                    let message = format!("clientMetadata is {}{hint}; Encord takes an object", value.type_name());
                    self.faults.push(ElementError::new(Code::MetadataObject, node.at, message));
                }
            },
            "objectUrl" if !kind.is_group() && kind != Kind::Scene => {
                self.has_url = true;
                self.url(key, node);
            }
            "scene" if kind == Kind::Scene => {
                self.has_url = true;
                self.scene(node);
            }
            "settings" if kind == Kind::TimeSeries => match &node.value {
                Json::Null => {}
                Json::Object(_) => self.item.settings = Some(node.value.to_value()),
                _ => self.faults.push(ElementError::of_type(key, node, "an object")),
            },
            "createVideo" if is_image_group(kind) => match node.value {
                Json::Bool(true) => self.item.kind = Kind::ImageSequence,
                Json::Bool(false) => self.item.kind = Kind::ImageGroup,
                _ => self.faults.push(ElementError::of_type(key, node, "true or false")),
            },
            "clusterByResolution" if is_image_group(kind) => {
                if !matches!(node.value, Json::Bool(_) | Json::Null) {
                    self.faults.push(ElementError::of_type(key, node, "true or false"));
                }
            }
            "images" if is_image_group(kind) => self.listed = Some((member.at, node)),
            "dicomFiles" | "dicom_files" if kind == Kind::DicomSeries => self.listed = Some((member.at, node)),
            "externalFileType" => {
                let wanted = data_items::external_file_type(kind);
                if !matches!(&node.value, Json::Text(text) if text == wanted) {
                    self.faults.push(ElementError::of_type(key, node, &format!("\"{wanted}\"")));
                }
            }
            "placeholderItemUuid" if kind != Kind::TimeSeries => {
                if node.value != Json::Null {
                    let message = "placeholderItemUuid is for Encord's own use: it makes Encord ignore the URL";
                    self.faults.push(ElementError::new(Code::UnknownField, member.at, message));
                }
            }
            _ if !kind.is_group() && Media::block_of(kind) == Some(key) => self.item.media = self.media(key, node),
            _ => match frames::number(key) {
                Some(number) if kind.is_group() => self.numbered.push((number, member.at, node)),
                _ => return false,
            },
        }
        true
    }

    fn title(&mut self, node: &'a SpannedValue<'a>) {
        match &node.value {
            Json::Null => {}
            Json::Text(title) => {
                self.title_at = Some(node.at);
                self.name = Some(title.as_ref()).filter(|title| !title.is_empty());
                self.item.title = title.clone().into_owned();
            }
            _ => self.faults.push(ElementError::of_type("title", node, "a text")),
        }
    }

    fn url(&mut self, key: &str, node: &SpannedValue<'_>) -> bool {
        match &node.value {
            Json::Text(url) => {
                self.item.urls.push(url.clone().into_owned());
                self.urls.push(node.at);
                return true;
            }
            Json::Null => self.faults.push(ElementError::new(Code::UrlMissing, node.at, format!("{key} is null"))),
            _ => self.faults.push(ElementError::of_type(key, node, "a URL")),
        }
        false
    }

    fn finish(&mut self, element: &Element<'a>) {
        if self.item.kind.is_group() {
            self.frames(element.at);
        } else if !self.has_url {
            let key = if self.item.kind == Kind::Scene { "scene" } else { "objectUrl" };
            self.faults.push(ElementError::new(Code::UrlMissing, element.at, format!("the item has no {key}")));
        }
    }
}

fn is_image_group(kind: Kind) -> bool {
    matches!(kind, Kind::ImageGroup | Kind::ImageSequence)
}

/// The keys that an item of a kind may have, for messages; not those that are for Encord's own use.
fn known_keys(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Video => &["objectUrl", "title", "clientMetadata", "videoMetadata", "externalFileType"],
        Kind::Image => &["objectUrl", "title", "clientMetadata", "imageMetadata", "externalFileType"],
        Kind::Audio => &["objectUrl", "title", "clientMetadata", "audioMetadata", "externalFileType"],
        Kind::Text => &["objectUrl", "title", "clientMetadata", "textMetadata", "externalFileType"],
        Kind::Pdf => &["objectUrl", "title", "clientMetadata", "pdfMetadata", "externalFileType"],
        Kind::Nifti => &["objectUrl", "title", "clientMetadata", "externalFileType"],
        Kind::ImageGroup | Kind::ImageSequence => {
            &["title", "images", "createVideo", "clientMetadata", "externalFileType", "clusterByResolution"]
        }
        Kind::DicomSeries => &["title", "dicomFiles", "clientMetadata", "externalFileType"],
        Kind::Scene => &["title", "scene", "clientMetadata", "externalFileType"],
        Kind::TimeSeries => &["objectUrl", "title", "settings", "clientMetadata", "externalFileType"],
    }
}

/// A key without what people most often get wrong in it.
pub(super) fn folded(key: &str) -> String {
    key.chars().filter(|c| !matches!(c, '_' | '-' | ' ')).flat_map(char::to_lowercase).collect()
}

fn with_article(kind: Kind) -> String {
    let article =
        if matches!(kind, Kind::Image | Kind::ImageGroup | Kind::ImageSequence | Kind::Audio) { "an" } else { "a" };
    format!("{article} {kind} item")
}

/// Finds what is wrong anywhere within an object: repeated keys, numbers that are not finite. `top` is the metadata key that all of
/// it belongs to.
fn within(members: &[Member<'_>], top: Option<&str>, faults: &mut Vec<ElementError>) {
    repeated(members, faults);
    for member in members {
        node_within(&member.node, top, (&member.key, member.at), faults);
    }
}

fn node_within(node: &SpannedValue<'_>, top: Option<&str>, (key, _): (&str, usize), faults: &mut Vec<ElementError>) {
    match &node.value {
        Json::Object(members) if top.is_none() && key == "clientMetadata" => {
            repeated(members, faults);
            for member in members {
                node_within(&member.node, Some(&member.key), (&member.key, member.at), faults);
            }
        }
        Json::Object(members) => within(members, top, faults),
        Json::List(items) => {
            for item in items {
                node_within(item, top, (key, item.at), faults);
            }
        }
        Json::NotFinite(text) => {
            let message = format!("'{}' is {text}, which is no number that JSON can hold", key.escape_debug());
            let fault = ElementError::new(Code::MetadataNotFinite, node.at, message);
            faults.push(ElementError { key: top.map(str::to_owned), ..fault });
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => {}
    }
}

/// Objects of more members are searched with a set.
const FEW: usize = 24;

fn repeated(members: &[Member<'_>], faults: &mut Vec<ElementError>) {
    let mut tell = |member: &Member<'_>| {
        let message = format!("the key '{}' stands twice in this object", member.key.escape_debug());
        faults.push(ElementError::new(Code::DuplicateField, member.at, message));
    };
    if members.len() <= FEW {
        for (place, member) in members.iter().enumerate() {
            if members.iter().take(place).any(|earlier| earlier.key == member.key) {
                tell(member);
            }
        }
        return;
    }
    let mut seen = std::collections::HashSet::with_capacity(members.len());
    for member in members {
        if !seen.insert(member.key.as_ref()) {
            tell(member);
        }
    }
}
