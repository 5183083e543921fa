//! How many jobs may be under way, and when nothing may be asked at all.
//!
//! Encord publishes no limits of its request rate. What it answers with 429 counts for the whole run: one pause for all, as
//! long as it asks for, but at least a second, and half as many jobs afterwards, which become more again one by one while it stays quiet.

use std::time::Duration;

use tokio::time::Instant;

use crate::encord::{refusals::RefusalBackoff, retry::RetryPolicy};

/// A pause is never longer than this, whatever was asked for.
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// This many first delays of the policy (a minute by default) must be quiet before another job is added.
const QUIET: u32 = 40;

/// The pace of one run.
#[derive(Debug)]
pub(super) struct AdaptiveLimit {
    most: usize,
    limit: usize,
    quiet: Duration,
    backoff: RefusalBackoff,
    /// Nothing is asked before this.
    resumes: Option<Instant>,
    /// Refusals of what was asked before this are known already.
    known_until: Option<Instant>,
    /// Since when nothing was refused and no job was added.
    quiet_since: Instant,
}

impl AdaptiveLimit {
    pub(super) fn new(most: usize, policy: &RetryPolicy, now: Instant) -> AdaptiveLimit {
        let most = most.max(1);
        AdaptiveLimit {
            most,
            limit: most,
            quiet: policy.first_delay.saturating_mul(QUIET),
            backoff: RefusalBackoff::new(policy),
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
        // Several requests were under way when the limit was met; that is one sign, not several.
        let after_pause = self.is_after_pause(asked);
        if after_pause {
            self.limit = (self.limit / 2).max(1);
        }
        let resumes = now + self.backoff.pause(retry_after, after_pause).min(DAY);
        let resumes = self.resumes.map_or(resumes, |known| known.max(resumes));
        self.resumes = Some(resumes);
        self.known_until = Some(resumes);
        self.quiet_since = resumes;
        resumes - now
    }

    /// Takes into account that Encord answered something that was asked at `asked`. Requests from before the pause say nothing
    /// about what happens after it.
    pub(super) fn succeeded(&mut self, asked: Instant) {
        if self.is_after_pause(asked) {
            self.backoff.reset();
        }
    }

    /// Whether something was asked after the last pause, or before any.
    fn is_after_pause(&self, asked: Instant) -> bool {
        self.known_until.is_none_or(|known| asked >= known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_refusal_halves_the_jobs_and_quiet_minutes_bring_them_back() {
        let start = Instant::now();
        let mut pace = AdaptiveLimit::new(8, &RetryPolicy::default(), start);
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
    fn refusals_without_a_pause_wait_longer_each_time_until_something_succeeds() {
        let start = Instant::now();
        for asked_for in [Duration::ZERO, Duration::from_millis(1)] {
            let mut pace = AdaptiveLimit::new(1, &RetryPolicy::default(), start);
            let mut now = start;
            let mut refuse = |pace: &mut AdaptiveLimit| {
                let asked = now;
                let pause = pace.refused(asked, Some(asked_for), now);
                assert_eq!(pace.paused(now), Some(now + pause));
                now += pause;
                (asked, pause.as_secs())
            };
            let told = [1, 2, 4, 8, 16, 32, 60, 60].map(|_| refuse(&mut pace).1);
            assert_eq!(told, [1, 2, 4, 8, 16, 32, 60, 60]);
            // The answer to a request from before the pause changes nothing.
            let (asked, _) = refuse(&mut pace);
            pace.succeeded(asked);
            let (asked, pause) = refuse(&mut pace);
            assert_eq!(pause, 60);
            pace.succeeded(asked + Duration::from_secs(pause));
            assert_eq!([(); 2].map(|()| refuse(&mut pace).1), [1, 2]);
        }
    }

    #[test]
    fn jobs_refused_together_share_one_pause() {
        let start = Instant::now();
        let mut pace = AdaptiveLimit::new(8, &RetryPolicy::default(), start);
        let mut refused = |asked: u64, now: u64| {
            let at = |millis| start + Duration::from_millis(millis);
            pace.refused(at(asked), Some(Duration::ZERO), at(now)).as_millis()
        };
        // Each answer in turn; the pause runs from the last.
        assert_eq!([refused(0, 100), refused(10, 110), refused(20, 120)], [1000; 3]);
        assert_eq!([refused(1120, 1130), refused(1121, 1140)], [2000; 2]);
    }

    #[test]
    fn no_pause_is_endless() {
        let now = Instant::now();
        let mut pace = AdaptiveLimit::new(0, &RetryPolicy::default(), now);
        assert_eq!(pace.refused(now, Some(Duration::MAX), now), DAY);
        assert_eq!(pace.limit(now), 1);
    }
}
