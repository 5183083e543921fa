//! Home: the saved configs and the runs on record. Everything on it is on this machine.

pub(crate) mod list;
pub(crate) mod messages;
pub(crate) mod open_config;
pub(crate) mod panel;
mod update;

use crate::{
    config::name::check_name,
    error::UserError,
    wizard::{
        effect::RequestId,
        field::Field,
        home::{list::Ordered, messages::HomeRequest},
        outbox::Outbox,
        saved::{HomePage, PastRun, SavedConfig},
    },
};

pub(crate) use list::HomeList;
pub(crate) use panel::HomePanel;

/// The state of Home.
#[derive(Debug, Default)]
pub struct HomeStep {
    page: HomePage,
    is_read: bool,
    reading: Option<RequestId>,
    changing: Option<RequestId>,
    opening: Option<(RequestId, String)>,
    shown: HomeList,
    /// The user chose the list; until then it is the one that holds something.
    is_shown_held: bool,
    configs: Ordered,
    runs: Ordered,
    search: Field,
    is_searching: bool,
    panel: Option<HomePanel>,
    /// The name that was typed for a copy of a config when the form was closed.
    draft: Option<(String, String)>,
    notice: Option<String>,
    problem: Option<UserError>,
    /// A config's file is open in the user's editor.
    is_editing: bool,
}

impl HomeStep {
    /// Reads what is there.
    pub(super) fn open(&mut self, outbox: &mut Outbox) {
        outbox.cancel(self.reading.take());
        self.reading = Some(outbox.start(HomeRequest::Read));
        (self.notice, self.problem) = (None, None);
    }

    /// Shown again: the list has the keys, whatever was searched for.
    pub(super) fn come_back(&mut self, outbox: &mut Outbox) {
        self.is_searching = false;
        self.open(outbox);
    }

    /// Whether the lists were read.
    pub fn is_read(&self) -> bool {
        self.is_read
    }

    /// The list on the screen.
    pub fn shown(&self) -> HomeList {
        self.shown
    }

    /// How many rows a list has, whatever is searched.
    pub fn total(&self, list: HomeList) -> usize {
        match list {
            HomeList::Configs => self.page.configs.len(),
            HomeList::Runs => self.page.runs.len(),
        }
    }

    /// How many rows of the list on the screen pass the search.
    pub fn found(&self) -> usize {
        self.list().found()
    }

    /// The row under the cursor.
    pub fn cursor(&self) -> usize {
        self.list().cursor()
    }

    /// A config by its place in the list that is shown, if it is the one of configs.
    pub fn config(&self, place: usize) -> Option<&SavedConfig> {
        (self.shown == HomeList::Configs).then_some(())?;
        self.page.configs.get(self.configs.row(place)?)
    }

    /// A run by its place in the list that is shown, if it is the one of runs.
    pub fn run(&self, place: usize) -> Option<&PastRun> {
        (self.shown == HomeList::Runs).then_some(())?;
        self.page.runs.get(self.runs.row(place)?)
    }

    /// What is searched for.
    pub fn search(&self) -> &Field {
        &self.search
    }

    /// Whether the search has the keyboard.
    pub fn is_searching(&self) -> bool {
        self.is_searching
    }

    /// What lies over the list.
    pub fn panel(&self) -> Option<&HomePanel> {
        self.panel.as_ref()
    }

    /// The config that is being opened.
    pub fn opening(&self) -> Option<&str> {
        self.opening.as_ref().map(|(_, label)| label.as_str())
    }

    /// What came of the latest key, where that is not to be seen.
    pub fn notice(&self) -> Option<&str> {
        self.notice.as_deref()
    }

    /// What failed last, or what of the page could not be read.
    pub fn problem(&self) -> Option<&UserError> {
        self.problem.as_ref().or(self.page.problem.as_ref())
    }

    fn list(&self) -> &Ordered {
        match self.shown {
            HomeList::Configs => &self.configs,
            HomeList::Runs => &self.runs,
        }
    }

    fn list_mut(&mut self) -> &mut Ordered {
        match self.shown {
            HomeList::Configs => &mut self.configs,
            HomeList::Runs => &mut self.runs,
        }
    }

    fn current_config(&self) -> Option<&SavedConfig> {
        self.config(self.cursor())
    }

    fn current_run(&self) -> Option<&PastRun> {
        self.run(self.cursor())
    }

    /// Takes a page as it was read; the cursors stay on what they are on.
    fn take(&mut self, page: HomePage) {
        let config = self.configs.row(self.configs.cursor()).and_then(|row| self.page.configs.get(row));
        let config = config.map(|config| config.name.clone());
        let run = self.runs.row(self.runs.cursor()).and_then(|row| self.page.runs.get(row)).map(|run| run.run.clone());
        let cursors = (self.configs.cursor(), self.runs.cursor());
        (self.page, self.is_read) = (page, true);
        (self.configs, self.runs) = (Ordered::of_configs(&self.page.configs), Ordered::of_runs(&self.page.runs));
        self.search_again();
        self.configs.set_cursor(cursors.0);
        self.runs.set_cursor(cursors.1);
        if let Some(row) = self.page.configs.iter().position(|row| Some(&row.name) == config.as_ref()) {
            self.configs.go_to(row);
        }
        if let Some(row) = self.page.runs.iter().position(|row| Some(&row.run) == run.as_ref()) {
            self.runs.go_to(row);
        }
        if !self.is_shown_held {
            self.shown = match self.page.configs.is_empty() && !self.page.runs.is_empty() {
                true => HomeList::Runs,
                false => HomeList::Configs,
            };
        }
    }

    fn search_again(&mut self) {
        self.configs.search(self.search.text());
        self.runs.search(self.search.text());
    }
}

/// Why a config cannot have such a name, if it cannot.
pub(super) fn name_fault(name: &str) -> Option<String> {
    check_name(name).err().map(|error| error.0)
}
