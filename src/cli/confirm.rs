//! Asks for confirmation on the terminal.

use std::io::{BufRead as _, IsTerminal as _, Write as _};

/// Whether a question can be shown and answered.
pub(super) fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}

/// Asks on stderr before anything is sent. The default answer is no.
pub(super) fn confirm_send() -> bool {
    matches!(ask("Send it? [y/N] ").as_deref(), Some("y" | "yes"))
}

/// Asks a question on stderr. Returns the answer in lower case, or `None` at the end of the input.
pub(super) fn ask(question: &str) -> Option<String> {
    let _ = write!(std::io::stderr(), "{question}");
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    let length = std::io::stdin().lock().read_line(&mut answer).ok()?;
    (length > 0).then(|| answer.trim().to_ascii_lowercase())
}
