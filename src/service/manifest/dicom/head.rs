//! The beginning of a DICOM file: to which series it belongs, and where in it.

use std::io::Cursor;

use dicom_object::{OpenFileOptions, Tag};
use serde::{Deserialize, Serialize};

use crate::manifest::probe::guard;
use crate::service::manifest::dicom::elements::{self, ElementError};

const CHARACTER_SET: (u16, u16) = (0x0008, 0x0005);
const SERIES_DESCRIPTION: (u16, u16) = (0x0008, 0x103E);
const STUDY_INSTANCE_UID: (u16, u16) = (0x0020, 0x000D);
const SERIES_INSTANCE_UID: (u16, u16) = (0x0020, 0x000E);
const INSTANCE_NUMBER: (u16, u16) = (0x0020, 0x0013);
/// Nothing from here on matters.
const END: (u16, u16) = (0x0020, 0x0014);
/// The file begins with so many bytes of any kind, then `DICM` (DICOM PS3.10, section 7.1).
const PREAMBLE: usize = 128;
/// Where the elements begin.
const BEGIN: usize = PREAMBLE + 4;
/// The longest UID (DICOM PS3.5, section 9.1).
const LONGEST_UID: usize = 64;
/// The version, the class and the number of an instance, the transfer syntax (explicit, little endian) and who wrote the file.
const META: &[u8] = b"\x02\0\x01\0OB\0\0\x02\0\0\0\0\x01\
    \x02\0\x02\0UI\x04\x001.2\0\x02\0\x03\0UI\x04\x001.2\0\
    \x02\0\x10\0UI\x14\x001.2.840.10008.1.2.1\0\x02\0\x12\0UI\x04\x001.2\0";

/// What says where a file belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    pub(super) study: String,
    pub(super) series: String,
    pub(super) number: Option<i32>,
    pub(super) description: Option<String>,
}

/// What the beginning of a file tells.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Look {
    Found(Head),
    /// It is no DICOM file.
    Foreign,
    /// It begins as one and cannot be read, or not that far; the reason.
    Unreadable(String),
}

/// Looks at the beginning of a file; `is_whole` if there is no more of it.
pub(super) fn look(bytes: &[u8], is_whole: bool) -> Look {
    if bytes.get(PREAMBLE..BEGIN) != Some(b"DICM") {
        return Look::Foreign;
    }
    let tags = [CHARACTER_SET, SERIES_DESCRIPTION, STUDY_INSTANCE_UID, SERIES_INSTANCE_UID, INSTANCE_NUMBER];
    let [characters, description, study, series, number] = match elements::values(&bytes[BEGIN..], tags, END, is_whole)
    {
        Ok(values) => values,
        Err(ElementError::EndsEarly) if is_whole => {
            return Look::Unreadable("it ends too early: part of it is missing".to_owned());
        }
        Err(ElementError::EndsEarly) => {
            return Look::Unreadable("the UIDs of its series do not stand in its first megabyte".to_owned());
        }
        Err(ElementError::Damaged(why)) => {
            return Look::Unreadable(format!("it begins as a DICOM file, then cannot be read: {why}"));
        }
    };
    let uid = |value| text(value).filter(|uid| uid.len() <= LONGEST_UID);
    match (uid(study), uid(series)) {
        (Some(study), Some(series)) => Look::Found(Head {
            study: study.to_owned(),
            series: series.to_owned(),
            number: text(number).and_then(|number| number.parse().ok()),
            description: description.and_then(|description| decoded(characters, description)),
        }),
        (None, _) => Look::Unreadable("it has no StudyInstanceUID".to_owned()),
        (_, None) => Look::Unreadable("it has no SeriesInstanceUID".to_owned()),
    }
}

/// A value as text, without the spaces and zero bytes that fill it up; nothing if nothing is left.
fn text(value: Option<&[u8]>) -> Option<&str> {
    let text = trimmed(std::str::from_utf8(value?).ok()?);
    (!text.is_empty()).then_some(text)
}

fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || c == '\0')
}

/// A text in the file's character set. The library that knows the sets is given a file of nothing but this text.
fn decoded(characters: Option<&[u8]>, value: &[u8]) -> Option<String> {
    if value.iter().all(|byte| byte.is_ascii() && *byte != b'\x1b') {
        return text(Some(value)).map(str::to_owned);
    }
    let mut file = vec![0; PREAMBLE];
    file.extend_from_slice(b"DICM\x02\0\0\0UL\x04\0");
    file.extend_from_slice(&(META.len() as u32).to_le_bytes());
    file.extend_from_slice(META);
    for (tag, vr, value) in [(CHARACTER_SET, b"CS", characters.unwrap_or_default()), (SERIES_DESCRIPTION, b"LO", value)]
    {
        file.extend_from_slice(&tag.0.to_le_bytes());
        file.extend_from_slice(&tag.1.to_le_bytes());
        file.extend_from_slice(vr);
        file.extend_from_slice(&u16::try_from(value.len()).ok()?.to_le_bytes());
        file.extend_from_slice(value);
    }
    let object = guard::catch(|| OpenFileOptions::new().from_reader(Cursor::new(file)))?.ok()?;
    let element = object.get(Tag(SERIES_DESCRIPTION.0, SERIES_DESCRIPTION.1))?;
    let text = guard::catch(|| element.to_str().ok().map(|text| trimmed(&text).to_owned()))?;
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::sample::dicom::Slice;

    fn slice(study: u32, series: u32, number: u32) -> Vec<u8> {
        Slice { patient: "patient-007", study, series, number }.write()
    }

    fn found(bytes: &[u8]) -> Head {
        match look(bytes, false) {
            Look::Found(head) => head,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_series_of_a_slice_is_found_in_its_first_bytes() {
        let slice = slice(7, 9, 12);
        let head = found(&slice);
        assert_eq!(
            (head.study.as_str(), head.series.as_str(), head.number),
            ("2.25.6000007", "2.25.7000009", Some(12))
        );
        assert_eq!(head.description, None);
        assert_eq!(found(&slice[..2048]), head);
    }

    #[test]
    fn every_cut_is_told_as_unreadable_and_never_as_a_series() {
        let slice = slice(1, 2, 3);
        let whole = found(&slice);
        for end in 0..1200 {
            match look(&slice[..end], true) {
                Look::Foreign => assert!(end < 132, "{end}"),
                Look::Unreadable(_) => {}
                // The instance number may be cut off; then the file's name orders it.
                Look::Found(head) => {
                    assert_eq!((head.study, head.series), (whole.study.clone(), whole.series.clone()), "{end}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_dicom_file_is_foreign_and_what_is_damaged_says_so() {
        assert_eq!(look(b"", true), Look::Foreign);
        assert_eq!(look(&[0xff; 4096], true), Look::Foreign);
        let mut damaged = slice(1, 2, 3);
        damaged[132..200].fill(0xff);
        assert!(matches!(look(&damaged, true), Look::Unreadable(_)));
        let mut other = slice(1, 2, 3);
        let at = other.windows(6).position(|window| window == [0x20, 0, 0x0e, 0, b'U', b'I']).unwrap();
        other[at + 2] = 0x0f;
        assert_eq!(look(&other, true), Look::Unreadable("it has no SeriesInstanceUID".to_owned()));
    }

    /// A file of these elements, in the syntax of this UID.
    fn file(syntax: &str, elements: &[&[u8]]) -> Vec<u8> {
        let mut bytes = vec![0; PREAMBLE];
        bytes.extend(b"DICM\x02\0\x10\0UI");
        bytes.extend(u16::try_from(syntax.len()).unwrap().to_le_bytes());
        bytes.extend(syntax.bytes());
        bytes.extend(elements.concat());
        bytes
    }

    const LITTLE: &str = "1.2.840.10008.1.2.1\0";
    const UIDS: &[u8] = b"\x20\0\x0D\0UI\x02\x001.\x20\0\x0E\0UI\x02\x002.\x20\0\x13\0IS\x02\x004 \x28\0\0\0UL\0\0";

    #[test]
    fn sequences_of_all_kinds_are_skipped() {
        // Of known and unknown lengths, in each other, and one of an unknown type, which is written without types.
        let inner = b"\x08\0\x55\x11UI\x02\x003.";
        let sequences: &[u8] = &[
            &b"\x08\0\x15\x11SQ\0\0\xFF\xFF\xFF\xFF\xFE\xFF\0\xE0\xFF\xFF\xFF\xFF"[..],
            b"\x08\0\x99\x11SQ\0\0\xFF\xFF\xFF\xFF\xFE\xFF\0\xE0\x0A\0\0\0",
            inner,
            b"\xFE\xFF\xDD\xE0\0\0\0\0",
            inner,
            b"\xFE\xFF\x0D\xE0\0\0\0\0\xFE\xFF\xDD\xE0\0\0\0\0",
            b"\x09\0\x10\x10UN\0\0\xFF\xFF\xFF\xFF\xFE\xFF\0\xE0\xFF\xFF\xFF\xFF\x20\0\x0D\0\x02\0\0\x009.",
            b"\xFE\xFF\x0D\xE0\0\0\0\0\xFE\xFF\xDD\xE0\0\0\0\0",
        ]
        .concat();
        let head = found(&file(LITTLE, &[sequences, UIDS]));
        assert_eq!((head.study.as_str(), head.series.as_str(), head.number), ("1.", "2.", Some(4)));
    }

    #[test]
    fn every_transfer_syntax_with_plain_tags_is_read() {
        let implicit = b"\x20\0\x0D\0\x02\0\0\x001.\x20\0\x0E\0\x02\0\0\x002.\x20\0\x14\0\0\0\0\0";
        let big = b"\0\x20\0\x0DUI\0\x021.\0\x20\0\x0EUI\0\x022.\0\x20\0\x14UI\0\0";
        for (syntax, elements) in
            [("1.2.840.10008.1.2\0", &implicit[..]), ("1.2.840.10008.1.2.2\0", big), ("1.2.840.10008.1.2.4.50", UIDS)]
        {
            assert_eq!(found(&file(syntax, &[elements])).series, "2.", "{syntax}");
        }
        let Look::Unreadable(why) = look(&file("1.2.840.10008.1.2.1.99", &[UIDS]), true) else { panic!() };
        assert!(why.contains("deflated"), "{why}");
    }

    #[test]
    fn a_description_is_read_in_the_file_s_character_set() {
        for (set, text, expected) in [
            (&b"ISO_IR 100"[..], &b"Sch\xE4del"[..], Some("Sch\u{e4}del")),
            (b"ISO_IR 192", "頭部CT".as_bytes(), Some("頭部CT")),
            (b"ISO_IR 144", b"\xB3\xDE\xDB\xDE\xD2\xD0", Some("Голова")),
            (b"", b"Head  ", Some("Head")),
            (b"", b"  ", None),
        ] {
            let element = |tag: &[u8], value: &[u8]| [tag, &[value.len() as u8, 0], value].concat();
            let (set, text) = (element(b"\x08\0\x05\0CS", set), element(b"\x08\0\x3E\x10LO", text));
            assert_eq!(found(&file(LITTLE, &[&set, &text, UIDS])).description.as_deref(), expected);
        }
    }

    #[test]
    fn what_is_made_to_do_harm_is_unreadable() {
        let item = b"\xFE\xFF\0\xE0\xFF\xFF\xFF\xFF";
        let deep = [&b"\x08\0\x15\x11SQ\0\0\xFF\xFF\xFF\xFF"[..], item].concat().repeat(20_000);
        let why = |bytes: &[u8]| match look(bytes, true) {
            Look::Unreadable(why) => why,
            other => panic!("{other:?}"),
        };
        assert!(why(&file(LITTLE, &[&deep, UIDS])).contains("nested too deeply"));
        assert!(why(&file(LITTLE, &[b"\x08\0\x15\x11UN\0\0\xF0\xFF\xFF\xFF", UIDS])).contains("too early"));
        assert!(why(include_bytes!("../../../../tests/resilience/hostile_media/len.dcm")).contains("too early"));
        // Nothing that changes at random is more than a series or a reason.
        let original = slice(1, 2, 3);
        let mut state = 0x5eed_2026_u64;
        let mut below = |end: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            usize::try_from(state % end as u64).unwrap()
        };
        let count = if std::env::var_os("ENCORD_TEST_RANDOM").is_some() { 20_000 } else { 3_000 };
        let mut series = 0;
        for _ in 0..count {
            let mut bytes = original[..1500].to_vec();
            for _ in 0..=below(3) {
                let at = PREAMBLE + below(800);
                match below(4) {
                    0 => bytes[at..at + 4].fill(0xFF),
                    1 => {
                        let part = bytes[at..at + below(200)].to_vec();
                        bytes.splice(at..at, part);
                    }
                    _ => bytes[at] = u8::try_from(below(256)).unwrap(),
                }
            }
            series += usize::from(matches!(look(&bytes, below(2) == 0), Look::Found(_)));
        }
        assert!(series > count / 20 && series < count, "{series}");
    }
}
