//! Turns listed blobs into items, and accounts for every blob that does not become one.

use std::{collections::BTreeMap, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    Code, Finding, Item, Kind, Origin, Sink, natural, object_url,
    rules::{GroupKey, Rules},
    title,
};

/// What the builder has to know of a blob.
#[derive(Debug, Clone, Copy)]
pub struct BlobFacts<'a> {
    /// The whole name, exactly as stored.
    pub name: &'a str,
    /// Bytes.
    pub size: u64,
    /// The stored content type, if any.
    pub content_type: Option<&'a str>,
    /// The access tier, if the service tells: `Hot`, `Cool`, `Cold`, `Archive`, …
    pub tier: Option<&'a str>,
    /// Whether the listing marks this as a directory.
    pub is_folder: bool,
    /// Whether the blob is on its way back from the archive tier and cannot be read yet.
    pub rehydrating: bool,
}

/// Why a blob is not in the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    /// The include or exclude globs keep it out.
    Excluded,
    /// A directory, or the empty blob that stands for one.
    FolderMarker,
    /// In the Archive tier, or still coming back from it: Encord cannot read it.
    Archived,
    /// No bytes: there is nothing to label, and Encord refuses it.
    Empty,
    /// Neither the extension nor the content type is one that Encord takes.
    UnknownType,
    /// No URL can name it.
    Unreachable,
}

impl SkipReason {
    /// Every reason, in the order of the tests that are made.
    pub const ALL: [SkipReason; 6] = [
        SkipReason::Excluded,
        SkipReason::FolderMarker,
        SkipReason::Archived,
        SkipReason::Empty,
        SkipReason::UnknownType,
        SkipReason::Unreachable,
    ];

    /// A short name for screens and reports.
    pub fn label(self) -> &'static str {
        match self {
            SkipReason::Excluded => "excluded by your rules",
            SkipReason::FolderMarker => "folder marker",
            SkipReason::Archived => "in the archive tier",
            SkipReason::Empty => "empty (0 bytes)",
            SkipReason::UnknownType => "unknown type",
            SkipReason::Unreachable => "no URL can name it",
        }
    }

    /// What the user can do about it.
    pub fn advice(self) -> &'static str {
        match self {
            SkipReason::Excluded => "Change include or exclude under [manifest] if it should be taken.",
            SkipReason::FolderMarker => "Nothing to do: it stands for a folder and holds no data.",
            SkipReason::Archived => "Move it to the Hot tier (rehydration takes hours), then list again.",
            SkipReason::Empty => "Upload the file again; its content is missing.",
            SkipReason::UnknownType => {
                "If Encord can read it, give it a type with [[manifest.types]] match = \"…\", type = \"…\"."
            }
            SkipReason::Unreachable => {
                "Rename the blob: clients drop the path segments '.' and '..', and Encord takes URLs of 16 KB at most."
            }
        }
    }
}

/// A blob that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// The blob's name.
    pub name: String,
    /// Why.
    pub reason: SkipReason,
}

/// Builds items from blobs in any order. Memory grows only with the number of files in groups.
///
/// The pages of a listing may be built side by side: each by a [`Builder::part`] of its own, which are merged in the order of the
/// pages, so that the outcome is the same as if one builder had seen all blobs.
#[derive(Debug)]
pub struct Builder {
    shared: Arc<Shared>,
    held: Held,
}

/// What does not change from blob to blob; all parts have it in common.
#[derive(Debug)]
struct Shared {
    rules: Rules,
    account_url: String,
    container: String,
}

/// What is kept until the last blob was seen; every part has its own.
#[derive(Debug, Default)]
struct Held {
    groups: BTreeMap<GroupKey, Vec<File>>,
}

impl Held {
    fn merge(&mut self, later: Held) {
        for (key, files) in later.groups {
            self.groups.entry(key).or_default().extend(files);
        }
    }
}

/// A file of a group.
#[derive(Debug)]
struct File {
    name: String,
    url: String,
    bytes: u64,
}

impl Builder {
    /// A builder for one container. `account_url` is the storage account as Encord is to see it.
    pub fn new(rules: Rules, account_url: &str, container: &str) -> Builder {
        let shared = Shared { rules, account_url: account_url.to_owned(), container: container.to_owned() };
        Builder { shared: Arc::new(shared), held: Held::default() }
    }

    /// A builder by the same rules that has seen no blob yet.
    #[must_use]
    pub fn part(&self) -> Builder {
        Builder { shared: Arc::clone(&self.shared), held: Held::default() }
    }

    /// Takes over what a part holds, whose blobs come after those seen so far.
    pub fn merge(&mut self, later: Builder) {
        self.held.merge(later.held);
    }

    /// Takes one blob.
    ///
    /// # Errors
    /// The sink's.
    pub fn blob<S: Sink>(&mut self, blob: &BlobFacts<'_>, sink: &mut S) -> Result<(), S::Error> {
        let Shared { rules, account_url, container } = &*self.shared;
        let name = blob.name;
        let skip = |reason| Skipped { name: name.to_owned(), reason };
        if blob.is_folder || (blob.size == 0 && name.ends_with('/')) {
            return sink.skipped(skip(SkipReason::FolderMarker));
        }
        if !rules.takes(name) {
            return sink.skipped(skip(SkipReason::Excluded));
        }
        let by_rule = rules.kind(name);
        let by_extension = Kind::from_extension(name);
        let by_content_type = blob.content_type.and_then(Kind::from_content_type);
        let kind = by_rule.or(by_extension).or(by_content_type);
        let group = rules.group(name, kind);
        if kind.is_none() && group.is_none() {
            return sink.skipped(skip(SkipReason::UnknownType));
        }
        if blob.rehydrating || blob.tier.is_some_and(|tier| tier.eq_ignore_ascii_case("archive")) {
            return sink.skipped(skip(SkipReason::Archived));
        }
        if blob.size == 0 {
            return sink.skipped(skip(SkipReason::Empty));
        }
        let Ok(url) = object_url::object_url(account_url, container, name) else {
            return sink.skipped(skip(SkipReason::Unreachable));
        };
        if by_rule.is_none()
            && let (Some(extension), Some(content_type)) = (by_extension, by_content_type)
            && extension != content_type
        {
            let message = format!(
                "taken as {extension} by its extension, but stored with the content type {}",
                blob.content_type.unwrap_or_default()
            );
            sink.finding(Finding::new(Code::TypeDisagreement, name, message))?;
        }
        if rules.path_misses(name) {
            let message =
                "its path does not fit the pattern in [manifest.metadata] path, so it gets no metadata from it";
            sink.finding(Finding::new(Code::MetadataPath, name, message))?;
        }
        if let Some(key) = group {
            self.held.groups.entry(key).or_default().push(File { name: name.to_owned(), url, bytes: blob.size });
            return Ok(());
        }
        match kind {
            Some(kind) => {
                let item = Item {
                    client_metadata: rules.metadata(name),
                    bytes: blob.size,
                    ..Item::new(kind, title::from_path(name), vec![url])
                };
                sink.item(&Origin::blob(name), item)
            }
            None => sink.skipped(skip(SkipReason::UnknownType)),
        }
    }

    /// Hands over the groups, their files in natural order. Call it once, after the last blob.
    ///
    /// # Errors
    /// The sink's.
    pub fn finish<S: Sink>(self, sink: &mut S) -> Result<(), S::Error> {
        let Shared { rules, container, .. } = &*self.shared;
        for (key, mut frames) in self.held.groups {
            frames.sort_by(|a, b| natural::compare(&a.name, &b.name));
            let client_metadata = frames.first().map(|frame| rules.metadata(&frame.name)).unwrap_or_default();
            let name = if key.key.is_empty() { container.clone() } else { key.key };
            let bytes = frames.iter().map(|frame| frame.bytes).sum();
            let urls = frames.into_iter().map(|frame| frame.url).collect();
            let item = Item { client_metadata, bytes, ..Item::new(key.kind, title::from_path(&name), urls) };
            sink.item(&Origin::blob(&name), item)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Demands, Judge, Judged, rules::RuleTexts};
    use std::convert::Infallible;

    #[derive(Default)]
    struct Collected {
        items: Vec<Item>,
        skipped: Vec<Skipped>,
        findings: Vec<Finding>,
    }

    impl Sink for Collected {
        type Error = Infallible;
        fn item(&mut self, _: &Origin<'_>, item: Item) -> Result<(), Infallible> {
            self.items.push(item);
            Ok(())
        }
        fn skipped(&mut self, skipped: Skipped) -> Result<(), Infallible> {
            self.skipped.push(skipped);
            Ok(())
        }
        fn finding(&mut self, finding: Finding) -> Result<(), Infallible> {
            self.findings.push(finding);
            Ok(())
        }
    }

    fn blob(name: &str) -> BlobFacts<'_> {
        BlobFacts { name, size: 9, content_type: None, tier: Some("Hot"), is_folder: false, rehydrating: false }
    }

    fn build(texts: &RuleTexts, blobs: &[BlobFacts<'_>]) -> Collected {
        build_strictly(texts, blobs, false)
    }

    fn build_strictly(texts: &RuleTexts, blobs: &[BlobFacts<'_>], strict: bool) -> Collected {
        let mut collected = Collected::default();
        let rules = Rules::new(texts).unwrap();
        let mut judge = Judge::new(&Demands { strict, ..Demands::default() });
        let mut builder = Builder::new(rules, "https://a.blob.core.windows.net", "c");
        let mut sink = Judged { judge: &mut judge, sink: &mut collected };
        for blob in blobs {
            builder.blob(blob, &mut sink).unwrap();
        }
        builder.finish(&mut sink).unwrap();
        collected
    }

    #[test]
    fn every_blob_is_an_item_a_frame_or_a_named_omission() {
        let texts = RuleTexts { exclude: vec!["tmp/**".into()], ..RuleTexts::default() };
        let collected = build(
            &texts,
            &[
                blob("a.jpg"),
                BlobFacts { is_folder: true, size: 0, ..blob("folder") },
                BlobFacts { size: 0, ..blob("folder2/") },
                blob("tmp/a.jpg"),
                BlobFacts { tier: Some("Archive"), ..blob("old.mp4") },
                BlobFacts { rehydrating: true, ..blob("back.mp4") },
                BlobFacts { size: 0, ..blob("empty.png") },
                blob("data.parquet"),
                blob("a/../b.png"),
                BlobFacts { content_type: Some("audio/mpeg"), ..blob("recording") },
            ],
        );
        let items: Vec<_> = collected.items.iter().map(|item| (item.kind, item.title.as_str())).collect();
        assert_eq!(items, [(Kind::Image, "a.jpg"), (Kind::Audio, "recording")]);
        let reasons: Vec<_> = collected.skipped.iter().map(|skipped| skipped.reason).collect();
        use SkipReason::{Archived, Empty, Excluded, FolderMarker, UnknownType, Unreachable};
        assert_eq!(
            reasons,
            [FolderMarker, FolderMarker, Excluded, Archived, Archived, Empty, UnknownType, Unreachable]
        );
    }

    #[test]
    fn a_contradiction_is_a_warning_until_a_rule_decides() {
        let odd = BlobFacts { content_type: Some("image/jpeg"), ..blob("clip.mp4") };
        let collected = build(&RuleTexts::default(), &[odd]);
        assert_eq!(collected.items[0].kind, Kind::Video);
        assert_eq!(collected.findings[0].code, Code::TypeDisagreement);
        assert!(collected.findings[0].message.contains("image/jpeg"));
        let texts = RuleTexts { types: vec![("*.mp4".into(), Kind::Image)], ..RuleTexts::default() };
        let collected = build(&texts, &[odd]);
        assert_eq!((collected.items[0].kind, collected.findings.len()), (Kind::Image, 0));
    }

    #[test]
    fn dicom_files_of_a_directory_are_one_series_in_natural_order() {
        let collected =
            build(&RuleTexts::default(), &[blob("ct/10.dcm"), blob("ct/9.dcm"), blob("mr/1.dcm"), blob("2.dcm")]);
        let groups: Vec<_> =
            collected.items.iter().map(|item| (item.title.as_str(), item.urls.len(), item.bytes)).collect();
        assert_eq!(groups, [("c", 1, 9), ("ct", 2, 18), ("mr", 1, 9)]);
        assert!(collected.items[1].urls[0].ends_with("/ct/9.dcm"));
    }

    #[test]
    fn parts_that_are_merged_in_order_give_what_one_builder_gives() {
        let texts =
            RuleTexts { groups: vec![(Kind::ImageGroup, "rig/**".into(), "directory".into())], ..RuleTexts::default() };
        let names: Vec<String> = (0..40)
            .flat_map(|n| [format!("ct/{}/{n}.dcm", n % 3), format!("rig/{}/{}.jpg", n % 4, n % 2), format!("{n}.png")])
            .collect();
        let blobs: Vec<_> = names.iter().map(|name| blob(name)).collect();
        let mut whole = Collected::default();
        let mut builder = Builder::new(Rules::new(&texts).unwrap(), "https://a.blob.core.windows.net", "c");
        for page in blobs.chunks(7) {
            let mut part = builder.part();
            for blob in page {
                part.blob(blob, &mut whole).unwrap();
            }
            builder.merge(part);
        }
        builder.finish(&mut whole).unwrap();
        assert_eq!(whole.items, build(&texts, &blobs).items);
    }

    #[test]
    fn constants_and_path_captures_become_client_metadata() {
        let texts = RuleTexts {
            path: Some("{site}/{rest}".into()),
            constants: serde_json::from_str(r#"{"project": "p", "site": "default"}"#).unwrap(),
            ..RuleTexts::default()
        };
        let collected = build(&texts, &[blob("leeds/a.jpg"), blob("b.jpg")]);
        assert_eq!(collected.items[0].client_metadata["site"], "leeds");
        assert_eq!(collected.items[1].client_metadata["site"], "default");
        assert_eq!(collected.findings.len(), 1);
        assert_eq!(collected.findings[0].code, Code::MetadataPath);
    }

    #[test]
    fn strict_client_only_access_finds_fault_with_sequences_and_with_what_lacks_media_metadata() {
        let texts = RuleTexts {
            groups: vec![
                (Kind::ImageSequence, "seq/**".into(), "directory".into()),
                (Kind::ImageGroup, "rig/**".into(), "directory".into()),
            ],
            ..RuleTexts::default()
        };
        let names =
            ["a.mp4", "b.jpg", "c.mp3", "d.pdf", "e.txt", "f.nii", "g.pcd", "ct/1.dcm", "seq/1.jpg", "rig/1.jpg"];
        let blobs = names.map(blob);
        let strict = build_strictly(&texts, &blobs, true);
        let faults: Vec<_> = strict.findings.iter().map(|fault| (fault.code, fault.item.as_str())).collect();
        use Code::{StrictMediaMetadata, StrictSequence};
        assert_eq!(
            faults,
            [
                (StrictMediaMetadata, "a.mp4"),
                (StrictMediaMetadata, "b.jpg"),
                (StrictMediaMetadata, "c.mp3"),
                (StrictMediaMetadata, "rig"),
                (StrictSequence, "seq"),
            ]
        );
        let lenient = build(&texts, &blobs);
        assert_eq!((lenient.findings.len(), lenient.items), (0, strict.items));
    }
}
