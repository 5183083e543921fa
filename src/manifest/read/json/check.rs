//! Reads and judges a file on several threads: one finds the items, the others read and check them, and what they find is told in the
//! order of the file.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    io::BufRead,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use crate::manifest::{
    finding::{Finding, Origin},
    item::Item,
    kind::Kind,
    read::{
        FileFacts, ReadError,
        json::{
            items,
            split::{Part, scan},
        },
    },
    sink::Sink,
    skipped::Skipped,
    validate::{ValidatingSink, Validator},
};

/// As many slices wait for a thread, and as many results of one for being told.
const WAITING: usize = 2;

/// What a file holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checked {
    /// What it says.
    pub facts: FileFacts,
    /// The items that could be read, by type.
    pub items: BTreeMap<Kind, u64>,
}

/// Reads all items of a file and has them judged; the items themselves are dropped. Memory grows by what the judge remembers of each.
///
/// # Errors
/// The file cannot be read, or those of `tell`.
pub fn check<E>(
    input: impl BufRead + Send,
    judge: &mut Validator,
    threads: usize,
    tell: &mut impl FnMut(Finding) -> Result<(), E>,
) -> Result<Checked, ReadError<E>> {
    let mut checked = Checked::default();
    thread::scope(|scope| {
        let (mut work, mut results) = (Vec::new(), Vec::new());
        for _ in 0..threads.max(1) {
            let (to_worker, parts) = sync_channel(WAITING);
            let (to_us, found) = sync_channel(WAITING);
            let judge = judge.part();
            scope.spawn(move || worker(&judge, &parts, &to_us));
            work.push(to_worker);
            results.push(found);
        }
        let scanner = scope.spawn(move || {
            // Each thread gets its share in turn, so that the results can be taken in turn.
            let mut turns = (0..work.len()).cycle();
            scan(input, &mut |part| {
                let worker = turns.next().and_then(|turn| work.get(turn));
                worker.and_then(|worker| worker.send(part).ok()).ok_or(Gone)
            })
        });
        for turn in (0..results.len()).cycle() {
            let Some(Found { mut findings, items, part }) = results.get(turn).and_then(|found| found.recv().ok())
            else {
                break;
            };
            if let Some(part) = part {
                let merged: Result<(), Infallible> = judge.merge_telling(part, |finding| {
                    findings.push(finding);
                    Ok(())
                });
                match merged {
                    Ok(()) => {}
                    Err(never) => match never {},
                }
            }
            findings.sort_by_key(|finding| (finding.line, finding.column));
            for finding in findings {
                // Without anybody to take their results the threads end by themselves.
                tell(finding).map_err(ReadError::Sink)?;
            }
            for (kind, count) in items {
                *checked.items.entry(kind).or_default() += count;
            }
        }
        drop(results);
        match scanner.join() {
            Ok(Ok(facts)) => {
                checked.facts = facts;
                Ok(checked)
            }
            Ok(Err(ReadError::File(error))) => Err(ReadError::File(error)),
            Ok(Err(ReadError::Sink(Gone))) | Err(_) => {
                Err(ReadError::File(std::io::Error::other("a thread that reads the file broke off")))
            }
        }
    })
}

/// Nobody waits for results any more.
#[derive(Debug)]
struct Gone;

/// What was found in a part of the file.
struct Found {
    findings: Vec<Finding>,
    items: BTreeMap<Kind, u64>,
    part: Option<Validator>,
}

fn worker(judge: &Validator, parts: &Receiver<Part>, results: &SyncSender<Found>) {
    for part in parts {
        let found = match part {
            Part::Finding(finding) => Found { findings: vec![*finding], items: BTreeMap::new(), part: None },
            Part::Slice(slice) => {
                let mut part = judge.part();
                let mut told = ElementReport::default();
                let read: Result<(), Infallible> = items(
                    &slice,
                    &mut ValidatingSink { judge: &mut part, sink: &mut told },
                    |judged, glance, place| {
                        let passes = judged.judge.passes(glance, place);
                        if passes {
                            judged.sink.count(glance.kind);
                        }
                        passes
                    },
                );
                match read {
                    Ok(()) => {}
                    Err(never) => match never {},
                }
                Found { findings: told.findings, items: told.items, part: Some(part) }
            }
        };
        if results.send(found).is_err() {
            return;
        }
    }
}

/// Keeps findings and counts items.
#[derive(Debug, Default)]
struct ElementReport {
    findings: Vec<Finding>,
    items: BTreeMap<Kind, u64>,
}

impl ElementReport {
    fn count(&mut self, kind: Kind) {
        *self.items.entry(kind).or_default() += 1;
    }
}

impl Sink for ElementReport {
    type Error = Infallible;

    fn item(&mut self, _: &Origin<'_>, item: Item) -> Result<(), Infallible> {
        self.count(item.kind);
        Ok(())
    }

    fn skipped(&mut self, _: Skipped) -> Result<(), Infallible> {
        Ok(())
    }

    fn finding(&mut self, finding: Finding) -> Result<(), Infallible> {
        self.findings.push(finding);
        Ok(())
    }
}
