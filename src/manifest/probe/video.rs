//! What a video file says of itself: MP4 and its kin, WebM and Matroska.

use std::io::{Read, Seek, SeekFrom};

use crate::manifest::probe::{ProbeError, matroska, mp4, unreadable};

pub(super) struct Facts {
    pub(super) fps: f64,
    pub(super) duration: f64,
    pub(super) width: u64,
    pub(super) height: u64,
}

pub(super) fn facts(size: u64, mut file: impl Read + Seek) -> Result<Facts, ProbeError> {
    let mut start = [0; 12];
    file.read_exact(&mut start)?;
    file.seek(SeekFrom::Start(0))?;
    let facts = match start {
        [0x1A, 0x45, 0xDF, 0xA3, ..] => matroska::facts(size, file)?,
        [_, _, _, _, b'f', b't', b'y', b'p', ..]
        | [_, _, _, _, b'm', b'o', b'o', b'v', ..]
        | [_, _, _, _, b'm', b'd', b'a', b't', ..]
        | [_, _, _, _, b'w', b'i', b'd', b'e', ..]
        | [_, _, _, _, b'f', b'r', b'e', b'e', ..] => mp4::facts(size, file)?,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'A', b'V', b'I', b' '] => {
            return Err(unreadable("AVI files cannot be read here; supply their videoMetadata by a table"));
        }
        _ => return Err(unreadable("it is not a video in a format that can be read (MP4, MOV, WebM, MKV)")),
    };
    let Facts { fps, duration, width, height } = facts;
    if !(fps.is_finite() && fps > 0.0) {
        return Err(unreadable("it does not say its frame rate"));
    }
    if !(duration.is_finite() && duration > 0.0) {
        return Err(unreadable("it does not say its duration; it may be a recording that was cut off"));
    }
    if width == 0 || height == 0 {
        return Err(unreadable("it does not say its width and height"));
    }
    Ok(facts)
}
