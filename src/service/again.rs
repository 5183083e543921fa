//! Runs that are taken up, looked on or sent again from the wizard.

use tokio::sync::watch;

use super::{session::Session, uploader::Stop};
use crate::wizard::{Doubts, Problem, Reply, RequestId, RetryChange, RunReply};

/// Holds new jobs of the run at hand back, or lets them go on.
pub(super) fn pause(_session: &Session, _paused: bool) {}

/// Takes up a run that was broken off and works until its end or until it is told to stop.
pub(super) async fn resume(
    session: &Session,
    id: RequestId,
    run: &str,
    _doubts: &Doubts,
    _stop: watch::Receiver<Stop>,
) {
    session.reply(
        id,
        Reply::Run(RunReply::Refused(Problem::other(format!("Run {run} cannot be resumed from here yet.")))),
    );
}

/// Tells how a run stands from its record, until it is at its end.
pub(super) async fn watch(session: &Session, id: RequestId, run: &str) {
    session.reply(
        id,
        Reply::Run(RunReply::Refused(Problem::other(format!("Run {run} cannot be watched from here yet.")))),
    );
}

/// Sends what failed in a run as a new one.
pub(super) async fn retry(
    session: &Session,
    id: RequestId,
    run: &str,
    _change: RetryChange,
    _stop: watch::Receiver<Stop>,
) {
    session.reply(
        id,
        Reply::Run(RunReply::Refused(Problem::other(format!("Run {run} cannot be retried from here yet.")))),
    );
}
