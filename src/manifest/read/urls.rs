//! Reads a list of URLs: one a line, the type by the extension. Empty lines, and lines that begin with `#`, are left out.

use std::io::BufRead;

use super::{
    FileFacts, KindOf, ReadError,
    text::{self, LineFault, Lines},
};
use crate::manifest::{Code, Finding, Item, Origin, Place, Sink};

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
        find(sink, Code::Encoding, "", Place { line: 1, column: 1 }, "the file is UTF-16")?;
        return Ok(facts);
    }
    let mut lines = Lines::new(input, LONGEST_LINE);
    while let Some((line, content)) = lines.next().map_err(ReadError::File)? {
        let place = Place { line, column: 1 };
        let url = match content {
            Ok(content) if content.trim().is_empty() || content.starts_with('#') => continue,
            Ok(content) => content,
            Err(fault) => {
                facts.items += 1;
                match fault {
                    LineFault::Encoding(column) => {
                        find(sink, Code::Encoding, "", Place { line, column }, "these bytes are not UTF-8")?;
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
            None => find(sink, Code::TypeUnknown, name, place, "its extension does not tell which type it is")?,
        }
    }
    Ok(facts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{
        Kind,
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
        assert_eq!(collected.origins[1].1, Place { line: 5, column: 1 });
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
