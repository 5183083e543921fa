//! When the jobs of a run were sent and when they ended.

use std::collections::BTreeMap;

use crate::store::runs::{RunStore, record::StoreError};

/// The moments of a job, in seconds since 1970 by this machine's clock.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct JobTimes {
    /// Encord took it.
    pub sent: Option<f64>,
    /// It came to its end.
    pub ended: Option<f64>,
}

impl JobTimes {
    /// Whole seconds since it was sent, up to its end or to `now`; `None` before it was sent.
    pub fn age(&self, now: f64) -> Option<u64> {
        let seconds = self.ended.unwrap_or(now) - self.sent?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "never below zero")]
        let whole = seconds.max(0.0) as u64;
        Some(whole)
    }
}

impl RunStore {
    /// When the jobs of a run were sent and ended, by batch; those of which nothing is known are missing.
    ///
    /// # Errors
    /// The database's.
    pub fn job_times(&self, run: &str) -> Result<BTreeMap<u32, JobTimes>, StoreError> {
        let read = || -> rusqlite::Result<BTreeMap<_, _>> {
            let mut statement =
                self.connection.prepare("select number, sent, ended from batch where run = ?1 and sent is not null")?;
            let rows = statement
                .query_map([run], |row| Ok((row.get(0)?, JobTimes { sent: row.get(1)?, ended: row.get(2)? })))?;
            rows.collect()
        };
        read().map_err(|source| self.fault(source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_ends_with_the_job_and_no_clock_makes_it_negative() {
        let age = |sent, ended| JobTimes { sent, ended }.age(100.0);
        assert_eq!([age(None, None), age(Some(90.5), None), age(Some(90.5), Some(93.6))], [None, Some(9), Some(3)]);
        assert_eq!(age(Some(200.0), None), Some(0));
    }
}
