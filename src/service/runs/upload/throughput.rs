//! How fast units are finished: over the last moments, and since the run was taken up.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use crate::wizard::progress::snapshot::{HISTORY, Snapshot};

/// The rate is taken over this many seconds.
const WINDOW: f64 = 10.0;

/// The pace of one run, from how many units are finished at each look.
#[derive(Debug)]
pub(crate) struct Throughput {
    began: Instant,
    samples: VecDeque<(Instant, u64)>,
    history: History,
}

impl Throughput {
    /// `finished` is how many units were finished before.
    pub(crate) fn new(finished: u64) -> Throughput {
        Throughput { began: Instant::now(), samples: VecDeque::new(), history: History::new(finished) }
    }

    /// Looks at the units that are finished now, and puts the pace into the numbers.
    pub(crate) fn take(&mut self, snapshot: &mut Snapshot) {
        let (now, finished) = (Instant::now(), snapshot.finished());
        let elapsed = now.duration_since(self.began);
        self.history.take(finished, elapsed);
        snapshot.per_second = self.rate(finished, now);
        snapshot.elapsed = elapsed.as_secs();
        snapshot.span = self.history.span;
        snapshot.history = self.history.rates();
    }

    fn rate(&mut self, finished: u64, now: Instant) -> f64 {
        if self.samples.is_empty() {
            self.samples.push_back((now, finished));
        }
        self.samples.push_back((now, finished));
        while self.samples.len() > 2
            && self.samples.get(1).is_some_and(|(at, _)| now.duration_since(*at).as_secs_f64() > WINDOW)
        {
            self.samples.pop_front();
        }
        let Some((at, before)) = self.samples.front() else { return 0.0 };
        let seconds = now.duration_since(*at).as_secs_f64();
        if seconds < 0.5 {
            return 0.0;
        }
        #[expect(clippy::cast_precision_loss, reason = "a rate for people")]
        let units = finished.saturating_sub(*before) as f64;
        units / seconds
    }
}

/// Units finished in equal spans of time. When there are too many spans, two become one.
#[derive(Debug)]
struct History {
    /// Seconds of each span.
    span: u32,
    /// Units in each span that has passed.
    passed: Vec<u64>,
    /// Units so far in the one that has not.
    open: u64,
    /// Units of all spans and of before.
    known: u64,
}

impl History {
    fn new(finished: u64) -> History {
        History { span: 1, passed: Vec::with_capacity(HISTORY), open: 0, known: finished }
    }

    fn take(&mut self, finished: u64, elapsed: Duration) {
        while elapsed.as_secs() / u64::from(self.span) > self.passed.len() as u64 {
            self.passed.push(std::mem::take(&mut self.open));
            if self.passed.len() == HISTORY {
                self.passed = self.passed.chunks(2).map(|pair| pair.iter().sum()).collect();
                self.span = self.span.saturating_mul(2);
            }
        }
        self.open += finished.saturating_sub(self.known);
        self.known = self.known.max(finished);
    }

    /// Units a second. What is slower than one is still told from nothing.
    fn rates(&self) -> Vec<u32> {
        let span = u64::from(self.span);
        let rate = |units: &u64| u32::try_from(((units + span / 2) / span).max(u64::from(*units > 0)));
        self.passed.iter().map(|units| rate(units).unwrap_or(u32::MAX)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> Duration {
        Duration::from_secs_f64(seconds)
    }

    #[test]
    fn the_history_tells_units_a_second_of_spans_that_have_passed() {
        let mut history = History::new(50);
        for (finished, seconds) in [(50, 0.0), (60, 0.2), (61, 0.9), (61, 1.1), (64, 1.3), (64, 4.0), (70, 4.5)] {
            history.take(finished, at(seconds));
        }
        assert_eq!((history.span, history.rates()), (1, vec![11, 3, 0, 0]));
        // Fewer than were known are no progress, and they are not counted again when they come back.
        history.take(68, at(5.0));
        history.take(70, at(6.0));
        assert_eq!(history.rates(), [11, 3, 0, 0, 6, 0]);
    }

    #[test]
    fn a_full_history_doubles_its_span_and_keeps_its_sum() {
        let mut history = History::new(0);
        for second in 0..1000_u64 {
            history.take(second * 4, at(second as f64 + 0.5));
            assert!(history.passed.len() < HISTORY);
            assert_eq!(history.passed.len() as u64, second / u64::from(history.span));
            assert_eq!(history.passed.iter().sum::<u64>() + history.open, second * 4);
        }
        assert_eq!(history.span, 16);
        assert!(history.rates().iter().skip(1).all(|rate| *rate == 4), "{:?}", history.rates());
    }

    #[test]
    fn a_long_silence_and_a_trickle_are_told() {
        let mut history = History::new(0);
        history.take(1, at(0.1));
        history.take(1, at(86_400.0));
        let rates = history.rates();
        assert!(rates.len() < HISTORY && rates.len() >= HISTORY / 2 && history.span == 1024, "{}", history.span);
        assert_eq!((rates[0], rates[1..].iter().max()), (1, Some(&0)));
    }
}
