//! What the data at hand suggest: accepted, changed or dropped, key by key.

mod step;

use crate::{
    config::{Config, manifest::Join},
    error::UserError,
    wizard::{
        action::{Action, Edit, Hint},
        effect::RequestId,
        field::Field,
        schema::{panels::WordForm, proposal::Proposal},
    },
};

/// Which data to look at, and what they suggest.
#[derive(Debug, Clone)]
pub struct InferForm {
    /// A file's path; empty for what the config names.
    pub(super) field: Field,
    /// With what the field was filled in before the user came.
    filled: String,
    pub(super) pending: Option<RequestId>,
    problem: Option<UserError>,
    found: Option<Found>,
    /// Whether the field has the keyboard although something was found.
    is_on_field: bool,
    notice: Option<String>,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Found {
    proposals: Vec<Proposal>,
    sources: Vec<String>,
    is_part: bool,
    table: Option<(String, Join)>,
    takes_table: bool,
    cursor: usize,
    renaming: Option<WordForm>,
}

/// How many of the suggested keys stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FoundCounts {
    /// All of them.
    pub all: usize,
    /// Those that go into the import.
    pub accepted: usize,
    /// Those that Encord or the import has already.
    pub settled: usize,
    /// Those that cannot be accepted as they are.
    pub refused: usize,
}

impl Found {
    /// The suggestions, in the order in which the keys came.
    pub fn proposals(&self) -> &[Proposal] {
        &self.proposals
    }

    /// The place of the one under the cursor.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The one under the cursor.
    pub fn current(&self) -> Option<&Proposal> {
        self.proposals.get(self.cursor)
    }

    /// Where they were found, in words.
    pub fn sources(&self) -> &[String] {
        &self.sources
    }

    /// Whether there is more than was looked at.
    pub fn is_part(&self) -> bool {
        self.is_part
    }

    /// The table that can become the items' metadata table, by what it is joined, and whether it does. `None` where it is none,
    /// or where the import has another one.
    pub fn table(&self) -> Option<(&str, Join, bool)> {
        self.table.as_ref().map(|(path, join)| (path.as_str(), *join, self.takes_table))
    }

    /// The form in which the key under the cursor gets another name.
    pub fn renaming(&self) -> Option<&WordForm> {
        self.renaming.as_ref()
    }

    /// How many of them stand how.
    pub fn counts(&self) -> FoundCounts {
        let mut counts = FoundCounts { all: self.proposals.len(), ..FoundCounts::default() };
        for proposal in &self.proposals {
            counts.accepted += usize::from(proposal.is_accepted);
            counts.settled += usize::from(proposal.standing.is_settled());
            counts.refused += usize::from(!proposal.standing.is_settled() && !proposal.standing.is_open());
        }
        counts
    }
}

impl InferForm {
    pub(super) fn new(config: &Config) -> InferForm {
        let filled = config.manifest.metadata.table.clone().unwrap_or_default();
        InferForm {
            field: Field::new(&filled),
            filled,
            pending: None,
            problem: None,
            found: None,
            is_on_field: false,
            notice: None,
        }
    }

    /// The path of a file, or nothing.
    pub fn field(&self) -> &Field {
        &self.field
    }

    /// Whether the data are being read.
    pub fn is_reading(&self) -> bool {
        self.pending.is_some()
    }

    /// Why they could not be read.
    pub fn problem(&self) -> Option<&UserError> {
        self.problem.as_ref()
    }

    /// What was found, also while the field has the keyboard.
    pub fn found(&self) -> Option<&Found> {
        self.found.as_ref()
    }

    /// What was found, if the list of it has the keyboard.
    pub fn list(&self) -> Option<&Found> {
        self.found.as_ref().filter(|_| !self.is_on_field)
    }

    /// What came of the latest key.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    pub(super) fn takes_text(&self) -> bool {
        self.list().is_none_or(|found| found.renaming.is_some())
    }

    pub(super) fn is_worth_keeping(&self) -> bool {
        self.found.is_some() || self.field.text() != self.filled
    }

    fn list_mut(&mut self) -> Option<&mut Found> {
        self.found.as_mut().filter(|_| !self.is_on_field)
    }

    pub(super) fn edit(&mut self, edit: &Edit) {
        self.notice = None;
        match self.list_mut().map(|found| found.renaming.as_mut()) {
            Some(Some(form)) => {
                form.problem = None;
                form.field.edit(edit);
            }
            Some(None) => {}
            None => {
                self.problem = None;
                self.field.edit(edit);
            }
        }
    }

    pub(super) fn hints(&self) -> Vec<Hint> {
        let close = Hint::new(Action::Back, "close");
        let Some(found) = self.list() else {
            let mut hints = vec![Hint::new(Action::Next, "look at it")];
            if self.is_reading() {
                hints = vec![Hint::new(Action::Back, "stop reading")];
            }
            hints.extend(self.found.as_ref().map(|_| Hint::new(Action::FocusNext, "to the keys")));
            hints.extend((!self.is_reading()).then_some(close));
            return hints;
        };
        if found.renaming.is_some() {
            return vec![Hint::new(Action::Next, "rename"), close];
        }
        let mut hints = vec![
            Hint::new(Action::Next, "take the keys"),
            Hint::new(Action::Toggle, "accept or drop"),
            Hint::new(Action::Right, "type"),
        ];
        hints.push(close);
        let has_options = found.current().is_some_and(|current| current.suggestion().options.is_some());
        hints.extend(has_options.then(|| Hint::new(Action::SwitchEnum, "enum or not")));
        hints.push(Hint::new(Action::Rename, "rename"));
        hints.push(Hint::new(Action::ToggleAll, "all or none"));
        hints.extend(found.table.is_some().then(|| Hint::new(Action::TakeTable, "metadata table")));
        hints.extend([Hint::new(Action::FocusNext, "other data"), Hint::new(Action::Down, "scroll")]);
        hints
    }
}
