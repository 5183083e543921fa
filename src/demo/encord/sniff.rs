//! Telling what a file is from its first bytes, and only where these leave no doubt.

use infer::MatcherType;

/// The class of content that an item of some type needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Image,
    Video,
    Audio,
    Text,
    Pdf,
    Dicom,
    Nifti,
    PointCloud,
}

impl Class {
    fn expected(self) -> &'static str {
        match self {
            Self::Image => "an image",
            Self::Video => "a video",
            Self::Audio => "an audio file",
            Self::Text => "a text file",
            Self::Pdf => "a PDF",
            Self::Dicom => "a DICOM file",
            Self::Nifti => "a NIfTI file",
            Self::PointCloud => "a point cloud",
        }
    }
}

/// Compares the first bytes of a file with what was announced.
///
/// # Errors
/// Encord's sentence, if the content is known to be of another class. What cannot be identified passes.
pub(super) fn check(expected: Class, head: &[u8]) -> Result<(), String> {
    // Short magic numbers such as BMP's "BM" begin many a text.
    if expected == Class::Text && is_text(head) {
        return Ok(());
    }
    if expected == Class::Dicom {
        return check_dicom(head);
    }
    let Some(kind) = infer::get(head) else {
        return Ok(());
    };
    let mime = kind.mime_type();
    let fits = match kind.matcher_type() {
        MatcherType::Image => expected == Class::Image,
        // Containers such as MP4 and WebM may hold sound alone.
        MatcherType::Video => matches!(expected, Class::Video | Class::Audio),
        MatcherType::Audio => expected == Class::Audio,
        MatcherType::Text => expected == Class::Text,
        MatcherType::Doc => false,
        MatcherType::Archive => match mime {
            "application/pdf" => expected == Class::Pdf,
            "application/gzip" => expected == Class::Nifti,
            "application/vnd.sqlite3" => expected == Class::PointCloud,
            "application/dicom" | "application/zip" | "application/vnd.rar" | "application/x-7z-compressed" => false,
            _ => true,
        },
        _ => true,
    };
    if fits { Ok(()) } else { Err(mismatch(expected, mime)) }
}

fn mismatch(expected: Class, mime: &str) -> String {
    format!("Expected {}, got a file of type {mime}", expected.expected())
}

fn check_dicom(head: &[u8]) -> Result<(), String> {
    if head.get(128..132) == Some(b"DICM") {
        return Ok(());
    }
    if let Some(kind) = infer::get(head) {
        let weak = matches!(kind.matcher_type(), MatcherType::App | MatcherType::Archive | MatcherType::Font);
        if !weak || kind.mime_type() == "application/pdf" {
            return Err(mismatch(Class::Dicom, kind.mime_type()));
        }
    }
    // Old files lack the preamble and begin with an element of group 0002 or 0008.
    let bare = matches!(head.get(..2), Some([0x02 | 0x08, 0x00]));
    if head.len() < 132 || bare {
        return Ok(());
    }
    Err("Expected a DICOM file, but there is no DICM marker at byte 128".to_owned())
}

/// Printable UTF-8, apart from a character cut off at the end.
fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(head.get(..error.valid_up_to()).unwrap_or_default()).unwrap_or_default()
        }
        Err(_) => return false,
    };
    !text.starts_with("%PDF-") && !text.chars().any(|c| c.is_control() && !c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
    const MP4: &[u8] = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2";
    const CLASSES: [Class; 8] = [
        Class::Image,
        Class::Video,
        Class::Audio,
        Class::Text,
        Class::Pdf,
        Class::Dicom,
        Class::Nifti,
        Class::PointCloud,
    ];

    #[test]
    fn known_content_passes_only_as_its_own_class() {
        let mut dicom = vec![0; 128];
        dicom.extend(b"DICM\x02\0\0\0UL");
        let gzip = b"\x1f\x8b\x08\0\0\0\0\0".to_vec();
        for (head, allowed) in [
            (PNG.to_vec(), vec![Class::Image]),
            (MP4.to_vec(), vec![Class::Video, Class::Audio]),
            (b"ID3\x04\0\0\0\0".to_vec(), vec![Class::Audio]),
            (b"%PDF-1.7\n".to_vec(), vec![Class::Pdf]),
            (b"<!DOCTYPE html>\n<html>".to_vec(), vec![Class::Text]),
            (dicom, vec![Class::Dicom]),
        ] {
            for class in CLASSES {
                assert_eq!(check(class, &head).is_ok(), allowed.contains(&class), "{class:?} {head:?}");
            }
        }
        assert!(check(Class::Nifti, &gzip).is_ok() && check(Class::Image, &gzip).is_err());
        assert_eq!(check(Class::Video, PNG).unwrap_err(), "Expected a video, got a file of type image/png");
    }

    #[test]
    fn doubt_lets_pass() {
        for class in CLASSES {
            assert!(check(class, b"\x01\x02\x03 nothing known").is_ok(), "{class:?}");
        }
        assert!(check(Class::Text, "BMW, wheels\n4, é".as_bytes()).is_ok());
        assert!(check(Class::Text, &"BMW é".as_bytes()[..5]).is_ok());
        assert!(check(Class::Text, PNG).is_err());
        assert!(check(Class::Dicom, &[7; 200]).unwrap_err().contains("DICM"));
    }
}
