//! The media type of a file.

use crate::manifest::{
    kind::Kind,
    probe::{Known, ProbeError, unreadable},
};

/// The stored content type where it is one of this kind, else what the extension stands for.
pub(crate) fn mime_type(kind: Kind, known: &Known<'_>) -> Result<String, ProbeError> {
    let single = match kind {
        Kind::ImageGroup | Kind::ImageSequence => Kind::Image,
        kind => kind,
    };
    let stored = known.content_type.map(|stored| stored.split(';').next().unwrap_or_default().trim());
    if let Some(stored) = stored.filter(|stored| Kind::from_content_type(stored) == Some(single)) {
        return Ok(stored.to_ascii_lowercase());
    }
    let extension = known.name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let found = extension.and_then(|extension| by_extension(single, &extension));
    found.map(str::to_owned).ok_or_else(|| {
        unreadable("neither its content type nor its extension tells its media type; set the blob's content type")
    })
}

/// As IANA registers them, or as browsers have long called them where it does not.
fn by_extension(kind: Kind, extension: &str) -> Option<&'static str> {
    Some(match (kind, extension) {
        (Kind::Image, "jpg" | "jpeg") => "image/jpeg",
        (Kind::Image, "png") => "image/png",
        (Kind::Image, "webp") => "image/webp",
        (Kind::Image, "avif") => "image/avif",
        (Kind::Image, "bmp") => "image/bmp",
        (Kind::Image, "tif" | "tiff") => "image/tiff",
        (Kind::Video, "mp4" | "m4v") => "video/mp4",
        (Kind::Video, "mov") => "video/quicktime",
        (Kind::Video, "webm") => "video/webm",
        (Kind::Video, "mkv") => "video/x-matroska",
        (Kind::Video, "avi") => "video/x-msvideo",
        (Kind::Video, "3gp") => "video/3gpp",
        (Kind::Video, "3g2") => "video/3gpp2",
        (Kind::Video, "mj2") => "video/mj2",
        (Kind::Audio, "mp3") => "audio/mpeg",
        (Kind::Audio, "wav") => "audio/x-wav",
        (Kind::Audio, "flac") => "audio/flac",
        (Kind::Audio, "m4a" | "mp4") => "audio/mp4",
        (Kind::Audio, "aac") => "audio/aac",
        (Kind::Audio, "eac3") => "audio/eac3",
        (Kind::Text, "html" | "htm") => "text/html",
        (Kind::Text, "json") => "application/json",
        (Kind::Text, "xml") => "application/xml",
        (Kind::Text, "md") => "text/markdown",
        (Kind::Text, "csv") => "text/csv",
        (Kind::Text, "jsonl" | "yaml" | "yml" | "txt") => "text/plain",
        (Kind::Pdf, "pdf") => "application/pdf",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_type_of_the_kind_wins_and_a_generic_one_does_not() {
        let of = |kind, name, content_type| mime_type(kind, &Known { name, size: 1, content_type }).ok();
        for (kind, name, content_type, expected) in [
            (Kind::Image, "a.JPG", None, Some("image/jpeg")),
            (Kind::Image, "a.jpg", Some("application/octet-stream"), Some("image/jpeg")),
            (Kind::Image, "a.jpg", Some("Image/PNG; q=1"), Some("image/png")),
            (Kind::ImageGroup, "a.png", Some("text/plain"), Some("image/png")),
            (Kind::Audio, "clip.mp4", Some("video/mp4"), Some("audio/mp4")),
            (Kind::Text, "notes", Some("text/html"), Some("text/html")),
            (Kind::Video, "noextension", None, None),
        ] {
            assert_eq!(of(kind, name, content_type).as_deref(), expected, "{name} {content_type:?}");
        }
    }
}
