//! The few fields of a WebM or Matroska file that matter (RFC 8794, RFC 9559).
//!
//! Only the headers of elements and the numbers that are asked for are read; everything else is skipped unread. The depth is fixed:
//! segment, tracks, track, video.

use std::{
    collections::VecDeque,
    io::{Read, Seek, SeekFrom},
};

use crate::manifest::probe::{ProbeError, unreadable, video::Facts};

const SEGMENT: u32 = 0x1853_8067;
const SEEK_HEAD: u32 = 0x114D_9B74;
const SEEK: u32 = 0x4DBB;
const SEEK_ID: u32 = 0x53AB;
const SEEK_POSITION: u32 = 0x53AC;
const INFO: u32 = 0x1549_A966;
const TIMESTAMP_SCALE: u32 = 0x2A_D7B1;
const DURATION: u32 = 0x4489;
const TRACKS: u32 = 0x1654_AE6B;
const TRACK: u32 = 0xAE;
const TRACK_TYPE: u32 = 0x83;
const DEFAULT_DURATION: u32 = 0x23_E383;
const VIDEO: u32 = 0xE0;
const PIXEL_WIDTH: u32 = 0xB0;
const PIXEL_HEIGHT: u32 = 0xBA;
const CLUSTER: u32 = 0x1F43_B675;

/// Of a track that is a video.
const IS_VIDEO: u64 = 1;
/// Nanoseconds of a timestamp where the file does not say.
const USUAL_SCALE: u64 = 1_000_000;
const NANOSECONDS: f64 = 1e9;
/// The most places that the tables of a segment's parts may name; files have fewer than ten.
const MOST_PLACES: usize = 64;

/// An element: its content is the file from one place to the other.
#[derive(Clone, Copy)]
struct Element {
    id: u32,
    from: u64,
    to: u64,
    /// It goes on to the end of what it is in.
    is_open: bool,
}

#[derive(Clone, Copy, Default)]
struct Track {
    kind: u64,
    /// Nanoseconds.
    frame: u64,
    size: Option<(u64, u64)>,
}

struct Reader<R> {
    file: R,
    size: u64,
    /// Seconds, once the segment's description is found.
    duration: Option<f64>,
    /// The first track that is a video, once the tracks are found.
    track: Option<Option<Track>>,
    /// Where the parts that are not found yet should stand.
    places: VecDeque<u64>,
    known_places: usize,
}

pub(super) fn facts(size: u64, file: impl Read + Seek) -> Result<Facts, ProbeError> {
    let mut reader = Reader { file, size, duration: None, track: None, places: VecDeque::new(), known_places: 0 };
    reader.read()?;
    let track = reader.track.flatten().ok_or_else(|| unreadable("it has no video track"))?;
    let (width, height) = track.size.ok_or_else(|| unreadable("its video track has no size"))?;
    Ok(Facts {
        fps: if track.frame > 0 { NANOSECONDS / whole(track.frame) } else { 0.0 },
        duration: reader.duration.unwrap_or_default(),
        width,
        height,
    })
}

#[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
fn whole(number: u64) -> f64 {
    number as f64
}

fn damaged(what: &str) -> ProbeError {
    unreadable(format!("it is damaged as Matroska: {what}"))
}

impl<R: Read + Seek> Reader<R> {
    fn read(&mut self) -> Result<(), ProbeError> {
        let mut at = 0;
        let segment = loop {
            let element = self.element(at, self.size)?.ok_or_else(|| damaged("it has no segment"))?;
            if element.id == SEGMENT {
                break element;
            }
            at = element.to;
        };
        let mut at = segment.from;
        while !self.is_done() {
            let Some(element) = self.element(at, segment.to)? else { break };
            self.take(element, segment)?;
            // What comes behind the first media data is looked for where the table says.
            if element.id == CLUSTER && (element.is_open || !self.places.is_empty()) {
                break;
            }
            at = element.to;
        }
        while let Some(place) = self.places.pop_front().filter(|_| !self.is_done()) {
            if let Some(element) = self.element(place, segment.to)? {
                self.take(element, segment)?;
            }
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.duration.is_some() && self.track.is_some()
    }

    fn take(&mut self, element: Element, segment: Element) -> Result<(), ProbeError> {
        match element.id {
            SEEK_HEAD => self.seek_head(element, segment),
            INFO => self.info(element),
            TRACKS => self.tracks(element),
            _ => Ok(()),
        }
    }

    /// The table of where the parts stand.
    fn seek_head(&mut self, table: Element, segment: Element) -> Result<(), ProbeError> {
        let mut at = table.from;
        while let Some(entry) = self.element(at, table.to)? {
            at = entry.to;
            let (mut id, mut place, mut inner) = (0, None, entry.from);
            while let Some(field) = self.element(inner, entry.to)?.filter(|_| entry.id == SEEK) {
                match field.id {
                    SEEK_ID => id = self.number(field)?,
                    SEEK_POSITION => place = segment.from.checked_add(self.number(field)?),
                    _ => {}
                }
                inner = field.to;
            }
            let is_wanted = [SEEK_HEAD, INFO, TRACKS].into_iter().any(|wanted| u64::from(wanted) == id);
            if let Some(place) = place.filter(|_| is_wanted && self.known_places < MOST_PLACES) {
                self.places.push_back(place);
                self.known_places += 1;
            }
        }
        Ok(())
    }

    fn info(&mut self, info: Element) -> Result<(), ProbeError> {
        let (mut scale, mut duration, mut at) = (USUAL_SCALE, 0.0, info.from);
        while let Some(field) = self.element(at, info.to)? {
            match field.id {
                TIMESTAMP_SCALE => scale = self.number(field)?,
                DURATION => duration = self.float(field)?,
                _ => {}
            }
            at = field.to;
        }
        self.duration = Some(duration * whole(scale) / NANOSECONDS);
        Ok(())
    }

    fn tracks(&mut self, tracks: Element) -> Result<(), ProbeError> {
        let (mut found, mut at) = (None, tracks.from);
        while let Some(entry) = self.element(at, tracks.to)?.filter(|_| found.is_none()) {
            if entry.id == TRACK {
                found = Some(self.track(entry)?).filter(|track| track.kind == IS_VIDEO);
            }
            at = entry.to;
        }
        self.track = Some(found);
        Ok(())
    }

    fn track(&mut self, entry: Element) -> Result<Track, ProbeError> {
        let (mut track, mut at) = (Track::default(), entry.from);
        while let Some(field) = self.element(at, entry.to)? {
            match field.id {
                TRACK_TYPE => track.kind = self.number(field)?,
                DEFAULT_DURATION => track.frame = self.number(field)?,
                VIDEO => {
                    let (mut width, mut height, mut inner) = (0, 0, field.from);
                    while let Some(field) = self.element(inner, field.to)? {
                        match field.id {
                            PIXEL_WIDTH => width = self.number(field)?,
                            PIXEL_HEIGHT => height = self.number(field)?,
                            _ => {}
                        }
                        inner = field.to;
                    }
                    track.size = Some((width, height));
                }
                _ => {}
            }
            at = field.to;
        }
        Ok(track)
    }

    /// The element at a place of a parent that ends at `end`; nothing if there is no room for one.
    fn element(&mut self, at: u64, end: u64) -> Result<Option<Element>, ProbeError> {
        if at >= end {
            return Ok(None);
        }
        let mut head = [0; 12];
        let room = usize::try_from(end - at).unwrap_or(usize::MAX).min(head.len());
        let head = self.bytes(at, &mut head[..room])?;
        let (id, id_length) =
            variable(head, 4, true).ok_or_else(|| damaged("it has something else than an element"))?;
        let rest = head.get(id_length..).unwrap_or_default();
        let (length, length_length) =
            variable(rest, 8, false).ok_or_else(|| damaged("an element's length cannot be read"))?;
        let id = u32::try_from(id).map_err(|_| damaged("it has something else than an element"))?;
        let from = at + (id_length + length_length) as u64;
        // All bits set means that the length was not known when the element was begun.
        let is_open = length == (1 << (7 * length_length)) - 1;
        let to = from.checked_add(length).filter(|to| *to <= end && !is_open);
        match to {
            Some(to) => Ok(Some(Element { id, from, to, is_open: false })),
            // A segment that was cut off is read as far as it goes.
            None if is_open || id == SEGMENT => Ok(Some(Element { id, from, to: end, is_open: true })),
            None if id == CLUSTER => Ok(Some(Element { id, from, to: end, is_open: true })),
            None => Err(damaged("an element is longer than what it is in")),
        }
    }

    fn number(&mut self, field: Element) -> Result<u64, ProbeError> {
        let mut bytes = [0; 8];
        let length = usize::try_from(field.to - field.from).unwrap_or(usize::MAX);
        let bytes = bytes.get_mut(..length).ok_or_else(|| damaged("a number has more than 8 bytes"))?;
        Ok(self.bytes(field.from, bytes)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    fn float(&mut self, field: Element) -> Result<f64, ProbeError> {
        let bits = self.number(field)?;
        match field.to - field.from {
            0 => Ok(0.0),
            4 => Ok(f32::from_bits(u32::try_from(bits).unwrap_or_default()).into()),
            8 => Ok(f64::from_bits(bits)),
            _ => Err(damaged("its duration is not a number")),
        }
    }

    fn bytes<'b>(&mut self, at: u64, bytes: &'b mut [u8]) -> Result<&'b [u8], ProbeError> {
        self.file.seek(SeekFrom::Start(at))?;
        self.file.read_exact(bytes)?;
        Ok(bytes)
    }
}

/// A number whose first byte says by its leading zeros how many bytes it has, and how many those are. An id keeps the mark.
fn variable(bytes: &[u8], most: usize, keeps_mark: bool) -> Option<(u64, usize)> {
    let first = *bytes.first()?;
    let length = first.leading_zeros() as usize + 1;
    let bytes = bytes.get(..length).filter(|_| length <= most)?;
    let number = bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    let mark = 1 << (7 * length);
    Some((if keeps_mark { number } else { number & (mark - 1) }, length))
}
