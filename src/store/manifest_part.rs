//! Part of a manifest in memory, already in the form in which it is written. Parts can be made side by side, and be laid aside in a
//! file until it is their turn.

use std::{
    collections::BTreeMap,
    io::{self, Read, Write},
};

use crate::{
    manifest::{
        batch::ItemSize,
        encoded, file_form,
        finding::{Finding, Origin, Severity},
        item::Item,
        kind::Kind,
        simple_item::SimpleItem,
        sink::Sink,
        skipped::{SkipReason, Skipped},
    },
    store::{items::entry::Entry, jsonl::Lines},
};

/// Takes what becomes part of a manifest. [`crate::store::manifest_dir::writer::ManifestWriter::add`] adds it to the manifest.
#[derive(Debug, Default)]
pub struct ManifestPart {
    pub(super) kinds: BTreeMap<Kind, KindPart>,
    /// The items that are kept whole, one a line.
    pub(super) whole: Vec<u8>,
    pub(super) skipped: Lines,
    pub(super) errors: Lines,
    pub(super) warnings: Lines,
    pub(super) findings: Vec<Finding>,
    pub(super) reasons: BTreeMap<SkipReason, u64>,
    pub(super) bytes: u64,
    pub(super) urls: u64,
    /// Items with at least one error.
    pub(super) faulty: u64,
    /// Whether the first item is one of them; nothing where there is no item.
    pub(super) first_is_faulty: Option<bool>,
    /// Whether an error was found behind the last item.
    pub(super) is_faulty: bool,
}

/// The items of one kind.
#[derive(Debug, Default)]
pub(super) struct KindPart {
    /// Where each stands in `elements`, or among the whole items of the part.
    pub(super) entries: Vec<Entry>,
    /// In the file form, each behind what stands between two.
    pub(super) elements: Vec<u8>,
}

impl ManifestPart {
    /// Empties it, but keeps the room that it took.
    pub fn clear(&mut self) {
        for part in self.kinds.values_mut() {
            part.entries.clear();
            part.elements.clear();
        }
        self.whole.clear();
        for lines in [&mut self.skipped, &mut self.errors, &mut self.warnings] {
            lines.clear();
        }
        self.findings.clear();
        self.reasons.clear();
        (self.bytes, self.urls, self.faulty) = (0, 0, 0);
        (self.first_is_faulty, self.is_faulty) = (None, false);
    }

    /// How many items of each kind are in it.
    pub fn items(&self) -> impl Iterator<Item = (Kind, u64)> {
        self.kinds.iter().map(|(kind, part)| (*kind, part.entries.len() as u64))
    }

    /// How many blobs were left out.
    pub fn left_out(&self) -> u64 {
        self.reasons.values().sum()
    }

    /// Lays it aside; [`ManifestPart::load`] reads it back.
    ///
    /// # Errors
    /// The output's.
    pub fn save(&self, out: &mut impl Write) -> io::Result<()> {
        let kinds = self.kinds.iter().filter(|(_, part)| !part.entries.is_empty());
        let flags = u64::from(self.is_faulty) | self.first_is_faulty.map_or(0, |first| 2 | (u64::from(first) << 2));
        for number in [self.bytes, self.urls, self.faulty, flags, kinds.clone().count() as u64] {
            put_number(out, number)?;
        }
        for (kind, part) in kinds {
            put_number(out, place(Kind::ALL.iter(), kind))?;
            put_number(out, part.entries.len() as u64)?;
            part.entries.iter().try_for_each(|entry| entry.write(out))?;
            put_bytes(out, &part.elements)?;
        }
        put_bytes(out, &self.whole)?;
        put_number(out, self.reasons.len() as u64)?;
        for (reason, count) in &self.reasons {
            put_number(out, place(SkipReason::ALL.iter(), reason))?;
            put_number(out, *count)?;
        }
        for lines in [&self.skipped, &self.errors, &self.warnings] {
            put_lines(out, lines)?;
        }
        Ok(())
    }

    /// Reads back what was laid aside; the old content is lost.
    ///
    /// # Errors
    /// The input's, or it is none that was laid aside.
    pub fn load(&mut self, from: &mut impl Read) -> io::Result<()> {
        self.clear();
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "a part of the manifest is damaged");
        (self.bytes, self.urls, self.faulty) = (number(from)?, number(from)?, number(from)?);
        let flags = number(from)?;
        self.is_faulty = flags & 1 != 0;
        self.first_is_faulty = (flags & 2 != 0).then_some(flags & 4 != 0);
        for _ in 0..number(from)? {
            let kind =
                usize::try_from(number(from)?).ok().and_then(|place| Kind::ALL.get(place)).ok_or_else(damaged)?;
            let part = self.kinds.entry(*kind).or_default();
            for _ in 0..number(from)? {
                part.entries.push(Entry::read(from)?);
            }
            bytes(from, &mut part.elements)?;
        }
        bytes(from, &mut self.whole)?;
        for _ in 0..number(from)? {
            let reason = usize::try_from(number(from)?).ok().and_then(|place| SkipReason::ALL.get(place));
            self.reasons.insert(*reason.ok_or_else(damaged)?, number(from)?);
        }
        for kept in [&mut self.skipped, &mut self.errors, &mut self.warnings] {
            lines(from, kept)?;
        }
        // Errors and warnings have no code in common, so their order among each other does not matter.
        for kept in [&self.errors, &self.warnings] {
            for line in kept.bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                self.findings.push(serde_json::from_slice(line)?);
            }
        }
        Ok(())
    }
}

impl ManifestPart {
    /// Counts an item of so many bytes and URLs.
    fn count(&mut self, bytes: u64, urls: u64) {
        self.bytes += bytes;
        self.urls += urls;
        let is_faulty = std::mem::take(&mut self.is_faulty);
        self.faulty += u64::from(is_faulty);
        self.first_is_faulty.get_or_insert(is_faulty);
    }
}

impl Sink for ManifestPart {
    type Error = io::Error;

    fn item(&mut self, _: &Origin<'_>, item: Item) -> io::Result<()> {
        let KindPart { entries, elements } = self.kinds.entry(item.kind).or_default();
        elements.extend_from_slice(file_form::BETWEEN);
        let (in_form, in_whole) = (elements.len(), self.whole.len() as u64);
        encoded::put_item(&item, &mut self.whole, elements)?;
        let is_whole = self.whole.len() as u64 > in_whole;
        if is_whole {
            self.whole.push(b'\n');
        }
        let json = encoded::job_bytes(&item, elements.len() - in_form);
        let weight = ItemSize { bytes: item.bytes, urls: item.urls.len() as u64, json };
        entries.push(Entry { at: if is_whole { in_whole } else { in_form as u64 }, is_whole, weight });
        self.count(item.bytes, item.urls.len() as u64);
        Ok(())
    }

    fn plain(&mut self, plain: &SimpleItem<'_>) -> io::Result<()> {
        let KindPart { entries, elements } = self.kinds.entry(plain.kind).or_default();
        elements.extend_from_slice(file_form::BETWEEN);
        let at = elements.len();
        encoded::put_plain(plain, elements);
        let weight = ItemSize { bytes: plain.bytes, urls: 1, json: encoded::plain_job_bytes(elements.len() - at) };
        entries.push(Entry { at: at as u64, is_whole: false, weight });
        self.count(plain.bytes, 1);
        Ok(())
    }

    fn skipped(&mut self, skipped: Skipped) -> io::Result<()> {
        self.skipped.push(&skipped)?;
        *self.reasons.entry(skipped.reason).or_default() += 1;
        Ok(())
    }

    fn finding(&mut self, finding: Finding) -> io::Result<()> {
        match finding.severity {
            Severity::Error => {
                self.is_faulty = true;
                self.errors.push(&finding)?;
            }
            Severity::Warning => self.warnings.push(&finding)?,
        }
        self.findings.push(finding);
        Ok(())
    }
}

fn place<'a, T: PartialEq + 'a>(mut all: impl Iterator<Item = &'a T>, wanted: &T) -> u64 {
    all.position(|known| known == wanted).map_or(u64::MAX, |place| place as u64)
}

fn put_number(out: &mut impl Write, number: u64) -> io::Result<()> {
    out.write_all(&number.to_le_bytes())
}

fn put_bytes(out: &mut impl Write, bytes: &[u8]) -> io::Result<()> {
    put_number(out, bytes.len() as u64)?;
    out.write_all(bytes)
}

fn put_lines(out: &mut impl Write, lines: &Lines) -> io::Result<()> {
    put_number(out, lines.starts.len() as u64)?;
    for start in &lines.starts {
        put_number(out, *start)?;
    }
    put_bytes(out, &lines.bytes)
}

fn number(from: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    from.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

fn bytes(from: &mut impl Read, into: &mut Vec<u8>) -> io::Result<()> {
    let length = number(from)?;
    into.clear();
    let read = from.take(length).read_to_end(into)?;
    if read as u64 == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

fn lines(from: &mut impl Read, into: &mut Lines) -> io::Result<()> {
    into.clear();
    for _ in 0..number(from)? {
        into.starts.push(number(from)?);
    }
    bytes(from, &mut into.bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::upload::Upload,
        manifest::{
            blob_facts::BlobFacts,
            builder::Builder,
            finding::Code,
            rules::{RuleTexts, Rules},
            skipped::SkipReason,
        },
        store::manifest_dir::{ManifestDir, writer::ManifestWriter},
    };

    fn fill(sink: &mut impl Sink<Error = io::Error>, range: std::ops::Range<usize>) {
        for number in range {
            let name = format!("{number}");
            let kind = Kind::ALL[number % Kind::ALL.len()];
            if number % 3 == 0 {
                sink.finding(Finding::new(Code::MetadataType, &*name, "bad").key(format!("k{}", number % 300)))
                    .unwrap();
                sink.finding(Finding::new(Code::MetadataPath, &*name, "no shape")).unwrap();
            }
            if number % 7 == 0 {
                sink.skipped(Skipped { name: name.clone(), reason: SkipReason::Empty }).unwrap();
            } else {
                let item = Item { bytes: 2, ..Item::new(kind, &*name, vec![format!("https://u/{number}")]) };
                sink.item(&Origin::blob(&name), item).unwrap();
            }
        }
    }

    fn content(manifest: &ManifestDir) -> Vec<(String, Vec<u8>)> {
        let mut files: Vec<_> = std::fs::read_dir(manifest.path())
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).unwrap()))
            .collect();
        files.sort();
        files
    }

    #[test]
    fn parts_give_the_same_files_as_one_after_another_also_when_laid_aside() {
        let options = Upload::default().options();
        let whole_dir = tempfile::tempdir().unwrap();
        let mut whole = ManifestWriter::create(whole_dir.path()).unwrap();
        fill(&mut whole, 0..2000);
        let whole = whole.finish(options).unwrap();
        for (step, aside) in [(1, false), (7, false), (7, true), (450, true)] {
            let dir = tempfile::tempdir().unwrap();
            let mut writer = ManifestWriter::create(dir.path()).unwrap();
            let mut part = ManifestPart::default();
            for from in (0..2000).step_by(step) {
                fill(&mut part, from..(from + step).min(2000));
                if aside {
                    let mut saved = Vec::new();
                    part.save(&mut saved).unwrap();
                    let mut reading = saved.as_slice();
                    part.load(&mut reading).unwrap();
                    assert!(reading.is_empty());
                    assert!(ManifestPart::default().load(&mut &saved[..saved.len() - 1]).is_err());
                }
                writer.add(&mut part).unwrap();
            }
            let parts = writer.finish(options).unwrap();
            assert_eq!(parts.summary(), whole.summary(), "{step}");
            assert!(content(&parts) == content(&whole), "{step}");
        }
    }

    /// Makes every item whole.
    struct Wholly<'a>(&'a mut ManifestPart);

    impl Sink for Wholly<'_> {
        type Error = io::Error;

        fn item(&mut self, origin: &Origin<'_>, item: Item) -> io::Result<()> {
            self.0.item(origin, item)
        }

        fn skipped(&mut self, skipped: Skipped) -> io::Result<()> {
            self.0.skipped(skipped)
        }

        fn finding(&mut self, finding: Finding) -> io::Result<()> {
            self.0.finding(finding)
        }
    }

    proptest::proptest! {
        #![proptest_config(crate::seeds::cases(256))]

        #[test]
        fn plain_items_are_written_as_if_they_had_been_made_whole(
            names in proptest::collection::vec("(site/)?[ -~\u{1}\u{7f}é日🎉\u{301}/.]{0,12}(\\.jpg|\\.MP4|/|\\.zip|\\.nii\\.gz|x{320}\\.pdf)?", 1..20),
            facts in proptest::collection::vec((0u64..3, 0usize..4, 0usize..3, 0u8..8), 20),
            path in 0usize..5,
            with_constants: bool,
        ) {
            let path = [None, Some("{site}/{rest}"), Some("site/{a}/{b}"), Some("{a}.{b}"), Some("{rest}")][path];
            let constants = serde_json::json!({"site": "\"default\"", "n": 1.5, "none": null, "t": true});
            let texts = RuleTexts {
                path: path.map(str::to_owned),
                constants: if with_constants { constants.as_object().unwrap().clone() } else { serde_json::Map::new() },
                ..RuleTexts::default()
            };
            let build = |whole: bool| {
                let mut builder =
                    Builder::new(Rules::new(&texts).unwrap(), "https://acme.blob.core.windows.net/", "raw");
                let mut part = ManifestPart::default();
                for (name, (size, content_type, tier, flags)) in names.iter().zip(&facts) {
                    let blob = BlobFacts {
                        name,
                        size: *size,
                        content_type: [None, Some("image/jpeg"), Some("text/plain; charset=utf-8"), Some("")][*content_type],
                        tier: [None, Some("Hot"), Some("Archive")][*tier],
                        is_folder: *flags == 1,
                        rehydrating: *flags == 2,
                        ..BlobFacts::default()
                    };
                    match whole {
                        true => builder.blob(&blob, &mut Wholly(&mut part)).unwrap(),
                        false => builder.blob(&blob, &mut part).unwrap(),
                    }
                }
                let mut saved = Vec::new();
                part.save(&mut saved).unwrap();
                saved
            };
            proptest::prop_assert!(build(false) == build(true));
        }
    }
}
