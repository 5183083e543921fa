//! Failures by cause, counted as they come, so that a hundred thousand of them cost a frame nothing.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

use crate::{
    run::{error_grouping, failed_unit::FailedUnit, state::BatchState},
    service::runs::upload::lock,
    store::runs::{causes::Cause, record::BatchRow},
    wizard::saved::{CauseId, CauseRow},
};

/// As many causes are told of; the rarest are left to the reports.
const MOST: usize = 1000;

/// How many units failed for each cause.
pub(crate) type Counts = BTreeMap<String, u64>;

/// Counts units by their cause.
pub(super) fn counted(units: &[FailedUnit]) -> Counts {
    let mut counts = Counts::new();
    for unit in units {
        *counts.entry(unit.cause()).or_default() += 1;
    }
    counts
}

/// The ids of causes; copies share them, and none is ever given to another cause.
#[derive(Debug, Clone, Default)]
pub(crate) struct CauseIds(Arc<Mutex<Names>>);

#[derive(Debug, Default)]
struct Names {
    ids: HashMap<Arc<str>, u32>,
    known: Vec<(Arc<str>, Option<&'static str>)>,
}

impl CauseIds {
    /// The cause of an id.
    pub(crate) fn text(&self, id: CauseId) -> Option<String> {
        let names = lock(&self.0);
        names.known.get(usize::try_from(id.0).ok()?).map(|(text, _)| text.to_string())
    }

    /// The cause as a row, with an id of its own from its first time on.
    fn row(&self, cause: &str, units: u64) -> CauseRow {
        let mut names = lock(&self.0);
        let id = match names.ids.get(cause) {
            Some(id) => *id,
            None => {
                let (id, text) = (u32::try_from(names.known.len()).unwrap_or(u32::MAX), Arc::<str>::from(cause));
                names.ids.insert(Arc::clone(&text), id);
                names.known.push((text, error_grouping::hint(cause)));
                id
            }
        };
        let hint = names.known.get(id as usize).and_then(|(_, hint)| *hint);
        CauseRow { id: CauseId(id), cause: cause.to_owned(), units, hint }
    }
}

/// The causes of one run.
#[derive(Debug, Default)]
pub(super) struct FailureCounts {
    total: Counts,
    /// What of it belongs to batches that are not at their end: Encord names their failed units anew each time.
    open: BTreeMap<u32, Counts>,
    /// As told last, until something changes.
    rows: Option<Vec<CauseRow>>,
}

impl FailureCounts {
    /// From what is on record: all causes, and those of the batches that are not at their end.
    pub(super) fn new(causes: Vec<Cause>, open: BTreeMap<u32, Counts>) -> FailureCounts {
        let total = causes.into_iter().map(|cause| (cause.cause, cause.units)).collect();
        FailureCounts { total, open, rows: None }
    }

    /// A batch stands like this; `named` are its failed units where they have changed.
    pub(super) fn put(&mut self, row: &BatchRow, named: Option<Counts>) {
        let before = self.open.remove(&row.number).unwrap_or_default();
        let named = named.unwrap_or_else(|| before.clone());
        for (cause, units) in before {
            if let Some(known) = self.total.get_mut(&cause) {
                *known = known.saturating_sub(units);
            }
        }
        for (cause, units) in &named {
            *self.total.entry(cause.clone()).or_default() += units;
        }
        let unnamed = row.errors.saturating_sub(named.values().sum());
        if unnamed > 0 && row.state.is_final() && row.state != BatchState::Cancelled {
            // Of these, Encord only says why their job failed.
            *self.total.entry(row.cause()).or_default() += unnamed;
        }
        if !row.state.is_final() && !named.is_empty() {
            self.open.insert(row.number, named);
        }
        self.total.retain(|_, units| *units > 0);
        self.rows = None;
    }

    /// The most frequent cause first.
    pub(super) fn rows(&mut self, names: &CauseIds) -> Vec<CauseRow> {
        let total = &self.total;
        self.rows
            .get_or_insert_with(|| {
                let mut counts: Vec<(&String, &u64)> = total.iter().collect();
                counts.sort_by(|(one, few), (other, many)| many.cmp(few).then_with(|| one.cmp(other)));
                counts.into_iter().take(MOST).map(|(cause, units)| names.row(cause, *units)).collect()
            })
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::{
        manifest::{batch::Batch, kind::Kind},
        service::runs::upload::progress::{BatchProgress, StoredBatches},
        store::{
            paths::Home,
            runs::{RunStore, tests::new_run},
        },
    };

    const RUN: &str = "a";
    const BATCHES: u64 = 4;
    const ITEMS: u64 = 8;

    fn unit(batch: u32, number: usize, reason: u8) -> FailedUnit {
        let url = format!("https://u/{batch}/{number}.jpg");
        FailedUnit {
            batch,
            error: match reason {
                0 => format!("Object not found: {url}"),
                1 => format!("403 for {url}"),
                _ => String::new(),
            },
            object_urls: vec![url],
            subtask_uuid: None,
            action_description: None,
        }
    }

    /// What happens to a batch: its state, the reasons that Encord names units with, if it does so, failures beyond those, and
    /// its message.
    #[derive(Debug, Clone)]
    struct Step {
        batch: usize,
        state: BatchState,
        named: Option<Vec<u8>>,
        unnamed: u64,
        message: Option<&'static str>,
        is_taken_up: bool,
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let states =
            prop::sample::select(vec![BatchState::Pending, BatchState::Done, BatchState::Error, BatchState::Cancelled]);
        let messages = prop::sample::select(vec![None, Some("403 for https://u/x"), Some("The job broke")]);
        let named = prop::option::of(prop::collection::vec(0..3_u8, 0..4));
        let step = (0..4_usize, states, named, 0..4_u64, messages, prop::bool::weighted(0.2)).prop_map(
            |(batch, state, named, unnamed, message, is_taken_up)| Step {
                batch,
                state,
                named,
                unnamed,
                message,
                is_taken_up,
            },
        );
        prop::collection::vec(step, 1..20)
    }

    fn stored(store: &RunStore) -> Vec<(String, u64, Option<&'static str>)> {
        store.causes(RUN).unwrap().into_iter().map(|cause| (cause.cause, cause.units, cause.hint)).collect()
    }

    proptest! {
        #![proptest_config(crate::seeds::cases(40))]

        #[test]
        fn the_counts_are_those_of_the_store_whatever_fails_in_whatever_order(steps in steps()) {
            let dir = tempfile::tempdir().unwrap();
            let mut store = RunStore::open(&Home::below(dir.path())).unwrap();
            let batches: Vec<Batch> =
                (0..BATCHES).map(|n| Batch { kind: Kind::Image, first: n * ITEMS, count: ITEMS }).collect();
            store.create(&new_run(RUN), &batches).unwrap();
            let mut rows = store.batches(RUN).unwrap();
            let names = CauseIds::default();
            let mut board = BatchProgress::new(StoredBatches::read(&store, RUN).unwrap(), true);
            let mut ids: HashMap<String, CauseId> = HashMap::new();
            for step in steps {
                let row = &mut rows[step.batch];
                // Nothing more happens to a batch that is at its end.
                if row.state.is_final() {
                    continue;
                }
                let known = store.failed_units_of(RUN, row.number).unwrap().len() as u64;
                let units: Option<Vec<FailedUnit>> = step.named.map(|reasons| {
                    reasons.iter().enumerate().map(|(place, reason)| unit(row.number, place, *reason)).collect()
                });
                row.state = step.state;
                row.job = Some(Uuid::from_u128(1));
                row.message = step.message.map(str::to_owned);
                row.errors = units.as_ref().map_or(known, |units| units.len() as u64) + step.unnamed;
                store.save_batch(RUN, row, units.as_deref()).unwrap();
                board.put(row.clone(), units.as_deref().map(counted));
                if step.is_taken_up {
                    board = BatchProgress::new(StoredBatches::read(&store, RUN).unwrap(), true);
                }
                let snapshot = board.snapshot(&names, false);
                let told: Vec<_> =
                    snapshot.causes.iter().map(|row| (row.cause.clone(), row.units, row.hint)).collect();
                prop_assert_eq!(told, stored(&store));
                prop_assert_eq!(snapshot.failed_rows, store.failed_counts(RUN).unwrap().into_values().sum::<u64>());
                for row in snapshot.causes {
                    prop_assert_eq!(names.text(row.id), Some(row.cause.clone()));
                    let id = *ids.entry(row.cause).or_insert(row.id);
                    prop_assert_eq!(id, row.id);
                }
            }
        }
    }

    #[test]
    fn a_hundred_thousand_failures_are_a_handful_of_rows() {
        let mut tally = FailureCounts::default();
        let names = CauseIds::default();
        for number in 1..=100 {
            let batch = Batch { kind: Kind::Image, first: 0, count: 1000 };
            let row = BatchRow { state: BatchState::Done, errors: 1000, ..BatchRow::waiting(number, batch) };
            let units: Vec<FailedUnit> =
                (0..1000).map(|place| unit(number, place, u8::try_from(place % 3).unwrap())).collect();
            tally.put(&row, Some(counted(&units)));
        }
        let rows = tally.rows(&names);
        assert_eq!(rows.iter().map(|row| row.units).collect::<Vec<_>>(), [33_400, 33_300, 33_300]);
        assert!(tally.open.is_empty());
    }
}
