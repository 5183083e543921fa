//! One point that is checked before anything is sent.

/// How a check came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckState {
    /// Not begun: something before it is missing.
    Waiting,
    /// Under way.
    Running,
    /// As it should be.
    Pass,
    /// Worth a look, but not in the way.
    Warn,
    /// In the way.
    Fail,
}

impl CheckState {
    /// As in JSON events.
    pub fn name(self) -> &'static str {
        match self {
            CheckState::Waiting => "waiting",
            CheckState::Running => "running",
            CheckState::Pass => "pass",
            CheckState::Warn => "warn",
            CheckState::Fail => "fail",
        }
    }
}

/// A check with a stable id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// Such as `encord.login`.
    pub id: &'static str,
    /// How it came out.
    pub state: CheckState,
    /// What was seen.
    pub detail: String,
    /// What to do about it.
    pub fix: Option<String>,
}
