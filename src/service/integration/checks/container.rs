//! Whether the container is there and can be listed, and whether one of its blobs can be read.

use crate::{
    azure::{container::Probe, page::Blob},
    service::integration::checks::{
        fault::{CheckFailure, quoted, skipped},
        tier::is_archived,
    },
    wizard::check::{Check, CheckState},
};

const LISTED: &str = "azure.container";
const READ: &str = "azure.read";

/// `place` is the container with its account, for people.
pub(super) fn judge_listing(place: &str, outcome: Result<&Probe, &CheckFailure>) -> Check {
    match outcome {
        Ok(probe) if probe.first.is_none() && !probe.more => {
            Check::new(LISTED, CheckState::Warn, format!("{place} can be listed, but there is nothing in it"))
                .fix("Check the container's name, or upload the files first.")
        }
        Ok(_) => Check::new(LISTED, CheckState::Pass, format!("{place} can be listed")),
        Err(fault) => Check::failed(LISTED, &fault.problem),
    }
}

/// What there is to read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pick {
    /// This blob.
    Blob(String),
    /// None, for this reason.
    None(&'static str),
}

/// The first blob of a sample that can be expected to be readable; one with content before an empty one.
pub(super) fn pick(sample: &[Blob]) -> Pick {
    let files: Vec<&Blob> = sample.iter().filter(|blob| !blob.is_folder).collect();
    let mut readable = files.iter().filter(|blob| !is_archived(blob));
    match (readable.clone().find(|blob| blob.size > 0).or(readable.next()), files.is_empty()) {
        (Some(blob), _) => Pick::Blob(blob.name.clone()),
        (None, true) => Pick::None("there is no blob to read"),
        (None, false) => Pick::None("all blobs that were looked at are in the archive"),
    }
}

/// `blob` is what was read.
pub(super) fn judge_reading(blob: &str, outcome: &Result<(), CheckFailure>) -> Check {
    match outcome {
        Ok(()) => Check::new(READ, CheckState::Pass, format!("{} can be read", quoted(blob))),
        Err(fault) => {
            let mut check = Check::failed(READ, &fault.problem);
            check.detail = format!("{}: {}", quoted(blob), check.detail);
            check
        }
    }
}

/// Nothing to read, or nothing known to read.
pub(super) fn not_read(reason: &str) -> Check {
    skipped(READ, reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{ErrorKind, UserError};

    fn blob(name: &str, size: u64, tier: &str) -> Blob {
        Blob { name: name.to_owned(), size, tier: Some(tier.to_owned()), ..Blob::default() }
    }

    #[test]
    fn what_can_be_read_is_picked() {
        let folder = Blob { is_folder: true, ..blob("folder", 0, "Hot") };
        let archived = blob("archived", 9, "Archive");
        for (sample, expected) in [
            (vec![], Pick::None("there is no blob to read")),
            (vec![folder.clone()], Pick::None("there is no blob to read")),
            (vec![folder.clone(), archived.clone()], Pick::None("all blobs that were looked at are in the archive")),
            (vec![folder.clone(), archived.clone(), blob("empty", 0, "Hot")], Pick::Blob("empty".into())),
            (vec![folder, archived, blob("empty", 0, "Hot"), blob("a", 1, "Cool")], Pick::Blob("a".into())),
        ] {
            assert_eq!(pick(&sample), expected);
        }
    }

    #[test]
    fn a_failure_keeps_the_services_words_and_its_kind() {
        let problem = UserError {
            source_message: Some("No.".into()),
            kind: ErrorKind::Access,
            ..UserError::other("Refused.").hint("Ask.")
        };
        let check = judge_reading("a/b.jpg", &Err(CheckFailure::not_signed_in(problem)));
        assert_eq!((check.state, check.class), (CheckState::Fail, ErrorKind::Access));
        assert_eq!((check.detail.as_str(), check.fix.as_deref()), ("'a/b.jpg': Refused. No.", Some("Ask.")));
    }

    #[test]
    fn an_empty_container_is_worth_a_look() {
        let judged = |first, more| judge_listing("c", Ok(&Probe { first, more })).state;
        assert_eq!(judged(None, false), CheckState::Warn);
        assert_eq!(judged(None, true), CheckState::Pass);
        assert_eq!(judged(Some(blob("a", 1, "Hot")), false), CheckState::Pass);
    }
}
