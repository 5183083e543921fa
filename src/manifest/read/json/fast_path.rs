//! Items as nearly every program writes them: one file, a title, flat metadata, no escapes. They are understood in one pass and without
//! an allocation. Whatever else there is, or could be wrong, is left to the reader that knows everything.

use serde_json::Value;

use crate::manifest::{data_items, kind::Kind, media::Media, read::json::spanned};

/// Longer items are left to the other reader, so that no limit of size can matter here.
const LONGEST: usize = 64 * 1024;
/// As many metadata keys are compared with each other.
pub(crate) const MOST_KEYS: usize = 32;
/// The longest number, in characters: far from those that are too large to be one.
const LONGEST_NUMBER: usize = 18;

/// An item of one file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct SimpleItemRef<'a, 'b> {
    /// Its type.
    pub(crate) kind: Kind,
    /// The URL of its file.
    pub(crate) url: &'a str,
    /// Where the URL begins in the item's text.
    pub(super) url_at: usize,
    /// Its title; empty where it has none.
    pub(crate) title: &'a str,
    /// Its metadata: at most [`MOST_KEYS`], all different.
    pub(crate) metadata: &'b [(&'a str, Plain<'a>)],
}

/// A value that holds no other ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Plain<'a> {
    Null,
    Bool(bool),
    /// As it is written.
    Number(&'a str),
    Text(&'a str),
}

impl Plain<'_> {
    /// Writes the value into another one, whose memory is used again.
    pub(crate) fn write_to(self, value: &mut Value) {
        match (self, value) {
            (Plain::Text(text), Value::String(into)) => {
                into.clear();
                into.push_str(text);
            }
            (Plain::Text(text), into) => *into = Value::String(text.to_owned()),
            (Plain::Null, into) => *into = Value::Null,
            (Plain::Bool(flag), into) => *into = Value::Bool(flag),
            (Plain::Number(digits), into) => {
                *into = spanned::number(digits).map_or(Value::Null, Value::Number);
            }
        }
    }
}

/// Understands an item, unless something in it asks for a closer look. `metadata` is memory that is used again.
pub(super) fn glance<'a, 'b>(
    kind: Kind,
    text: &'a str,
    metadata: &'b mut Vec<(&'a str, Plain<'a>)>,
) -> Option<SimpleItemRef<'a, 'b>> {
    if kind.is_group() || kind == Kind::Scene || text.len() > LONGEST {
        return None;
    }
    metadata.clear();
    let mut reader = Reader { text, bytes: text.as_bytes(), at: 0 };
    let (mut url, mut title) = (None, None);
    let (mut has_metadata, mut has_file_type, mut has_block) = (false, false, false);
    reader.object(|reader, key| {
        let is_new = match key {
            "objectUrl" => {
                let at = reader.at;
                url.replace((at, reader.string()?)).is_none()
            }
            "title" => {
                let text = if reader.word("null") { "" } else { reader.string()? };
                title.replace(text).is_none()
            }
            "clientMetadata" => {
                reader.object(|reader, key| {
                    let is_new = metadata.len() < MOST_KEYS && metadata.iter().all(|(earlier, _)| *earlier != key);
                    metadata.push((key, reader.plain()?));
                    // Encord's own keys hold more than plain values.
                    (is_new && !key.starts_with('$')).then_some(())
                })?;
                !std::mem::replace(&mut has_metadata, true)
            }
            "externalFileType" => {
                let is_right = reader.string()? == data_items::external_file_type(kind);
                is_right && !std::mem::replace(&mut has_file_type, true)
            }
            _ if Media::block_of(kind) == Some(key) => reader.word("null") && !std::mem::replace(&mut has_block, true),
            _ => false,
        };
        is_new.then_some(())
    })?;
    let (url_at, url) = url.filter(|_| reader.at == text.len())?;
    Some(SimpleItemRef { kind, url, url_at, title: title.unwrap_or_default(), metadata })
}

/// The first of the bytes that end a text, or that only escapes can put into one: quotes, backslashes, control characters. Eight bytes
/// are seen at a time: texts are too short for anything that takes a run-up.
fn stop(bytes: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * ONES;
    let (words, rest) = bytes.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        let word = u64::from_le_bytes(*word);
        // The lowest byte that is below a limit sets its highest bit; those above it may be wrong.
        let below = |word: u64, limit: u64| word.wrapping_sub(ONES * limit) & !word;
        let quote = below(word ^ (ONES * b'"' as u64), 1);
        let backslash = below(word ^ (ONES * b'\\' as u64), 1);
        let found = (quote | backslash | below(word, 0x20)) & HIGH;
        if found != 0 {
            return Some(place * 8 + found.trailing_zeros() as usize / 8);
        }
    }
    let found = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..0x20))?;
    Some(bytes.len() - rest.len() + found)
}

/// Reads JSON as far as it is as expected.
struct Reader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// Goes behind a byte, if it is the next one.
    fn take(&mut self, byte: u8) -> Option<()> {
        (self.peek() == Some(byte)).then(|| self.at += 1)
    }

    /// Goes behind a word, if it is what comes next. What stands behind it is seen by the object around it.
    fn word(&mut self, word: &str) -> bool {
        let is = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes()));
        if is {
            self.at += word.len();
        }
        is
    }

    /// Goes through an object; `member` reads the value of a key.
    #[inline]
    fn object(&mut self, mut member: impl FnMut(&mut Reader<'a>, &'a str) -> Option<()>) -> Option<()> {
        self.take(b'{')?;
        self.blank();
        if self.take(b'}').is_some() {
            return Some(());
        }
        loop {
            let key = self.string()?;
            self.blank();
            self.take(b':')?;
            self.blank();
            member(self, key)?;
            self.blank();
            if self.take(b'}').is_some() {
                return Some(());
            }
            self.take(b',')?;
            self.blank();
        }
    }

    fn string(&mut self) -> Option<&'a str> {
        self.take(b'"')?;
        let from = self.at;
        let rest = self.bytes.get(from..)?;
        let length = stop(rest)?;
        self.at += length;
        self.take(b'"')?;
        self.text.get(from..from + length)
    }

    fn plain(&mut self) -> Option<Plain<'a>> {
        Some(match self.peek()? {
            b'"' => Plain::Text(self.string()?),
            b'-' | b'0'..=b'9' => Plain::Number(self.number()?),
            b't' if self.word("true") => Plain::Bool(true),
            b'f' if self.word("false") => Plain::Bool(false),
            b'n' if self.word("null") => Plain::Null,
            _ => return None,
        })
    }

    fn number(&mut self) -> Option<&'a str> {
        let from = self.at;
        // Without it there is no sign.
        let _ = self.take(b'-');
        if self.take(b'0').is_none() {
            self.digits()?;
        }
        if self.take(b'.').is_some() {
            self.digits()?;
        }
        self.text.get(from..self.at).filter(|digits| digits.len() <= LONGEST_NUMBER)
    }

    /// One digit at least.
    fn digits(&mut self) -> Option<()> {
        let from = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        (self.at > from).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::manifest::finding::Position;
    use crate::manifest::read::json::spanned::{Json, Member, SpannedStr, to_map};

    /// What the reader that knows everything makes of a text.
    fn members(text: &str) -> Option<Vec<Member<'_>>> {
        match SpannedStr::new(text, Position { line: 1, column: 1 }).parse().ok()?.value {
            Json::Object(members) => Some(members),
            _ => None,
        }
    }

    fn member<'a>(members: &'a [Member<'_>], key: &str) -> Option<&'a Member<'a>> {
        let mut found = members.iter().filter(|member| member.key == key);
        let member = found.next()?;
        assert!(found.next().is_none(), "{key} twice in {members:?}");
        Some(member)
    }

    fn agrees(kind: Kind, text: &str) -> bool {
        let mut metadata = Vec::new();
        let Some(glance) = glance(kind, text, &mut metadata) else { return false };
        let all = members(text).expect("what is understood is JSON");
        let url = member(&all, "objectUrl").unwrap();
        assert_eq!((url.node.at, url.node.value.to_value()), (glance.url_at, Value::from(glance.url)));
        let title = member(&all, "title").map_or(Value::Null, |title| title.node.value.to_value());
        assert_eq!(title.as_str().unwrap_or_default(), glance.title);
        let map = match member(&all, "clientMetadata").map(|metadata| &metadata.node.value) {
            Some(Json::Object(members)) => to_map(members),
            None => serde_json::Map::new(),
            other => panic!("{other:?}"),
        };
        let mut value = Value::Null;
        let plain = glance.metadata.iter().map(|(key, plain)| {
            plain.write_to(&mut value);
            ((*key).to_owned(), value.clone())
        });
        assert_eq!(plain.collect::<Vec<_>>(), map.into_iter().collect::<Vec<_>>());
        true
    }

    #[test]
    fn what_programs_write_is_understood() {
        for text in [
            r#"{"objectUrl": "https://a/b"}"#,
            r#"{"objectUrl":"https://a/b","title":"é","clientMetadata":{"a":"x","b":-1.5,"c":true,"d":null,"e":0}}"#,
            "{\n  \"clientMetadata\" : { } ,\r\n\t\"objectUrl\" : \"\" }",
            r#"{"objectUrl": "u", "title": null, "imageMetadata": null, "externalFileType": "IMAGE"}"#,
        ] {
            assert!(agrees(Kind::Image, text), "{text}");
        }
        for text in [
            "",
            "{}",
            "[]",
            r#"{"objectUrl": "https://a/b""#,
            r#"{"objectUrl": "https://a/b"} "#,
            r#"{"objectUrl": "https://a/b",}"#,
            r#"{"objectUrl": "a", "objectUrl": "b"}"#,
            r#"{"objectUrl": "a\/b"}"#,
            "{\"objectUrl\": \"a\nb\"}",
            r#"{"objectUrl": null}"#,
            r#"{"objectUrl": "a", "Title": "b"}"#,
            r#"{"objectUrl": "a", "externalFileType": "VIDEO"}"#,
            r#"{"objectUrl": "a", "videoMetadata": null}"#,
            r#"{"objectUrl": "a", "imageMetadata": {}}"#,
            r#"{"objectUrl": "a", "clientMetadata": null}"#,
            r#"{"objectUrl": "a", "clientMetadata": {"a": 1, "a": 2}}"#,
            r#"{"objectUrl": "a", "clientMetadata": {"$encord": 1}}"#,
            r#"{"objectUrl": "a", "clientMetadata": {"a": [1]}}"#,
            r#"{"objectUrl": "a", "clientMetadata": {"a": 01}}"#,
            r#"{"objectUrl": "a", "clientMetadata": {"a": 1e5}}"#,
            r#"{"objectUrl": "a", "clientMetadata": {"a": 1.}}"#,
            r#"{"objectUrl": "a", "clientMetadata": {"a": truely}}"#,
        ] {
            assert!(!agrees(Kind::Image, text), "{text}");
        }
        assert!(!agrees(Kind::Scene, r#"{"objectUrl": "u"}"#) && !agrees(Kind::ImageGroup, r#"{"objectUrl": "u"}"#));
        let long = format!("{{\"objectUrl\": \"{}\"}}", "x".repeat(LONGEST));
        assert!(!agrees(Kind::Image, &long));
    }

    proptest! {
        #![proptest_config(crate::seeds::cases(256))]

        #[test]
        fn what_is_understood_is_what_stands_there(parts in prop::collection::vec(prop::sample::select(vec![
            "{", "}", ",", ":", " ", "\n", "\"", "\\", "\"objectUrl\":", "\"title\":", "\"clientMetadata\":{", "\"a\"", "\"é b\"",
            "\"https://a/b\"", "null", "true", "false", "-1", "0", "12.50", "01", ".", "e1", "\"imageMetadata\":null", "[1]", "\u{1}",
        ]), 0..24)) {
            let inner = parts.concat();
            for text in [inner.clone(), format!("{{\"objectUrl\":\"u\",{inner}}}"),
                format!("{{\"objectUrl\":\"u\",\"clientMetadata\":{{\"b\":{inner}}}}}")] {
                agrees(Kind::Image, &text);
            }
        }

        #[test]
        fn the_end_of_a_text_is_found(bytes in prop::collection::vec(prop_oneof![
            20 => any::<u8>().prop_map(|byte| byte.max(0x23)), 1 => any::<u8>(), 1 => Just(b'"'), 1 => Just(b'\\'),
        ], 0..40)) {
            let first = bytes.iter().position(|byte| *byte < 0x20 || *byte == b'"' || *byte == b'\\');
            prop_assert_eq!(stop(&bytes), first);
        }
    }
}
