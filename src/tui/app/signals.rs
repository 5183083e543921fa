//! The signals that end the program, and the one that stops it for a while.

use std::io;

use futures_util::future;

/// The signals that end the program.
#[cfg(unix)]
pub(super) struct Signals(Vec<(i32, tokio::signal::unix::Signal)>);

#[cfg(unix)]
impl Signals {
    pub(super) fn new() -> io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [SignalKind::hangup(), SignalKind::interrupt(), SignalKind::terminate()];
        let signals: io::Result<Vec<_>> =
            kinds.into_iter().map(|kind| Ok((kind.as_raw_value(), signal(kind)?))).collect();
        Ok(Signals(signals?))
    }

    pub(super) async fn next(&mut self) -> i32 {
        let waiting = self.0.iter_mut().map(|(number, signal)| {
            Box::pin(async move {
                match signal.recv().await {
                    Some(()) => *number,
                    None => future::pending().await,
                }
            })
        });
        future::select_all(waiting).await.0
    }
}

/// What ends the program from outside; it is given the numbers that the like has elsewhere.
#[cfg(windows)]
pub(super) struct Signals {
    interrupted: tokio::signal::windows::CtrlC,
    broken: tokio::signal::windows::CtrlBreak,
    closed: tokio::signal::windows::CtrlClose,
}

#[cfg(windows)]
impl Signals {
    pub(super) fn new() -> io::Result<Signals> {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close};
        Ok(Signals { interrupted: ctrl_c()?, broken: ctrl_break()?, closed: ctrl_close()? })
    }

    pub(super) async fn next(&mut self) -> i32 {
        const HANGUP: i32 = 1;
        const INTERRUPT: i32 = 2;
        tokio::select! {
            _ = self.interrupted.recv() => INTERRUPT,
            _ = self.broken.recv() => INTERRUPT,
            _ = self.closed.recv() => HANGUP,
        }
    }
}

/// Stops this process and whatever runs in its group, as the terminal does on Ctrl-Z outside raw mode, and returns when it is
/// continued. The system ignores such a stop where no shell could continue the group; then it returns after a moment.
#[cfg(unix)]
pub(super) async fn suspend() -> io::Result<()> {
    use std::time::Duration;
    use tokio::signal::unix::{SignalKind, signal};

    let mut continued = signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?;
    rustix::process::kill_current_process_group(rustix::process::Signal::TSTP)?;
    // The stop reaches the process a moment after the call in a program of several threads; taking the terminal back before
    // would leave the shell with a raw one.
    let _ = tokio::time::timeout(Duration::from_millis(200), continued.recv()).await;
    Ok(())
}

/// There is no such thing here.
#[cfg(not(unix))]
pub(super) async fn suspend() -> io::Result<()> {
    future::ready(Ok(())).await
}
