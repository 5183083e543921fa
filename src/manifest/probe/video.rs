//! What a video file says of itself: MP4 and its kin, WebM and Matroska.

use std::io::{BufReader, Read, Seek, SeekFrom};

use matroska::{Matroska, Settings};
use mp4_atom::{Any, DecodeMaybe, FourCC, Moov, Trak};

use crate::manifest::probe::{ProbeError, unreadable};

/// The most bytes of an MP4's index that are read: as much as some ten hours of video have.
const LARGEST_INDEX: u64 = 16 << 20;

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
        [0x1A, 0x45, 0xDF, 0xA3, ..] => matroska(file)?,
        [_, _, _, _, b'f', b't', b'y', b'p', ..]
        | [_, _, _, _, b'm', b'o', b'o', b'v', ..]
        | [_, _, _, _, b'm', b'd', b'a', b't', ..]
        | [_, _, _, _, b'w', b'i', b'd', b'e', ..]
        | [_, _, _, _, b'f', b'r', b'e', b'e', ..] => mp4(size, file)?,
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

fn matroska(file: impl Read + Seek) -> Result<Facts, ProbeError> {
    let file = Matroska::open(BufReader::new(file)).map_err(|error| match error {
        matroska::Error::Io(error) => error.into(),
        error => unreadable(format!("it is damaged as Matroska: {error}")),
    })?;
    let track = file.video_tracks().next().ok_or_else(|| unreadable("it has no video track"))?;
    let Settings::Video(video) = &track.settings else { return Err(unreadable("its video track has no size")) };
    Ok(Facts {
        fps: track.default_duration.map_or(0.0, |frame| 1.0 / frame.as_secs_f64()),
        duration: file.info.duration.map_or(0.0, |duration| duration.as_secs_f64()),
        width: video.pixel_width,
        height: video.pixel_height,
    })
}

fn mp4(size: u64, mut file: impl Read + Seek) -> Result<Facts, ProbeError> {
    let index = find_index(size, &mut file)?;
    let mut bytes = index.as_slice();
    let damaged = |what: &str| unreadable(format!("its index is damaged: {what}"));
    let decoded = Any::decode_maybe(&mut bytes).map_err(|error| damaged(&error.to_string()))?;
    let Some(Any::Moov(moov)) = decoded else { return Err(damaged("it ends too early")) };
    let video = moov.trak.iter().find(|track| track.mdia.hdlr.handler == FourCC::new(b"vide"));
    let track = video.ok_or_else(|| unreadable("it has no video track"))?;
    let (frames, seconds) = frames(track, &moov);
    Ok(Facts {
        fps: if seconds > 0.0 { frames / seconds } else { 0.0 },
        duration: duration(&moov).max(seconds),
        width: u64::from(track.tkhd.width.integer()),
        height: u64::from(track.tkhd.height.integer()),
    })
}

/// The bytes of the box that holds a file's index, which stands before the media data or behind it.
fn find_index(size: u64, file: &mut (impl Read + Seek)) -> Result<Vec<u8>, ProbeError> {
    let mut at = 0;
    while at + 8 <= size {
        file.seek(SeekFrom::Start(at))?;
        let mut head = [0; 8];
        file.read_exact(&mut head)?;
        let [a, b, c, d, name @ ..] = head;
        let length = match u32::from_be_bytes([a, b, c, d]) {
            // The box goes on to the end of the file.
            0 => size - at,
            1 => {
                let mut long = [0; 8];
                file.read_exact(&mut long)?;
                u64::from_be_bytes(long)
            }
            length => length.into(),
        };
        if length < 8 || at.checked_add(length).is_none_or(|end| end > size) {
            return Err(unreadable("it ends before its index; the upload may have been cut off"));
        }
        if name == *b"moov" {
            if length > LARGEST_INDEX {
                return Err(unreadable("its index is larger than 16 MB"));
            }
            file.seek(SeekFrom::Start(at))?;
            let mut index = Vec::new();
            file.take(length).read_to_end(&mut index)?;
            return Ok(index);
        }
        at += length;
    }
    Err(unreadable("it has no index (moov box); the recording or the upload may have been cut off"))
}

/// The frames of a track and the seconds that they take. A fragmented file has its frames elsewhere but says how long one lasts.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn frames(track: &Trak, moov: &Moov) -> (f64, f64) {
    let scale = f64::from(track.mdia.mdhd.timescale);
    let entries = &track.mdia.minf.stbl.stts.entries;
    let frames: f64 = entries.iter().map(|entry| f64::from(entry.sample_count)).sum();
    let ticks: f64 = entries.iter().map(|entry| f64::from(entry.sample_count) * f64::from(entry.sample_delta)).sum();
    if frames > 0.0 && scale > 0.0 {
        // What is stored counts, unless it is nothing: one still frame may have no length of its own.
        let ticks = if ticks > 0.0 { ticks } else { track.mdia.mdhd.duration as f64 };
        return (frames, ticks / scale);
    }
    let fragments = moov.mvex.iter().flat_map(|mvex| &mvex.trex);
    let one = fragments.filter(|trex| trex.track_id == track.tkhd.track_id).map(|trex| trex.default_sample_duration);
    match one.max() {
        Some(ticks) if ticks > 0 && scale > 0.0 => (1.0, f64::from(ticks) / scale),
        _ => (0.0, 0.0),
    }
}

/// Seconds, of the whole file.
#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn duration(moov: &Moov) -> f64 {
    let scale = f64::from(moov.mvhd.timescale);
    let fragments = moov.mvex.as_ref().and_then(|mvex| mvex.mehd.as_ref()).map_or(0, |mehd| mehd.fragment_duration);
    let ticks = moov.mvhd.duration.max(fragments);
    if scale > 0.0 { ticks as f64 / scale } else { 0.0 }
}
