//! A list to choose from, searched as one types.

use crate::{
    error::UserError,
    wizard::{
        action::{Action, Edit},
        effect::RequestId,
        field::Field,
        rows::moved_in,
    },
};

/// What a picker chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PickerKind {
    /// Encord's regions.
    Regions,
    /// SSH keys on this machine.
    Keys,
    /// Cloud integrations in Encord.
    Integrations,
    /// Ways to sign in to Azure.
    SignIn,
    /// Containers of the account.
    Containers,
}

/// Whether a list is there.
#[derive(Debug, Clone, PartialEq)]
pub enum Loading {
    /// Being read.
    Running(RequestId),
    /// There.
    Done,
    /// It could not be read.
    Failed(UserError),
}

/// Something to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickerRow {
    /// What choosing it sets.
    pub value: String,
    /// What it is called.
    pub label: String,
    /// What else is known of it.
    pub note: String,
    /// Whether it can be chosen.
    pub is_usable: bool,
}

/// A list to choose from.
#[derive(Debug, Clone)]
pub struct Picker {
    kind: PickerKind,
    search: Field,
    rows: Vec<PickerRow>,
    /// The places of the rows that match the search; there may be very many.
    matching: Vec<usize>,
    cursor: usize,
    state: Loading,
}

impl Picker {
    pub(super) fn new(kind: PickerKind, rows: Vec<PickerRow>, state: Loading) -> Picker {
        let matching = (0..rows.len()).collect();
        Picker { kind, search: Field::default(), rows, matching, cursor: 0, state }
    }

    /// With the cursor on the row of a value.
    pub(super) fn at(mut self, value: &str) -> Picker {
        let place = self.rows().position(|row| row.value == value);
        self.cursor = place.unwrap_or_default();
        self
    }

    /// What it chooses.
    pub fn kind(&self) -> PickerKind {
        self.kind
    }

    /// What is searched for.
    pub fn search(&self) -> &Field {
        &self.search
    }

    /// Whether the list is there.
    pub fn state(&self) -> &Loading {
        &self.state
    }

    /// How many rows there are without the search.
    pub fn total(&self) -> usize {
        self.rows.len()
    }

    /// The rows that match the search: every word of it, whatever the case.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &PickerRow> {
        self.matching.iter().map(|place| &self.rows[*place])
    }

    fn search_again(&mut self) {
        let search = self.search.text().to_lowercase();
        let words: Vec<&str> = search.split_whitespace().collect();
        let holds = |row: &PickerRow| {
            let text = format!("{} {} {}", row.label, row.note, row.value).to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        let rows = self.rows.iter().enumerate();
        self.matching = rows.filter(|(_, row)| words.is_empty() || holds(row)).map(|(place, _)| place).collect();
    }

    /// The cursor's place among the rows that match.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The row under the cursor.
    pub fn current(&self) -> Option<&PickerRow> {
        self.rows().nth(self.cursor)
    }

    pub(super) fn edit(&mut self, edit: &Edit) {
        let before = self.search.text().to_owned();
        self.search.edit(edit);
        if before != self.search.text() {
            self.search_again();
            self.cursor = 0;
        }
    }

    pub(super) fn action(&mut self, action: Action) {
        self.cursor = moved_in(self.cursor, action, self.matching.len());
    }

    /// The list came.
    pub(super) fn fill(&mut self, result: Result<Vec<PickerRow>, UserError>) {
        let under_cursor = self.current().map(|row| row.value.clone());
        match result {
            Ok(rows) => {
                self.rows = rows;
                self.search_again();
                self.state = Loading::Done;
            }
            Err(problem) => self.state = Loading::Failed(problem),
        }
        let place = self.rows().position(|row| Some(&row.value) == under_cursor.as_ref());
        self.cursor = place.unwrap_or(0);
    }

    pub(super) fn is_waiting_for(&self, id: RequestId) -> bool {
        self.state == Loading::Running(id)
    }
}
