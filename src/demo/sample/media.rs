//! Small real media: a few recorded files and everything that can be derived from them or written in a page of code.
//!
//! Each function takes a `seed`, and files of different seeds differ, so that no two blobs of the sample are copies.

use std::fmt::Write;

const MP4: &[u8] = include_bytes!("../../../assets/demo/clip.mp4");
const WEBM: &[u8] = include_bytes!("../../../assets/demo/clip.webm");
const MP3: &[u8] = include_bytes!("../../../assets/demo/tone.mp3");
const FLAC: &[u8] = include_bytes!("../../../assets/demo/tone.flac");
const PNG: &[u8] = include_bytes!("../../../assets/demo/frame.png");
const WEBP: &[u8] = include_bytes!("../../../assets/demo/frame.webp");
const JPEGS: [&[u8]; 4] = [
    include_bytes!("../../../assets/demo/frame1.jpg"),
    include_bytes!("../../../assets/demo/frame2.jpg"),
    include_bytes!("../../../assets/demo/frame3.jpg"),
    include_bytes!("../../../assets/demo/frame4.jpg"),
];

/// A picture of 320×180 pixels, with a comment of its own after the start marker.
pub(super) fn jpeg(seed: usize) -> Vec<u8> {
    let picture = JPEGS[seed % JPEGS.len()];
    let comment = format!("frame {seed:06}");
    let (start, rest) = picture.split_at(2);
    let mut out = start.to_vec();
    out.extend_from_slice(&[0xFF, 0xFE]);
    out.extend_from_slice(&big_endian_16(comment.len() + 2));
    out.extend_from_slice(comment.as_bytes());
    out.extend_from_slice(rest);
    out
}

/// A picture of 160×90 pixels, with a text chunk of its own before its last chunk.
pub(super) fn png(seed: usize) -> Vec<u8> {
    let chunk = format!("tEXtComment\0still {seed:06}");
    let (rest, end) = PNG.split_at(PNG.len() - 12);
    let mut out = rest.to_vec();
    out.extend_from_slice(&big_endian_32(chunk.len() - 4));
    out.extend_from_slice(chunk.as_bytes());
    out.extend_from_slice(&crc32(chunk.as_bytes()).to_be_bytes());
    out.extend_from_slice(end);
    out
}

/// A picture of 320×180 pixels, with a RIFF chunk of its own at the end, which readers pass over.
pub(super) fn webp(seed: usize) -> Vec<u8> {
    let mut out = WEBP.to_vec();
    out.extend_from_slice(b"note");
    out.extend_from_slice(&little_endian_32(8));
    out.extend_from_slice(format!("{seed:08}").as_bytes());
    let length = little_endian_32(out.len() - 8);
    out[4..8].copy_from_slice(&length);
    out
}

/// A chessboard of 64×48 pixels in 24 bits.
pub(super) fn bmp(seed: usize) -> Vec<u8> {
    let (width, height, square) = (64usize, 48usize, 4 + seed % 5);
    let mut pixels = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let light = (x / square + y / square).is_multiple_of(2);
            pixels.extend_from_slice(&[if light { 0xF0 } else { 0x20 }; 3]);
        }
    }
    let mut out = b"BM".to_vec();
    for field in [54 + pixels.len(), 0, 54, 40, width, height] {
        out.extend_from_slice(&little_endian_32(field));
    }
    out.extend_from_slice(&[1, 0, 24, 0]);
    for field in [0, pixels.len(), 2835, 2835, 0, 0] {
        out.extend_from_slice(&little_endian_32(field));
    }
    out.extend_from_slice(&pixels);
    out
}

/// Two seconds of video, 320×180 at 10 frames a second, with a `free` box of its own at the end.
pub(super) fn mp4(seed: usize) -> Vec<u8> {
    let mut out = MP4.to_vec();
    out.extend_from_slice(&big_endian_32(16));
    out.extend_from_slice(b"free");
    out.extend_from_slice(format!("{seed:08}").as_bytes());
    out
}

/// Two seconds of video, 320×180 at 10 frames a second, with a Void element of its own at the end of its segment.
pub(super) fn webm(seed: usize) -> Vec<u8> {
    const SEGMENT: &[u8] = b"\x18\x53\x80\x67\x01";
    let mut out = WEBM.to_vec();
    let void = [b"\xEC\x88", format!("{seed:08}").as_bytes()].concat();
    // The segment's length is written in eight bytes, of which the first says so.
    if let Some(at) = out.windows(SEGMENT.len()).position(|bytes| bytes == SEGMENT) {
        let length = big_endian_32(out.len() - (at + 12) + void.len());
        out[at + 8..at + 12].copy_from_slice(&length);
    }
    out.extend_from_slice(&void);
    out
}

/// Half a second of a square tone, mono, 16 bits at 8 kHz.
pub(super) fn wav(seed: usize) -> Vec<u8> {
    let period = 16 + seed % 16;
    let mut sound = Vec::with_capacity(8000);
    for at in 0..4000 {
        let sample: i16 = if (at / period).is_multiple_of(2) { 6000 } else { -6000 };
        sound.extend_from_slice(&sample.to_le_bytes());
    }
    let mut out = b"RIFF".to_vec();
    out.extend_from_slice(&little_endian_32(36 + sound.len()));
    out.extend_from_slice(b"WAVEfmt ");
    out.extend_from_slice(&little_endian_32(16));
    out.extend_from_slice(&[1, 0, 1, 0]);
    out.extend_from_slice(&little_endian_32(8000));
    out.extend_from_slice(&little_endian_32(16000));
    out.extend_from_slice(&[2, 0, 16, 0]);
    out.extend_from_slice(b"data");
    out.extend_from_slice(&little_endian_32(sound.len()));
    out.extend_from_slice(&sound);
    out
}

/// The recorded second of sound after an ID3v2 tag of its own.
pub(super) fn mp3(seed: usize) -> Vec<u8> {
    let title = format!("\u{3}Tone {seed:05}");
    let mut frame = b"TIT2".to_vec();
    frame.extend_from_slice(&big_endian_32(title.len()));
    frame.extend_from_slice(&[0, 0]);
    frame.extend_from_slice(title.as_bytes());
    let mut out = b"ID3\x04\0\0".to_vec();
    // A synchsafe number has seven bits a byte, so below 128 it is the number itself.
    out.extend_from_slice(&big_endian_32(frame.len()));
    out.extend_from_slice(&frame);
    out.extend_from_slice(id3_skipped(MP3));
    out
}

fn id3_skipped(file: &[u8]) -> &[u8] {
    match file {
        [b'I', b'D', b'3', _, _, _, a, b, c, d, ..] => {
            let length = [a, b, c, d].iter().fold(0, |length, part| (length << 7) | usize::from(**part));
            file.get(10 + length..).unwrap_or(file)
        }
        _ => file,
    }
}

/// The recorded half second of sound with a FLAC padding block of its own after the stream information.
pub(super) fn flac(seed: usize) -> Vec<u8> {
    // The mark and the first block, which is the stream information and has 34 bytes by definition.
    let (head, rest) = FLAC.split_at(4 + 4 + 34);
    let mut out = head.to_vec();
    let more = out[4] & 0x80;
    out[4] &= 0x7F;
    out.extend_from_slice(&[1 | more, 0, 0]);
    let padding = 8 + seed % 64;
    out.push(u8::try_from(padding).unwrap_or(8));
    out.resize(out.len() + padding, 0);
    out.extend_from_slice(rest);
    out
}

/// A document with a line of text on each of its pages.
pub(super) fn pdf(title: &str, pages: usize) -> Vec<u8> {
    let kids: Vec<_> = (0..pages).map(|page| format!("{} 0 R", 4 + 2 * page)).collect();
    let mut objects = vec![
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        format!("<< /Type /Pages /Kids [{}] /Count {pages} >>", kids.join(" ")),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    for page in 0..pages {
        let content = format!("BT /F1 18 Tf 72 760 Td ({title}, page {}) Tj ET", page + 1);
        objects.push(format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> /Contents {} 0 R >>",
            5 + 2 * page
        ));
        objects.push(format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()));
    }
    let mut out = String::from("%PDF-1.4\n");
    let mut offsets = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        offsets.push(out.len());
        let _ = write!(out, "{} 0 obj\n{object}\nendobj\n", at + 1);
    }
    let table = out.len();
    let _ = write!(out, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for offset in offsets {
        let _ = writeln!(out, "{offset:010} 00000 n ");
    }
    let size = objects.len() + 1;
    let _ = write!(out, "trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
    out.into_bytes()
}

/// Points on a gentle hill, 20 by 20, half a metre apart.
fn hill() -> impl Iterator<Item = (f32, f32, f32)> {
    (0u8..20).flat_map(|y| {
        (0u8..20).map(move |x| {
            let (x, y) = (f32::from(x) / 2.0 - 5.0, f32::from(y) / 2.0 - 5.0);
            (x, y, 2.0 - (x * x + y * y) / 25.0)
        })
    })
}

fn pcd_header(data: &str) -> String {
    format!(
        "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\nFIELDS x y z\nSIZE 4 4 4\nTYPE F F F\nCOUNT 1 1 1\n\
         WIDTH 400\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS 400\nDATA {data}\n"
    )
}

/// A point cloud in text form.
pub(super) fn pcd_ascii() -> Vec<u8> {
    let mut out = pcd_header("ascii");
    for (x, y, z) in hill() {
        let _ = writeln!(out, "{x:.2} {y:.2} {z:.3}");
    }
    out.into_bytes()
}

/// The same points in binary form.
pub(super) fn pcd_binary() -> Vec<u8> {
    let mut out = pcd_header("binary").into_bytes();
    for (x, y, z) in hill() {
        for value in [x, y, z] {
            out.extend_from_slice(&value.to_le_bytes());
        }
    }
    out
}

/// The same points in the Stanford format.
pub(super) fn ply() -> Vec<u8> {
    let mut out = String::from(
        "ply\nformat ascii 1.0\nelement vertex 400\nproperty float x\nproperty float y\nproperty float z\nend_header\n",
    );
    for (x, y, z) in hill() {
        let _ = writeln!(out, "{x:.2} {y:.2} {z:.3}");
    }
    out.into_bytes()
}

/// A NIfTI-1 volume of 16×16×8 voxels of 1 mm, a ball in its middle.
pub(super) fn nifti() -> Vec<u8> {
    let (width, depth) = (16u8, 8u8);
    let mut out = vec![0; 352];
    let mut put = |at: usize, bytes: &[u8]| out[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, &348i32.to_le_bytes());
    let dimensions = [3, i16::from(width), i16::from(width), i16::from(depth), 1, 1, 1, 1];
    for (at, dimension) in dimensions.iter().enumerate() {
        put(40 + 2 * at, &dimension.to_le_bytes());
    }
    put(70, &4i16.to_le_bytes());
    put(72, &16i16.to_le_bytes());
    for at in 0..4 {
        put(76 + 4 * at, &1f32.to_le_bytes());
    }
    put(108, &352f32.to_le_bytes());
    put(112, &1f32.to_le_bytes());
    put(123, &[2]);
    put(344, b"n+1\0");
    let square = |at: u8, side: u8| (i32::from(at) - i32::from(side / 2)).pow(2);
    for z in 0..depth {
        for y in 0..width {
            for x in 0..width {
                let inside = square(x, width) + square(y, width) + 4 * square(z, depth) < 36;
                out.extend_from_slice(&i16::from(inside).to_le_bytes());
            }
        }
    }
    out
}

fn big_endian_16(number: usize) -> [u8; 2] {
    u16::try_from(number).unwrap_or(u16::MAX).to_be_bytes()
}

fn big_endian_32(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_be_bytes()
}

fn little_endian_32(number: usize) -> [u8; 4] {
    u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes()
}

/// The checksum of PNG's chunks (ISO 3309).
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |mut crc, byte| {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
        crc
    })
}
