//! Cutting long ranges into parts that can be listed side by side.

use std::sync::atomic::Ordering;

use crate::{
    azure,
    service::manifest::container::{
        fetch::{
            Fetching, RangeSplit,
            range::{Range, State},
        },
        split_search::Next,
    },
};

/// Ranges that are being searched for cuts at the same time.
const MOST_HUNTS: usize = 3;
/// After so many searches in vain, one after another, there are no more.
const MAX_FRUITLESS: usize = 8;
/// A range that is guessed to be shorter, in pages, is not cut.
const WORTH_CUTTING: f64 = 5.0;

impl Fetching {
    pub(super) fn name(&mut self, place: usize, text: &str, result: Result<Option<String>, azure::error::Error>) {
        // Whoever does not answer questions is asked for pages only.
        let first = match result {
            Ok(first) if first.as_deref().is_none_or(|first| first >= text) => first,
            Ok(_) | Err(_) => {
                self.may_cut = false;
                self.questions.clear();
                return;
            }
        };
        let Some(hunt) = &mut self.ranges[place].hunt else { return };
        let next = hunt.answered(text, first);
        self.hunted(place, next);
    }

    pub(super) fn hunted(&mut self, place: usize, next: Next) {
        match next {
            Next::Wait => {}
            Next::Ask(texts) => self.questions.extend(texts.into_iter().map(|text| (place, text))),
            Next::Cut { names, nothing_behind } => {
                self.ranges[place].hunt = None;
                if nothing_behind.is_some() {
                    self.ranges[place].nothing_behind = nothing_behind;
                }
                self.cut(place, names);
            }
        }
    }

    fn cut(&mut self, place: usize, mut names: Vec<String>) {
        let (next, range) = (self.ranges.len(), &mut self.ranges[place]);
        names.retain(|name| range.last.as_ref().is_none_or(|last| name > last));
        let is_late = range.state == State::Ended || self.shared.is_disordered.load(Ordering::Relaxed) || !self.may_cut;
        if names.is_empty() || is_late {
            range.in_vain = true;
            self.in_vain += 1;
            return;
        }
        self.in_vain = 0;
        let ends = names.iter().skip(1).cloned().map(Some).chain([range.end.take()]);
        let mut parts: Vec<Range> = names
            .iter()
            .zip(ends)
            .map(|(start, end)| Range {
                prefix: range.prefix.clone(),
                start: Some(start.clone()),
                end,
                ..Range::default()
            })
            .collect();
        if let Some(part) = parts.last_mut() {
            part.nothing_behind = range.nothing_behind.take();
        }
        range.end = names.into_iter().next();
        let cut = RangeSplit { range: place, parts: (next..next + parts.len()).collect() };
        self.ranges.extend(parts);
        // Nobody listens only where the listing was given up.
        let _ = self.cuts.send(cut);
    }

    pub(super) fn worth_cutting(&self) -> Option<usize> {
        let may = self.may_cut && self.in_vain < MAX_FRUITLESS && !self.shared.is_disordered.load(Ordering::Relaxed);
        let hunts = self.ranges.iter().filter(|range| range.hunt.is_some()).count();
        if !may || hunts >= MOST_HUNTS {
            return None;
        }
        let open = |range: &Range| range.state != State::Ended && range.hunt.is_none() && !range.in_vain;
        let guesses = self.ranges.iter().enumerate().filter(|(_, range)| open(range) && range.last.is_some());
        guesses
            .map(|(place, range)| (place, range.ahead()))
            .filter(|(_, ahead)| *ahead >= WORTH_CUTTING)
            .max_by(|(_, a), (_, b)| a.total_cmp(b))
            .map(|(place, _)| place)
    }
}
