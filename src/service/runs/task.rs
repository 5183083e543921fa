//! What a run consists of, whatever led to it.

use tokio::sync::watch;

use crate::{
    run::new_run::NewRun,
    service::runs::{
        sync::Syncer,
        upload::{Stop, Uploader, progress::Leads},
    },
    wizard::progress::messages::RunEvent,
};

/// A run that is taken up, with its lock.
#[expect(clippy::large_enum_variant, reason = "one exists at a time")]
pub(crate) enum RunTask {
    /// Jobs of this program's.
    Jobs(Uploader),
    /// A sync of Encord's.
    Sync(Syncer),
}

impl RunTask {
    /// Lets a front end hold it back. A sync cannot be.
    pub(crate) fn led_by(self, leads: &Leads) -> RunTask {
        match self {
            RunTask::Jobs(uploader) => RunTask::Jobs(uploader.led_by(leads)),
            RunTask::Sync(syncer) => RunTask::Sync(syncer),
        }
    }

    /// The run.
    pub(crate) fn run(&self) -> &NewRun {
        match self {
            RunTask::Jobs(uploader) => uploader.run(),
            RunTask::Sync(syncer) => syncer.run(),
        }
    }

    /// What is told before anything else.
    pub(crate) fn started(&self) -> RunEvent {
        let run = self.run();
        RunEvent::Started { run: run.id.clone(), folder: run.folder_path.clone() }
    }

    /// Works until the run is at its end or is told to stop; the last thing told is [`RunEvent::Finished`].
    pub(crate) async fn carry_out(self, stop: watch::Receiver<Stop>, tell: &(impl Fn(RunEvent) + Sync)) {
        match self {
            RunTask::Jobs(uploader) => uploader.work(stop, tell).await,
            RunTask::Sync(syncer) => syncer.work(stop, tell).await,
        }
    }

    /// The same, and puts the work down where it is when it is interrupted.
    pub(crate) async fn until(self, interrupt: impl Future<Output = ()>, tell: &(impl Fn(RunEvent) + Sync)) {
        let (stop, receiver) = watch::channel(Stop::No);
        stopping(Box::pin(self.carry_out(receiver, tell)), interrupt, &stop).await;
    }
}

/// Works, and puts the work down where it is when it is interrupted.
pub(crate) async fn stopping(
    work: impl Future<Output = ()>,
    interrupt: impl Future<Output = ()>,
    stop: &watch::Sender<Stop>,
) {
    tokio::pin!(work);
    tokio::select! {
        () = &mut work => {}
        () = interrupt => {
            stop.send_replace(Stop::Leave);
            work.await;
        }
    }
}
