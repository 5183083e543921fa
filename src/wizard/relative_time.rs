//! When a run began, in words. Whoever shows it has the clock.

use time::{Duration, OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339, macros::format_description};

use crate::{format::counted, wizard::saved::PastRun};

impl PastRun {
    /// How long ago it began: `3 hours ago`; empty where its time cannot be read.
    pub fn ago(&self, now: OffsetDateTime) -> String {
        self.since(now)
            .map(|passed| told(passed, |number, [one, many, _]| counted(number, one, many)))
            .unwrap_or_default()
    }

    /// The same in ten columns at most: `3 h ago`.
    pub fn ago_short(&self, now: OffsetDateTime) -> String {
        self.since(now)
            .map(|passed| told(passed, |number, [.., short]| format!("{number} {short}")))
            .unwrap_or_default()
    }

    /// When it began: `2026-03-01 10:00 UTC`.
    pub fn began(&self) -> String {
        let format = format_description!("[year]-[month]-[day] [hour]:[minute] UTC");
        let told = OffsetDateTime::parse(&self.started, &Rfc3339).ok();
        told.and_then(|then| then.to_offset(UtcOffset::UTC).format(format).ok()).unwrap_or_else(|| self.started.clone())
    }

    fn since(&self, now: OffsetDateTime) -> Option<Duration> {
        OffsetDateTime::parse(&self.started, &Rfc3339).ok().map(|then| now - then)
    }
}

fn told(passed: Duration, say: impl Fn(u64, [&str; 3]) -> String) -> String {
    let (minutes, hours, days) = (passed.whole_minutes(), passed.whole_hours(), passed.whole_days());
    let (number, unit) = match (minutes, hours, days) {
        (..1, _, _) => return "just now".to_owned(),
        (..60, _, _) => (minutes, ["minute", "minutes", "min"]),
        (_, ..24, _) => (hours, ["hour", "hours", "h"]),
        (_, _, 1) => return "yesterday".to_owned(),
        (_, _, ..14) => (days, ["day", "days", "d"]),
        (_, _, ..61) => (days / 7, ["week", "weeks", "wk"]),
        (_, _, ..730) => (days / 30, ["month", "months", "mo"]),
        _ => (days / 365, ["year", "years", "y"]),
    };
    format!("{} ago", say(number.unsigned_abs(), unit))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::run::state::RunState;

    fn begun(started: &str) -> PastRun {
        PastRun {
            run: "r".into(),
            config: "c".into(),
            folder: "f".into(),
            state: RunState::Done,
            is_live: false,
            is_open: false,
            registered: 0,
            failed: 0,
            cancelled: 0,
            items: 0,
            started: started.into(),
            retry_of: None,
        }
    }

    #[test]
    fn times_are_told_in_words_as_they_are_when_they_are_asked_for() {
        let run = begun("2026-03-01T11:00:00+01:00");
        let then = datetime!(2026-03-01 10:00 UTC);
        for (minutes, long, short) in [
            (-5, "just now", "just now"),
            (0, "just now", "just now"),
            (1, "1 minute ago", "1 min ago"),
            (59, "59 minutes ago", "59 min ago"),
            (60, "1 hour ago", "1 h ago"),
            (60 * 23, "23 hours ago", "23 h ago"),
            (60 * 24, "yesterday", "yesterday"),
            (60 * 48, "2 days ago", "2 d ago"),
            (60 * 24 * 15, "2 weeks ago", "2 wk ago"),
            (60 * 24 * 70, "2 months ago", "2 mo ago"),
            (60 * 24 * 800, "2 years ago", "2 y ago"),
        ] {
            let now = then + Duration::minutes(minutes);
            assert_eq!((run.ago(now).as_str(), run.ago_short(now).as_str()), (long, short));
            assert!(run.ago_short(now).len() <= 10);
        }
        assert_eq!(run.began(), "2026-03-01 10:00 UTC");
        let odd = begun("some day");
        assert_eq!((odd.ago(then), odd.began()), (String::new(), "some day".to_owned()));
    }
}
