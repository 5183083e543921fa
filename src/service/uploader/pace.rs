//! How many jobs may be under way, and when nothing may be asked at all.
//!
//! Encord publishes no limits of its request rate. What it answers with 429 counts for the whole run: one pause for all, as
//! long as it asks for, and half as many jobs afterwards, which become more again one by one while it stays quiet.

use std::time::Duration;

use tokio::time::Instant;

use crate::service::encord::RetryPolicy;

/// A pause is never longer than this, whatever was asked for.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// This many first delays of the policy (a minute by default) must be quiet before another job is added.
const QUIET: u32 = 40;

/// The pace of one run.
#[derive(Debug)]
pub(super) struct Pace {
    most: usize,
    limit: usize,
    quiet: Duration,
    long_pause: Duration,
    /// Nothing is asked before this.
    resumes: Option<Instant>,
    /// Refusals of what was asked before this are known already.
    known_until: Option<Instant>,
    /// Since when nothing was refused and no job was added.
    quiet_since: Instant,
}

impl Pace {
    pub(super) fn new(most: usize, policy: &RetryPolicy, now: Instant) -> Pace {
        let most = most.max(1);
        Pace {
            most,
            limit: most,
            quiet: policy.first_delay.saturating_mul(QUIET),
            long_pause: policy.long_pause(),
            resumes: None,
            known_until: None,
            quiet_since: now,
        }
    }

    /// The most jobs that may be under way now.
    pub(super) fn limit(&mut self, now: Instant) -> usize {
        while self.limit < self.most && now >= self.quiet_since + self.quiet {
            self.limit += 1;
            self.quiet_since += self.quiet;
        }
        self.limit
    }

    /// When another job may be added; `None` while none is held back.
    pub(super) fn raised_at(&self) -> Option<Instant> {
        (self.limit < self.most).then(|| self.quiet_since + self.quiet)
    }

    /// Until when nothing may be asked, if so.
    pub(super) fn paused(&self, now: Instant) -> Option<Instant> {
        self.resumes.filter(|resumes| *resumes > now)
    }

    /// Takes a refusal into account of something that was asked at `asked`, and says how long the pause is from now on.
    pub(super) fn refused(&mut self, asked: Instant, retry_after: Option<Duration>, now: Instant) -> Duration {
        let resumes = now + retry_after.unwrap_or(self.long_pause).min(DAY);
        let resumes = self.resumes.map_or(resumes, |known| known.max(resumes));
        // Several requests were under way when the limit was met; that is one sign, not several.
        if self.known_until.is_none_or(|known| asked >= known) {
            self.limit = (self.limit / 2).max(1);
        }
        self.resumes = Some(resumes);
        self.known_until = Some(resumes);
        self.quiet_since = resumes;
        resumes - now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_refusal_halves_the_jobs_and_quiet_minutes_bring_them_back() {
        let start = Instant::now();
        let mut pace = Pace::new(8, &RetryPolicy::default(), start);
        assert_eq!((pace.limit(start), pace.raised_at(), pace.paused(start)), (8, None, None));
        assert_eq!(pace.refused(start, Some(7 * SECOND), start + SECOND), 7 * SECOND);
        // What was asked before the pause ended is part of the same refusal; the longer pause counts.
        assert_eq!(pace.refused(start, Some(2 * SECOND), start + 2 * SECOND), 6 * SECOND);
        assert_eq!(pace.limit(start + 2 * SECOND), 4);
        assert_eq!(pace.paused(start + 7 * SECOND), Some(start + 8 * SECOND));
        assert_eq!(pace.paused(start + 8 * SECOND), None);
        assert_eq!(pace.raised_at(), Some(start + 68 * SECOND));
        assert_eq!([67, 68, 127, 128].map(|second| pace.limit(start + second * SECOND)), [4, 5, 5, 6]);
        let later = start + 200 * SECOND;
        assert_eq!(pace.refused(later, None, later), 30 * SECOND);
        assert_eq!(pace.limit(later), 3);
        for again in 1..5 {
            let now = later + again * 100 * SECOND;
            pace.refused(now, Some(90 * SECOND), now);
        }
        assert_eq!(pace.limit(later + 400 * SECOND), 1);
        assert_eq!((pace.limit(later + 9000 * SECOND), pace.raised_at()), (8, None));
    }

    #[test]
    fn no_pause_is_endless() {
        let now = Instant::now();
        let mut pace = Pace::new(0, &RetryPolicy::default(), now);
        assert_eq!(pace.refused(now, Some(Duration::MAX), now), DAY);
        assert_eq!(pace.limit(now), 1);
    }
}
