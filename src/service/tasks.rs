//! The tasks in which requests run, and what they share.

use std::{collections::HashMap, future::Future, sync::Arc, time::Duration};

use tokio::sync::watch;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    service::{runs::upload::Stop, session::Session},
    wizard::effect::{Reply, RequestId},
};

/// The running requests. Reads can be cancelled; writes and runs are always completed.
#[derive(Debug)]
pub(crate) struct Tasks {
    pub(crate) session: Arc<Session>,
    reads: HashMap<RequestId, CancellationToken>,
    writes: TaskTracker,
    stop: watch::Sender<Stop>,
}

impl Tasks {
    pub(crate) fn new(session: Session) -> Tasks {
        let (stop, _) = watch::channel(Stop::No);
        Tasks { session: Arc::new(session), reads: HashMap::new(), writes: TaskTracker::new(), stop }
    }

    /// Runs a request until it ends or is cancelled.
    pub(crate) fn read(&mut self, id: RequestId, work: impl Future<Output = ()> + Send + 'static) {
        let token = CancellationToken::new();
        self.reads.retain(|_, token| !token.is_cancelled());
        self.reads.insert(id, token.clone());
        tokio::spawn(async move {
            let _ = token.run_until_cancelled(work).await;
        });
    }

    /// Runs a request that changes something: it is completed even if it is cancelled.
    pub(crate) fn write(&self, work: impl Future<Output = ()> + Send + 'static) {
        self.writes.spawn(work);
    }

    /// Runs blocking work that is completed even if it is cancelled.
    pub(crate) fn write_blocking(&self, work: impl FnOnce(&Session) + Send + 'static) {
        let session = Arc::clone(&self.session);
        self.writes.spawn_blocking(move || work(&session));
    }

    /// Like [`Tasks::write_blocking`], for work with one reply.
    pub(crate) fn reply_blocking<R: Into<Reply>>(
        &self,
        id: RequestId,
        work: impl FnOnce(&Session) -> R + Send + 'static,
    ) {
        self.write_blocking(move |session| session.reply(id, work(session)));
    }

    pub(crate) fn cancel(&mut self, id: RequestId) {
        if let Some(token) = self.reads.remove(&id) {
            token.cancel();
        }
    }

    /// The signal that stops the run that begins now. Earlier stop requests do not apply to it.
    pub(crate) fn begin_run(&self) -> watch::Receiver<Stop> {
        self.stop.send_replace(Stop::No);
        self.stop.subscribe()
    }

    pub(crate) fn stop_run(&self, stop: Stop) {
        self.stop.send_replace(stop);
    }

    /// Waits until all writes are completed, but no longer than `patience`.
    pub(crate) async fn finish_writes(&self, patience: Duration) {
        self.writes.close();
        let _ = tokio::time::timeout(patience, self.writes.wait()).await;
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        for token in self.reads.values() {
            token.cancel();
        }
    }
}
