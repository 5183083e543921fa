//! Why a config cannot be used.

use thiserror::Error;

/// Why a config cannot be used. The message is meant for the user and says what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

impl ConfigError {
    /// The message without the file's name above it and the lines that are quoted from the file: `At line 3, column 1: …`
    pub fn in_one_line(&self) -> String {
        let is_quoted = |line: &&str| {
            let line = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
            line.starts_with(" |") || line.starts_with('|')
        };
        let lines = self.0.lines().filter(|line| !is_quoted(line) && !line.starts_with(HEAD)).map(str::trim);
        lines.collect::<Vec<_>>().join(" ")
    }
}

/// What the message of a fault in a file begins with.
pub(crate) const HEAD: &str = "In the config ";
