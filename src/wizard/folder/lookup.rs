//! Whether the folders of a path exist: asked of the service, for what is listed on the screen may be a part only.

use std::collections::VecDeque;

use uuid::Uuid;

use crate::{
    error::UserError,
    wizard::{
        destination::FolderRef,
        effect::{Request, RequestId},
        folder::messages::{FolderPage, FolderRequest, FolderRow},
        outbox::Outbox,
    },
};

/// So many pages of what has the name's words in it are looked at. Step 5 looks again before it makes anything.
const MOST_PAGES: usize = 50;

/// Goes down a path, one name after the other.
#[derive(Debug)]
pub(super) struct Lookup {
    base: Option<FolderRef>,
    /// What is left of the path; the first of them is looked for now.
    names: VecDeque<String>,
    pending: Option<RequestId>,
    pages: usize,
    /// Whether the name is looked for by one of its words, to find those that differ in blanks.
    by_word: bool,
    found: Vec<FolderRow>,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Outcome {
    /// It goes on.
    Pending,
    /// From here on nothing exists.
    New { existing: Option<FolderRef>, create: Vec<String> },
    /// Folders that the user may mean; where one is taken, the rest of the path is looked for below it.
    Choice(Choice),
    /// It cannot be.
    Failed(UserError),
}

/// Folders that the user may mean by a name.
#[derive(Debug, Clone)]
pub struct Choice {
    pub(super) base: Option<FolderRef>,
    pub(super) name: String,
    pub(super) rest: Vec<String>,
    pub(super) rows: Vec<FolderRow>,
    pub(super) is_exact: bool,
    pub(super) cursor: usize,
}

impl Choice {
    /// The name as it was typed.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The folders that exist.
    pub fn rows(&self) -> &[FolderRow] {
        &self.rows
    }

    /// Whether they are called exactly so. Where they are not, a new folder may be made all the same: the last choice.
    pub fn is_exact(&self) -> bool {
        self.is_exact
    }

    /// What is under the cursor; the number of folders for the last choice.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Whether the folder is the end of the path.
    pub fn is_last(&self) -> bool {
        self.rest.is_empty()
    }

    /// The path of what the choice is about.
    pub fn path(&self) -> String {
        join(self.base.as_ref(), &self.name)
    }

    pub(super) fn len(&self) -> usize {
        self.rows.len() + usize::from(!self.is_exact)
    }

    /// The folder under the cursor.
    pub(super) fn taken(&self) -> Option<FolderRef> {
        let row = self.rows.get(self.cursor)?;
        Some(FolderRef { uuid: row.uuid, path: join(self.base.as_ref(), &row.name) })
    }
}

fn join(base: Option<&FolderRef>, name: &str) -> String {
    base.map_or(name.to_owned(), |base| format!("{}/{name}", base.path))
}

impl Lookup {
    /// Begins at a folder, or at the top. `names` must not be empty.
    pub(super) fn start(base: Option<FolderRef>, names: Vec<String>, outbox: &mut Outbox) -> Lookup {
        let mut lookup =
            Lookup { base, names: names.into(), pending: None, pages: 0, by_word: false, found: Vec::new() };
        lookup.ask(None, outbox);
        lookup
    }

    pub(super) fn stop(&mut self, outbox: &mut Outbox) {
        outbox.cancel(self.pending.take());
    }

    fn ask(&mut self, page: Option<String>, outbox: &mut Outbox) {
        let name = self.names.front().map(String::as_str).unwrap_or_default();
        let search = if self.by_word { longest_word(name) } else { name };
        let request = Request::Folder(FolderRequest::List {
            parent: self.base.as_ref().map(|base| base.uuid),
            search: search.to_owned(),
            page,
        });
        self.pending = Some(outbox.start(request));
    }

    /// A page came; given back where it is not one of this lookup. `listed` are the siblings that are known from the screen.
    pub(super) fn reply<'a>(
        &mut self,
        id: RequestId,
        result: Result<FolderPage, UserError>,
        listed: impl FnOnce(Option<Uuid>) -> &'a [FolderRow],
        outbox: &mut Outbox,
    ) -> Result<Outcome, Result<FolderPage, UserError>> {
        if self.pending != Some(id) {
            return Err(result);
        }
        self.pending = None;
        let page = match result {
            Ok(page) => page,
            Err(problem) => return Ok(Outcome::Failed(problem)),
        };
        let name = self.names.front().cloned().unwrap_or_default();
        // A search from the root also finds what lies deeper.
        let is_here = |row: &FolderRow| self.base.is_some() || row.path.as_ref().is_none_or(|path| *path == row.name);
        let rows = page.rows.into_iter().filter(|row| is_here(row) && is_alike(&row.name, &name));
        let rows: Vec<FolderRow> = rows.collect();
        self.add(rows);
        self.pages += 1;
        if let Some(next) = page.next.filter(|_| self.pages < MOST_PAGES) {
            self.ask(Some(next), outbox);
            return Ok(Outcome::Pending);
        }
        let is_exact = self.found.iter().any(|row| row.name == name);
        if !is_exact && !self.by_word && longest_word(&name) != name {
            (self.by_word, self.pages) = (true, 0);
            self.ask(None, outbox);
            return Ok(Outcome::Pending);
        }
        let parent = self.base.as_ref().map(|base| base.uuid);
        let known = listed(parent).iter().filter(|row| is_alike(&row.name, &name)).cloned().collect();
        self.add(known);
        Ok(self.decide(&name, outbox))
    }

    fn add(&mut self, rows: Vec<FolderRow>) {
        for row in rows {
            if !self.found.iter().any(|known| known.uuid == row.uuid) {
                self.found.push(row);
            }
        }
    }

    fn decide(&mut self, name: &str, outbox: &mut Outbox) -> Outcome {
        let mut rows = std::mem::take(&mut self.found);
        let is_exact = rows.iter().any(|row| row.name == name);
        if is_exact {
            rows.retain(|row| row.name == name);
        }
        let is_last = self.names.len() == 1;
        match rows.as_slice() {
            [] => Outcome::New { existing: self.base.clone(), create: self.names.drain(..).collect() },
            [row] if is_exact && !is_last && row.synced => Outcome::Failed(
                UserError::config(format!("'{}' is a cloud-synced folder: nothing can be made in it.", row.name))
                    .hint("Name another one."),
            ),
            [row] if is_exact && !is_last => {
                let base = FolderRef { uuid: row.uuid, path: join(self.base.as_ref(), &row.name) };
                self.names.pop_front();
                *self = Lookup::start(Some(base), self.names.drain(..).collect(), outbox);
                Outcome::Pending
            }
            _ => Outcome::Choice(Choice {
                base: self.base.clone(),
                name: self.names.pop_front().unwrap_or_default(),
                rest: self.names.drain(..).collect(),
                rows,
                is_exact,
                cursor: 0,
            }),
        }
    }
}

fn longest_word(name: &str) -> &str {
    name.split_whitespace().max_by_key(|word| word.len()).unwrap_or(name)
}

/// Whether people would take two names for the same: equal but for case and blanks.
fn is_alike(one: &str, other: &str) -> bool {
    let plain = |name: &str| name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    one == other || plain(one) == plain(other)
}

/// The names in a path; empty ones and spaces around names are dropped.
pub(crate) fn split_path(path: &str) -> Vec<String> {
    path.split('/').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}
