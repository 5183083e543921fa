//! This machine's clock against the service's.

use time::{Duration, OffsetDateTime};

use crate::{
    error::ErrorKind,
    service::integration::checks::fault::{CheckFailure, skipped},
    wizard::check::{Check, CheckState},
};

const ID: &str = "azure.clock";
/// Azure Storage refuses requests that are older or younger (Microsoft, "Authorize with Shared Key").
const REFUSED: Duration = Duration::minutes(15);
/// On the way to a refusal.
const SUSPICIOUS: Duration = Duration::minutes(5);
/// The `Date` header counts in seconds and is some of them old when it arrives.
const NOTHING: Duration = Duration::seconds(5);

/// `server` is what the service's `Date` header said when this machine's clock said `here`.
pub(super) fn judge(server: Result<OffsetDateTime, &CheckFailure>, here: OffsetDateTime) -> Check {
    let server = match server {
        Ok(server) => server,
        Err(fault) => {
            return skipped(ID, format!("the account did not tell the time: {}", fault.problem.in_one_line()));
        }
    };
    let off = here - server;
    let (size, way) = (off.abs(), if off.is_negative() { "behind" } else { "ahead of" });
    let detail = match size {
        size if size <= NOTHING => "it goes with Azure's".to_owned(),
        size => format!("it is {} {way} Azure's", length(size)),
    };
    match size {
        size if size > REFUSED => Check::new(ID, CheckState::Fail, detail)
            .class(ErrorKind::Config)
            .fix("Set this machine's clock (timedatectl set-ntp true): Azure refuses what is 15 minutes off."),
        size if size > SUSPICIOUS => Check::new(ID, CheckState::Warn, detail).fix(
            "Set this machine's clock (timedatectl set-ntp true) before it is further off: 15 minutes are refused.",
        ),
        _ => Check::new(ID, CheckState::Pass, detail),
    }
}

fn length(time: Duration) -> String {
    match (time.whole_days(), time.whole_hours(), time.whole_minutes()) {
        (days @ 2.., _, _) => format!("{days} days"),
        (_, hours @ 2.., _) => format!("{hours} hours"),
        (_, _, minutes @ 2..) => format!("{minutes} minutes"),
        _ => format!("{} seconds", time.whole_seconds()),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::error::UserError;
    use CheckState::{Fail, Pass, Skipped, Warn};

    #[test]
    fn a_clock_may_be_off_by_minutes() {
        let server = datetime!(2026-11-22 12:00 UTC);
        for (here, state, words) in [
            (datetime!(2026-11-22 12:00:03 UTC), Pass, "goes with"),
            (datetime!(2026-11-22 11:59:00 UTC), Pass, "60 seconds behind"),
            (datetime!(2026-11-22 12:05:00 UTC), Pass, "5 minutes ahead of"),
            (datetime!(2026-11-22 12:05:01 UTC), Warn, "5 minutes ahead of"),
            (datetime!(2026-11-22 11:45:00 UTC), Warn, "15 minutes behind"),
            (datetime!(2026-11-22 11:44:59 UTC), Fail, "15 minutes behind"),
            (datetime!(2020-11-22 12:00:00 UTC), Fail, "2191 days behind"),
        ] {
            let check = judge(Ok(server), here);
            assert_eq!(check.state, state, "{check:?}");
            assert!(check.detail.contains(words), "{check:?}");
        }
        let fault = CheckFailure::not_signed_in(UserError::other("No."));
        assert_eq!(judge(Err(&fault), server).state, Skipped);
    }
}
