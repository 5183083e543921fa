//! The body of an upload job, read into units: one per item, group or series (encord.md §2).
//!
//! Both containers are read by the same code. `dataItems` is typed and camelCase; `externalFiles` is the upload file
//! verbatim, whose spellings differ and whose groups number their files `objectUrl_0`, `objectUrl_1`, ….

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::demo::encord::{
    body::{Object, Reader},
    error::ApiError,
    kind::ItemKind,
    scene,
    sniff::Class,
};

/// One file that a unit refers to.
#[derive(Clone, Debug)]
pub(super) struct FileRef {
    pub(super) url: String,
    pub(super) title: Option<String>,
    pub(super) class: Class,
    /// The DICOM tags the client vouched for.
    pub(super) tags: Option<Map<String, Value>>,
}

/// One unit of an upload job.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub(super) kind: ItemKind,
    pub(super) title: Option<String>,
    pub(super) client_metadata: Map<String, Value>,
    pub(super) files: Vec<FileRef>,
    /// The media metadata block, camelCase.
    pub(super) media: Map<String, Value>,
    /// The frames of a group made of items that exist already.
    pub(super) from_items: Vec<Uuid>,
    pub(super) settings: Option<Value>,
    /// A fault that belongs to this unit alone and does not refuse the request.
    pub(super) problem: Option<String>,
}

/// A whole request for an upload job.
#[derive(Debug)]
pub(super) struct JobRequest {
    pub(super) units: Vec<Unit>,
    pub(super) integration: Option<Uuid>,
    pub(super) ignore_errors: bool,
    pub(super) skip_duplicates: bool,
    pub(super) upsert_metadata: bool,
    pub(super) file_name: Option<String>,
}

/// The fields of a media metadata block, all required once it is present.
type Fields = &'static [(&'static str, Number)];

#[derive(Clone, Copy)]
enum Number {
    Whole,
    Real,
    Text,
}
use Number::{Real, Text, Whole};

const VIDEO: Fields =
    &[("fps", Real), ("duration", Real), ("width", Whole), ("height", Whole), ("fileSize", Whole), ("mimeType", Text)];
const IMAGE: Fields = &[("mimeType", Text), ("fileSize", Whole), ("height", Whole), ("width", Whole)];
const AUDIO: Fields = &[
    ("duration", Real),
    ("fileSize", Whole),
    ("mimeType", Text),
    ("sampleRate", Whole),
    ("bitDepth", Whole),
    ("codec", Text),
    ("numChannels", Whole),
];
const TEXT: Fields = &[("fileSize", Whole), ("mimeType", Text)];
const PDF: Fields = &[("fileSize", Whole), ("numPages", Whole)];

/// The tags that `dicomMetadata.tags` must name (their values may be null).
const DICOM_TAGS: [&str; 22] = [
    "00080018", "00100020", "00180050", "00181114", "00181164", "0020000D", "0020000E", "00200013", "00200032",
    "00200037", "00209113", "00209116", "00280004", "00280008", "00280010", "00280011", "00280030", "00281050",
    "00281051", "00289110", "52009229", "52009230",
];

/// Reads the body of `POST …/data-upload-jobs`.
///
/// # Errors
/// 422 with every fault found.
pub(super) fn read(body: &Value) -> Result<JobRequest, ApiError> {
    let mut reader = Reader::new(false);
    let mut request = JobRequest {
        units: Vec::new(),
        integration: None,
        ignore_errors: false,
        skip_duplicates: false,
        upsert_metadata: false,
        file_name: None,
    };
    let Some(top) = reader.object(body, vec![json!("body")]) else {
        return reader.finish(request);
    };
    request.integration = reader.opt_uuid(&top, "integrationHash");
    request.ignore_errors = reader.boolean(&top, "ignoreErrors", false);
    request.file_name = reader.opt_string(&top, "fileName");
    let typed = reader.opt_object(&top, "dataItems");
    let file = reader.opt_object(&top, "externalFiles");
    match (typed, file) {
        (Some(items), None) => lists(&mut reader, &items, false, &mut request),
        (None, Some(items)) => {
            let mut lenient = Reader::new(true);
            lists(&mut lenient, &items, true, &mut request);
            lenient.finish(())?;
        }
        (None, None) | (Some(_), Some(_)) => {
            let msg = "Exactly one of dataItems and externalFiles must be given";
            reader.complain(vec![json!("body")], "value_error", msg);
        }
    }
    reader.finish(request)
}

fn lists(reader: &mut Reader, items: &Object<'_>, raw: bool, request: &mut JobRequest) {
    for (key, value) in items.map {
        let read: fn(&mut Reader, &Object<'_>, bool) -> Unit = match (key.as_str(), raw) {
            ("videos", _) => video,
            ("images", _) => image,
            ("imageGroups", false) | ("image_groups", true) => image_group,
            ("imageGroupsFromItems", false) | ("image_groups_from_items", true) => image_group_from_items,
            ("dicomSeries", false) | ("dicom_series", true) => dicom_series,
            ("audio", _) => audio,
            ("text", _) => text,
            ("pdf", false) | ("pdfs", true) => pdf,
            ("nifti", _) => nifti,
            ("scenes", _) => scene_item,
            ("timeSeries", false) | ("time_series", true) => time_series,
            ("skipDuplicateUrls", _) | ("skip_duplicate_urls", true) => {
                request.skip_duplicates = reader.boolean(items, key, false);
                continue;
            }
            ("upsertMetadata", _) | ("upsert_metadata", true) => {
                request.upsert_metadata = reader.boolean(items, key, false);
                continue;
            }
            _ => {
                reader.complain(items.at(key.as_str()), "extra_forbidden", "Extra inputs are not permitted");
                continue;
            }
        };
        if value.is_null() {
            continue;
        }
        for (index, entry) in reader.list(items, key).iter().enumerate() {
            let mut loc = items.at(key.as_str());
            loc.push(json!(index));
            if let Some(object) = reader.object(entry, loc) {
                request.units.push(read(reader, &object, raw));
            }
        }
    }
}

fn video(reader: &mut Reader, object: &Object<'_>, _: bool) -> Unit {
    single(reader, object, ItemKind::Video, Class::Video, Some(("videoMetadata", VIDEO)))
}

fn image(reader: &mut Reader, object: &Object<'_>, _: bool) -> Unit {
    single(reader, object, ItemKind::Image, Class::Image, Some(("imageMetadata", IMAGE)))
}

fn audio(reader: &mut Reader, object: &Object<'_>, _: bool) -> Unit {
    single(reader, object, ItemKind::Audio, Class::Audio, Some(("audioMetadata", AUDIO)))
}

fn text(reader: &mut Reader, object: &Object<'_>, _: bool) -> Unit {
    single(reader, object, ItemKind::PlainText, Class::Text, Some(("textMetadata", TEXT)))
}

fn pdf(reader: &mut Reader, object: &Object<'_>, _: bool) -> Unit {
    single(reader, object, ItemKind::Pdf, Class::Pdf, Some(("pdfMetadata", PDF)))
}

fn nifti(reader: &mut Reader, object: &Object<'_>, _: bool) -> Unit {
    single(reader, object, ItemKind::Nifti, Class::Nifti, None)
}

fn time_series(reader: &mut Reader, object: &Object<'_>, _: bool) -> Unit {
    let mut unit = single(reader, object, ItemKind::Timeseries, Class::Text, None);
    if let Some(settings) = reader.opt_object(object, "settings") {
        match reader.opt_object(&settings, "channels") {
            None => reader.missing(&settings, "channels"),
            Some(channels) if channels.map.len() > 100 => {
                reader.complain(settings.at("channels"), "value_error", "channels must contain at most 100 entries");
            }
            Some(_) => unit.settings = Some(Value::Object(settings.map.clone())),
        }
    }
    unit
}

fn single(
    reader: &mut Reader,
    object: &Object<'_>,
    kind: ItemKind,
    class: Class,
    media: Option<(&str, Fields)>,
) -> Unit {
    let url = reader.string(object, "objectUrl");
    let media = media.map_or_else(Map::new, |(key, fields)| media_block(reader, object, key, fields));
    Unit { files: vec![FileRef { url, title: None, class, tags: None }], media, ..unit(reader, object, kind) }
}

fn unit(reader: &mut Reader, object: &Object<'_>, kind: ItemKind) -> Unit {
    Unit {
        kind,
        title: reader.opt_string(object, "title"),
        client_metadata: reader.map(object, "clientMetadata"),
        files: Vec::new(),
        media: Map::new(),
        from_items: Vec::new(),
        settings: None,
        problem: None,
    }
}

fn image_group(reader: &mut Reader, object: &Object<'_>, raw: bool) -> Unit {
    let sequence = reader.boolean(object, "createVideo", false);
    let kind = if sequence { ItemKind::ImageSequence } else { ItemKind::ImageGroup };
    let mut group = unit(reader, object, kind);
    if raw {
        group.files = numbered(reader, object, Class::Image);
    } else {
        group.files = files(reader, object, "images", Class::Image);
    }
    require_title(&mut group);
    group
}

fn image_group_from_items(reader: &mut Reader, object: &Object<'_>, _: bool) -> Unit {
    if reader.find(object, "createVideo").is_none() {
        reader.missing(object, "createVideo");
    }
    let sequence = reader.boolean(object, "createVideo", false);
    let kind = if sequence { ItemKind::ImageSequence } else { ItemKind::ImageGroup };
    let mut group = unit(reader, object, kind);
    if reader.find(object, "imageItems").is_none() {
        reader.missing(object, "imageItems");
    }
    for (index, value) in reader.list(object, "imageItems").iter().enumerate() {
        let mut loc = object.at("imageItems");
        loc.push(json!(index));
        group.from_items.extend(reader.as_uuid(value, loc));
    }
    group
}

fn dicom_series(reader: &mut Reader, object: &Object<'_>, raw: bool) -> Unit {
    let mut series = unit(reader, object, ItemKind::DicomSeries);
    if raw {
        series.files = numbered(reader, object, Class::Dicom);
    } else {
        series.files = files(reader, object, "dicomFiles", Class::Dicom);
    }
    require_title(&mut series);
    series
}

fn scene_item(reader: &mut Reader, object: &Object<'_>, raw: bool) -> Unit {
    let mut item = unit(reader, object, ItemKind::Scene);
    if item.title.is_none() {
        reader.missing(object, "title");
    }
    match reader.find(object, "scene") {
        None => reader.missing(object, "scene"),
        Some(Value::String(_)) if !raw => {
            reader.complain(object.at("scene"), "dict_type", "Input should be a valid dictionary");
        }
        Some(value) => match scene::files(value) {
            Ok(files) => item.files = files,
            Err(problem) => item.problem = Some(problem),
        },
    }
    item
}

/// The typed form of a group's files.
fn files(reader: &mut Reader, object: &Object<'_>, key: &str, class: Class) -> Vec<FileRef> {
    if reader.find(object, key).is_none() {
        reader.missing(object, key);
    }
    let mut files = Vec::new();
    for (index, entry) in reader.list(object, key).iter().enumerate() {
        let mut loc = object.at(key);
        loc.push(json!(index));
        let Some(file) = reader.object(entry, loc) else {
            continue;
        };
        let tags = match class {
            Class::Dicom => dicom_tags(reader, &file),
            _ => {
                media_block(reader, &file, "imageMetadata", IMAGE);
                None
            }
        };
        files.push(FileRef { url: reader.string(&file, "url"), title: reader.opt_string(&file, "title"), class, tags });
    }
    if files.is_empty() && reader.find(object, key).is_some() {
        reader.complain(object.at(key), "too_short", "List should have at least 1 item");
    }
    files
}

/// The upload file's form of a group: `objectUrl_0`, `objectUrl_1`, … in the order of their numbers.
fn numbered(reader: &mut Reader, object: &Object<'_>, class: Class) -> Vec<FileRef> {
    let mut found: Vec<(u64, FileRef)> = Vec::new();
    for key in object.map.keys() {
        let Some(number) = key.strip_prefix("objectUrl_") else {
            continue;
        };
        match number.parse::<u64>() {
            Ok(number) => {
                let url = reader.string(object, key);
                found.push((number, FileRef { url, title: None, class, tags: None }));
            }
            Err(_) => reader.complain(object.at(key.as_str()), "value_error", "objectUrl_ must end in a number"),
        }
    }
    if found.is_empty() {
        reader.missing(object, "objectUrl_0");
    }
    found.sort_by_key(|(number, _)| *number);
    found.into_iter().map(|(_, file)| file).collect()
}

fn media_block(reader: &mut Reader, object: &Object<'_>, key: &str, fields: Fields) -> Map<String, Value> {
    let Some(block) = reader.opt_object(object, key) else {
        return Map::new();
    };
    let mut media = Map::new();
    for (name, number) in fields {
        let Some(value) = reader.find(&block, name) else {
            reader.missing(&block, name);
            continue;
        };
        let (fits, kind, msg) = match number {
            Whole => (value.as_f64().is_some_and(|n| n.fract() == 0.0), "int_type", "Input should be a valid integer"),
            Real => (value.is_number(), "float_type", "Input should be a valid number"),
            Text => (value.is_string(), "string_type", "Input should be a valid string"),
        };
        if fits {
            media.insert((*name).to_owned(), value.clone());
        } else {
            reader.complain(block.at(*name), kind, msg);
        }
    }
    media
}

fn dicom_tags(reader: &mut Reader, file: &Object<'_>) -> Option<Map<String, Value>> {
    let metadata = reader.opt_object(file, "dicomMetadata")?;
    let tags = reader.opt_object(&metadata, "tags");
    let Some(tags) = tags else {
        reader.missing(&metadata, "tags");
        return None;
    };
    for tag in DICOM_TAGS {
        if !tags.map.contains_key(tag) {
            reader.missing(&tags, tag);
        }
    }
    Some(tags.map.clone())
}

/// Groups and series have no single URL that a title could be taken from.
fn require_title(unit: &mut Unit) {
    if unit.title.as_deref().is_none_or(|title| title.trim().is_empty()) {
        unit.problem =
            Some(format!("A title is required for the {} when a cloud integration is used", unit.kind.noun()));
    }
}
