//! Reads a list of URLs: one a line, the type by the extension. Empty lines, and lines that begin with `#`, are left out.

use std::io::BufRead;

use crate::manifest::{
    finding::{Code, Finding, Origin, Position},
    item::Item,
    read::{
        FileFacts, KindOf, ReadError,
        text::{self, LineFault, Lines},
    },
    sink::Sink,
};

/// Longer than any URL by far, which the checks then find; a longer line is no list of URLs.
const LONGEST_LINE: usize = 1024 * 1024;

/// Reads a list. `kind_of` tells the type of a URL.
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
    let find = |sink: &mut S, code, name: &str, place, message: &str| {
        let finding = Finding::at(code, &Origin::file(name, place), message);
        sink.finding(finding).map_err(ReadError::Sink)
    };
    if is_utf16 {
        find(sink, Code::Encoding, "", Position { line: 1, column: 1 }, "the file is UTF-16")?;
        return Ok(facts);
    }
    let mut lines = Lines::new(input, LONGEST_LINE);
    while let Some((line, content)) = lines.next().map_err(ReadError::File)? {
        let place = Position { line, column: 1 };
        let url = match content {
            Ok(content) if content.trim().is_empty() || content.starts_with('#') => continue,
            Ok(content) => content,
            Err(fault) => {
                facts.items += 1;
                match fault {
                    LineFault::Encoding(column) => {
                        find(sink, Code::Encoding, "", Position { line, column }, "these bytes are not UTF-8")?;
                    }
                    LineFault::TooLong => {
                        find(sink, Code::UrlTooLong, "", place, "the line is longer than 1 MB, so it is no URL")?;
                    }
                }
                continue;
            }
        };
        facts.items += 1;
        let name = text::name("", url);
        match kind_of(url.trim()) {
            Some(kind) => {
                let item = Item::new(kind, "", vec![url.to_owned()]);
                sink.item(&Origin::file(name, place), item).map_err(ReadError::Sink)?;
            }
            // Whoever reads that its type is unknown looks for the mistake in the wrong place.
            None if !has_scheme(url) => {
                let what = format!("{} is no URL, but each line is to hold one", text::excerpt(url.trim()));
                find(sink, Code::UrlRelative, name, place, &what)?;
            }
            None => find(sink, Code::TypeUnknown, name, place, "its extension does not tell which type it is")?,
        }
    }
    Ok(facts)
}

/// Whether it begins as URLs do: `https://…`.
fn has_scheme(text: &str) -> bool {
    let scheme = text.trim().split_once("://").map_or("", |(scheme, _)| scheme);
    !scheme.is_empty() && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{
        kind::Kind,
        read::{kind_by_extension, tests::Collected},
    };

    #[test]
    fn one_url_a_line_and_the_type_by_its_extension() {
        let text = "\u{feff}# frames of the first day\r\nhttps://u/c/a.jpg\r\n\r\n  \nhttps://u/c/b%23.mp4?sv=1&sig=S\n \
                    https://u/c/c.png\nhttps://u/c/d\n#https://u/c/e.png\nhttps://u/c/#f.png";
        let mut collected = Collected::default();
        let facts = read(text.as_bytes(), &kind_by_extension, &mut collected).unwrap();
        assert_eq!(facts.items, 5);
        let items: Vec<_> = collected.items.iter().map(|(_, item)| (item.kind, item.urls[0].as_str())).collect();
        assert_eq!(
            items,
            [
                (Kind::Image, "https://u/c/a.jpg"),
                (Kind::Video, "https://u/c/b%23.mp4?sv=1&sig=S"),
                // What stands around a URL is found by the checks of every item.
                (Kind::Image, " https://u/c/c.png"),
                (Kind::Image, "https://u/c/#f.png"),
            ]
        );
        assert_eq!(collected.told(), [(Code::TypeUnknown, 7, 1, "https://u/c/d")]);
        assert!(!format!("{:?}", collected.origins).contains("sig="));
        assert_eq!(collected.origins[1].1, Position { line: 5, column: 1 });
    }

    #[test]
    fn a_line_that_is_no_url_is_called_that() {
        let mut collected = Collected::default();
        let list = "raw/a\nsee below: https://u/x\nhttps://u/d\nraw/b.jpg\n";
        read(list.as_bytes(), &kind_by_extension, &mut collected).unwrap();
        let told: Vec<_> = collected.told().into_iter().map(|(code, line, ..)| (code, line)).collect();
        assert_eq!(told, [(Code::UrlRelative, 1), (Code::UrlRelative, 2), (Code::TypeUnknown, 3)]);
        assert!(collected.findings[0].message.starts_with("'raw/a' is no URL"), "{:?}", collected.findings);
        // The checks of every item say the same of what looks like a file.
        assert_eq!(collected.items.len(), 1);
    }

    #[test]
    fn bytes_that_are_no_text_are_found_where_they_stand() {
        let mut collected = Collected::default();
        read(&b"https://u/a.jpg\nhttps://u/\xFF.jpg\n"[..], &kind_by_extension, &mut collected).unwrap();
        assert_eq!(collected.told(), [(Code::Encoding, 2, 11, "")]);
        let mut collected = Collected::default();
        read(&b"\xFF\xFEh\0"[..], &kind_by_extension, &mut collected).unwrap();
        assert_eq!(collected.told(), [(Code::Encoding, 1, 1, "")]);
    }
}
