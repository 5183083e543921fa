//! The readers of manifests against files that nobody would write: a stored corpus, changed at random for two seconds each. Nothing
//! may panic, and what is found lies within the file.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "test helpers may stop at the first surprise"
)]

use std::{
    convert::Infallible,
    io::BufReader,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    time::{Duration, Instant},
};

use azure_to_encord::manifest::{
    Demands, Finding, Item, Judge, Judged, Origin, Sink, Skipped,
    read::{self, Format, kind_by_extension},
};

const TIME: Duration = Duration::from_secs(2);
/// Printed with every failure; another one makes other files.
const SEED: u64 = 0x5eed_2026;
/// What readers look for.
const TOKENS: [&[u8]; 22] = [
    b"\"",
    b"\"\"",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\\",
    b"\\u12",
    b"\r",
    b"\n",
    b"\r\n",
    b"#",
    b"NaN",
    b"-1e999",
    b"null",
    b"objectUrl_7",
    b"\xEF\xBB\xBF",
    b"\xFF",
    "é🎉".as_bytes(),
    b"ObjectURL",
];

/// Marsaglia's xorshift: enough chance, and the same on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (end.max(1) as u64)).unwrap()
    }

    fn change(&mut self, corpus: &[Vec<u8>]) -> Vec<u8> {
        let mut bytes = corpus[self.below(corpus.len())].clone();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            let to = (at + self.below(40)).min(bytes.len());
            match self.below(6) {
                0 if at < bytes.len() => bytes[at] = u8::try_from(self.below(256)).unwrap(),
                1 => drop(bytes.drain(at..to)),
                2 => bytes.truncate(at),
                3 => {
                    let part = bytes[at..to].to_vec();
                    let place = self.below(bytes.len() + 1);
                    bytes.splice(place..place, part);
                }
                4 => {
                    let other = &corpus[self.below(corpus.len())];
                    let from = self.below(other.len());
                    let part = other[from..(from + self.below(60)).min(other.len())].to_vec();
                    bytes.splice(at..at, part);
                }
                _ => {
                    let token = TOKENS[self.below(TOKENS.len())];
                    bytes.splice(at..at, token.iter().copied());
                }
            }
        }
        bytes
    }
}

/// Holds every place against the file.
struct Within {
    /// The characters of each line, bytes that are none counted too.
    lines: Vec<u64>,
    told: u64,
}

impl Within {
    fn new(format: Format, bytes: &[u8]) -> Within {
        let mut lines = vec![0];
        let mut before = 0;
        for byte in bytes {
            match byte {
                // Of all forms only a CSV ends lines with a lone CR.
                b'\n' if format == Format::Csv && before == b'\r' => {}
                b'\n' => lines.push(0),
                b'\r' if format == Format::Csv => lines.push(0),
                _ => *lines.last_mut().unwrap() += 1,
            }
            before = *byte;
        }
        Within { lines, told: 0 }
    }

    fn holds(&mut self, line: u64, column: u64) {
        self.told += 1;
        let characters = self.lines.get(usize::try_from(line).unwrap().wrapping_sub(1));
        assert!(characters.is_some_and(|count| (1..=count + 1).contains(&column)), "line {line}, column {column}");
    }
}

impl Sink for Within {
    type Error = Infallible;
    fn item(&mut self, origin: &Origin<'_>, item: Item) -> Result<(), Infallible> {
        let place = origin.place.expect("what comes from a file has a place");
        self.holds(place.line, place.column);
        assert!(!item.urls.is_empty());
        Ok(())
    }
    fn skipped(&mut self, skipped: Skipped) -> Result<(), Infallible> {
        panic!("a reader leaves nothing out: {skipped:?}")
    }
    fn finding(&mut self, finding: Finding) -> Result<(), Infallible> {
        if let (Some(line), Some(column)) = (finding.line, finding.column) {
            self.holds(line, column);
        }
        Ok(())
    }
}

fn read_all(format: Format, bytes: &[u8], buffer: usize) -> u64 {
    let mut within = Within::new(format, bytes);
    let mut judge = Judge::new(&Demands::default());
    let mut sink = Judged { judge: &mut judge, sink: &mut within };
    read::read(format, BufReader::with_capacity(buffer, bytes), &kind_by_extension, &mut sink).unwrap();
    judge.finish(&mut within).unwrap();
    within.told
}

fn fuzz(format: Format, folder: &str) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz_corpus").join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let corpus: Vec<Vec<u8>> = paths.iter().map(|path| std::fs::read(path).unwrap()).collect();
    assert!(!corpus.is_empty());
    let mut chance = Chance(SEED);
    let (began, mut files, mut told) = (Instant::now(), 0_u64, 0);
    while began.elapsed() < TIME {
        let bytes = if files < corpus.len() as u64 {
            corpus[usize::try_from(files).unwrap()].clone()
        } else {
            chance.change(&corpus)
        };
        let buffer = 1 + chance.below(64);
        told += catch_unwind(AssertUnwindSafe(|| read_all(format, &bytes, buffer))).unwrap_or_else(|_| {
            panic!("seed {SEED:#x}, file {files}, buffer {buffer}:\n{}", bytes.escape_ascii());
        });
        files += 1;
    }
    println!("{format:?}: {files} files, {told} items and findings, seed {SEED:#x}");
    assert!(files > 100 && told > files);
}

#[test]
fn fuzz_json() {
    fuzz(Format::Json, "json");
}

#[test]
fn fuzz_csv() {
    fuzz(Format::Csv, "csv");
}

#[test]
fn fuzz_lines() {
    fuzz(Format::Lines, "lines");
}

#[test]
fn fuzz_urls() {
    fuzz(Format::Urls, "urls");
}
