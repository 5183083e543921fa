//! A file as the source: Encord's JSON, a CSV, JSON Lines, a list of URLs. Nothing is asked of the storage account.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Read},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::sync::mpsc::{Receiver, Sender, channel};

use crate::{
    error::UserError,
    manifest::{
        data_items::JobOptions,
        finding::{Finding, Origin, Position},
        item::Item,
        read::{
            self, FileFacts, Format, ReadError,
            ruled::{Names, Ruled, kind_by_rule},
        },
        rules::Rules,
        sink::Sink,
        skipped::Skipped,
        validate::{ValidatingSink, Validator},
    },
    service::{
        integration::account::resolve,
        manifest::{Building, Writing},
        problems::disk_problem,
    },
    wizard::{connections::AzureAccess, manifest::messages::ListingProgress},
};

/// Progress is told at most this often.
const SAMPLE: Duration = Duration::from_millis(100);
/// As many items and findings go from the reading thread to the writing one at once.
const BATCH: usize = 256;
/// As many batches wait in between.
const WAITING: usize = 8;

/// Reads it into the manifest; returns the number of blobs that it names.
pub(super) async fn read(
    building: &Building<'_>,
    into: &mut Writing,
    tell: &mut impl FnMut(ListingProgress),
) -> Result<u64, UserError> {
    let Building { access, manifest, .. } = building;
    let path = match manifest.file.as_deref() {
        Some(file) if !file.is_empty() => PathBuf::from(file),
        _ => {
            return Err(UserError::config(
                "[manifest] source = \"file\" reads a manifest, but file does not say which.",
            )
            .hint("Set file under [manifest]."));
        }
    };
    if let Some(fault) = manifest.source_fault() {
        return Err(UserError::config(fault));
    }
    let rules = Rules::new(&manifest.rules()).map_err(|error| UserError::config(format!("[manifest] {error}.")))?;
    let names = Names::new(container_url(access).as_deref()).below(&manifest.prefixes);
    let file = File::open(&path).map_err(|error| cannot_read(&path, &error))?;
    let size = file.metadata().map_err(|error| cannot_read(&path, &error))?.len();
    let (sender, receiver) = channel(WAITING);
    let done = Arc::new(AtomicU64::new(0));
    // The reader has the judge to itself until it is done: twins are told where they stand.
    let idle = into.judge.part();
    let judge = std::mem::replace(&mut into.judge, idle);
    let reading = Reading { path: path.clone(), file, done: Arc::clone(&done), rules, names, judge };
    let reader = tokio::task::spawn_blocking(move || reading.run(sender));
    let blobs = write(receiver, into, tell, || Some((done.load(Ordering::Relaxed).min(size), size))).await?;
    let (judge, facts) = reader
        .await
        .map_err(|error| UserError::other(format!("Reading {} broke off: {error}.", path.display())))?
        .map_err(|error| cannot_read(&path, &error))?;
    into.judge = judge;
    if let Some(note) = other_options(&facts, building.options) {
        into.writer.note(note);
    }
    Ok(blobs)
}

/// What the file says of the upload and the config does not do.
fn other_options(facts: &FileFacts, options: JobOptions) -> Option<String> {
    let both = [
        ("skip_duplicate_urls", facts.skip_duplicate_urls, options.skip_duplicate_urls),
        ("upsert_metadata", facts.upsert_metadata, options.upsert_metadata),
    ];
    let other: Vec<_> = both
        .iter()
        .filter_map(|(key, said, own)| said.filter(|said| said != own).map(|said| (key, said, own)))
        .collect();
    let told: Vec<String> =
        other.iter().map(|(key, said, own)| format!("{key} = {said}, which [upload] sets to {own}")).collect();
    (!told.is_empty()).then(|| format!("The file says {}: what [upload] says counts.", told.join(", and ")))
}

/// The container as Encord is to see it. No credential is needed to know it, unless the credential is what names it.
pub(super) fn container_url(access: &AzureAccess) -> Option<String> {
    let of_settings = || {
        let container = Some(access.azure.container.clone()).filter(|name| !name.is_empty())?;
        Some((access.azure.object_base()?, container))
    };
    let of_credential = || {
        let resolved = resolve(access).ok()?;
        Some((resolved.object_base(&access.azure), resolved.container.clone()))
    };
    let (account, container) = of_settings().or_else(of_credential)?;
    (!container.is_empty()).then(|| format!("{account}/{container}"))
}

fn cannot_read(path: &Path, error: &io::Error) -> UserError {
    UserError::config(format!("Cannot read the manifest {}: {error}.", path.display()))
        .hint("Check file under [manifest], and whether you may read it.")
}

/// Writes what the reader sends; returns the number of URLs.
async fn write(
    mut receiver: Receiver<Vec<Event>>,
    into: &mut Writing,
    tell: &mut impl FnMut(ListingProgress),
    bytes: impl Fn() -> Option<(u64, u64)>,
) -> Result<u64, UserError> {
    let mut told = Instant::now();
    let mut blobs = 0;
    while let Some(batch) = receiver.recv().await {
        for event in batch {
            let written = match event {
                Event::Item(name, place, item) => {
                    blobs += item.urls.len() as u64;
                    into.writer.item(&Origin { place, ..Origin::blob(&name) }, *item)
                }
                Event::Skipped(skipped) => {
                    blobs += 1;
                    into.writer.skipped(skipped)
                }
                Event::Finding(finding) => into.writer.finding(*finding),
            };
            written.map_err(|error| disk_problem("write the manifest", &error))?;
        }
        if told.elapsed() >= SAMPLE {
            told = Instant::now();
            tell(ListingProgress { bytes: bytes(), ..into.progress(blobs) });
        }
    }
    Ok(blobs)
}

#[derive(Debug)]
enum Event {
    Item(String, Option<Position>, Box<Item>),
    Skipped(Skipped),
    Finding(Box<Finding>),
}

/// Nobody wants the rest any more.
#[derive(Debug)]
struct Gone;

/// Reads and checks, on a thread of its own.
struct Reading {
    path: PathBuf,
    file: File,
    done: Arc<AtomicU64>,
    rules: Rules,
    names: Names,
    judge: Validator,
}

impl Reading {
    fn run(mut self, sender: Sender<Vec<Event>>) -> io::Result<(Validator, FileFacts)> {
        let mut outlet = Outlet { sender, batch: Vec::with_capacity(BATCH) };
        let mut input = BufReader::with_capacity(256 * 1024, Counted { file: self.file, done: self.done });
        let format = Format::of(&self.path, input.fill_buf()?);
        let kind_of = |url: &str| kind_by_rule(&self.rules, &self.names, url);
        let mut judged = ValidatingSink { judge: &mut self.judge, sink: &mut outlet };
        let mut ruled = Ruled { rules: &self.rules, names: &self.names, sink: &mut judged };
        let facts = match read::read(format, input, &kind_of, &mut ruled) {
            Ok(facts) => facts,
            Err(ReadError::File(error)) => return Err(error),
            // Who has gone away does not ask for the rest.
            Err(ReadError::Sink(Gone)) => FileFacts::default(),
        };
        let _ = outlet.send();
        Ok((self.judge, facts))
    }
}

struct Counted {
    file: File,
    done: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.done.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

struct Outlet {
    sender: Sender<Vec<Event>>,
    batch: Vec<Event>,
}

impl Outlet {
    fn push(&mut self, event: Event) -> Result<(), Gone> {
        self.batch.push(event);
        if self.batch.len() < BATCH { Ok(()) } else { self.send() }
    }

    fn send(&mut self) -> Result<(), Gone> {
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH));
        self.sender.blocking_send(batch).map_err(|_| Gone)
    }
}

impl Sink for Outlet {
    type Error = Gone;

    fn item(&mut self, origin: &Origin<'_>, item: Item) -> Result<(), Gone> {
        self.push(Event::Item(origin.name.to_owned(), origin.place, Box::new(item)))
    }

    fn skipped(&mut self, skipped: Skipped) -> Result<(), Gone> {
        self.push(Event::Skipped(skipped))
    }

    fn finding(&mut self, finding: Finding) -> Result<(), Gone> {
        self.push(Event::Finding(Box::new(finding)))
    }
}
