//! Waits for the signals that end the program.

use crate::plain::repl::Stop;

/// Waits for an interrupt or termination signal.
pub(crate) async fn interrupted() {
    stop_signal().await;
}

/// As [`interrupted`], but says which kind of signal it was.
pub(crate) async fn stop_signal() -> Stop {
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
    // Windows has no hang-up; closing the console is the counterpart.
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
