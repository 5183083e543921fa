//! What a media file says of itself, read from as few of its bytes as will do: for `videoMetadata`, `imageMetadata` and their like.
//!
//! Everything works on `Read` and `Seek`, so the file may lie anywhere and only the parts that matter are fetched.

mod audio;
pub(crate) mod guard;
mod image;
mod matroska;
pub(crate) mod mime;
mod mp4;
mod pdf;
mod video;

#[cfg(test)]
mod tests;

use std::io::{self, Read, Seek};

use thiserror::Error;

use guard::Bounded;
pub(super) use mime::mime_type;

use crate::manifest::{kind::Kind, media::Media};

/// What is known of a file without reading it.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Its name, whose extension tells its format.
    pub name: &'a str,
    /// Bytes.
    pub size: u64,
    /// The stored content type, if any.
    pub content_type: Option<&'a str>,
}

/// Why a file's media metadata could not be found out.
#[derive(Debug, Error)]
pub enum ProbeError {
    /// The file is not what its name says, damaged, or does not tell what is asked. The message says which, in a few words.
    #[error("{0}")]
    Unreadable(String),
    /// The file could not be fetched.
    #[error("{0}")]
    Io(io::Error),
}

impl From<io::Error> for ProbeError {
    fn from(error: io::Error) -> ProbeError {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => ProbeError::Unreadable("the file ends too early".into()),
            io::ErrorKind::InvalidData => ProbeError::Unreadable(error.to_string()),
            _ => ProbeError::Io(error),
        }
    }
}

fn unreadable(message: impl Into<String>) -> ProbeError {
    ProbeError::Unreadable(message.into())
}

/// Whether files of this kind, or the frames of such a group, have media metadata that can be read from them.
pub fn can_read(kind: Kind) -> bool {
    use Kind::{Audio, Image, ImageGroup, ImageSequence, Pdf, Text, Video};
    matches!(kind, Audio | Image | ImageGroup | ImageSequence | Pdf | Text | Video)
}

/// Reads the media metadata of a file of this kind; of a frame for a group. Text is not read at all: its listing says enough.
///
/// # Errors
/// The file cannot be fetched, is damaged, is not of this kind, or does not say what Encord asks for.
pub fn read(kind: Kind, known: &Known<'_>, file: impl Read + Seek) -> Result<Media, ProbeError> {
    let read = guard::catch(|| dispatch(kind, known, Bounded::new(file)));
    read.unwrap_or_else(|| Err(unreadable("it is damaged in a way that cannot be read further")))
}

fn dispatch(kind: Kind, known: &Known<'_>, file: impl Read + Seek) -> Result<Media, ProbeError> {
    let mime_type = || mime_type(kind, known);
    match kind {
        Kind::Image | Kind::ImageGroup | Kind::ImageSequence => {
            let (width, height) = image::size(file)?;
            Ok(Media::Image { mime_type: mime_type()?, file_size: known.size, height, width })
        }
        Kind::Video => {
            let video::Facts { fps, duration, width, height } = video::facts(known.size, file)?;
            Ok(Media::Video { fps, duration, width, height, file_size: known.size, mime_type: mime_type()? })
        }
        Kind::Audio => {
            let audio::Facts { duration, sample_rate, bit_depth, codec, num_channels } = audio::facts(file)?;
            let (file_size, mime_type) = (known.size, mime_type()?);
            Ok(Media::Audio { duration, file_size, mime_type, sample_rate, bit_depth, codec, num_channels })
        }
        Kind::Text => Ok(Media::Text { file_size: known.size, mime_type: mime_type()? }),
        Kind::Pdf => Ok(Media::Pdf { file_size: known.size, num_pages: pdf::pages(known.size, file)? }),
        Kind::DicomSeries | Kind::Nifti | Kind::Scene | Kind::TimeSeries => {
            Err(unreadable(format!("an item of the type {kind} has no media metadata to read")))
        }
    }
}
