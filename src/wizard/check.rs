//! One point that is checked before anything is sent.

use crate::{
    endpoints::cors,
    error::{ErrorKind, UserError},
};

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
    /// Not applicable here, or impossible with this credential; the detail says why.
    Skipped,
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
            CheckState::Skipped => "skipped",
        }
    }

    /// Whether anything more is to come.
    pub fn is_final(self) -> bool {
        !matches!(self, CheckState::Waiting | CheckState::Running)
    }
}

/// What this program can do about a check that did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Repair {
    /// Sign in to another region, whose API is this.
    SwitchRegion(String),
    /// Guide through making an integration in Encord.
    NewIntegration,
    /// Add what is missing to the account's CORS rules.
    Cors(Box<cors::Plan>),
}

/// A check with a stable id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// One of [`CHECKS`].
    pub id: &'static str,
    /// How it came out.
    pub state: CheckState,
    /// What was seen.
    pub detail: String,
    /// What to do about it.
    pub fix: Option<String>,
    /// What this program can do about it.
    pub repair: Option<Repair>,
    /// What kind of failure it is, if it is one.
    pub class: ErrorKind,
}

impl Check {
    /// A check without remedy.
    pub fn new(id: &'static str, state: CheckState, detail: impl Into<String>) -> Check {
        Check { id, state, detail: detail.into(), fix: None, repair: None, class: ErrorKind::Other }
    }

    /// A check that failed, in the words of a problem.
    pub fn failed(id: &'static str, problem: &UserError) -> Check {
        let check = Check::new(id, CheckState::Fail, problem.in_one_line()).class(problem.kind);
        Check { fix: problem.hint.clone(), ..check }
    }

    /// With what to do about it.
    #[must_use]
    pub fn fix(mut self, fix: impl Into<String>) -> Check {
        self.fix = Some(fix.into());
        self
    }

    /// With what this program can do about it.
    #[must_use]
    pub fn repair(mut self, repair: Repair) -> Check {
        self.repair = Some(repair);
        self
    }

    /// With its kind of failure.
    #[must_use]
    pub fn class(mut self, class: ErrorKind) -> Check {
        self.class = class;
        self
    }

    /// What is said of it everywhere.
    pub fn about(&self) -> &'static About {
        about(self.id)
    }
}

/// What does not change about a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About {
    /// Its stable id.
    pub id: &'static str,
    /// A short name for the screen; at most 14 columns.
    pub name: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// Whether a user may go on although it failed: nothing that comes later depends on it.
    pub may_be_overruled: bool,
}

/// All checks in the order in which they are shown.
pub const CHECKS: [About; 17] = [
    fixed("encord.key", "SSH key", "Encord knows you by this key."),
    fixed("encord.domain", "Region", "Each region has its own users and keys; the other one does not know them."),
    fixed("encord.login", "Sign in", "Everything in Encord is done in your name."),
    fixed("encord.integration", "Integration", "Encord reads the files through it; without one no file opens."),
    fixed("azure.login", "Azure sign-in", "The container is listed in your name."),
    fixed("azure.container", "Container", "What is not listed cannot be registered."),
    soft("azure.read", "Reading", "A file that cannot be read cannot be labelled."),
    soft("azure.sas.permissions", "SAS: rights", "Listing needs List, reading needs Read."),
    soft("azure.sas.resource-types", "SAS: scope", "An account SAS must cover containers to list and objects to read."),
    soft("azure.sas.protocol", "SAS: https", "Over plain http anybody on the way can read the token."),
    soft("azure.sas.expiry", "SAS: expiry", "A token that ends during the listing ends the import."),
    soft("azure.sas.ip", "SAS: addresses", "A token for certain addresses does not work from others."),
    soft("azure.clock", "Clock", "Azure and Encord refuse requests that seem to come from another time."),
    soft("azure.tier", "Access tier", "Blobs in the Archive tier cannot be read until they are rehydrated."),
    soft("azure.cors", "CORS rules", "Without them the label editor shows nothing: browsers refuse to load the files."),
    soft(
        "azure.cors.preflight",
        "CORS answer",
        "This is the very question that a browser asks before it loads a file.",
    ),
    soft(
        "azure.network",
        "Network",
        "Encord's servers and the annotators' browsers must reach the account, not only this machine.",
    ),
];

const fn fixed(id: &'static str, name: &'static str, why: &'static str) -> About {
    About { id, name, why, may_be_overruled: false }
}

const fn soft(id: &'static str, name: &'static str, why: &'static str) -> About {
    About { id, name, why, may_be_overruled: true }
}

/// What is said of a check everywhere.
pub fn about(id: &str) -> &'static About {
    static OTHER: About = fixed("", "", "");
    CHECKS.iter().find(|about| about.id == id).unwrap_or(&OTHER)
}
