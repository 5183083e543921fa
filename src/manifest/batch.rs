//! How a manifest is cut into upload jobs.

use serde::{Deserialize, Serialize};

use super::Kind;

/// How many items one job may hold. Encord advises at most 100 videos or 1,000 images at a time
/// (docs.encord.com, "Upload cloud data").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// For videos.
    pub videos_per_job: u64,
    /// For everything else.
    pub images_per_job: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { videos_per_job: 100, images_per_job: 1000 }
    }
}

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

/// Cuts a manifest whose items lie sorted by kind: `counts` are the kinds in their order with the number of items of each.
/// Jobs of one kind are cut as evenly as the limit allows, so that none is left with a lonely item.
pub fn cut(counts: impl IntoIterator<Item = (Kind, u64)>, limits: Limits) -> Vec<Batch> {
    let mut batches = Vec::new();
    let mut first = 0;
    for (kind, count) in counts {
        let most = match kind {
            Kind::Video => limits.videos_per_job,
            _ => limits.images_per_job,
        }
        .max(1);
        let jobs = count.div_ceil(most);
        for job in 0..jobs {
            let size = count / jobs + u64::from(job < count % jobs);
            batches.push(Batch { kind, first, count: size });
            first += size;
        }
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn videos_and_the_rest_have_their_own_limits() {
        let batches = cut([(Kind::Video, 250), (Kind::Image, 1000), (Kind::Pdf, 1)], Limits::default());
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

    proptest! {
        #[test]
        fn batches_cover_everything_once(videos in 0u64..5000, images in 0u64..50_000, v in 0u64..300, i in 0u64..3000) {
            let batches = cut([(Kind::Video, videos), (Kind::Image, images)], Limits { videos_per_job: v, images_per_job: i });
            let mut next = 0;
            for batch in &batches {
                prop_assert_eq!(batch.first, next);
                prop_assert!(batch.count >= 1);
                let most = if batch.kind == Kind::Video { v } else { i };
                prop_assert!(batch.count <= most.max(1));
                next += batch.count;
            }
            prop_assert_eq!(next, videos + images);
        }
    }
}
