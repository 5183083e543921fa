//! Runs that are taken up, looked on or sent again from the wizard.

use tokio::{sync::watch, task::spawn_blocking};

use crate::{
    error::UserError,
    service::{
        runs::{resume, retry::Retry, task::RunTask, upload::Stop},
        session::Session,
    },
    wizard::{
        effect::RequestId,
        progress::messages::{Doubts, RetryChange, RunEvent, RunReply},
    },
};

/// Holds new jobs of the run at hand back, or lets them go on. What Encord has is followed either way; a sync cannot be held.
pub(crate) fn pause(session: &Session, paused: bool) {
    session.runs.leads.hold.set(paused);
}

/// Takes up a run that was broken off and works until its end or until it is told to stop. Encord's key is opened with the
/// passphrase that was typed in before, if any.
pub(crate) async fn resume(session: &Session, id: RequestId, run: &str, doubts: &Doubts, stop: watch::Receiver<Stop>) {
    let (home, run, doubts, passphrase) =
        (session.home.clone(), run.to_owned(), doubts.clone(), session.runs.passphrase());
    let taking_up = spawn_blocking(move || resume::take_up(&home, &run, &doubts, |_| passphrase));
    carry_out(session, id, joined(taking_up.await), stop).await;
}

/// Sends what failed or was cancelled in a run as a new one, which is the run at hand from then on.
pub(crate) async fn retry(
    session: &Session,
    id: RequestId,
    run: &str,
    change: RetryChange,
    stop: watch::Receiver<Stop>,
) {
    let (home, run, passphrase) = (session.home.clone(), run.to_owned(), session.runs.passphrase());
    let preparing = spawn_blocking(move || {
        Retry::prepare(&home, &run, change).and_then(|retry| retry.begin(&home, |_| passphrase))
    });
    carry_out(session, id, joined(preparing.await), stop).await;
}

fn joined(work: Result<Result<RunTask, UserError>, tokio::task::JoinError>) -> Result<RunTask, UserError> {
    work.unwrap_or_else(|error| Err(UserError::other(format!("Preparing the run broke off: {error}."))))
}

async fn carry_out(session: &Session, id: RequestId, work: Result<RunTask, UserError>, stop: watch::Receiver<Stop>) {
    let tell = |reply| session.reply(id, RunReply::Event(reply));
    match work {
        Ok(work) => {
            let work = work.led_by(&session.runs.leads);
            session.set_run(work.run().id.clone());
            tell(work.started());
            work.carry_out(stop, &tell).await;
        }
        Err(problem) => tell(RunEvent::Refused(problem)),
    }
}
