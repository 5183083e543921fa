//! Whether a job failed as a whole for one reason.

use crate::store::{BatchRow, FailedUnit};

/// Fewer items than this tell little about the others.
const TELLING: u64 = 10;

/// The one reason for which nothing of a job was registered; `None` where something was, where the reasons differ, or where
/// the job is too small to tell anything of others.
pub(super) fn only_cause(row: &BatchRow, failed: &[FailedUnit]) -> Option<String> {
    if row.done > 0 || row.errors == 0 || row.batch.count < TELLING {
        return None;
    }
    let Some(first) = failed.first() else { return row.message.clone() };
    let cause = folded(&first.error);
    failed.iter().all(|unit| folded(&unit.error) == cause).then(|| first.error.clone())
}

/// The text without what names single files: addresses, paths, names with an extension, ids and numbers. A number of three
/// digits stays, since it may be a status.
fn folded(text: &str) -> String {
    let fold = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let is_status = bare.len() == 3 && bare.bytes().all(|byte| byte.is_ascii_digit());
        match is_status || !bare.contains(|c: char| c == '/' || c == '.' || c == '_' || c.is_ascii_digit()) {
            true => bare.to_lowercase(),
            false => String::new(),
        }
    };
    text.split_whitespace().map(fold).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::{Kind, batch::Batch};

    #[test]
    fn what_names_a_file_does_not_make_a_reason_of_its_own() {
        for (one, other) in [
            ("Object not found: https://a.blob/x/1.jpg", "Object not found: https://a.blob/y/2%20b.jpg"),
            ("Cannot read 'cam/left.png'.", "Cannot read 'cam/right.png'."),
            (
                "Unit 17 failed (c0ffee00-0000-4000-8000-000000000001)",
                "Unit 4 failed (deadbeef-0000-4000-8000-000000000002)",
            ),
        ] {
            assert_eq!(folded(one), folded(other));
        }
        for (one, other) in [("403 for https://a/1", "404 for https://a/1"), ("Not a video", "Not an image")] {
            assert_ne!(folded(one), folded(other));
        }
    }

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
