//! Whether a job failed as a whole for one reason.

use crate::{run::failed_unit::FailedUnit, store::runs::record::BatchRow};

/// Fewer items than this tell little about the others.
const TELLING: u64 = 10;

/// The one reason for which nothing of a job was registered; `None` where something was, where the reasons differ, or where
/// the job is too small to tell anything of others.
pub(super) fn only_cause(row: &BatchRow, failed: &[FailedUnit]) -> Option<String> {
    if row.done > 0 || row.errors == 0 || row.batch.count < TELLING {
        return None;
    }
    let Some(first) = failed.first() else { return row.message.clone() };
    let cause = first.cause();
    failed.iter().all(|unit| unit.cause() == cause).then(|| first.error.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{batch::Batch, kind::Kind};

    #[test]
    fn a_job_failed_as_a_whole_if_nothing_is_done_and_all_reasons_are_one() {
        let unit = |error: &str| FailedUnit {
            batch: 1,
            object_urls: Vec::new(),
            error: error.to_owned(),
            subtask_uuid: None,
            action_description: None,
        };
        let row = |count, done, errors| BatchRow {
            done,
            errors,
            ..BatchRow::waiting(1, Batch { kind: Kind::Image, first: 0, count })
        };
        let same = ["403 from https://a/1", "403 from https://a/2"].map(unit);
        assert_eq!(only_cause(&row(10, 0, 10), &same).as_deref(), Some("403 from https://a/1"));
        assert_eq!(only_cause(&row(9, 0, 9), &same), None);
        assert_eq!(only_cause(&row(10, 1, 9), &same), None);
        assert_eq!(only_cause(&row(10, 0, 0), &[]), None);
        assert_eq!(only_cause(&row(10, 0, 10), &["403", "404"].map(unit)), None);
        let ended = BatchRow { message: Some("Gone".into()), ..row(10, 0, 10) };
        assert_eq!(only_cause(&ended, &[]).as_deref(), Some("Gone"));
    }
}
