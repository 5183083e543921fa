//! Step 4: the destination, picked or to be created.

pub mod mirror;

use super::rows::moved_in;
use super::{
    Action, Destination, Edit, Field, FolderPage, FolderRef, FolderRow, Hint, Move, Outbox, Problem, Request,
    RequestId, Status,
};
use crate::store::config::Config;

/// What the step's line of text is for.
#[derive(Debug)]
pub enum FolderMode {
    /// There is none: the list has the keys.
    Browse,
    /// Searching from the root.
    Search(Field),
    /// Naming a new folder.
    Naming(Field),
}

/// The state of step 4.
#[derive(Debug)]
pub struct FolderStep {
    opened: bool,
    destination: Option<Destination>,
    resolving: Option<RequestId>,
    problem: Option<Problem>,
    trail: Vec<FolderRef>,
    mode: FolderMode,
    rows: Vec<FolderRow>,
    next_page: Option<String>,
    loading: Option<RequestId>,
    list_problem: Option<Problem>,
    cursor: usize,
}

impl Default for FolderStep {
    fn default() -> Self {
        FolderStep {
            opened: false,
            destination: None,
            resolving: None,
            problem: None,
            trail: Vec::new(),
            mode: FolderMode::Browse,
            rows: Vec::new(),
            next_page: None,
            loading: None,
            list_problem: None,
            cursor: 0,
        }
    }
}

/// The next page is asked for when the cursor is this near to the end of what is loaded.
const AHEAD: usize = 30;

impl FolderStep {
    pub(super) fn reset(&mut self, outbox: &mut Outbox) {
        outbox.cancel(self.resolving.take());
        outbox.cancel(self.loading.take());
        *self = FolderStep::default();
    }

    pub(super) fn open(&mut self, config: &Config, outbox: &mut Outbox) {
        if self.opened {
            return;
        }
        self.opened = true;
        if config.folder.path.is_some() || config.folder.uuid.is_some() {
            self.resolving = Some(outbox.start(Request::ResolveFolder { folder: config.folder.clone() }));
        }
        self.list(outbox);
    }

    /// Where the items go, once that is known.
    pub fn destination(&self) -> Option<&Destination> {
        self.destination.as_ref()
    }

    /// Whether the config's folder is being looked for.
    pub fn is_resolving(&self) -> bool {
        self.resolving.is_some()
    }

    /// What is wrong with the config's folder.
    pub fn problem(&self) -> Option<&Problem> {
        self.problem.as_ref()
    }

    /// The folders from the root to the one that is listed.
    pub fn trail(&self) -> &[FolderRef] {
        &self.trail
    }

    /// What the step's line of text is for.
    pub fn mode(&self) -> &FolderMode {
        &self.mode
    }

    /// The folders listed so far.
    pub fn rows(&self) -> &[FolderRow] {
        &self.rows
    }

    /// Whether more of them are on their way.
    pub fn is_loading(&self) -> bool {
        self.loading.is_some()
    }

    /// Whether there are more than are listed.
    pub fn has_more(&self) -> bool {
        self.next_page.is_some()
    }

    /// Why they could not be listed.
    pub fn list_problem(&self) -> Option<&Problem> {
        self.list_problem.as_ref()
    }

    /// The row under the cursor.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    pub(super) fn takes_text(&self) -> bool {
        !matches!(self.mode, FolderMode::Browse)
    }

    pub(super) fn status(&self) -> Status {
        if self.resolving.is_some() {
            return Status::Working;
        }
        match (&self.destination, &self.problem) {
            (Some(_), _) => Status::Ready,
            (None, Some(problem)) => Status::Blocked(problem.clone()),
            (None, None) if self.opened => Status::Blocked(
                Problem::config("No destination folder is chosen.")
                    .hint("Set [folder] path (it is created where it is missing) or uuid."),
            ),
            (None, None) => Status::Idle,
        }
    }

    pub(super) fn hints(&self) -> Vec<Hint> {
        match self.mode {
            FolderMode::Naming(_) => {
                vec![Hint::new(Action::Next, "use this name"), Hint::new(Action::Back, "never mind")]
            }
            FolderMode::Search(_) => vec![
                Hint::new(Action::Next, "choose"),
                Hint::new(Action::Down, "move"),
                Hint::new(Action::Back, "end search"),
            ],
            FolderMode::Browse => {
                let mut hints = Vec::new();
                if self.destination.is_some() {
                    hints.push(Hint::new(Action::Next, "continue"));
                }
                hints.extend([
                    Hint::new(Action::Toggle, "choose"),
                    Hint::new(Action::Right, "open"),
                    Hint::new(Action::Left, "up"),
                    Hint::new(Action::New, "new folder"),
                    Hint::new(Action::Search, "search"),
                    Hint::new(Action::Back, "back"),
                    Hint::new(Action::Refresh, "read again"),
                ]);
                hints
            }
        }
    }

    fn list(&mut self, outbox: &mut Outbox) {
        outbox.cancel(self.loading.take());
        self.rows.clear();
        self.next_page = None;
        self.list_problem = None;
        self.cursor = 0;
        self.loading = Some(outbox.start(self.page_request(None)));
    }

    fn page_request(&self, page: Option<String>) -> Request {
        match &self.mode {
            FolderMode::Search(field) if !field.text().is_empty() => {
                Request::ListFolders { parent: None, search: field.text().to_owned(), page }
            }
            _ => Request::ListFolders {
                parent: self.trail.last().map(|folder| folder.uuid),
                search: String::new(),
                page,
            },
        }
    }

    pub(super) fn edit(&mut self, edit: &Edit, outbox: &mut Outbox) {
        match &mut self.mode {
            FolderMode::Search(field) => {
                let before = field.text().to_owned();
                field.edit(edit);
                if before != field.text() {
                    self.list(outbox);
                }
            }
            FolderMode::Naming(field) => field.edit(edit),
            FolderMode::Browse => {}
        }
    }

    pub(super) fn action(&mut self, action: Action, config: &mut Config, outbox: &mut Outbox) -> Move {
        match (&self.mode, action) {
            (FolderMode::Naming(field), Action::Next) => {
                let names = split_path(field.text());
                self.mode = FolderMode::Browse;
                if !names.is_empty() {
                    self.choose_new(names, config);
                }
            }
            (FolderMode::Naming(_), Action::Back) => self.mode = FolderMode::Browse,
            (FolderMode::Search(_), Action::Next) => {
                self.choose(config);
                self.end_search(outbox);
            }
            (FolderMode::Search(_), Action::Back) => self.end_search(outbox),
            (FolderMode::Browse, Action::Next) if self.destination.is_some() => return Move::Next,
            (FolderMode::Browse, Action::Next | Action::Toggle) => self.choose(config),
            (FolderMode::Browse, Action::Back) => return Move::Back,
            (FolderMode::Browse, Action::Right) => {
                if let Some(row) = self.rows.get(self.cursor) {
                    let folder = FolderRef { uuid: row.uuid, path: self.path_of(row) };
                    self.trail.push(folder);
                    self.list(outbox);
                }
            }
            (FolderMode::Browse, Action::Left) => {
                if self.trail.pop().is_some() {
                    self.list(outbox);
                }
            }
            (FolderMode::Browse, Action::New) => self.mode = FolderMode::Naming(Field::default()),
            (FolderMode::Browse, Action::Search) => {
                self.mode = FolderMode::Search(Field::default());
            }
            (FolderMode::Browse, Action::Refresh) => {
                let destination = self.destination.take();
                self.reset(outbox);
                self.open(config, outbox);
                if self.resolving.is_none() {
                    self.destination = destination;
                }
            }
            (_, action) => self.move_cursor(action, outbox),
        }
        Move::Stay
    }

    fn end_search(&mut self, outbox: &mut Outbox) {
        self.mode = FolderMode::Browse;
        self.list(outbox);
    }

    fn move_cursor(&mut self, action: Action, outbox: &mut Outbox) {
        self.cursor = moved_in(self.cursor, action, self.rows.len());
        if self.cursor + AHEAD > self.rows.len()
            && self.loading.is_none()
            && let Some(page) = self.next_page.take()
        {
            self.loading = Some(outbox.start(self.page_request(Some(page))));
        }
    }

    fn path_of(&self, row: &FolderRow) -> String {
        match (&row.path, self.trail.last()) {
            (Some(path), _) => path.clone(),
            (None, Some(parent)) => format!("{}/{}", parent.path, row.name),
            (None, None) => row.name.clone(),
        }
    }

    /// Makes the folder under the cursor the destination.
    fn choose(&mut self, config: &mut Config) {
        let Some(row) = self.rows.get(self.cursor) else { return };
        self.problem = None;
        if row.synced {
            self.problem = Some(
                Problem::config(format!("'{}' mirrors a cloud location and takes no uploads.", row.name))
                    .hint("Choose another folder."),
            );
            return;
        }
        let folder = FolderRef { uuid: row.uuid, path: self.path_of(row) };
        config.folder.path = None;
        config.folder.uuid = Some(folder.uuid);
        self.destination = Some(Destination { existing: Some(folder), ..Destination::default() });
    }

    /// Makes new folders below the listed one the destination. Where the first names exist among what is listed, those are
    /// taken instead.
    fn choose_new(&mut self, mut names: Vec<String>, config: &mut Config) {
        self.problem = None;
        let mut existing = self.trail.last().cloned();
        if let Some(row) = names.first().and_then(|name| self.rows.iter().find(|row| row.name == *name)) {
            existing = Some(FolderRef { uuid: row.uuid, path: self.path_of(row) });
            names.remove(0);
        }
        let destination = Destination {
            existing,
            create: names,
            description: config.folder.description.clone(),
            metadata: config.folder.metadata.clone(),
            ..Destination::default()
        };
        config.folder.uuid = None;
        config.folder.path = Some(destination.path());
        self.destination = Some(destination);
    }

    pub(super) fn resolved(&mut self, id: RequestId, result: Result<Destination, Problem>) {
        if self.resolving == Some(id) {
            self.resolving = None;
            match result {
                Ok(destination) => self.destination = Some(destination),
                Err(problem) => self.problem = Some(problem),
            }
        }
    }

    pub(super) fn page_reply(&mut self, id: RequestId, result: Result<FolderPage, Problem>) {
        if self.loading != Some(id) {
            return;
        }
        self.loading = None;
        match result {
            Ok(page) => {
                self.rows.extend(page.rows);
                self.next_page = page.next;
            }
            Err(problem) => self.list_problem = Some(problem),
        }
    }
}

/// The names in a path; empty ones and spaces around names are dropped.
pub(crate) fn split_path(path: &str) -> Vec<String> {
    path.split('/').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}
