//! Files that nobody would write, unless to stop whoever reads them.

use std::path::Path;

use azure_to_encord::manifest::Kind;
use lopdf::{Dictionary, Object, Stream, dictionary};

/// A file with the kind that it is called.
pub(crate) struct Hostile {
    pub(crate) name: &'static str,
    pub(crate) kind: Kind,
    pub(crate) bytes: Vec<u8>,
}

/// Those that were kept as they were found.
pub(crate) fn kept(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/resilience/hostile_media").join(name)).unwrap()
}

/// None of them can be read.
pub(crate) fn all() -> Vec<Hostile> {
    let of = |kind, files: Vec<(&'static str, Vec<u8>)>| {
        files.into_iter().map(move |(name, bytes)| Hostile { name, kind, bytes })
    };
    let mut all: Vec<Hostile> = of(Kind::Video, matroska()).collect();
    all.extend(of(Kind::Video, mp4()));
    all.extend(of(Kind::Audio, audio()));
    all.extend(of(Kind::Image, images()));
    all.extend(of(Kind::Pdf, pdf()));
    all
}

/// An EBML element with its length in eight bytes.
fn element(id: &[u8], content: &[u8]) -> Vec<u8> {
    [id, &(content.len() as u64 | 1 << 56).to_be_bytes(), content].concat()
}

const EBML: &[u8] = &[0x1A, 0x45, 0xDF, 0xA3];
const SEGMENT: &[u8] = &[0x18, 0x53, 0x80, 0x67];
const TRACKS: &[u8] = &[0x16, 0x54, 0xAE, 0x6B];
const INFO: &[u8] = &[0x15, 0x49, 0xA9, 0x66];
const SEEK_HEAD: &[u8] = &[0x11, 0x4D, 0x9B, 0x74];

fn matroska() -> Vec<(&'static str, Vec<u8>)> {
    let file = |content: &[u8]| [element(EBML, b""), element(SEGMENT, content)].concat();
    // Tags in tags in tags: a track whose content is 20,000 masters deep.
    let mut deep = Vec::new();
    for _ in 0..20_000 {
        deep = element(&[0xE0], &deep);
        if deep.len() > 200_000 {
            break;
        }
    }
    let huge = |id: &[u8]| [id, &[0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xF0]].concat();
    // A table that says that the table stands where it stands itself.
    let entry = [element(&[0x53, 0xAB], SEEK_HEAD), element(&[0x53, 0xAC], &[0])].concat();
    vec![
        ("webm_00158.webm", kept("webm_00158.webm")),
        ("deep.webm", file(&element(TRACKS, &element(&[0xAE], &deep)))),
        ("title.mkv", file(&element(INFO, &huge(&[0x7B, 0xA9])))),
        ("header.mkv", [&huge(EBML)[..], &[0; 64]].concat()),
        ("number.mkv", file(&element(INFO, &element(&[0x2A, 0xD7, 0xB1], &[0xFF; 64])))),
        ("circle.mkv", file(&element(SEEK_HEAD, &element(&[0x4D, 0xBB], &entry)))),
        ("many.mkv", file(&element(SEEK_HEAD, &element(&[0x4D, 0xBB], &entry).repeat(50_000)))),
        ("empty.mkv", file(&[0xEC, 0x80].repeat(2_000_000))),
    ]
}

fn atom(name: &[u8; 4], content: &[u8]) -> Vec<u8> {
    [&u32::try_from(content.len() + 8).unwrap().to_be_bytes()[..], name, content].concat()
}

const FTYP: &[u8] = b"\0\0\0\x14ftypisom\0\0\0\0isom";

fn mp4() -> Vec<(&'static str, Vec<u8>)> {
    let file = |content: &[u8]| [FTYP, &atom(b"moov", content)].concat();
    let nested = |name: &[u8; 4]| {
        let mut content = Vec::new();
        for _ in 0..5000 {
            content = atom(name, &content);
        }
        content
    };
    let header = atom(b"mvhd", &[0; 100]);
    let samples = atom(b"stbl", &atom(b"stts", &[0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]));
    let handler = atom(b"hdlr", b"\0\0\0\0\0\0\0\0vide\0\0\0\0\0\0\0\0\0\0\0\0\0");
    let media = [atom(b"mdhd", &[0; 24]), handler, atom(b"minf", &samples)].concat();
    let track = atom(b"trak", &[atom(b"tkhd", &[0; 84]), atom(b"mdia", &media)].concat());
    vec![
        ("x_nest.mp4", kept("x_nest.mp4")),
        ("udta.mp4", file(&[&header[..], &nested(b"udta")].concat())),
        ("meta.mp4", file(&nested(b"meta"))),
        ("samples.mp4", file(&[&header[..], &track].concat())),
        ("long.mp4", [FTYP, b"\0\0\0\x01moov\x7F\xFF\xFF\xFF\xFF\xFF\xFF\xFF"].concat()),
        ("inner.mp4", file(b"\0\0\0\x01mvhd\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF")),
        ("boxes.mp4", file(&atom(b"trak", b"").repeat(1_000_000))),
        ("free.mp4", [FTYP, &atom(b"free", b"").repeat(2_000_000)].concat()),
    ]
}

fn audio() -> Vec<(&'static str, Vec<u8>)> {
    let table = [&[0; 4][..], &[0, 0xFF, 0xFF, 0xFF]].concat();
    let samples = [atom(b"stsd", &[0; 16]), atom(b"stts", &table)].concat();
    let handler = atom(b"hdlr", b"\0\0\0\0\0\0\0\0soun\0\0\0\0\0\0\0\0\0\0\0\0\0");
    let media = [atom(b"mdhd", &[1; 24]), handler, atom(b"minf", &atom(b"stbl", &samples))].concat();
    let movie = atom(b"moov", &atom(b"trak", &atom(b"mdia", &media)));
    let form = b"RIFF\xFF\xFF\xFF\xFFWAVEfmt \xF0\xFF\xFF\xFF\x01\0\x01\0";
    // A packet that begins as comments and goes on over all pages.
    let page = |lengths: &[u8]| {
        let begin = b"OggS\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\0\0\0\0";
        [&begin[..], &[u8::try_from(lengths.len()).unwrap()], lengths].concat()
    };
    let opus = [&page(&[19])[..], b"OpusHead\x01\x02\0\0\x80\xBB\0\0\0\0\0"].concat();
    let comments = [&page(&[0xFF; 255])[..], b"OpusTags", &[0xFF; 255 * 255 - 8]].concat();
    vec![
        ("id3.mp3", [&b"ID3\x04\0\0\x7F\x7F\x7F\x7F"[..], &[0; 400]].concat()),
        ("id3s.mp3", b"ID3\x04\0\0\0\0\0\0".repeat(40_000)),
        ("block.flac", [&b"fLaC\0\xFF\xFF\xFF"[..], &[0; 100]].concat()),
        ("blocks.flac", [&b"fLaC\0\0\0\x22"[..], &[0; 34], &b"\x04\0\0\0".repeat(300_000)].concat()),
        ("form.wav", form.to_vec()),
        ("samples.m4a", [&FTYP[..8], b"M4A \0\0\0\0isom", &movie[..]].concat()),
        ("tags.m4a", [&FTYP[..8], b"M4A \0\0\0\0isom", &atom(b"moov", &b"\0\0\0\x08----".repeat(9000))[..]].concat()),
        ("packets.ogg", [opus, comments.repeat(60)].concat()),
    ]
}

fn images() -> Vec<(&'static str, Vec<u8>)> {
    let heif = |content: &[u8]| [&b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"[..], content].concat();
    let nested = |name: &[u8; 4]| (0..4000).fold(Vec::new(), |content, _| atom(name, &content));
    vec![
        ("nested.heic", heif(&nested(b"meta"))),
        (
            "properties.heic",
            heif(b"\0\0\0\x10meta\0\0\0\0\xFF\xFF\xFF\xFFiprp\xFF\xFF\xFF\xFFipco\xFF\xFF\xFF\xF0ispe"),
        ),
        ("boxes.heic", heif(&atom(b"free", b"").repeat(300_000))),
        ("beyond.tiff", b"II\x2A\0\xF0\xFF\xFF\xFF".to_vec()),
        ("count.tiff", [&b"II\x2B\0\x08\0\0\0\x10\0\0\0\0\0\0\0"[..], &[0xFF; 8], &[1, 0].repeat(200_000)].concat()),
        ("segments.jpg", [&b"\xFF\xD8"[..], &b"\xFF\xE0\0\x02".repeat(200_000)].concat()),
        ("backwards.jpg", [&b"\xFF\xD8"[..], &b"\xFF\xE0\0\0".repeat(20_000)].concat()),
        ("cut.webp", b"RIFF\xFF\xFF\xFF\xFFWEBPVP8X\xFF\xFF\xFF\xFF".to_vec()),
    ]
}

/// Objects by number, and behind them what they are found by.
fn written(objects: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut table = "xref\n".to_owned();
    for (number, object) in objects {
        table += &format!("{number} 1\n{:010} 00000 n \n", bytes.len());
        bytes.extend([format!("{number} 0 obj\n").as_bytes(), object, b"\nendobj\n"].concat());
    }
    let begin = bytes.len();
    bytes.extend(format!("{table}trailer\n<< /Root 1 0 R >>\nstartxref\n{begin}\n%%EOF\n").bytes());
    bytes
}

/// A stream that holds a thousand times of what it is long.
fn inflated(dictionary: &str, content: Vec<u8>) -> Vec<u8> {
    let mut stream = Stream::new(Dictionary::new(), content);
    stream.compress().unwrap();
    let head = format!("<<{dictionary}/Filter/FlateDecode/Length {}>>stream\n", stream.content.len());
    [head.as_bytes(), &stream.content, b"\nendstream"].concat()
}

fn pdf() -> Vec<(&'static str, Vec<u8>)> {
    let catalog = |pages: &str| (1, format!("<</Type/Catalog/Pages {pages}>>").into_bytes());
    let lead = |object: Vec<u8>| written(&[catalog("2 0 R"), (2, object)]);
    // Each stream's length is the next stream, and the last one's is its own.
    let mut chain = vec![catalog("2 0 R")];
    let length = |next: u32| format!("<</Type/Pages/Length {next} 0 R/Kids[{next} 0 R]>>stream\n\nendstream");
    chain.extend((2..20_000).map(|number| (number, length(number + 1).into_bytes())));
    // A table of a million and more objects, of which none is one.
    let table = inflated("/Type/XRef/W[1 1 1]/Size 6900000/Root 1 0 R", vec![0; 20 << 20]);
    let bomb = [&b"%PDF-1.5\n7 0 obj"[..], &table, b"\nendobj\nstartxref\n9\n%%EOF"].concat();
    let objects = inflated("/Type/ObjStm/N 9000000/First 19000000", vec![b'1'; 20 << 20]);
    let within = [&b"%PDF-1.5\n9 0 obj"[..], &objects, b"\nendobj\n"].concat();
    let begin = within.len();
    let place = [[2, 0, 9, 0], [2, 0, 9, 1]].concat();
    let head = b"10 0 obj<</Type/XRef/Size 3/W[1 2 1]/Index[1 2]/Root 1 0 R/Length 8>>stream\n";
    // What opens the stream is in the stream.
    let locked =
        b"10 0 obj<</Type/XRef/Size 3/W[1 2 1]/Index[1 2]/Root 1 0 R/Encrypt<</V 1>>/ID 2 0 R/Length 8>>stream\n";
    let tail = format!("\nendstream endobj startxref\n{begin}\n%%EOF");
    vec![
        ("arrays.pdf", lead(b"[".repeat(300_000))),
        ("dictionaries.pdf", lead(b"<</A ".repeat(200_000))),
        ("parentheses.pdf", lead([&b"<</Type/Pages/A "[..], &b"(".repeat(300_000)].concat())),
        ("integers.pdf", lead([&b"<</Type/Pages/A ["[..], &b"1 ".repeat(900_000)].concat())),
        ("chain.pdf", written(&chain)),
        ("circle.pdf", written(&[catalog("2 0 R"), (2, b"<</Type/Pages/Kids[2 0 R 2 0 R]>>".to_vec())])),
        ("reference.pdf", written(&[catalog("2 0 R"), (2, b"2 0 R".to_vec())])),
        ("table.pdf", bomb),
        ("objects.pdf", [&within[..], head, &place, tail.as_bytes()].concat()),
        ("locked.pdf", [&within[..], locked, &place, tail.as_bytes()].concat()),
        ("itself.pdf", b"%PDF-1.4\nxref\n0 0\ntrailer<</Root 1 0 R/Prev 9>>\nstartxref\n9\n%%EOF".to_vec()),
        ("ranges.pdf", [&b"%PDF-1.4\nxref\n"[..], &b"0 0\n".repeat(5_000_000), b"trailer<<>>startxref\n9\n"].concat()),
    ]
}

/// A good PDF of three pages.
pub(crate) fn document(is_compressed: bool) -> Vec<u8> {
    let mut document = lopdf::Document::with_version("1.5");
    let root = document.new_object_id();
    let kids: Vec<Object> = (0..3)
        .map(|_| Object::Reference(document.add_object(dictionary! { "Type" => "Page", "Parent" => root })))
        .collect();
    document.objects.insert(root, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => 3 }.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    let (use_object_streams, use_xref_streams) = (is_compressed, is_compressed);
    let options = lopdf::SaveOptions { use_object_streams, use_xref_streams, ..lopdf::SaveOptions::default() };
    document.save_with_options(&mut bytes, options).unwrap();
    bytes
}

/// DICOM files, each with the tags of its series behind what does harm.
pub(crate) fn dicom() -> Vec<(&'static str, Vec<u8>)> {
    let file = |syntax: &str, content: &[u8]| {
        let mut bytes = vec![0; 128];
        bytes.extend(b"DICM\x02\0\x10\0UI");
        bytes.extend(u16::try_from(syntax.len()).unwrap().to_le_bytes());
        bytes.extend(syntax.bytes());
        bytes.extend(content);
        bytes
    };
    let (explicit, implicit) = ("1.2.840.10008.1.2.1\0", "1.2.840.10008.1.2\0");
    let item = b"\xFE\xFF\0\xE0\xFF\xFF\xFF\xFF";
    let uids = b"\x20\0\x0D\0UI\x02\x001.\x20\0\x0E\0UI\x02\x002.";
    let nested = |head: &[u8]| [[head, item].concat().repeat(20_000), uids.to_vec()].concat();
    let element = |length: &[u8]| [b"\x08\0\x15\x11UN\0\0", length, uids].concat();
    vec![
        ("x_seq.dcm", file(explicit, &nested(b"\x08\0\x15\x11SQ\0\0\xFF\xFF\xFF\xFF"))),
        ("unknown.dcm", file(explicit, &nested(b"\x08\0\x15\x11UN\0\0\xFF\xFF\xFF\xFF"))),
        ("implicit.dcm", file(implicit, &nested(b"\x08\0\x15\x11\xFF\xFF\xFF\xFF"))),
        ("length.dcm", file(explicit, &element(b"\xF0\xFF\xFF\x7F"))),
        ("undefined.dcm", file(explicit, &element(b"\xFF\xFF\xFF\xFF"))),
        ("meta.dcm", [&file(explicit, b"")[..], b"\x02\0\x13\0OB\0\0\xF0\xFF\xFF\xFF", uids].concat()),
    ]
}
