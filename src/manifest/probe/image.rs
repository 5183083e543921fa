//! The size of a picture.

use std::io::{BufReader, Read, Seek};

use imagesize::ImageError;

use crate::manifest::probe::{ProbeError, unreadable};

/// Width and height in pixels, as stored: a rotation in the EXIF data is not applied, which is how Encord counts too.
pub(super) fn size(file: impl Read + Seek) -> Result<(u64, u64), ProbeError> {
    let size = imagesize::reader_size(BufReader::new(file)).map_err(|error| match error {
        ImageError::IoError(error) => error.into(),
        ImageError::NotSupported => unreadable("it is not a picture in a format that can be read"),
        ImageError::CorruptedImage => {
            unreadable("the picture is damaged, or its size stands too far behind its beginning")
        }
    })?;
    match (size.width as u64, size.height as u64) {
        (0, _) | (_, 0) => Err(unreadable("the picture says that it has no pixels")),
        size => Ok(size),
    }
}
