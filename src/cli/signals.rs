//! The signals that ask the program to end.

use crate::plain::repl::Stop;

/// Waits until the user or the system asks the program to end.
pub(crate) async fn interrupted() {
    asked().await;
}

/// The same, for somebody who asks back after an interrupt.
pub(crate) async fn asked() -> Stop {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else { return std::future::pending().await };
        let Ok(mut hangup) = signal(SignalKind::hangup()) else { return std::future::pending().await };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => Stop::Interrupt,
            _ = terminate.recv() => Stop::End,
            _ = hangup.recv() => Stop::End,
        }
    }
    // Closing the window is what a hang-up is elsewhere.
    #[cfg(windows)]
    {
        use tokio::signal::windows::{ctrl_break, ctrl_close, ctrl_shutdown};
        let Ok(mut broken) = ctrl_break() else { return std::future::pending().await };
        let Ok(mut closed) = ctrl_close() else { return std::future::pending().await };
        let Ok(mut shut) = ctrl_shutdown() else { return std::future::pending().await };
        tokio::select! {
            _ = tokio::signal::ctrl_c() => Stop::Interrupt,
            _ = broken.recv() => Stop::End,
            _ = closed.recv() => Stop::End,
            _ = shut.recv() => Stop::End,
        }
    }
}
