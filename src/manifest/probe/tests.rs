use std::io::{Cursor, SeekFrom};

use crate::manifest::probe::*;

const CLIP: &[u8] = include_bytes!("../../../assets/demo/clip.mp4");
const WEBM: &[u8] = include_bytes!("../../../assets/demo/clip.webm");
const MP3: &[u8] = include_bytes!("../../../assets/demo/tone.mp3");
const FLAC: &[u8] = include_bytes!("../../../assets/demo/tone.flac");
const PNG: &[u8] = include_bytes!("../../../assets/demo/frame.png");
const WEBP: &[u8] = include_bytes!("../../../assets/demo/frame.webp");
const JPEG: &[u8] = include_bytes!("../../../assets/demo/frame1.jpg");

fn probe(kind: Kind, name: &str, bytes: &[u8]) -> Result<Media, String> {
    let known = Known { name, size: bytes.len() as u64, content_type: None };
    read(kind, &known, Cursor::new(bytes)).map_err(|error| error.to_string())
}

/// One second of silence in 24 bits, two channels.
fn wav() -> Vec<u8> {
    let data = vec![0; 8000 * 6];
    let mut out = b"RIFF".to_vec();
    out.extend((36 + data.len() as u32).to_le_bytes());
    out.extend(b"WAVEfmt \x10\0\0\0\x01\0\x02\0");
    out.extend(8000u32.to_le_bytes());
    out.extend((8000u32 * 6).to_le_bytes());
    out.extend(b"\x06\0\x18\0data");
    out.extend((data.len() as u32).to_le_bytes());
    out.extend(data);
    out
}

/// The sample video with its index behind the media data, as cameras write it.
fn index_last() -> Vec<u8> {
    let mut boxes: Vec<&[u8]> = Vec::new();
    let mut rest = CLIP;
    while let [a, b, c, d, ..] = rest {
        let (first, others) = rest.split_at(u32::from_be_bytes([*a, *b, *c, *d]) as usize);
        boxes.push(first);
        rest = others;
    }
    boxes.sort_by_key(|one| one[4..8] == *b"moov");
    boxes.concat()
}

#[test]
fn pictures_tell_their_size() {
    for (name, bytes, width, height, mime) in [
        ("a.jpg", JPEG, 320, 180, "image/jpeg"),
        ("a.png", PNG, 160, 90, "image/png"),
        ("a.webp", WEBP, 320, 180, "image/webp"),
    ] {
        let expected = Media::Image { mime_type: mime.into(), file_size: bytes.len() as u64, height, width };
        assert_eq!(probe(Kind::Image, name, bytes), Ok(expected.clone()), "{name}");
        assert_eq!(probe(Kind::ImageGroup, name, bytes), Ok(expected));
    }
}

#[test]
fn videos_tell_their_length_size_and_rate() {
    for (name, bytes) in [("a.mp4", CLIP.to_vec()), ("b.mp4", index_last())] {
        let Ok(Media::Video { fps, duration, width, height, file_size, mime_type }) = probe(Kind::Video, name, &bytes)
        else {
            panic!("{name}: {:?}", probe(Kind::Video, name, &bytes))
        };
        assert!((fps - 10.0).abs() < 0.01 && (duration - 2.0).abs() < 0.11, "{fps} {duration}");
        assert_eq!((width, height, file_size, mime_type.as_str()), (320, 180, CLIP.len() as u64, "video/mp4"));
    }
    match probe(Kind::Video, "a.webm", WEBM) {
        Ok(Media::Video { fps, width, .. }) => assert!((fps - 10.0).abs() < 0.1 && width == 320, "{fps}"),
        other => assert!(other.as_ref().is_err_and(|why| why.contains("frame rate")), "{other:?}"),
    }
}

#[test]
fn sounds_tell_their_form() {
    let Ok(Media::Audio { duration, sample_rate, bit_depth, codec, num_channels, .. }) =
        probe(Kind::Audio, "a.wav", &wav())
    else {
        panic!("{:?}", probe(Kind::Audio, "a.wav", &wav()))
    };
    assert_eq!((duration, sample_rate, bit_depth, codec.as_str(), num_channels), (1.0, 8000, 24, "pcm", 2));
    for (name, bytes, expected) in [("a.mp3", MP3, "mp3"), ("a.flac", FLAC, "flac")] {
        let Ok(Media::Audio { duration, sample_rate, codec, bit_depth, .. }) = probe(Kind::Audio, name, bytes) else {
            panic!("{:?}", probe(Kind::Audio, name, bytes))
        };
        assert!(duration > 0.1 && sample_rate >= 8000, "{name}: {duration} {sample_rate}");
        assert_eq!((codec.as_str(), bit_depth), (expected, 16));
    }
}

#[test]
fn what_is_damaged_or_something_else_is_an_error_that_says_so() {
    let mut short = index_last();
    short.truncate(short.len() - 100);
    for (kind, name, bytes, part) in [
        (Kind::Image, "a.jpg", &b"<html>not here</html>"[..], "not a picture"),
        (Kind::Image, "a.jpg", &JPEG[..30], "too early"),
        (Kind::Video, "a.mp4", &short[..], "before its index"),
        (Kind::Video, "a.mp4", b"", "too early"),
        (Kind::Video, "a.mp4", JPEG, "not a video"),
        (Kind::Video, "a.avi", b"RIFF\0\0\0\0AVI LIST", "table"),
        (Kind::Audio, "a.mp3", &[0; 4000], "not an audio"),
        (Kind::Pdf, "a.pdf", PNG, "not a PDF"),
        (Kind::Pdf, "a.pdf", b"%PDF-1.7 and no more", "damaged"),
    ] {
        let message = probe(kind, name, bytes).unwrap_err();
        assert!(message.contains(part), "{name}: {message}");
    }
}

/// Counts the bytes that are asked for.
struct Counting<'a> {
    file: Cursor<Vec<u8>>,
    read: &'a mut u64,
}

impl Read for Counting<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        *self.read += read as u64;
        Ok(read)
    }
}

impl Seek for Counting<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

#[test]
fn a_large_video_is_not_read_for_its_index() {
    // Ten megabytes of nothing in a box of their own, in front of the rest.
    let mut bytes = (10u32 << 20).to_be_bytes().to_vec();
    bytes.extend(b"free");
    bytes.resize(10 << 20, 0);
    bytes.extend(index_last());
    let known = Known { name: "a.mp4", size: bytes.len() as u64, content_type: None };
    let mut counted = 0;
    read(Kind::Video, &known, Counting { file: Cursor::new(bytes), read: &mut counted }).unwrap();
    assert!(counted < 64 << 10, "{counted}");
}

proptest::proptest! {
    #![proptest_config(crate::seeds::cases(256))]

    #[test]
    fn no_bytes_make_it_panic(mut bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300), which in 0usize..8) {
        let starts: [&[u8]; 8] = [JPEG, PNG, WEBP, CLIP, WEBM, MP3, FLAC, b"%PDF-1.7\n"];
        let mut file = starts[which][..starts[which].len().min(600)].to_vec();
        file.append(&mut bytes);
        for kind in [Kind::Image, Kind::Video, Kind::Audio, Kind::Pdf] {
            let _ = probe(kind, "x", &file);
        }
    }
}
