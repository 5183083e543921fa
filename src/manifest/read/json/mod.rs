//! Encord's JSON, read as a stream: the file form and the `dataItems` form, and whole request bodies of either.

pub(crate) mod check;
pub(crate) mod fast_path;
pub mod spanned;
mod split;

use std::io::BufRead;

pub use check::{Checked, check};
pub(crate) use fast_path::SimpleItemRef;

use crate::manifest::{
    finding::{Code, Finding, Origin, Position},
    kind::Kind,
    read::{
        FileFacts, ReadError, element,
        json::{
            fast_path::glance,
            spanned::{Json, SpannedStr, place::after},
            split::{Part, Slice},
        },
    },
    sink::Sink,
};

/// Reads all items of a file, in their order. Memory does not grow with the file.
///
/// # Errors
/// The file cannot be read, or the sink's. What is wrong with the content is a finding.
pub fn read<S: Sink>(input: impl BufRead, sink: &mut S) -> Result<FileFacts, ReadError<S::Error>> {
    split::scan(input, &mut |part| match part {
        Part::Slice(slice) => items(&slice, sink, |_, _, _| false),
        Part::Finding(finding) => sink.finding(*finding),
    })
}

/// Reads the items of a slice. An item that can be understood at a glance is shown to `passes` first, with the place of its URL; the
/// sink gets it unless that says that there is nothing to say of it.
fn items<S: Sink>(
    slice: &Slice,
    sink: &mut S,
    mut passes: impl FnMut(&mut S, &SimpleItemRef<'_, '_>, Position) -> bool,
) -> Result<(), S::Error> {
    let whole = std::str::from_utf8(&slice.bytes).ok();
    let mut metadata = Vec::new();
    let (mut place, mut last) = (slice.start, 0);
    for (from, to) in &slice.items {
        place = after(place, slice.bytes.get(last..*from).unwrap_or_default());
        last = *from;
        let text = match whole {
            Some(whole) => {
                let text = whole.get(*from..*to).unwrap_or_default();
                if let Some(glance) = glance(slice.kind, text, &mut metadata) {
                    let of_url = after(place, text.as_bytes().get(..glance.url_at).unwrap_or_default());
                    if passes(sink, &glance, of_url) {
                        continue;
                    }
                }
                text
            }
            None => {
                let bytes = slice.bytes.get(*from..*to).unwrap_or_default();
                match std::str::from_utf8(bytes) {
                    Ok(text) => text,
                    Err(error) => {
                        let (before, rest) = bytes.split_at(error.valid_up_to());
                        let byte = rest.first().copied().unwrap_or_default();
                        let message = format!("the byte 0x{byte:02X} is not UTF-8");
                        sink.finding(at(Code::Encoding, slice.kind, after(place, before), message))?;
                        continue;
                    }
                }
            }
        };
        item(slice.kind, SpannedStr::new(text, place), sink)?;
    }
    Ok(())
}

fn item<S: Sink>(kind: Kind, text: SpannedStr<'_>, sink: &mut S) -> Result<(), S::Error> {
    let node = match text.parse() {
        Ok(node) => node,
        Err(broken) => {
            let code = if broken.truncated { Code::JsonTruncated } else { Code::JsonSyntax };
            return sink.finding(at(code, kind, text.place(broken.at), broken.message));
        }
    };
    match &node.value {
        Json::Object(members) => {
            element::read(kind, element::Element { text, at: node.at, members, others: &[] }, sink).map(drop)
        }
        other => {
            let message = format!("{} among the {kind} items; Encord takes objects there", other.type_name());
            sink.finding(at(Code::JsonType, kind, text.place(node.at), message))
        }
    }
}

fn at(code: Code, kind: Kind, place: Position, message: String) -> Finding {
    Finding::at(code, &Origin::file(kind.name(), place), message)
}
