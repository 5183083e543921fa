//! The tree of folders: what was read of it, which folders are open, and the rows that this makes. Folders are read when they are
//! opened, a page at a time, and kept when they are closed.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::{
    error::UserError,
    wizard::{
        action::Action,
        destination::FolderRef,
        effect::{Request, RequestId},
        folder::messages::{FolderPage, FolderRequest, FolderRow},
        outbox::Outbox,
        rows::moved_in,
    },
};

/// The next page is asked for when the cursor is this near to the end of what is read.
const AHEAD: usize = 30;

/// The folders right in one folder, or at the top, as far as they are read.
#[derive(Debug, Default)]
struct Level {
    rows: Vec<FolderRow>,
    next: Option<String>,
    pending: Option<RequestId>,
    /// The page that is on its way.
    asked: Option<String>,
    problem: Option<UserError>,
    is_read: bool,
    /// How many of them have a name: Encord allows twins.
    names: HashMap<String, usize>,
}

/// How an open folder, or one that was to be opened, stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Branch {
    /// Not open.
    Closed,
    /// Open, the folders in it on their way.
    Reading,
    /// Open.
    Open,
    /// Open, and there is no folder in it.
    Empty,
    /// The folders in it could not be read.
    Failed,
}

/// Whether a list goes on after what is read of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum More {
    /// It does not.
    None,
    /// It does.
    Below,
    /// The next page is on its way.
    Reading,
    /// The next page could not be read; moving the cursor tries again.
    Failed,
}

impl More {
    pub(super) fn of(is_reading: bool, has_failed: bool, has_next: bool) -> More {
        match (is_reading, has_failed, has_next) {
            (true, ..) => More::Reading,
            (false, true, _) => More::Failed,
            (false, false, true) => More::Below,
            (false, false, false) => More::None,
        }
    }
}

/// A row of the tree.
#[derive(Debug, Clone, Copy)]
pub struct TreeRow<'a> {
    /// The folder.
    pub folder: &'a FolderRow,
    /// How many folders it lies in.
    pub depth: usize,
    /// How it stands.
    pub branch: Branch,
    /// Whether another folder at the same place has the same name.
    pub is_twin: bool,
}

/// A folder's place among the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line {
    parent: Option<Uuid>,
    /// Which of its siblings it is.
    place: usize,
    /// The row of its parent.
    up: Option<usize>,
    depth: usize,
}

/// The folders as far as they are read, and the cursor on one of them.
#[derive(Debug, Default)]
pub struct FolderTree {
    /// By the folder that they are in; `None` is the top.
    levels: HashMap<Option<Uuid>, Level>,
    open: HashSet<Uuid>,
    lines: Vec<Line>,
    cursor: usize,
    /// Where the cursor goes as soon as it is there, unless it is moved before.
    wish: Option<Uuid>,
    is_touched: bool,
}

impl FolderTree {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.lines.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The row under the cursor.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Whether the user moved the cursor or opened something.
    pub fn is_touched(&self) -> bool {
        self.is_touched
    }

    /// One row.
    pub fn row(&self, place: usize) -> Option<TreeRow<'_>> {
        let line = self.lines.get(place)?;
        let level = self.levels.get(&line.parent)?;
        let folder = level.rows.get(line.place)?;
        let is_twin = level.names.get(&folder.name).is_some_and(|count| *count > 1);
        Some(TreeRow { folder, depth: line.depth, branch: self.branch(folder.uuid), is_twin })
    }

    fn branch(&self, folder: Uuid) -> Branch {
        let level = self.levels.get(&Some(folder)).filter(|_| self.open.contains(&folder));
        match level {
            None => Branch::Closed,
            Some(level) if level.rows.is_empty() && level.problem.is_some() => Branch::Failed,
            Some(level) if level.rows.is_empty() && level.pending.is_some() => Branch::Reading,
            Some(level) if level.rows.is_empty() => Branch::Empty,
            Some(_) => Branch::Open,
        }
    }

    /// Whether the folders at the top are on their way.
    pub fn is_reading(&self) -> bool {
        self.levels.get(&None).is_some_and(|level| level.pending.is_some())
    }

    /// Why the folders at the top, or those in the one under the cursor, could not be read.
    pub fn problem(&self) -> Option<&UserError> {
        let current = self.row(self.cursor).map(|row| row.folder.uuid);
        let level = self.levels.get(&current).filter(|level| level.rows.is_empty());
        level.and_then(|level| level.problem.as_ref()).filter(|_| current.is_none_or(|uuid| self.open.contains(&uuid)))
    }

    /// How far the cursor's siblings are read.
    pub fn more(&self) -> More {
        let parent = self.lines.get(self.cursor).and_then(|line| line.parent);
        let Some(level) = self.levels.get(&parent) else { return More::None };
        More::of(level.pending.is_some(), level.problem.is_some(), level.next.is_some())
    }

    /// A row's folder with its path.
    pub fn reference(&self, place: usize) -> Option<FolderRef> {
        let uuid = self.row(place)?.folder.uuid;
        let mut names = Vec::new();
        let mut at = Some(place);
        while let Some(row) = at.and_then(|at| self.row(at)) {
            names.push(row.folder.name.as_str());
            at = at.and_then(|at| self.lines.get(at)).and_then(|line| line.up);
        }
        names.reverse();
        Some(FolderRef { uuid, path: names.join("/") })
    }

    /// Those right in a folder, as far as they are read.
    pub(super) fn siblings(&self, parent: Option<Uuid>) -> &[FolderRow] {
        self.levels.get(&parent).map_or(&[], |level| level.rows.as_slice())
    }

    /// What was read of a folder, wherever it is.
    pub(super) fn find(&self, folder: Uuid) -> Option<&FolderRow> {
        self.levels.values().flat_map(|level| &level.rows).find(|row| row.uuid == folder)
    }

    /// Reads the top, if that was not done.
    pub(super) fn start(&mut self, outbox: &mut Outbox) {
        self.read(None, outbox);
    }

    /// Drops everything.
    pub(super) fn reset(&mut self, outbox: &mut Outbox) {
        for level in self.levels.values_mut() {
            outbox.cancel(level.pending.take());
        }
        *self = FolderTree::default();
    }

    /// Reads everything again; what is open stays open, and the cursor on its folder.
    pub(super) fn refresh(&mut self, outbox: &mut Outbox) {
        let (open, is_touched) = (std::mem::take(&mut self.open), self.is_touched);
        let wish = self.row(self.cursor).map(|row| row.folder.uuid);
        self.reset(outbox);
        *self = FolderTree { open, wish, is_touched, ..FolderTree::default() };
        self.start(outbox);
    }

    /// Moves the cursor, opens and closes; tells whether the action was one of these.
    pub(super) fn action(&mut self, action: Action, outbox: &mut Outbox) -> bool {
        match action {
            Action::Right => self.go_in(outbox),
            Action::Left => self.go_out(),
            Action::Up
            | Action::Down
            | Action::PageUp
            | Action::PageDown
            | Action::Skip(_)
            | Action::Top
            | Action::Bottom => {
                self.cursor = moved_in(self.cursor, action, self.lines.len());
            }
            _ => return false,
        }
        self.is_touched = true;
        self.wish = None;
        self.read_ahead(outbox);
        true
    }

    fn go_in(&mut self, outbox: &mut Outbox) {
        let Some((uuid, branch)) = self.row(self.cursor).map(|row| (row.folder.uuid, row.branch)) else { return };
        match branch {
            Branch::Open => {
                let is_child = self.lines.get(self.cursor + 1).is_some_and(|line| line.up == Some(self.cursor));
                self.cursor += usize::from(is_child);
            }
            Branch::Closed | Branch::Empty | Branch::Failed => {
                self.open.insert(uuid);
                if branch != Branch::Closed {
                    // What was empty or out of reach may have changed.
                    self.levels.remove(&Some(uuid));
                }
                self.read(Some(uuid), outbox);
                self.rebuild();
            }
            Branch::Reading => {}
        }
    }

    fn go_out(&mut self) {
        let Some((uuid, branch)) = self.row(self.cursor).map(|row| (row.folder.uuid, row.branch)) else { return };
        if branch == Branch::Closed {
            let up = self.lines.get(self.cursor).and_then(|line| line.up);
            self.cursor = up.unwrap_or(self.cursor);
        } else {
            self.open.remove(&uuid);
            self.rebuild();
        }
    }

    /// Asks for the first page of a folder of which nothing was read.
    fn read(&mut self, parent: Option<Uuid>, outbox: &mut Outbox) {
        let level = self.levels.entry(parent).or_default();
        if !level.is_read && level.pending.is_none() {
            level.problem = None;
            level.asked = None;
            level.pending = Some(outbox.start(request(parent, None)));
        }
    }

    /// Asks for the next pages of the folders whose last row is near the cursor.
    fn read_ahead(&mut self, outbox: &mut Outbox) {
        let mut near: Vec<usize> = (self.cursor..(self.cursor + AHEAD).min(self.lines.len())).collect();
        let mut up = self.lines.get(self.cursor).and_then(|line| line.up);
        while let Some(at) = up {
            near.push(at);
            up = self.lines.get(at).and_then(|line| line.up);
        }
        for line in near.into_iter().filter_map(|at| self.lines.get(at)) {
            let Some(level) = self.levels.get_mut(&line.parent) else { continue };
            if line.place + 1 == level.rows.len()
                && level.pending.is_none()
                && let Some(page) = level.next.take()
            {
                level.problem = None;
                level.asked = Some(page.clone());
                level.pending = Some(outbox.start(request(line.parent, Some(page))));
            }
        }
    }

    /// A page came; given back where this tree had not asked for it.
    pub(super) fn reply(
        &mut self,
        id: RequestId,
        result: Result<FolderPage, UserError>,
        outbox: &mut Outbox,
    ) -> Result<(), Result<FolderPage, UserError>> {
        let Some((parent, level)) = self.levels.iter_mut().find(|(_, level)| level.pending == Some(id)) else {
            return Err(result);
        };
        let parent = *parent;
        level.pending = None;
        let mut opened = Vec::new();
        match result {
            Ok(page) => {
                level.is_read = true;
                level.next = page.next;
                // A folder that was renamed while the pages were read comes twice.
                let mut known: HashSet<Uuid> = level.rows.iter().map(|row| row.uuid).collect();
                for row in page.rows {
                    if Some(row.uuid) != parent && known.insert(row.uuid) {
                        *level.names.entry(row.name.clone()).or_default() += 1;
                        opened.extend(self.open.contains(&row.uuid).then_some(row.uuid));
                        level.rows.push(row);
                    }
                }
            }
            Err(problem) => {
                level.next = level.asked.take();
                level.problem = Some(problem);
                self.rebuild();
                return Ok(());
            }
        }
        for folder in opened {
            self.read(Some(folder), outbox);
        }
        self.rebuild();
        self.read_ahead(outbox);
        Ok(())
    }

    /// Puts the rows together anew; the cursor stays on its folder.
    fn rebuild(&mut self) {
        let current = self.row(self.cursor).map(|row| row.folder.uuid);
        let parent = self.lines.get(self.cursor).and_then(|line| line.parent);
        self.lines.clear();
        // The next sibling to add on each level of the way down.
        let mut way: Vec<(Option<Uuid>, usize, Option<usize>)> = vec![(None, 0, None)];
        while let Some((parent, place, up)) = way.pop() {
            let Some(row) = self.levels.get(&parent).and_then(|level| level.rows.get(place)) else { continue };
            let line = self.lines.len();
            self.lines.push(Line { parent, place, up, depth: way.len() });
            way.push((parent, place + 1, up));
            // An answer in which a folder lies in itself must not become an endless tree.
            let is_loop = way.iter().any(|(above, ..)| *above == Some(row.uuid));
            if self.open.contains(&row.uuid) && !is_loop {
                way.push((Some(row.uuid), 0, Some(line)));
            }
        }
        let place_of = |uuid: Uuid, parent: Option<Option<Uuid>>| {
            let is_it = |line: &Line| {
                parent.is_none_or(|parent| parent == line.parent)
                    && self.levels.get(&line.parent).and_then(|level| level.rows.get(line.place)).map(|row| row.uuid)
                        == Some(uuid)
            };
            self.lines.iter().position(is_it)
        };
        let wished = self.wish.and_then(|wish| place_of(wish, None));
        let same = current.and_then(|uuid| place_of(uuid, Some(parent)));
        // A folder that was closed above the cursor takes the cursor's row away; its own is the nearest one left.
        let place = wished.or(same).unwrap_or(self.cursor);
        self.cursor = place.min(self.lines.len().saturating_sub(1));
        if wished.is_some() {
            self.wish = None;
        }
    }
}

fn request(parent: Option<Uuid>, page: Option<String>) -> Request {
    Request::Folder(FolderRequest::List { parent, search: String::new(), page })
}
