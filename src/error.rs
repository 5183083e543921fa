//! The one error that is shown to people.

/// What kind of failure it is; decides the exit code of a headless run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The config or the command line is at fault: exit code 2.
    Config,
    /// Not signed in or not allowed: exit code 4.
    Access,
    /// Anything else: exit code 1.
    Other,
}

impl ErrorKind {
    /// The exit code of a command that ends with such a problem.
    pub fn exit_code(self) -> u8 {
        match self {
            ErrorKind::Config => 2,
            ErrorKind::Access => 4,
            ErrorKind::Other => 1,
        }
    }
}

/// A failure as people read it: what failed, the server's own words, the likely cause and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserError {
    /// What failed, on which item.
    pub summary: String,
    /// The words of the server or the system, unchanged.
    pub source_message: Option<String>,
    /// The likely cause and what to do next.
    pub hint: Option<String>,
    /// Its kind.
    pub kind: ErrorKind,
}

impl UserError {
    /// A fault of the config, complete in one sentence.
    pub fn config(summary: impl Into<String>) -> UserError {
        UserError { summary: summary.into(), source_message: None, hint: None, kind: ErrorKind::Config }
    }

    /// Any other fault.
    pub fn other(summary: impl Into<String>) -> UserError {
        UserError { summary: summary.into(), source_message: None, hint: None, kind: ErrorKind::Other }
    }

    /// What failed and the other side's own words, without the advice.
    pub fn in_one_line(&self) -> String {
        match &self.source_message {
            Some(source_message) => format!("{} {source_message}", self.summary),
            None => self.summary.clone(),
        }
    }

    /// With what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> UserError {
        self.hint = Some(hint.into());
        self
    }
}

impl std::fmt::Display for UserError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.summary)?;
        if let Some(source_message) = &self.source_message {
            write!(f, "\n  {source_message}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n  {hint}")?;
        }
        Ok(())
    }
}
