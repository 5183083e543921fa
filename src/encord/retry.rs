//! When a request is sent again, and after how long.
//!
//! The figures are those of the official SDK (three tries more, 1.5 s doubled each time); unlike the SDK every try is
//! signed anew, and a call that creates something is repeated only when it surely never reached Encord.

use std::time::{Duration, SystemTime};

use reqwest::header::{HeaderMap, RETRY_AFTER};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// How patient the client is. The default is what the product uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// How often a request is sent again after its first try.
    pub retries: u32,
    /// The pause before the first repetition; each further one doubles it, and up to a quarter is added at random.
    pub first_delay: Duration,
    /// The longest pause that a `Retry-After` from the server can ask for.
    pub longest_delay: Duration,
    /// Time to open a connection, including name lookup and TLS.
    pub connect_timeout: Duration,
    /// Time for a whole call that only reads. Above the 60 seconds that the server may hold a poll.
    pub read_timeout: Duration,
    /// Time for a whole call that changes something, to which one second per 100 kB of body is added.
    pub write_timeout: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            retries: 3,
            first_delay: Duration::from_millis(1500),
            longest_delay: Duration::from_secs(600),
            connect_timeout: Duration::from_secs(30),
            read_timeout: Duration::from_secs(90),
            write_timeout: Duration::from_secs(180),
        }
    }
}

impl RetryPolicy {
    /// The pause before repetition number `attempt` (counted from 1). What the server asked for is kept between the floor of
    /// [`RetryPolicy::shortest_pause`] and `longest_delay`.
    pub(super) fn delay(&self, attempt: u32, asked: Option<Duration>) -> Duration {
        if let Some(asked) = asked {
            return asked.max(self.shortest_pause(attempt.saturating_sub(1))).min(self.longest_delay);
        }
        let delay = self.first_delay.saturating_mul(2_u32.saturating_pow(attempt.saturating_sub(1)));
        // Without randomness the pause is merely not spread out.
        let spread = getrandom::u32().map_or(0.0, |random| f64::from(random) / f64::from(u32::MAX));
        delay.mul_f64(1.0 + spread / 4.0).min(self.longest_delay)
    }
}

impl RetryPolicy {
    /// The pause of a caller that goes on for long: after failure number `attempt` (counted from 1) in a row as long as
    /// before a repetition, but never above [`RetryPolicy::long_pause`].
    pub fn backoff(&self, attempt: u32) -> Duration {
        self.delay(attempt, None).min(self.long_pause())
    }

    /// The pause after 429 without `Retry-After`: twenty times the first delay, half a minute by default.
    pub fn long_pause(&self) -> Duration {
        self.first_delay.saturating_mul(20)
    }

    /// The shortest pause after a refusal, doubled this often: two thirds of the first delay, at most forty first delays; by
    /// default one second, at most a minute.
    pub(crate) fn shortest_pause(&self, doublings: u32) -> Duration {
        let first = self.first_delay.saturating_mul(2) / 3;
        first.saturating_mul(2_u32.saturating_pow(doublings)).min(self.first_delay.saturating_mul(40))
    }
}

/// What sending a call twice would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// It changes nothing.
    Read,
    /// It changes something, and doing it twice is the same as doing it once.
    Idempotent,
    /// It creates something, and would create it twice.
    Create,
}

impl Call {
    /// Whether a call that was answered with this status may be sent again.
    ///
    /// 413 is final unless the server says when to come back: the same body will be too large again.
    pub(super) fn repeats_on(self, status: u16, asked: Option<Duration>) -> bool {
        match (self, status) {
            (Self::Create, _) => false,
            (_, 429 | 500 | 502 | 503) | (Self::Read, 504) => true,
            (_, 413) => asked.is_some(),
            _ => false,
        }
    }

    /// Whether a call that broke after it may have reached the server may be sent again.
    pub(super) fn repeats_when_broken(self) -> bool {
        self != Self::Create
    }
}

/// The pause a server asks for in `Retry-After`, given in seconds or as an HTTP date. A date that has passed gives zero: this
/// machine's clock may be ahead, so the length is unknown. Callers apply [`RetryPolicy::shortest_pause`].
pub(super) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    let date = http_date(value)?;
    Some(Duration::try_from(date - OffsetDateTime::from(now)).unwrap_or_default())
}

/// Reads a date such as `Sun, 06 Nov 1994 08:49:37 GMT`.
pub(super) fn http_date(value: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(value, &Rfc2822).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(value: &str) -> Option<Duration> {
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, value.parse().unwrap());
        retry_after(&headers, SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777))
    }

    #[test]
    fn understands_seconds_and_dates() {
        assert_eq!(asked("7"), Some(Duration::from_secs(7)));
        assert_eq!(asked("0"), Some(Duration::ZERO));
        assert_eq!(asked("Sun, 06 Nov 1994 08:49:47 GMT"), Some(Duration::from_secs(10)));
        assert_eq!(asked("Sun, 06 Nov 1994 08:40:00 GMT"), Some(Duration::ZERO));
        assert_eq!(asked("soon"), None);
        assert_eq!(asked("-5"), None);
        assert_eq!(asked("1e400"), None);
    }

    #[test]
    fn waits_longer_each_time_and_never_beyond_the_limit() {
        let policy = RetryPolicy::default();
        for (attempt, least) in [(1, 1500), (2, 3000), (3, 6000)] {
            let delay = policy.delay(attempt, None).as_millis();
            assert!((least..=least * 5 / 4).contains(&delay), "{attempt}: {delay}");
        }
        assert_eq!(policy.delay(1, Some(Duration::from_secs(7))), Duration::from_secs(7));
        assert_eq!(policy.delay(1, Some(Duration::from_secs(86_400))), Duration::from_secs(600));
        for asked in [Duration::ZERO, Duration::from_millis(1)] {
            assert_eq!([1, 2, 3, 40].map(|attempt| policy.delay(attempt, Some(asked)).as_secs()), [1, 2, 4, 60]);
        }
        assert_eq!(policy.delay(40, None), Duration::from_secs(600));
        assert_eq!((policy.backoff(40), policy.long_pause()), (Duration::from_secs(30), Duration::from_secs(30)));
        assert!(policy.backoff(1) < Duration::from_secs(2));
    }

    #[test]
    fn only_calls_that_may_run_twice_are_repeated() {
        for status in [429, 500, 502, 503] {
            assert!(Call::Read.repeats_on(status, None));
            assert!(Call::Idempotent.repeats_on(status, None));
            assert!(!Call::Create.repeats_on(status, Some(Duration::ZERO)));
        }
        assert!(Call::Read.repeats_on(504, None) && !Call::Idempotent.repeats_on(504, None));
        assert!(!Call::Read.repeats_on(413, None) && Call::Read.repeats_on(413, Some(Duration::ZERO)));
        for status in [400, 401, 403, 404, 409, 422, 501] {
            assert!(!Call::Read.repeats_on(status, Some(Duration::ZERO)));
        }
    }
}
