//! Holding new jobs back, and letting them go on.

use tokio::sync::watch;

/// Whether new jobs are held back. Copies share one state.
#[derive(Debug, Clone)]
pub(crate) struct PauseFlag(watch::Sender<bool>);

impl Default for PauseFlag {
    fn default() -> PauseFlag {
        PauseFlag(watch::Sender::new(false))
    }
}

impl PauseFlag {
    /// Holds new jobs back, or lets them go on at once.
    pub(crate) fn set(&self, held: bool) {
        self.0.send_if_modified(|now| std::mem::replace(now, held) != held);
    }

    pub(super) fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Told of every change from now on.
    pub(super) fn subscribe(&self) -> watch::Receiver<bool> {
        self.0.subscribe()
    }
}
