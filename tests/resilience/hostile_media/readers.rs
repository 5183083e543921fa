//! The readers of media files by themselves.

use std::{
    io::Cursor,
    time::{Duration, Instant},
};

use azure_to_encord::manifest::{
    Kind, Media,
    probe::{self, Known},
};

use crate::hostile_media::files::{self, Hostile};

fn read(kind: Kind, name: &str, bytes: &[u8]) -> Result<Media, String> {
    let known = Known { name, size: bytes.len() as u64, content_type: None };
    probe::read(kind, &known, Cursor::new(bytes)).map_err(|error| error.to_string())
}

/// On a stack as small as the threads of the program have.
fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new().stack_size(2 << 20).spawn(work).unwrap().join().unwrap()
}

#[test]
fn every_hostile_file_is_an_error_in_words() {
    on_a_thread(|| {
        for Hostile { name, kind, bytes } in files::all() {
            let began = Instant::now();
            let said = read(kind, name, &bytes).expect_err(name);
            println!("{name}: {} bytes, {:?}: {said}", bytes.len(), began.elapsed());
            assert!(!said.is_empty() && said.len() < 300, "{name}: {said}");
            assert!(began.elapsed() < Duration::from_secs(20), "{name} took {:?}", began.elapsed());
        }
    });
}

/// Names the kind and the file that the next test is about, in a process of its own; without a file it fills or leaves memory.
const FILE: &str = "ENCORD_TEST_HOSTILE_FILE";
/// What reading a file may take, in kilobytes.
const MOST: u64 = 200 << 10;

/// Not a test by itself.
#[test]
fn reads_one_file_where_it_is_asked_to() {
    let Ok(asked) = std::env::var(FILE) else { return };
    if asked == "fill" {
        let filled = vec![1_u8; 300 << 20];
        assert_eq!(filled.iter().map(|byte| u64::from(*byte)).sum::<u64>(), 300 << 20);
    }
    if let Some((kind, path)) = asked.split_once(':') {
        let kind: Kind = serde_json::from_value(kind.into()).unwrap();
        let bytes = std::fs::read(path).unwrap();
        on_a_thread(move || read(kind, "a.mp4", &bytes).unwrap_err());
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    println!("{}", status.lines().filter(|line| line.starts_with("Vm")).collect::<Vec<_>>().join(" "));
}

/// Runs it for a file with so many kilobytes of addresses, if that many are set.
#[cfg(target_os = "linux")]
fn child(asked: &str, limit: Option<u64>) -> (bool, String) {
    let limit = limit.map_or("unlimited".to_owned(), |limit| limit.to_string());
    let test = std::env::current_exe().unwrap();
    let one = "hostile_media::readers::reads_one_file_where_it_is_asked_to";
    let script = format!("ulimit -v {limit} && exec \"$0\" --exact {one} --nocapture --test-threads 1");
    let mut command = std::process::Command::new("sh");
    // One arena, so that threads reserve nothing of their own.
    command.args(["-c", &script]).arg(test).env(FILE, asked).env("MALLOC_ARENA_MAX", "1");
    let output = command.output().unwrap();
    (output.status.success(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

#[cfg(target_os = "linux")]
#[test]
fn no_file_takes_more_memory_than_is_allowed() {
    let number = |text: &str, key: &str| -> u64 {
        let at = text.find(key).unwrap_or_else(|| panic!("no {key}: {text}")) + key.len();
        text[at..].split_whitespace().next().unwrap().parse().unwrap()
    };
    let (_, bare) = child("nothing", None);
    let bare = number(&bare, "VmPeak:");
    let (ends_well, said) = child("fill", Some(bare + MOST));
    assert!(!ends_well && said.contains("memory allocation"), "the limit holds nothing: {said}");
    let dir = tempfile::tempdir().unwrap();
    for Hostile { name, kind, bytes } in files::all() {
        let path = dir.path().join(name);
        std::fs::write(&path, &bytes).unwrap();
        // The test's own copy of the file is not what reading it takes; nor is the thread's stack.
        let limit = bare + MOST + (bytes.len() as u64 >> 10) + (2 << 10);
        let (ends_well, said) = child(&format!("{kind}:{}", path.display()), Some(limit));
        assert!(ends_well, "{name}: {said}");
        println!("{name}: {} kB of addresses, {} kB held", number(&said, "VmPeak:") - bare, number(&said, "VmHWM:"));
    }
}

/// Marsaglia's xorshift: enough chance, and the same on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (end.max(1) as u64)).unwrap()
    }

    /// Changes bytes, makes lengths huge, cuts off, and puts parts of the file into itself.
    fn change(&mut self, bytes: &mut Vec<u8>) {
        const LENGTHS: [&[u8]; 6] = [
            &[0xFF; 4],
            &[0x7F, 0xFF, 0xFF, 0xFF],
            &[0xF0, 0xFF, 0xFF, 0xFF],
            &[0x01, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xF0],
            &[0, 0, 0, 1, b'm', b'o', b'o', b'v', 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
            &[0; 4],
        ];
        for _ in 0..=self.below(3) {
            // What matters stands in front.
            let reach = if self.below(3) == 0 { bytes.len() } else { bytes.len().min(400) };
            let at = self.below(reach);
            match self.below(6) {
                0 => bytes.truncate(at),
                1 => {
                    let part = bytes[at..(at + self.below(200)).min(bytes.len())].to_vec();
                    bytes.splice(at..at, part.repeat(1 + self.below(40)));
                }
                2 => {
                    let length = LENGTHS[self.below(LENGTHS.len())];
                    let end = (at + length.len()).min(bytes.len());
                    bytes.splice(at..end, length.iter().copied());
                }
                _ if at < bytes.len() => bytes[at] = u8::try_from(self.below(256)).unwrap(),
                _ => {}
            }
        }
    }
}

#[test]
fn files_changed_at_random_end_nothing() {
    let demo = |name: &str| std::fs::read(format!("{}/assets/demo/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let corpus = [
        (Kind::Video, demo("clip.mp4")),
        (Kind::Video, demo("clip.webm")),
        (Kind::Video, files::kept("webm_00158.webm")),
        (Kind::Audio, demo("tone.mp3")),
        (Kind::Audio, demo("tone.flac")),
        (Kind::Audio, demo("clip.mp4")),
        (Kind::Image, demo("frame.png")),
        (Kind::Image, demo("frame.webp")),
        (Kind::Image, demo("frame1.jpg")),
        (Kind::Pdf, files::document(false)),
        (Kind::Pdf, files::document(true)),
    ];
    for (kind, bytes) in &corpus[9..] {
        assert_eq!(read(*kind, "a.pdf", bytes), Ok(Media::Pdf { file_size: bytes.len() as u64, num_pages: 3 }));
    }
    let is_long = std::env::var_os("ENCORD_TEST_RANDOM").is_some();
    let count = if is_long { 20_000 } else { 3_000 };
    on_a_thread(move || {
        let mut chance = Chance(0x5eed_2026);
        let (mut readable, mut slowest) = (0, Duration::ZERO);
        for place in 0..count {
            let (kind, original) = &corpus[place % corpus.len()];
            let mut bytes = original.clone();
            chance.change(&mut bytes);
            let began = Instant::now();
            readable += usize::from(read(*kind, "x.mp4", &bytes).is_ok());
            slowest = slowest.max(began.elapsed());
        }
        println!("{count} files, {readable} readable, the slowest took {slowest:?}");
        assert!(readable > count / 20 && readable < count);
        assert!(slowest < Duration::from_secs(5), "{slowest:?}");
    });
}
