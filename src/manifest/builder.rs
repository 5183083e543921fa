//! Turns listed blobs into items, and accounts for every blob that does not become one.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{
    Code, Finding, Item, Kind, Origin, Plain, Provenance, Sink,
    groups::{Groups, Naming},
    object_url::ObjectUrls,
    rules::{Place, Rules},
    since::{Known, fingerprint},
    title,
};

/// What the builder has to know of a blob.
#[derive(Debug, Clone, Copy, Default)]
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
    /// The time of its last change, as RFC 1123 or ISO 8601 writes it.
    pub last_modified: Option<&'a str>,
    /// What changes with every change of it, without quotation marks.
    pub etag: Option<&'a str>,
    /// The blob's metadata headers, where they become client metadata.
    pub headers: &'a [(String, String)],
    /// The blob's index tags, where they become client metadata.
    pub tags: &'a [(String, String)],
}

impl BlobFacts<'_> {
    /// The client metadata with what the blob itself says: index tags go before headers, headers before the rest.
    fn added_to(&self, mut metadata: Map<String, Value>) -> Map<String, Value> {
        let said = self.headers.iter().chain(self.tags);
        metadata.extend(said.map(|(key, value)| (key.clone(), Value::from(value.as_str()))));
        metadata
    }

    fn provenance(&self) -> Provenance {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Provenance { content_type: text(self.content_type), etag: text(self.etag), ..Provenance::default() }
    }
}

/// Why a blob is not in the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SkipReason {
    /// The include or exclude globs keep it out.
    Excluded,
    /// Smaller than min_size.
    TooSmall,
    /// Larger than max_size.
    TooLarge,
    /// Last changed before modified_from.
    ChangedBefore,
    /// Last changed at modified_before or later.
    ChangedAfter,
    /// In none of the access tiers that are wanted.
    OtherTier,
    /// A directory, or the empty blob that stands for one.
    FolderMarker,
    /// It holds the metadata of another file.
    Sidecar,
    /// In the Archive tier, or still coming back from it: Encord cannot read it.
    Archived,
    /// No bytes: there is nothing to label, and Encord refuses it.
    Empty,
    /// Neither the extension nor the content type is one that Encord takes.
    UnknownType,
    /// No URL can name it.
    Unreachable,
    /// Registered by an earlier run, and not changed since.
    Unchanged,
    /// In an inventory: a snapshot, or a version that is not the current one.
    OldVersion,
    /// In an inventory: deleted, and kept only for some days.
    Deleted,
}

impl SkipReason {
    /// Every reason, in the order of the tests that are made.
    pub const ALL: [SkipReason; 15] = [
        SkipReason::Excluded,
        SkipReason::TooSmall,
        SkipReason::TooLarge,
        SkipReason::ChangedBefore,
        SkipReason::ChangedAfter,
        SkipReason::OtherTier,
        SkipReason::FolderMarker,
        SkipReason::Sidecar,
        SkipReason::Archived,
        SkipReason::Empty,
        SkipReason::UnknownType,
        SkipReason::Unreachable,
        SkipReason::Unchanged,
        SkipReason::OldVersion,
        SkipReason::Deleted,
    ];

    /// A short name for screens and reports.
    pub fn label(self) -> &'static str {
        match self {
            SkipReason::Excluded => "excluded by your rules",
            SkipReason::TooSmall => "smaller than min_size",
            SkipReason::TooLarge => "larger than max_size",
            SkipReason::ChangedBefore => "changed before modified_from",
            SkipReason::ChangedAfter => "changed at modified_before or later",
            SkipReason::OtherTier => "in another access tier",
            SkipReason::FolderMarker => "folder marker",
            SkipReason::Sidecar => "metadata of another file",
            SkipReason::Archived => "in the archive tier",
            SkipReason::Empty => "empty (0 bytes)",
            SkipReason::UnknownType => "unknown type",
            SkipReason::Unreachable => "no URL can name it",
            SkipReason::Unchanged => "registered by an earlier run, unchanged",
            SkipReason::OldVersion => "snapshot or older version",
            SkipReason::Deleted => "deleted",
        }
    }

    /// What the user can do about it.
    pub fn advice(self) -> &'static str {
        match self {
            SkipReason::Excluded => "Change include or exclude under [manifest] if it should be taken.",
            SkipReason::TooSmall => "Lower min_size under [manifest] if it should be taken.",
            SkipReason::TooLarge => "Raise max_size under [manifest] if it should be taken.",
            SkipReason::ChangedBefore => "Set an earlier modified_from under [manifest] if it should be taken.",
            SkipReason::ChangedAfter => "Set a later modified_before under [manifest] if it should be taken.",
            SkipReason::OtherTier => "Add its access tier to tiers under [manifest] if it should be taken.",
            SkipReason::FolderMarker => "Nothing to do: it stands for a folder and holds no data.",
            SkipReason::Sidecar => "Nothing to do: its content goes with the file that it is named after.",
            SkipReason::Archived => "Move it to the Hot tier (rehydration takes hours), then list again.",
            SkipReason::Empty => "Upload the file again; its content is missing.",
            SkipReason::UnknownType => {
                "If Encord can read it, give it a type with [[manifest.types]] match = \"…\", type = \"…\"."
            }
            SkipReason::Unreachable => {
                "Rename the blob: clients drop the path segments '.' and '..', and Encord takes URLs of 16 KB at most."
            }
            SkipReason::Unchanged => {
                "Nothing to do: Encord has it. Without since under [manifest] everything is taken again."
            }
            SkipReason::OldVersion => "Nothing to do: Encord reads the current version.",
            SkipReason::Deleted => "Restore it in Azure first if it should be taken.",
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
    known: Option<Arc<dyn Known>>,
    held: Held,
    /// The URL of the blob that is looked at.
    url: String,
    content_type: LastContentType,
}

/// What does not change from blob to blob; all parts have it in common.
#[derive(Debug)]
struct Shared {
    rules: Rules,
    urls: ObjectUrls,
    account_url: String,
    container: String,
}

/// The content type that was seen last, which is that of the next blob too as a rule, and its kind.
#[derive(Debug, Default)]
struct LastContentType {
    text: String,
    kind: Option<Kind>,
}

impl LastContentType {
    fn kind(&mut self, text: &str) -> Option<Kind> {
        if self.text != text {
            self.text.clear();
            self.text.push_str(text);
            self.kind = Kind::from_content_type(text);
        }
        self.kind
    }
}

/// What is kept until the last blob was seen; every part has its own.
#[derive(Debug, Default)]
struct Held {
    groups: Groups,
    /// Blobs that were taken, until one of them fits the path pattern; and whether one did.
    without_path: u64,
    has_fitted: bool,
}

impl Held {
    fn merge(&mut self, later: Held) {
        self.groups.merge(later.groups);
        self.without_path += later.without_path;
        self.has_fitted |= later.has_fitted;
    }
}

impl Builder {
    /// A builder for one container. `account_url` is the storage account as Encord is to see it.
    pub fn new(rules: Rules, account_url: &str, container: &str) -> Builder {
        let shared = Shared {
            rules,
            urls: ObjectUrls::new(account_url, container),
            account_url: account_url.to_owned(),
            container: container.to_owned(),
        };
        Builder::of(Arc::new(shared), None)
    }

    fn of(shared: Arc<Shared>, known: Option<Arc<dyn Known>>) -> Builder {
        let (held, url, content_type) = (Held::default(), String::new(), LastContentType::default());
        Builder { shared, known, held, url, content_type }
    }

    /// Leaves out what earlier runs have registered, and gives every item what the next run will know it by.
    #[must_use]
    pub fn since(self, known: Option<Arc<dyn Known>>) -> Builder {
        Builder { known, ..self }
    }

    /// A builder by the same rules that has seen no blob yet.
    #[must_use]
    pub fn part(&self) -> Builder {
        Builder::of(Arc::clone(&self.shared), self.known.clone())
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
        let Shared { rules, urls, .. } = &*self.shared;
        let name = blob.name;
        let skip = |reason| Skipped { name: name.to_owned(), reason };
        if blob.is_folder || (blob.size == 0 && name.ends_with('/')) {
            return sink.skipped(skip(SkipReason::FolderMarker));
        }
        // Before the globs, which tell what becomes an item.
        if rules.is_sidecar(name) {
            return sink.skipped(skip(SkipReason::Sidecar));
        }
        if !rules.takes(name) {
            return sink.skipped(skip(SkipReason::Excluded));
        }
        if let Some(reason) = rules.filter().refuses(blob) {
            return sink.skipped(skip(reason));
        }
        let by_rule = rules.kind(name);
        let by_extension = Kind::from_extension(name);
        let by_content_type = blob.content_type.and_then(|text| self.content_type.kind(text));
        let kind = by_rule.or(by_extension).or_else(|| Kind::of_supported_content_type(blob.content_type?));
        let place = rules.place(name, kind);
        if kind.is_none() && place == Place::Own {
            return sink.skipped(skip(SkipReason::UnknownType));
        }
        if blob.rehydrating || blob.tier.is_some_and(|tier| tier.eq_ignore_ascii_case("archive")) {
            return sink.skipped(skip(SkipReason::Archived));
        }
        if blob.size == 0 {
            return sink.skipped(skip(SkipReason::Empty));
        }
        if urls.put(&mut self.url, name).is_err() {
            return sink.skipped(skip(SkipReason::Unreachable));
        }
        let etag = self.known.as_ref().and(blob.etag);
        if etag.is_some() && place == Place::Own && self.holds(std::slice::from_ref(&self.url), etag) {
            return sink.skipped(skip(SkipReason::Unchanged));
        }
        if by_rule.is_none()
            && let (Some(extension), Some(content_type)) = (by_extension, by_content_type)
            && extension != content_type
            // Point clouds may be plain text.
            && (extension, content_type) != (Kind::Scene, Kind::Text)
        {
            let message = format!(
                "taken as {extension} by its extension, but stored with the content type {}",
                blob.content_type.unwrap_or_default()
            );
            sink.finding(Finding::new(Code::TypeDisagreement, name, message))?;
        }
        let captured = rules.captured(name);
        if !self.held.has_fitted {
            self.held.has_fitted = captured.fits;
            self.held.without_path += 1;
        }
        if captured.misses {
            let message =
                "its path does not fit the pattern in [manifest.metadata] path, so it gets no metadata from it";
            sink.finding(Finding::new(Code::MetadataPath, name, message))?;
        }
        match place {
            Place::Group(member) => {
                self.held.groups.add(name, etag.unwrap_or_default(), blob.size, kind, &member);
                self.held.groups.describe(blob.added_to(Map::new()));
                return Ok(());
            }
            Place::Unread(rule) => {
                self.held.groups.add_unread(name, blob.etag.unwrap_or_default(), blob.size, kind, rule);
                self.held.groups.describe(blob.added_to(Map::new()));
                return Ok(());
            }
            Place::Own => {}
        }
        match kind {
            Some(kind)
                if rules.is_plain()
                    && etag.is_none()
                    && blob.headers.is_empty()
                    && blob.tags.is_empty()
                    && !matches!(kind, Kind::Scene | Kind::TimeSeries) =>
            {
                let title = title::of_path(name);
                sink.plain(&Plain {
                    name,
                    kind,
                    title: &title,
                    url: &self.url,
                    bytes: blob.size,
                    rules,
                    captured: &captured,
                })
            }
            Some(kind) => {
                let item = Item {
                    client_metadata: blob.added_to(rules.metadata(name)),
                    bytes: blob.size,
                    etag: etag.map(str::to_owned),
                    settings: if kind == Kind::TimeSeries { rules.settings(name).cloned() } else { None },
                    provenance: rules.needs_second_pass().then(|| Box::new(blob.provenance())),
                    ..Item::new(kind, title::from_path(name), vec![self.url.clone()])
                };
                sink.item(&Origin::blob(name), item)
            }
            None => sink.skipped(skip(SkipReason::UnknownType)),
        }
    }

    /// Whether an earlier run registered an item in just this state.
    fn holds(&self, urls: &[String], etag: Option<&str>) -> bool {
        match (&self.known, etag) {
            (Some(known), Some(etag)) => known.holds(&fingerprint(urls, etag)),
            _ => false,
        }
    }

    /// Hands over the groups, their files in natural order. Call it once, after the last blob.
    ///
    /// # Errors
    /// The sink's.
    pub fn finish<S: Sink>(self, sink: &mut S) -> Result<(), S::Error> {
        let Shared { rules, account_url, container, .. } = &*self.shared;
        if !self.held.has_fitted && self.held.without_path > 0 {
            let message =
                "the path pattern in [manifest.metadata] path fits none of the blobs, so no item gets metadata from it";
            let finding = Finding::new(Code::MetadataPath, container, message);
            sink.finding(Finding { items: self.held.without_path, ..finding })?;
        }
        let naming = Naming { account_url, container };
        self.held.groups.finish(rules, naming, self.known.as_deref(), |_, first| rules.metadata(first), sink)
    }

    /// The files of groups, some of which may have to be read before [`Builder::finish`].
    pub fn groups_mut(&mut self) -> &mut Groups {
        &mut self.held.groups
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{
        Demands, Judge, Judged,
        rules::{GroupText, RuleTexts},
        sink::tests::Collected,
    };

    fn blob(name: &str) -> BlobFacts<'_> {
        BlobFacts { name, size: 9, tier: Some("Hot"), ..BlobFacts::default() }
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
        let typed = |name, content_type| BlobFacts { content_type: Some(content_type), ..blob(name) };
        for (blob, kinds) in [
            (typed("a.mp4", "application/octet-stream"), &[Kind::Video][..]),
            (typed("a.mp4", ""), &[Kind::Video]),
            (typed("a.pcd", "text/plain"), &[Kind::Scene]),
            (typed("a.csv", "text/csv"), &[Kind::Text]),
            (typed("a.xyz", "image/png"), &[Kind::Image]),
            (typed("a.gif", "image/gif"), &[]),
        ] {
            let collected = build(&RuleTexts::default(), &[blob]);
            assert_eq!(collected.items.iter().map(|item| item.kind).collect::<Vec<_>>(), kinds, "{blob:?}");
            assert_eq!(collected.findings, [], "{blob:?}");
        }
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
            RuleTexts { groups: vec![GroupText::new(Kind::ImageGroup, "rig/**", "directory")], ..RuleTexts::default() };
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

    /// Knows what it is told; the items of a first build are its memory of them.
    #[derive(Debug, Default)]
    struct Memory(Vec<crate::manifest::since::Fingerprint>);

    impl Known for Memory {
        fn holds(&self, item: &crate::manifest::since::Fingerprint) -> bool {
            self.0.contains(item)
        }
    }

    fn build_since(memory: &Arc<Memory>, blobs: &[BlobFacts<'_>]) -> Collected {
        let mut collected = Collected::default();
        let mut builder = Builder::new(Rules::new(&RuleTexts::default()).unwrap(), "https://a.example", "c")
            .since(Some(Arc::clone(memory) as _));
        for blob in blobs {
            builder.blob(blob, &mut collected).unwrap();
        }
        builder.finish(&mut collected).unwrap();
        collected
    }

    #[test]
    fn since_the_last_run_only_what_is_new_or_changed_is_taken_and_groups_are_whole() {
        let at = |name: &'static str, etag: &'static str| BlobFacts { etag: Some(etag), ..blob(name) };
        let blobs = [at("a.jpg", "1"), at("b.jpg", "2"), at("ct/1.dcm", "3"), at("ct/2.dcm", "4"), at("mr/1.dcm", "5")];
        let first = build_since(&Arc::default(), &blobs);
        assert_eq!((first.items.len(), first.skipped.len()), (4, 0));
        let known = |item: &Item| fingerprint(&item.urls, item.etag.as_deref().unwrap());
        let memory = Arc::new(Memory(first.items.iter().map(known).collect()));
        for (changed, items, unchanged) in [
            (blobs.to_vec(), vec![], 5),
            (vec![at("a.jpg", "1"), at("b.jpg", "9"), at("new.jpg", "8")], vec!["b.jpg", "new.jpg"], 1),
            // A frame changed, added, gone.
            (vec![at("ct/1.dcm", "3"), at("ct/2.dcm", "7"), at("mr/1.dcm", "5")], vec!["ct"], 1),
            (vec![at("ct/1.dcm", "3"), at("ct/2.dcm", "4"), at("ct/3.dcm", "6")], vec!["ct"], 0),
            (vec![at("ct/1.dcm", "3")], vec!["ct"], 0),
            // Without an ETag nothing can be told.
            (vec![blob("a.jpg")], vec!["a.jpg"], 0),
        ] {
            let built = build_since(&memory, &changed);
            let titles: Vec<_> = built.items.iter().map(|item| item.title.as_str()).collect();
            assert_eq!(titles, items, "{changed:?}");
            assert_eq!(built.skipped.len(), unchanged, "{changed:?}");
            assert!(built.skipped.iter().all(|skipped| skipped.reason == SkipReason::Unchanged));
        }
    }

    #[test]
    fn a_csv_is_a_time_series_where_a_rule_says_so_and_is_shown_as_it_says() {
        let settings = serde_json::json!({"channels": {"speed": {"style": "points", "pointRadius": 2}}});
        let texts = RuleTexts {
            types: vec![("imu/*.csv".into(), Kind::TimeSeries)],
            settings: vec![("imu/a*".into(), settings.clone())],
            ..RuleTexts::default()
        };
        let collected = build(&texts, &[blob("imu/a.csv"), blob("imu/b.csv"), blob("labels/a.csv")]);
        let shown: Vec<_> = collected.items.iter().map(|item| (item.kind, item.settings.clone())).collect();
        assert_eq!(shown, [(Kind::TimeSeries, Some(settings)), (Kind::TimeSeries, None), (Kind::Text, None)]);
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
    fn a_blob_s_own_headers_and_tags_go_before_path_and_constants_and_sidecars_are_no_items() {
        let texts = RuleTexts {
            path: Some("{site}/{rest}".into()),
            constants: serde_json::from_str(r#"{"project": "p", "site": "x", "by": "x"}"#).unwrap(),
            sidecar: Some(".metadata.json".into()),
            include: vec!["**/*.jpg".into()],
            ..RuleTexts::default()
        };
        let texts_of = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect::<Vec<_>>()
        };
        let (headers, tags) = (texts_of(&[("by", "ann"), ("split", "old")]), texts_of(&[("split", "train")]));
        let own = BlobFacts { headers: &headers, tags: &tags, ..blob("leeds/a.jpg") };
        let collected = build(&texts, &[own, blob("leeds/a.jpg.metadata.json"), blob("leeds/b.txt")]);
        let expected = serde_json::json!({"project": "p", "site": "leeds", "by": "ann", "split": "train"});
        assert_eq!(Value::Object(collected.items[0].client_metadata.clone()), expected);
        assert_eq!(collected.items[0].provenance, None);
        let reasons: Vec<_> = collected.skipped.iter().map(|skipped| skipped.reason).collect();
        assert_eq!(reasons, [SkipReason::Sidecar, SkipReason::Excluded]);
    }

    #[test]
    fn strict_client_only_access_finds_fault_with_sequences_and_with_what_lacks_media_metadata() {
        let texts = RuleTexts {
            groups: vec![
                GroupText::new(Kind::ImageSequence, "seq/**", "directory"),
                GroupText::new(Kind::ImageGroup, "rig/**", "directory"),
            ],
            ..RuleTexts::default()
        };
        let names = [
            "a.mp4",
            "b.jpg",
            "c.mp3",
            "d.pdf",
            "e.txt",
            "f.nii",
            "g.pcd",
            "ct/1.dcm",
            "seq/1.jpg",
            "seq/2.jpg",
            "rig/1.jpg",
            "rig/2.jpg",
        ];
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
