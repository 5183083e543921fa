//! How long a run is likely to take, from the record of past ones.

use std::collections::BTreeMap;

use crate::{
    manifest::kind::Kind,
    store::{
        paths::Home,
        runs::pace::{Pace, paces},
    },
    wizard::saved::Estimate,
};

/// As many past runs are looked at.
const RUNS: usize = 10;
/// A run that took less, in seconds, tells more of the pauses between two looks at a job than of Encord.
const SHORTEST: f64 = 5.0;
/// Each run counts for so much of the next newer one.
const FADING: f64 = 0.7;

/// From past runs of the same account; nothing where there is none to tell from, or where the record cannot be read. The same
/// account means the same address of Encord's API: with which key a run was sent is not on record, and how fast Encord works does
/// not depend on it.
pub(crate) fn estimate(home: &Home, domain: &str, items: &[(Kind, u64)], jobs_in_flight: usize) -> Option<Estimate> {
    // Short runs are left out below, so there may have to be more.
    from_paces(&paces(home, domain, 5 * RUNS), items, jobs_in_flight)
}

/// Encord has each item for as long as it had those of its kind before, or where there were none of its kind, as it had any item; and
/// works on so many jobs side by side.
fn from_paces(paces: &[Pace], items: &[(Kind, u64)], jobs_in_flight: usize) -> Option<Estimate> {
    let paces: Vec<&Pace> = paces.iter().filter(|pace| pace.seconds >= SHORTEST).take(RUNS).collect();
    let (mut kinds, mut overall): (BTreeMap<Kind, Mean>, Mean) = (BTreeMap::new(), Mean::default());
    let mut weight = 1.0;
    for pace in &paces {
        let medians = pace.kinds.iter().filter_map(|(kind, jobs)| Some((*kind, median(jobs)?)));
        for (kind, seconds) in medians {
            kinds.entry(kind).or_default().add(seconds, weight);
            overall.add(seconds, weight);
        }
        weight *= FADING;
    }
    let mut seconds = 0.0;
    for (kind, count) in items {
        let each = kinds.get(kind).and_then(Mean::value).or_else(|| overall.value())?;
        #[expect(clippy::cast_precision_loss, reason = "an estimate")]
        let count = *count as f64;
        seconds += each * count;
    }
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    let seconds = seconds / jobs_in_flight.max(1) as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an estimate in whole seconds")]
    let seconds = seconds.round() as u64;
    Some(Estimate { seconds, runs: paces.len() })
}

#[derive(Debug, Default)]
struct Mean {
    sum: f64,
    weight: f64,
}

impl Mean {
    fn add(&mut self, value: f64, weight: f64) {
        self.sum += value * weight;
        self.weight += weight;
    }

    fn value(&self) -> Option<f64> {
        (self.weight > 0.0).then(|| self.sum / self.weight)
    }
}

/// One job that waited for something else says nothing of the others.
fn median(values: &[f64]) -> Option<f64> {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pace(seconds: f64, kinds: &[(Kind, &[f64])]) -> Pace {
        Pace { seconds, kinds: kinds.iter().map(|(kind, jobs)| (*kind, jobs.to_vec())).collect() }
    }

    #[test]
    fn past_runs_tell_how_long() {
        let video: (Kind, &[f64]) = (Kind::Video, &[2.0]);
        let image: (Kind, &[f64]) = (Kind::Image, &[0.1, 90.0, 0.1]);
        for (name, paces, items, in_flight, expected) in [
            ("none", vec![], vec![(Kind::Video, 10)], 2, None),
            ("too short", vec![pace(4.9, &[video])], vec![(Kind::Video, 10)], 2, None),
            ("one", vec![pace(60.0, &[video])], vec![(Kind::Video, 100)], 2, Some((100, 1))),
            ("one job at a time", vec![pace(60.0, &[video])], vec![(Kind::Video, 100)], 1, Some((200, 1))),
            ("a job that waited", vec![pace(60.0, &[image])], vec![(Kind::Image, 1000)], 2, Some((50, 1))),
            (
                "each kind",
                vec![pace(60.0, &[video, image])],
                vec![(Kind::Video, 10), (Kind::Image, 100)],
                1,
                Some((30, 1)),
            ),
            ("another kind", vec![pace(60.0, &[video])], vec![(Kind::Pdf, 100)], 2, Some((100, 1))),
            (
                "short ones do not count",
                vec![pace(1.0, &[image]), pace(9.0, &[video])],
                vec![(Kind::Video, 1)],
                1,
                Some((2, 1)),
            ),
            (
                "newer ones count more",
                vec![pace(60.0, &[(Kind::Video, &[1.0])]), pace(60.0, &[(Kind::Video, &[4.4])])],
                vec![(Kind::Video, 10)],
                1,
                Some((24, 2)),
            ),
            ("only the last ten", vec![pace(60.0, &[video]); 30], vec![(Kind::Video, 1)], 1, Some((2, 10))),
            ("no limit", vec![pace(60.0, &[video])], vec![(Kind::Video, 10)], 0, Some((20, 1))),
        ] {
            let found = from_paces(&paces, &items, in_flight).map(|estimate| (estimate.seconds, estimate.runs));
            assert_eq!(found, expected, "{name}");
        }
    }

    #[test]
    fn without_any_record_there_is_no_estimate() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(estimate(&Home::below(dir.path()), "https://api.encord.com", &[(Kind::Image, 9)], 2), None);
    }
}
