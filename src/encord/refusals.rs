//! How long to wait after Encord refused requests with 429 (or asked for a pause in another answer).
//!
//! `Retry-After` alone is not enough: zero, a fraction of a second and a date that has passed all mean "now", and a client that
//! obeys sends as fast as the network allows.

use std::time::Duration;

use crate::encord::retry::RetryPolicy;

/// The pause after each refusal: what the server asked for, but never less than a floor. The floor doubles while the server
/// keeps asking for less.
#[derive(Clone, Debug)]
pub(crate) struct RefusalBackoff {
    policy: RetryPolicy,
    /// How often the floor was doubled.
    doublings: u32,
    /// The server asked for less than the floor since the floor was last doubled.
    below_floor: bool,
}

impl RefusalBackoff {
    pub(crate) fn new(policy: &RetryPolicy) -> RefusalBackoff {
        RefusalBackoff { policy: policy.clone(), doublings: 0, below_floor: false }
    }

    /// The pause after a refusal that came with this `Retry-After`. `after_pause` is false for a request that was sent before
    /// the previous pause ended: several requests in flight are refused together, and the floor doubles only once for them.
    pub(crate) fn pause(&mut self, retry_after: Option<Duration>, after_pause: bool) -> Duration {
        if after_pause && std::mem::take(&mut self.below_floor) {
            self.doublings = self.doublings.saturating_add(1);
        }
        let floor = self.policy.shortest_pause(self.doublings);
        let asked = retry_after.unwrap_or_else(|| self.policy.long_pause());
        self.below_floor |= asked < floor;
        asked.max(floor)
    }

    /// A request succeeded: the next refusal starts at the first floor again.
    pub(crate) fn reset(&mut self) {
        self.doublings = 0;
        self.below_floor = false;
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use reqwest::header::{HeaderMap, RETRY_AFTER};

    use super::*;
    use crate::encord::retry::retry_after;

    const SECOND: Duration = Duration::from_secs(1);

    /// The pauses, in seconds, after refusals with these headers, one after the other.
    fn pauses(backoff: &mut RefusalBackoff, headers: &[Option<&str>]) -> Vec<f64> {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        let asked = |header: &Option<&str>| {
            let mut headers = HeaderMap::new();
            headers.extend(header.map(|value| (RETRY_AFTER, value.parse().unwrap())));
            retry_after(&headers, now)
        };
        headers.iter().map(|header| backoff.pause(asked(header), true).as_secs_f64()).collect()
    }

    #[test]
    fn a_pause_below_one_second_is_raised_and_doubles_up_to_a_minute() {
        for header in ["0", "-0", "0.0", "0.001", "1e-9", "Sun, 06 Nov 1994 08:40:00 GMT"] {
            let mut backoff = RefusalBackoff::new(&RetryPolicy::default());
            let told = pauses(&mut backoff, &[Some(header); 9]);
            assert_eq!(told, [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0], "{header}");
            backoff.reset();
            assert_eq!(pauses(&mut backoff, &[Some(header); 2]), [1.0, 2.0], "{header}");
        }
    }

    #[test]
    fn a_longer_pause_is_kept_and_does_not_double() {
        for (headers, expected) in [
            (vec![Some("1"); 3], vec![1.0; 3]),
            (vec![Some("7"); 3], vec![7.0; 3]),
            (vec![Some("Sun, 06 Nov 1994 08:49:47 GMT"); 2], vec![10.0; 2]),
            (vec![Some("86400")], vec![86_400.0]),
            // No header, or one that says nothing: the pause of unknown length.
            (vec![None, Some("-5"), Some("soon")], vec![30.0; 3]),
            (vec![Some("0"), Some("7"), Some("0"), Some("0")], vec![1.0, 7.0, 2.0, 4.0]),
            (vec![Some("0"), Some("0"), Some("1"), Some("3")], vec![1.0, 2.0, 4.0, 8.0]),
        ] {
            let mut backoff = RefusalBackoff::new(&RetryPolicy::default());
            assert_eq!(pauses(&mut backoff, &headers), expected, "{headers:?}");
        }
        let mut backoff = RefusalBackoff::new(&RetryPolicy::default());
        assert_eq!(backoff.pause(Some(Duration::MAX), true), Duration::MAX);
    }

    #[test]
    fn requests_refused_together_count_once() {
        let mut backoff = RefusalBackoff::new(&RetryPolicy::default());
        let mut pause = |after_pause| backoff.pause(Some(Duration::ZERO), after_pause);
        assert_eq!([true, false, false].map(&mut pause), [SECOND; 3]);
        assert_eq!([true, false].map(&mut pause), [2 * SECOND; 2]);
        assert_eq!(pause(true), 4 * SECOND);
    }

    #[test]
    fn the_floor_scales_with_the_policy_and_never_overflows() {
        let policy = RetryPolicy { first_delay: Duration::from_millis(15), ..RetryPolicy::default() };
        let mut backoff = RefusalBackoff::new(&policy);
        let mut pause = || backoff.pause(Some(Duration::ZERO), true);
        assert_eq!([pause(), pause()], [10, 20].map(Duration::from_millis));
        let last = (0..100).map(|_| pause()).last();
        assert_eq!(last, Some(Duration::from_millis(600)));
        assert_eq!(RetryPolicy::default().shortest_pause(u32::MAX), 60 * SECOND);
    }
}
