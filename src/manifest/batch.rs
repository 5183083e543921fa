//! How a manifest is cut into upload jobs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::manifest::{
    kind::Kind,
    validate::{MOST_ITEMS, MOST_URLS},
};

/// How much one job may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Videos. Encord advises at most 100 at a time (docs.encord.com, "Upload cloud data").
    pub videos_per_job: u64,
    /// Items of any other type. Encord advises at most 1,000 at a time (the same page).
    pub images_per_job: u64,
    /// Bytes of files, as far as their sizes are known. Encord advises at most 2 GB, so that a job is done within three hours
    /// (docs.encord.com, "Best practices").
    pub bytes_per_job: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { videos_per_job: 100, images_per_job: 1000, bytes_per_job: 2 * GIGABYTE }
    }
}

/// Bytes of a gigabyte.
pub const GIGABYTE: u64 = 1_000_000_000;

/// Bytes of JSON that Encord takes in one registration, as far as items and URLs, [`MOST_ITEMS`] and [`MOST_URLS`], allow (docs.encord.com, "Best practices").
pub const MOST_JSON: u64 = 100_000_000;
/// No job's request is longer than its items and this, in bytes.
const AROUND_ITEMS: u64 = 512;

/// A contiguous part of the manifest, all of one kind, that goes to Encord as one job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// What its items are.
    pub kind: Kind,
    /// The place of its first item in the manifest, from 0.
    pub first: u64,
    /// How many items.
    pub count: u64,
}

/// What an item adds to a job.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ItemSize {
    /// Bytes of its files; 0 where that is not known.
    pub bytes: u64,
    /// Its URLs.
    pub urls: u64,
    /// Bytes of JSON that say it, with the comma; rather too many than too few.
    pub json: u64,
}

/// Why a job ends where it does, although more items of its kind follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CutBy {
    /// The number of items.
    Number,
    /// The known size of their files.
    Bytes,
    /// The number of URLs.
    Urls,
    /// The length of the request.
    Json,
}

/// How the items of one kind are cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KindPlan {
    /// The kind.
    pub kind: Kind,
    /// Its items.
    pub items: u64,
    /// Known bytes of their files.
    pub bytes: u64,
    /// Items of which no size is known.
    pub unsized_items: u64,
    /// The jobs.
    pub jobs: u64,
    /// Items of the smallest job.
    pub fewest: u64,
    /// Items of the largest job.
    pub most: u64,
    /// How often a job ended for each reason; the last job of a kind ends with the items.
    pub by: BTreeMap<CutBy, u64>,
}

/// A manifest cut into jobs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BatchPlan {
    /// The jobs in their order.
    pub batches: Vec<Batch>,
    /// The kinds in their order.
    pub kinds: Vec<KindPlan>,
}

/// Cuts items as they come, sorted by kind, and holds none of them. No job is larger than any limit, unless a single item is. As
/// far as nothing but their number cuts them, jobs of one kind are of one size, so that none is left with a lonely item.
#[derive(Debug)]
pub struct Batcher {
    limits: Limits,
    cut: BatchPlan,
    job: ItemSize,
    /// Items in the open job, and how many may be.
    count: u64,
    target: u64,
    /// Items of the kind that are in no closed job.
    left: u64,
    /// The place of the open job's first item.
    first: u64,
}

impl Batcher {
    /// Begins.
    pub fn new(limits: Limits) -> Batcher {
        Batcher { limits, cut: BatchPlan::default(), job: ItemSize::default(), count: 0, target: 0, left: 0, first: 0 }
    }

    /// Begins a kind, of which exactly `items` items follow.
    pub fn kind(&mut self, kind: Kind, items: u64) {
        self.close(None);
        if items > 0 {
            let (by, fewest) = (BTreeMap::new(), u64::MAX);
            let cut = KindPlan { kind, items, bytes: 0, unsized_items: 0, jobs: 0, fewest, most: 0, by };
            self.cut.kinds.push(cut);
            self.left = items;
            self.aim();
        }
    }

    /// Adds the next item of the kind.
    pub fn item(&mut self, weight: ItemSize) {
        let ItemSize { bytes, urls, json } = weight;
        let job = self.job;
        let over = [
            (self.count >= self.target, CutBy::Number),
            (job.bytes.saturating_add(bytes) > self.limits.bytes_per_job.max(1), CutBy::Bytes),
            (job.urls.saturating_add(urls) > MOST_URLS, CutBy::Urls),
            (job.json.saturating_add(json) > MOST_JSON - AROUND_ITEMS, CutBy::Json),
        ];
        if let Some((_, by)) = over.into_iter().find(|(is_over, _)| *is_over && self.count > 0) {
            self.close(Some(by));
        }
        self.count += 1;
        self.job.bytes = self.job.bytes.saturating_add(bytes);
        self.job.urls = self.job.urls.saturating_add(urls);
        self.job.json = self.job.json.saturating_add(json);
        if let Some(kind) = self.cut.kinds.last_mut() {
            kind.bytes = kind.bytes.saturating_add(bytes);
            kind.unsized_items += u64::from(bytes == 0);
        }
    }

    /// The jobs.
    pub fn finish(mut self) -> BatchPlan {
        self.close(None);
        self.cut
    }

    fn close(&mut self, by: Option<CutBy>) {
        let Some(kind) = self.cut.kinds.last_mut().filter(|_| self.count > 0) else { return };
        self.cut.batches.push(Batch { kind: kind.kind, first: self.first, count: self.count });
        kind.jobs += 1;
        kind.fewest = kind.fewest.min(self.count);
        kind.most = kind.most.max(self.count);
        if let Some(by) = by {
            *kind.by.entry(by).or_default() += 1;
        }
        self.first += self.count;
        self.left -= self.count.min(self.left);
        (self.count, self.job) = (0, ItemSize::default());
        self.aim();
    }

    /// How many of the items that are left the next job takes, were it for their number alone.
    fn aim(&mut self) {
        let most = match self.cut.kinds.last().map(|cut| cut.kind) {
            Some(Kind::Video) => self.limits.videos_per_job,
            _ => self.limits.images_per_job,
        };
        let jobs = self.left.div_ceil(most.clamp(1, MOST_ITEMS));
        self.target = self.left.div_ceil(jobs.max(1)).max(1);
    }
}

/// Cuts a manifest of which nothing is known but how many items of each kind it has, in their order.
pub fn cut(counts: impl IntoIterator<Item = (Kind, u64)>, limits: Limits) -> Vec<Batch> {
    let mut cutter = Batcher::new(limits);
    for (kind, count) in counts {
        cutter.kind(kind, count);
        (0..count).for_each(|_| cutter.item(ItemSize::default()));
    }
    cutter.finish().batches
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::manifest::data_items::{JobOptions, job_body};
    use proptest::prelude::*;

    /// Items of these kinds, their files of one size, which together have so many bytes.
    pub(crate) fn cut_evenly(items: &BTreeMap<Kind, u64>, bytes: u64, limits: Limits) -> BatchPlan {
        let each = bytes / items.values().sum::<u64>().max(1);
        let mut cutter = Batcher::new(limits);
        for (kind, count) in items {
            cutter.kind(*kind, *count);
            (0..*count).for_each(|_| cutter.item(ItemSize { bytes: each, urls: 1, json: 100 }));
        }
        cutter.finish()
    }

    fn cut_all(kinds: &[(Kind, Vec<ItemSize>)], limits: Limits) -> BatchPlan {
        let mut cutter = Batcher::new(limits);
        for (kind, items) in kinds {
            cutter.kind(*kind, items.len() as u64);
            items.iter().for_each(|weight| cutter.item(*weight));
        }
        cutter.finish()
    }

    fn sizes(cut: &BatchPlan) -> Vec<u64> {
        cut.batches.iter().map(|batch| batch.count).collect()
    }

    #[test]
    fn videos_and_the_rest_have_their_own_limits() {
        let batches =
            cut([(Kind::Video, 250), (Kind::Image, 1000), (Kind::Audio, 0), (Kind::Pdf, 1)], Limits::default());
        let sizes: Vec<_> = batches.iter().map(|batch| (batch.kind, batch.first, batch.count)).collect();
        assert_eq!(
            sizes,
            [
                (Kind::Video, 0, 84),
                (Kind::Video, 84, 83),
                (Kind::Video, 167, 83),
                (Kind::Image, 250, 1000),
                (Kind::Pdf, 1250, 1)
            ]
        );
    }

    #[test]
    fn each_limit_cuts_and_says_so() {
        let limits = Limits { videos_per_job: 4, ..Limits::default() };
        let video = |bytes| ItemSize { bytes, urls: 1, json: 100 };
        for (name, items, jobs, by) in [
            ("all fit", vec![video(GIGABYTE / 2); 4], vec![4], vec![]),
            ("number", vec![video(1); 6], vec![3, 3], vec![(CutBy::Number, 1)]),
            ("bytes", vec![video(GIGABYTE); 4], vec![2, 2], vec![(CutBy::Bytes, 1)]),
            (
                "exactly the limit, then one byte",
                vec![video(2 * GIGABYTE), video(1)],
                vec![1, 1],
                vec![(CutBy::Bytes, 1)],
            ),
            (
                "one is too large by itself",
                vec![video(1), video(9 * GIGABYTE), video(1)],
                vec![1, 1, 1],
                vec![(CutBy::Bytes, 2)],
            ),
            ("no size is known", vec![video(0); 4], vec![4], vec![]),
            (
                "what is left is cut evenly again",
                [vec![video(2 * GIGABYTE)], vec![video(0); 6]].concat(),
                vec![4, 3],
                vec![(CutBy::Number, 1)],
            ),
            ("urls", vec![ItemSize { urls: 600_000, ..video(1) }; 3], vec![1, 1, 1], vec![(CutBy::Urls, 2)]),
            ("json", vec![ItemSize { json: 49_999_744, ..video(1) }; 3], vec![2, 1], vec![(CutBy::Json, 1)]),
        ] {
            let cut = cut_all(&[(Kind::Video, items.clone())], limits);
            let [kind] = cut.kinds.as_slice() else { panic!("{name}: {cut:?}") };
            assert_eq!(sizes(&cut), jobs, "{name}");
            assert_eq!(kind.by.clone().into_iter().collect::<Vec<_>>(), by, "{name}");
            assert_eq!((kind.items, kind.jobs), (items.len() as u64, jobs.len() as u64), "{name}");
            assert_eq!(
                (Some(kind.fewest), Some(kind.most)),
                (jobs.iter().min().copied(), jobs.iter().max().copied()),
                "{name}"
            );
            assert_eq!(kind.bytes, items.iter().map(|item| item.bytes).sum::<u64>(), "{name}");
            assert_eq!(kind.unsized_items, items.iter().filter(|item| item.bytes == 0).count() as u64, "{name}");
        }
        assert_eq!(cut_all(&[], limits), BatchPlan::default());
        assert_eq!(cut_all(&[(Kind::Image, vec![])], limits), BatchPlan::default());
    }

    #[test]
    fn no_config_goes_beyond_what_encord_takes() {
        let limits = Limits { videos_per_job: u64::MAX, images_per_job: u64::MAX, bytes_per_job: u64::MAX };
        let batches = cut([(Kind::Image, 1_200_000)], limits);
        assert_eq!(batches.iter().map(|batch| batch.count).collect::<Vec<_>>(), [400_000; 3]);
    }

    #[test]
    fn what_stands_around_the_items_is_no_longer_than_allowed_for() {
        let options = JobOptions { ignore_errors: false, skip_duplicate_urls: false, upsert_metadata: false };
        assert!(job_body([], uuid::Uuid::max(), options).unwrap().len() as u64 <= AROUND_ITEMS);
    }

    fn weights() -> impl Strategy<Value = Vec<ItemSize>> {
        let weight = (prop_oneof![3 => 0u64..30, 1 => 0u64..4_000], 1u64..400_000, 1u64..40_000_000);
        prop::collection::vec(weight.prop_map(|(bytes, urls, json)| ItemSize { bytes, urls, json }), 0..60)
    }

    proptest! {
        #![proptest_config(crate::seeds::cases(256))]

        #[test]
        fn jobs_cover_every_item_once_and_keep_to_the_limits(
            videos in weights(), images in weights(), sequences in weights(), v in 0u64..30, i in 0u64..70, bytes in 0u64..3_000
        ) {
            let limits = Limits { videos_per_job: v, images_per_job: i, bytes_per_job: bytes };
            let kinds = [(Kind::Video, videos), (Kind::Image, images), (Kind::ImageSequence, sequences)];
            let cut = cut_all(&kinds, limits);
            let all: Vec<(Kind, ItemSize)> = kinds.iter().flat_map(|(kind, items)| items.iter().map(|item| (*kind, *item))).collect();
            let mut next = 0;
            for (place, batch) in cut.batches.iter().enumerate() {
                prop_assert_eq!(batch.first, next);
                prop_assert!(batch.count >= 1);
                next += batch.count;
                let items = &all[usize::try_from(batch.first).unwrap()..usize::try_from(next).unwrap()];
                prop_assert!(items.iter().all(|(kind, _)| *kind == batch.kind));
                let most = if batch.kind == Kind::Video { v } else { i }.max(1);
                prop_assert!(batch.count <= most);
                let sum = |of: fn(&ItemSize) -> u64| items.iter().map(|(_, item)| of(item)).sum::<u64>();
                let is_within = |items: u64, bytes: u64, urls: u64, json: u64| {
                    items == 1 || (bytes <= limits.bytes_per_job.max(1) && urls <= MOST_URLS && json <= MOST_JSON - AROUND_ITEMS)
                };
                let (bytes, urls, json) = (sum(|item| item.bytes), sum(|item| item.urls), sum(|item| item.json));
                prop_assert!(is_within(batch.count, bytes, urls, json));
                // No job ends early without a reason: the next item would have been too much, or the jobs are of one size.
                if let Some((kind, item)) = all.get(usize::try_from(next).unwrap())
                    && *kind == batch.kind
                    && is_within(2, bytes + item.bytes, urls + item.urls, json + item.json)
                {
                    let left = all.iter().filter(|(other, _)| other == kind).count() as u64
                        - cut.batches[..place].iter().filter(|batch| batch.kind == *kind).map(|batch| batch.count).sum::<u64>();
                    prop_assert_eq!(batch.count, left.div_ceil(left.div_ceil(most)));
                }
            }
            prop_assert_eq!(next, all.len() as u64);
            for kind in &cut.kinds {
                prop_assert_eq!(kind.by.values().sum::<u64>() + 1, kind.jobs);
            }
        }

        #[test]
        fn by_number_alone_jobs_of_a_kind_are_of_one_size(videos in 0u64..5000, images in 0u64..50_000, v in 0u64..300, i in 0u64..3000) {
            let limits = Limits { videos_per_job: v, images_per_job: i, ..Limits::default() };
            let batches = cut([(Kind::Video, videos), (Kind::Image, images)], limits);
            for (kind, count, most) in [(Kind::Video, videos, v.max(1)), (Kind::Image, images, i.max(1))] {
                let sizes: Vec<u64> = batches.iter().filter(|batch| batch.kind == kind).map(|batch| batch.count).collect();
                prop_assert_eq!(sizes.iter().sum::<u64>(), count);
                prop_assert_eq!(sizes.len() as u64, count.div_ceil(most));
                let (least, largest) = (sizes.iter().min(), sizes.iter().max());
                prop_assert!(largest.copied().unwrap_or_default() - least.copied().unwrap_or_default() <= 1);
            }
        }
    }
}
