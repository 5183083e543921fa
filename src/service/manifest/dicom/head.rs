//! The beginning of a DICOM file: to which series it belongs, and where in it.

use std::{error::Error, io::Cursor};

use dicom_object::{DefaultDicomObject, OpenFileOptions, Tag};
use serde::{Deserialize, Serialize};

const SERIES_DESCRIPTION: Tag = Tag(0x0008, 0x103E);
const STUDY_INSTANCE_UID: Tag = Tag(0x0020, 0x000D);
const SERIES_INSTANCE_UID: Tag = Tag(0x0020, 0x000E);
const INSTANCE_NUMBER: Tag = Tag(0x0020, 0x0013);
/// Nothing from here on matters.
const END: Tag = Tag(0x0020, 0x0014);
/// The file begins with so many bytes of any kind, then `DICM` (DICOM PS3.10, section 7.1).
const PREAMBLE: usize = 128;
/// The longest UID (DICOM PS3.5, section 9.1).
const LONGEST_UID: usize = 64;

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
    if bytes.get(PREAMBLE..PREAMBLE + 4) != Some(b"DICM") {
        return Look::Foreign;
    }
    let object = match OpenFileOptions::new().read_until(END).from_reader(Cursor::new(bytes)) {
        Ok(object) => object,
        Err(_) if is_whole && ends_early(bytes) => {
            return Look::Unreadable("it ends too early: part of it is missing".to_owned());
        }
        Err(error) => {
            return Look::Unreadable(format!("it begins as a DICOM file, then cannot be read: {}", cause(&error)));
        }
    };
    let uid = |tag| text(&object, tag).filter(|uid| uid.len() <= LONGEST_UID);
    match (uid(STUDY_INSTANCE_UID), uid(SERIES_INSTANCE_UID)) {
        (Some(study), Some(series)) => Look::Found(Head {
            study,
            series,
            number: text(&object, INSTANCE_NUMBER).and_then(|number| number.parse().ok()),
            description: text(&object, SERIES_DESCRIPTION),
        }),
        (None, _) => Look::Unreadable("it has no StudyInstanceUID".to_owned()),
        (_, None) => Look::Unreadable("it has no SeriesInstanceUID".to_owned()),
    }
}

/// A value as text, without the spaces and zero bytes that fill it up; nothing if nothing is left.
fn text(object: &DefaultDicomObject, tag: Tag) -> Option<String> {
    let element = object.get(tag)?;
    let text = element.to_str().ok()?;
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\0');
    (!text.is_empty()).then(|| text.to_owned())
}

/// Whether reading fails for want of bytes.
fn ends_early(bytes: &[u8]) -> bool {
    let result = OpenFileOptions::new().read_until(END).from_reader(Cursor::new(bytes));
    let mut error: Option<&(dyn Error + 'static)> = result.as_ref().err().map(|error| error as _);
    while let Some(inner) = error {
        if inner.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::UnexpectedEof) {
            return true;
        }
        error = inner.source();
    }
    false
}

/// The innermost cause, on one line.
fn cause(error: &(dyn Error + 'static)) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string().lines().next().unwrap_or_default().to_owned()
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
}
