//! The few fields of the index of an MP4 or QuickTime file that matter (ISO/IEC 14496-12).
//!
//! The index is held in memory, up to a limit, and its boxes are slices of it. Only boxes on the way to a field are entered, so the
//! depth is fixed whatever the file nests.

use std::io::{Read, Seek, SeekFrom};

use crate::manifest::probe::{ProbeError, unreadable, video::Facts};

/// The most bytes of an MP4's index that are read: as much as some ten hours of video have.
const LARGEST_INDEX: u64 = 16 << 20;

/// The most boxes that stand directly in one box; writers put ten or so into one.
const MOST_PARTS: usize = 10_000;

type Name = [u8; 4];

/// What stands in front of everything else in a box that tells its version.
struct Versioned<'a> {
    is_long: bool,
    rest: &'a [u8],
}

struct Track {
    id: u32,
    /// Units of a second.
    scale: f64,
    duration: f64,
    width: u64,
    height: u64,
    frames: f64,
    ticks: f64,
}

pub(super) fn facts(size: u64, mut file: impl Read + Seek) -> Result<Facts, ProbeError> {
    let index = find_index(size, &mut file)?;
    let movie = parts(&index)?;
    let (scale, duration) = times(part(&movie, b"mvhd")?)?;
    let mut track = None;
    for (_, content) in movie.iter().filter(|(name, _)| name == b"trak") {
        track = video(content)?;
        if track.is_some() {
            break;
        }
    }
    let track = track.ok_or_else(|| unreadable("it has no video track"))?;
    let (mut longest, mut frame) = (duration, None);
    for (_, content) in movie.iter().filter(|(name, _)| name == b"mvex") {
        for (name, content) in parts(content)? {
            match &name {
                b"mehd" => {
                    let Versioned { is_long, rest } = versioned(content)?;
                    longest = duration.max(if is_long { long(rest, 0)? } else { number(rest, 0)?.into() });
                }
                // Track, description, duration of a sample.
                b"trex" if number(content, 4)? == track.id => frame = frame.max(Some(number(content, 12)?)),
                _ => {}
            }
        }
    }
    let (frames, seconds) = frames(&track, frame);
    let whole = if scale > 0 { whole(longest) / f64::from(scale) } else { 0.0 };
    Ok(Facts {
        fps: if seconds > 0.0 { frames / seconds } else { 0.0 },
        duration: whole.max(seconds),
        width: track.width,
        height: track.height,
    })
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn whole(number: u64) -> f64 {
    number as f64
}

fn damaged(what: &str) -> ProbeError {
    unreadable(format!("its index is damaged: {what}"))
}

/// The content of the box that holds a file's index, which stands before the media data or behind it.
fn find_index(size: u64, file: &mut (impl Read + Seek)) -> Result<Vec<u8>, ProbeError> {
    let mut at: u64 = 0;
    while at + 8 <= size {
        file.seek(SeekFrom::Start(at))?;
        let mut head = [0; 8];
        file.read_exact(&mut head)?;
        let [a, b, c, d, name @ ..] = head;
        let mut begins = 8;
        let length = match u32::from_be_bytes([a, b, c, d]) {
            // The box goes on to the end of the file.
            0 => size - at,
            1 => {
                let mut long = [0; 8];
                file.read_exact(&mut long)?;
                begins = 16;
                u64::from_be_bytes(long)
            }
            length => length.into(),
        };
        if length < begins || at.checked_add(length).is_none_or(|end| end > size) {
            return Err(unreadable("it ends before its index; the upload may have been cut off"));
        }
        if name == *b"moov" {
            if length > LARGEST_INDEX {
                return Err(unreadable("its index is larger than 16 MB"));
            }
            let mut index = Vec::new();
            file.take(length - begins).read_to_end(&mut index)?;
            return Ok(index);
        }
        at += length;
    }
    Err(unreadable("it has no index (moov box); the recording or the upload may have been cut off"))
}

/// The boxes in a box, with their contents.
fn parts(mut bytes: &[u8]) -> Result<Vec<(Name, &[u8])>, ProbeError> {
    let mut parts = Vec::new();
    // What is shorter than the head of a box fills up, as QuickTime's writers do.
    while let Some((head, rest)) = bytes.split_first_chunk::<8>() {
        let [a, b, c, d, name @ ..] = *head;
        let (length, begins) = match u32::from_be_bytes([a, b, c, d]) {
            0 => (bytes.len(), 8),
            1 => (usize::try_from(long(rest, 0)?).unwrap_or(usize::MAX), 16),
            length => (length as usize, 8),
        };
        let (part, others) = bytes.split_at_checked(length).ok_or_else(|| damaged("it ends too early"))?;
        parts.push((name, part.get(begins..).ok_or_else(|| damaged("a box is shorter than its head"))?));
        if parts.len() > MOST_PARTS {
            return Err(damaged("it has too many boxes"));
        }
        bytes = others;
    }
    Ok(parts)
}

fn part<'a>(parts: &[(Name, &'a [u8])], name: &Name) -> Result<&'a [u8], ProbeError> {
    let found = parts.iter().find(|(other, _)| other == name);
    found.map(|(_, content)| *content).ok_or_else(|| damaged(&format!("it has no {} box", name.escape_ascii())))
}

/// The track, if it is a video.
fn video(track: &[u8]) -> Result<Option<Track>, ProbeError> {
    let track = parts(track)?;
    let media = parts(part(&track, b"mdia")?)?;
    // Version and flags, a field of zeros, then what handles it.
    if part(&media, b"hdlr")?.get(8..12) != Some(b"vide") {
        return Ok(None);
    }
    let (scale, duration) = times(part(&media, b"mdhd")?)?;
    let Versioned { is_long, rest } = versioned(part(&track, b"tkhd")?)?;
    // Times, track, a reserved field and the duration; then 52 bytes of others before the width and the height.
    let (id, size) = if is_long { (16, 32) } else { (8, 20) };
    let samples = parts(part(&parts(part(&media, b"minf")?)?, b"stbl")?)?;
    let times = part(&samples, b"stts")?;
    let (mut frames, mut ticks) = (0.0, 0.0);
    let (count, entries) = (number(times, 4)? as usize, times.get(8..).unwrap_or_default().as_chunks::<8>().0);
    for [a, b, c, d, e, f, g, h] in entries.get(..count).ok_or_else(|| damaged("it ends too early"))? {
        let (count, delta) = (u32::from_be_bytes([*a, *b, *c, *d]), u32::from_be_bytes([*e, *f, *g, *h]));
        frames += f64::from(count);
        ticks += f64::from(count) * f64::from(delta);
    }
    Ok(Some(Track {
        id: number(rest, id)?,
        scale: scale.into(),
        duration: whole(duration),
        // With 16 bits behind the point.
        width: (number(rest, size + 52)? >> 16).into(),
        height: (number(rest, size + 56)? >> 16).into(),
        frames,
        ticks,
    }))
}

/// The frames of a track and the seconds that they take. A fragmented file has its frames elsewhere but says how long one lasts.
fn frames(track: &Track, frame: Option<u32>) -> (f64, f64) {
    let Track { scale, frames, .. } = *track;
    if frames > 0.0 && scale > 0.0 {
        // What is stored counts, unless it is nothing: one still frame may have no length of its own.
        let ticks = if track.ticks > 0.0 { track.ticks } else { track.duration };
        return (frames, ticks / scale);
    }
    match frame {
        Some(ticks) if ticks > 0 && scale > 0.0 => (1.0, f64::from(ticks) / scale),
        _ => (0.0, 0.0),
    }
}

/// The units of a second and the duration in them, of a movie or of a track's media.
fn times(header: &[u8]) -> Result<(u32, u64), ProbeError> {
    let Versioned { is_long, rest } = versioned(header)?;
    Ok(if is_long { (number(rest, 16)?, long(rest, 20)?) } else { (number(rest, 8)?, number(rest, 12)?.into()) })
}

fn versioned(content: &[u8]) -> Result<Versioned<'_>, ProbeError> {
    let (head, rest) = content.split_first_chunk::<4>().ok_or_else(|| damaged("it ends too early"))?;
    Ok(Versioned { is_long: head[0] == 1, rest })
}

fn number(bytes: &[u8], at: usize) -> Result<u32, ProbeError> {
    let bytes = bytes.get(at..).and_then(|bytes| bytes.first_chunk::<4>());
    bytes.map(|bytes| u32::from_be_bytes(*bytes)).ok_or_else(|| damaged("it ends too early"))
}

fn long(bytes: &[u8], at: usize) -> Result<u64, ProbeError> {
    let bytes = bytes.get(at..).and_then(|bytes| bytes.first_chunk::<8>());
    bytes.map(|bytes| u64::from_be_bytes(*bytes)).ok_or_else(|| damaged("it ends too early"))
}
