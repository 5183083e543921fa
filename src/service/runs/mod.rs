//! Runs: starting, following, resuming, retrying and cancelling them.

pub mod cancel;
pub(crate) mod controls;
pub(crate) mod estimate;
mod failed_rows;
pub(crate) mod observe;
pub(crate) mod rerun;
pub mod resume;
pub mod retry;
pub(crate) mod start;
mod sync;
mod task;
pub mod upload;

use std::sync::Arc;

use tokio::sync::watch;

use crate::{
    service::{runs::upload::Stop, tasks::Tasks},
    wizard::{
        effect::RequestId,
        progress::messages::{RunReply, RunRequest},
    },
};

/// Begins a request of step 5 or 6.
pub(super) fn carry_out(tasks: &mut Tasks, id: RequestId, request: RunRequest) {
    let session = Arc::clone(&tasks.session);
    match request {
        RunRequest::Estimate { domain, items, jobs_in_flight } => tasks.reply_blocking(id, move |session| {
            RunReply::Estimate(estimate::estimate(&session.home, &domain, &items, jobs_in_flight))
        }),
        RunRequest::Start { plan } => {
            let stop = begin(tasks);
            tasks.write(async move { start::run(&session, id, &plan, stop).await });
        }
        RunRequest::Stop { abort } => tasks.stop_run(if abort { Stop::Abort } else { Stop::Drain }),
        RunRequest::Pause { paused } => rerun::pause(&session, paused),
        RunRequest::Resume { run, doubts } => {
            let stop = begin(tasks);
            tasks.write(async move { rerun::resume(&session, id, &run, &doubts, stop).await });
        }
        RunRequest::Watch { run } => tasks.read(id, async move { observe::watch(&session, id, &run).await }),
        RunRequest::Retry { run, change } => {
            let stop = begin(tasks);
            tasks.write(async move { rerun::retry(&session, id, &run, change, stop).await });
        }
        RunRequest::ReadFailed { cause, first, count } => tasks.read(id, async move {
            let units = failed_rows::read(&session, cause, first, count).await;
            session.reply(id, RunReply::Failed { first, units });
        }),
    }
}

/// The signal that stops the run that begins now. Earlier stop and pause requests do not apply to it.
fn begin(tasks: &Tasks) -> watch::Receiver<Stop> {
    rerun::pause(&tasks.session, false);
    tasks.begin_run()
}
