//! A failure, told so that the user can act on it.

/// What kind of failure it is; decides the exit code of a headless run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The config or the command line is at fault: exit code 2.
    Config,
    /// Not signed in or not allowed: exit code 4.
    Access,
    /// Anything else: exit code 1.
    Other,
}

impl Class {
    /// The exit code of a command that ends with such a problem.
    pub fn exit_code(self) -> u8 {
        match self {
            Class::Config => 2,
            Class::Access => 4,
            Class::Other => 1,
        }
    }
}

/// A failure: what happened to what, the server's own words, what it probably means and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What failed, on what.
    pub what: String,
    /// What the server or system said, word for word.
    pub said: Option<String>,
    /// The likely cause and what to do next.
    pub hint: Option<String>,
    /// Its kind.
    pub class: Class,
}

impl Problem {
    /// A fault of the config, complete in one sentence.
    pub fn config(what: impl Into<String>) -> Problem {
        Problem { what: what.into(), said: None, hint: None, class: Class::Config }
    }

    /// Any other fault.
    pub fn other(what: impl Into<String>) -> Problem {
        Problem { what: what.into(), said: None, hint: None, class: Class::Other }
    }

    /// What failed and the other side's own words, without the advice.
    pub fn in_one_line(&self) -> String {
        match &self.said {
            Some(said) => format!("{} {said}", self.what),
            None => self.what.clone(),
        }
    }

    /// With what to do next.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Problem {
        self.hint = Some(hint.into());
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.what)?;
        if let Some(said) = &self.said {
            write!(f, "\n  {said}")?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\n  {hint}")?;
        }
        Ok(())
    }
}
