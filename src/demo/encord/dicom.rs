//! Reading the two identifiers that tie the files of a DICOM series together.

/// What of a file's identifiers could be read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Identifiers {
    pub(super) study: Option<String>,
    pub(super) series: Option<String>,
}

const TRANSFER_SYNTAX: (u16, u16) = (0x0002, 0x0010);
const STUDY: (u16, u16) = (0x0020, 0x000D);
const SERIES: (u16, u16) = (0x0020, 0x000E);

/// Value representations whose length field has four bytes (DICOM PS3.5 §7.1.2).
const LONG: [&[u8]; 13] = [b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"];

/// Reads as far as the given first bytes of a file go. Other encodings than explicit VR little endian, and sequences
/// of undefined length, end the reading: what was not read is `None`.
pub(super) fn identifiers(head: &[u8]) -> Identifiers {
    let mut found = Identifiers::default();
    if head.get(128..132) != Some(b"DICM") {
        return found;
    }
    let mut rest = head.get(132..).unwrap_or_default();
    while let Some((tag, value, next)) = element(rest) {
        match tag {
            // Implicit, deflated and big endian.
            TRANSFER_SYNTAX
                if matches!(
                    text(value).as_str(),
                    "1.2.840.10008.1.2" | "1.2.840.10008.1.2.1.99" | "1.2.840.10008.1.2.2"
                ) =>
            {
                break;
            }
            STUDY => found.study = Some(text(value)),
            SERIES => {
                found.series = Some(text(value));
                break;
            }
            tag if tag > SERIES => break,
            _ => {}
        }
        rest = next;
    }
    found
}

type Element<'a> = ((u16, u16), &'a [u8], &'a [u8]);

fn element(bytes: &[u8]) -> Option<Element<'_>> {
    let half = |at: usize| Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?));
    let tag = (half(0)?, half(2)?);
    let (start, length) = if LONG.contains(&bytes.get(4..6)?) {
        (12, u32::from_le_bytes(bytes.get(8..12)?.try_into().ok()?))
    } else {
        (8, u32::from(half(6)?))
    };
    let end = start + usize::try_from(length).ok().filter(|_| length != u32::MAX)?;
    Some((tag, bytes.get(start..end)?, bytes.get(end..)?))
}

/// Identifiers are padded to an even length with a zero byte.
fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(value).trim_end_matches(['\0', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn short(group: u16, number: u16, vr: &[u8; 2], value: &[u8]) -> Vec<u8> {
        let mut element = [group.to_le_bytes(), number.to_le_bytes(), *vr].concat();
        element.extend((value.len() as u16).to_le_bytes());
        element.extend(value);
        element
    }

    fn file(syntax: &[u8]) -> Vec<u8> {
        let mut file = vec![0; 128];
        file.extend(b"DICM");
        file.extend(b"\x02\0\x01\0OB\0\0\x02\0\0\0\0\x01");
        file.extend(short(2, 0x10, b"UI", syntax));
        file.extend(short(8, 0x60, b"CS", b"CT"));
        file.extend(short(0x20, 0x0D, b"UI", b"1.2.3\0"));
        file.extend(short(0x20, 0x0E, b"UI", b"1.2.34"));
        file
    }

    #[test]
    fn both_identifiers_are_read_without_their_padding() {
        let found = identifiers(&file(b"1.2.840.10008.1.2.1\0"));
        assert_eq!(found, Identifiers { study: Some("1.2.3".into()), series: Some("1.2.34".into()) });
    }

    #[test]
    fn what_cannot_be_read_is_left_open() {
        let whole = file(b"1.2.840.10008.1.2.1\0");
        for length in 0..whole.len() {
            assert_eq!(identifiers(&whole[..length]).series, None, "{length}");
        }
        assert_eq!(identifiers(&file(b"1.2.840.10008.1.2\0")), Identifiers::default());
    }
}
