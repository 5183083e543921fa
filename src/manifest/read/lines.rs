//! Reads JSON Lines: one item a line, as in Encord's JSON, with its `type`: `{"type": "image", "objectUrl": "https://…"}`. Where
//! the type is not written, what the item consists of tells it, or its URL's extension.

use std::io::BufRead;

use crate::manifest::{
    finding::{Code, Finding, Origin, Position},
    kind::Kind,
    read::{
        FileFacts, KindOf, ReadError,
        element::{self, Element},
        json::spanned::{Json, Member, SpannedStr},
        nearest,
        text::{self, LineFault, Lines},
    },
    sink::Sink,
};

/// Encord takes 10 MB of client metadata for an item; a line that is longer than several of those is none.
const LONGEST_LINE: usize = 64 * 1024 * 1024;

/// The key that tells the type.
const TYPE: &str = "type";

/// Reads JSON Lines. `kind_of` tells the type of a URL.
///
/// # Errors
/// The file's, or the sink's. What is wrong with its content is a finding.
pub fn read<R: BufRead, S: Sink>(
    input: R,
    kind_of: KindOf<'_>,
    sink: &mut S,
) -> Result<FileFacts, ReadError<S::Error>> {
    let mut facts = FileFacts::default();
    let (input, is_utf16) = text::open(input).map_err(ReadError::File)?;
    if is_utf16 {
        let place = Position { line: 1, column: 1 };
        sink.finding(Finding::at(Code::Encoding, &Origin::file("", place), "the file is UTF-16"))
            .map_err(ReadError::Sink)?;
        return Ok(facts);
    }
    let mut lines = Lines::new(input, LONGEST_LINE);
    while let Some((number, line)) = lines.next().map_err(ReadError::File)? {
        let start = Position { line: number, column: 1 };
        let fault = match line {
            Ok(line) if line.trim().is_empty() => continue,
            Ok(line) => {
                facts.items += 1;
                item(SpannedStr::new(line, start), kind_of, sink).map_err(ReadError::Sink)?;
                continue;
            }
            Err(LineFault::Encoding(column)) => {
                (Code::Encoding, Position { line: number, column }, "these bytes are not UTF-8")
            }
            Err(LineFault::TooLong) => (Code::JsonSyntax, start, "the line is longer than 64 MB, so it is no item"),
        };
        facts.items += 1;
        let (code, place, message) = fault;
        sink.finding(Finding::at(code, &Origin::file("", place), message)).map_err(ReadError::Sink)?;
    }
    Ok(facts)
}

fn item<S: Sink>(text: SpannedStr<'_>, kind_of: KindOf<'_>, sink: &mut S) -> Result<(), S::Error> {
    let find = |sink: &mut S, code, name: &str, at, message: String| {
        sink.finding(Finding::at(code, &Origin::file(name, text.place(at)), message))
    };
    let node = match text.parse() {
        Ok(node) => node,
        Err(broken) => {
            // Of a line only the line is known to end too early, and not the file.
            return find(sink, Code::JsonSyntax, "", broken.at, broken.message);
        }
    };
    let Json::Object(members) = &node.value else {
        let message = format!("a line is one item, an object, and not {}", node.value.type_name());
        return find(sink, Code::JsonType, "", node.at, message);
    };
    let name = text::name(word(members, "title"), word(members, "objectUrl"));
    let kind = match members.iter().find(|member| member.key == TYPE) {
        None => match guess(members, kind_of) {
            Some(kind) => kind,
            None => {
                let message = "nothing tells which type it is".to_owned();
                return find(sink, Code::TypeUnknown, name, node.at, message);
            }
        },
        Some(Member { node, .. }) => match &node.value {
            Json::Text(named) => match Kind::from_name(named) {
                Some(kind) => kind,
                None => {
                    let message = match nearest(named, Kind::ALL.into_iter().map(Kind::name)) {
                        Some(near) => format!("{} is not a type; did you mean '{near}'?", text::excerpt(named)),
                        None => format!("{} is not a type; types are {}", text::excerpt(named), names()),
                    };
                    return find(sink, Code::TypeUnknown, name, node.at, message);
                }
            },
            other => {
                let message = format!("type is {} and not a text", other.type_name());
                return find(sink, Code::JsonType, name, node.at, message);
            }
        },
    };
    let element = Element { text, at: node.at, members, others: &[TYPE] };
    element::read(kind, element, sink).map(drop)
}

fn names() -> String {
    Kind::ALL.map(Kind::name).join(", ")
}

/// The text of a key, if it has one.
fn word<'a>(members: &'a [Member<'_>], key: &str) -> &'a str {
    match members.iter().find(|member| member.key == key).map(|member| &member.node.value) {
        Some(Json::Text(text)) => text,
        _ => "",
    }
}

/// The type of an item that does not say it.
fn guess(members: &[Member<'_>], kind_of: KindOf<'_>) -> Option<Kind> {
    let has = |key: &str| members.iter().any(|member| member.key == key);
    if has("scene") {
        return Some(Kind::Scene);
    }
    if has("images") || has("createVideo") {
        return Some(Kind::ImageGroup);
    }
    if has("dicomFiles") || has("dicom_files") {
        return Some(Kind::DicomSeries);
    }
    match (word(members, "objectUrl"), word(members, "objectUrl_0")) {
        ("", "") => None,
        ("", first) => match kind_of(first) {
            Some(Kind::Image) => Some(Kind::ImageGroup),
            kind => kind.filter(|kind| kind.is_group()),
        },
        (url, _) => kind_of(url),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::read::{kind_by_extension, tests::Collected};

    fn collect(text: &str) -> Collected {
        let mut collected = Collected::default();
        read(text.as_bytes(), &kind_by_extension, &mut collected).unwrap();
        collected
    }

    #[test]
    fn a_line_is_an_item_and_says_its_type_or_shows_it() {
        let collected = collect(concat!(
            "\u{feff}{\"type\": \"video\", \"objectUrl\": \"https://u/a\", \"clientMetadata\": {\"n\": 1}}\r\n\n",
            "{\"objectUrl\": \"https://u/b.png\", \"title\": \"b\"}\n",
            "{\"title\": \"g\", \"objectUrl_0\": \"https://u/1.png\", \"objectUrl_1\": \"https://u/2.png\"}\n",
            "{\"type\": \"image-sequence\", \"title\": \"s\", \"objectUrl_0\": \"https://u/3\"}\n",
            "{\"title\": \"d\", \"dicomFiles\": [{\"url\": \"https://u/4\"}]}\n",
            "{\"title\": \"p\", \"scene\": {\"url\": \"https://u/5.pcd\", \"format\": \"pcd\"}}",
        ));
        assert_eq!(collected.findings, []);
        let items: Vec<_> = collected.items.iter().map(|(_, item)| (item.kind, item.urls.len())).collect();
        use Kind::{DicomSeries, Image, ImageGroup, ImageSequence, Scene, Video};
        assert_eq!(items, [(Video, 1), (Image, 1), (ImageGroup, 2), (ImageSequence, 1), (DicomSeries, 1), (Scene, 1)]);
        assert_eq!(collected.items[0].1.client_metadata["n"], 1);
        assert_eq!(collected.origins[1], ("b".into(), Position { line: 3, column: 1 }));
    }

    #[test]
    fn mistakes_are_found_where_they_stand() {
        let collected = collect(concat!(
            "{\"type\": \"images\", \"objectUrl\": \"https://u/a.png?sig=SECRET\"}\n",
            "[1]\n",
            "{\"objectUrl\": \"https://u/a.xyz\"}\n",
            "{\"é\": 1, \"type\": 7}\n",
            "{\"type\": \"image\" \"objectUrl\": 1}\n",
            "{\"type\": \"image\", \"objectUrl\": \"https://u/é.png\", \"tytle\": \"x\"}\n",
            "{\"type\": \"image\", \"objectUrl\": \"https://u",
        ));
        let told: Vec<_> = collected.told().into_iter().map(|(code, line, column, _)| (code, line, column)).collect();
        assert_eq!(
            told,
            [
                (Code::TypeUnknown, 1, 10),
                (Code::JsonType, 2, 1),
                (Code::TypeUnknown, 3, 1),
                (Code::JsonType, 4, 18),
                (Code::JsonSyntax, 5, 18),
                (Code::UnknownField, 6, 51),
                (Code::JsonSyntax, 7, 42),
            ]
        );
        assert!(collected.findings[0].message.contains("'image'"));
        assert!(!format!("{:?}", collected.findings).contains("SECRET"));
    }
}
