//! What failed: by cause, the items behind a cause, all of them, and one of them whole.

use crate::{
    run::{error_grouping, failed_unit::FailedUnit},
    wizard::{
        action::Action,
        effect::{Effect, RequestId},
        list::{List, Row},
        outbox::Outbox,
        progress::ProgressStep,
        rows::{CHUNK, RowWindow, moved_in},
        saved::{CauseId, CauseRow},
    },
};

/// The lists of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum RunView {
    /// The jobs.
    #[default]
    Jobs,
    /// Why units failed.
    Causes,
    /// The units that failed for the one reason that was opened.
    Behind(CauseId),
    /// All failed units.
    Items,
}

/// What was put into the clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Copied {
    /// A job's id in Encord.
    Job,
    /// The id of a failed unit, to be quoted to Encord's support.
    Subtask,
    /// A failed unit's URLs, one a line.
    Urls,
}

/// The failed units in view.
#[derive(Debug, Default)]
pub(super) struct Items {
    window: RowWindow,
    /// So many of those that are counted are on no record of their own: Encord only said that their job failed.
    unnamed: u64,
}

impl ProgressStep {
    /// The failed items of the list on the screen.
    pub fn failed(&self) -> &RowWindow {
        &self.items.window
    }

    /// How many units of the cause that was opened failed only as part of their job, without a record of their own.
    pub fn unnamed(&self) -> u64 {
        self.items.unnamed
    }

    /// The cause under the cursor.
    pub fn cause_cursor(&self) -> usize {
        self.place_of(self.cause).unwrap_or_default()
    }

    /// The cause whose items are shown, if those of one are.
    pub fn opened(&self) -> Option<&CauseRow> {
        match self.view {
            RunView::Behind(id) => self.snapshot.causes.iter().find(|cause| cause.id == id),
            _ => None,
        }
    }

    /// What to do about the failed item under the cursor, where that is known.
    pub fn advice(unit: &FailedUnit) -> Option<&'static str> {
        error_grouping::hint(&error_grouping::normalize(&unit.error, &unit.object_urls))
    }

    fn place_of(&self, id: Option<CauseId>) -> Option<usize> {
        self.snapshot.causes.iter().position(|cause| Some(cause.id) == id)
    }

    /// The list of failed units on the screen, and how many there are.
    fn list(&self) -> Option<(List, u64)> {
        match self.view {
            RunView::Jobs | RunView::Causes => None,
            RunView::Items => Some((List::Failed, self.snapshot.failed_rows)),
            RunView::Behind(id) => Some((List::FailedBy(id), self.opened().map_or(0, |cause| cause.units))),
        }
    }

    pub(super) fn show(&mut self, view: RunView, outbox: &mut Outbox) {
        self.view = view;
        self.items.unnamed = 0;
        if let Some((list, total)) = self.list() {
            self.items.window.reset(list, total, outbox);
        }
    }

    /// The next list of those that there are, or the one before.
    pub(super) fn switch(&mut self, forward: bool, outbox: &mut Outbox) {
        let views = self.views();
        let current = if let RunView::Behind(_) = self.view { RunView::Causes } else { self.view };
        let at = views.iter().position(|view| *view == current).unwrap_or_default();
        let to = if forward { at + 1 } else { at + views.len() - 1 } % views.len().max(1);
        self.show(views.get(to).copied().unwrap_or_default(), outbox);
    }

    pub(super) fn open_cause(&mut self, outbox: &mut Outbox) {
        if let Some(cause) = self.snapshot.causes.get(self.cause_cursor()) {
            let id = cause.id;
            self.cause = Some(id);
            self.show(RunView::Behind(id), outbox);
        }
    }

    /// Moves the cursor of the list on the screen.
    pub(super) fn move_cursor(&mut self, action: Action, outbox: &mut Outbox) {
        match (self.view, self.list()) {
            (_, Some((list, _))) => self.items.window.action(action, list, outbox),
            (RunView::Causes, None) => {
                let before = self.cause_cursor();
                let place = moved_in(before, action, self.snapshot.causes.len());
                if place != before {
                    self.cause = self.snapshot.causes.get(place).map(|cause| cause.id);
                }
            }
            (_, None) => {
                let before = self.job_cursor;
                self.job_cursor = moved_in(before, action, self.snapshot.jobs.len());
                self.moved |= self.job_cursor != before;
            }
        }
    }

    /// The numbers changed.
    pub(super) fn grow_items(&mut self, outbox: &mut Outbox) {
        if let Some((list, total)) = self.list() {
            self.items.window.grow(list, total.saturating_sub(self.items.unnamed), outbox);
        }
    }

    pub(crate) fn rows(&mut self, id: RequestId, first: u64, rows: Vec<Row>, outbox: &mut Outbox) {
        let Some((list, total)) = self.list().filter(|_| self.items.window.waits_for(id)) else { return };
        let held = first + rows.len() as u64;
        let is_last = (rows.len() as u64) < CHUNK;
        self.items.window.reply(id, list, first, rows, outbox);
        if is_last && held < self.items.window.total() && matches!(list, List::FailedBy(_)) {
            self.items.unnamed = total.saturating_sub(held);
            self.items.window.grow(list, held, outbox);
        }
    }

    /// The failed unit under the cursor, if it is on the screen and its row is held.
    pub fn current_unit(&self) -> Option<&FailedUnit> {
        match self.items.window.current() {
            Some(Row::Failed(unit)) if self.list().is_some() => Some(unit),
            _ => None,
        }
    }

    /// What the key that copies takes next, and the text.
    pub(super) fn copyable(&self) -> Option<(Copied, String)> {
        if self.view == RunView::Jobs {
            let job = self.snapshot.jobs.get(self.job_cursor)?.job?;
            return Some((Copied::Job, job.to_string()));
        }
        let unit = self.current_unit()?;
        let urls = (!unit.object_urls.is_empty()).then(|| (Copied::Urls, unit.object_urls.join("\n")));
        let subtask = unit.subtask_uuid.clone().map(|subtask| (Copied::Subtask, subtask));
        // One press after the other takes both in turn.
        match self.copied() {
            Some((Copied::Subtask, _)) => urls.or(subtask),
            _ => subtask.or(urls),
        }
    }

    pub(super) fn copy(&mut self, outbox: &mut Outbox) {
        if let Some((copied, text)) = self.copyable() {
            outbox.effects.push(Effect::Copy(text.clone().into()));
            self.copied = Some((copied, text));
        }
    }
}

/// About how many lines a failed item takes on the smallest screen; there is nothing to scroll to beyond them.
pub(super) fn lines_of(unit: &FailedUnit) -> usize {
    const COLUMNS: usize = 40;
    const HEADINGS: usize = 12;
    let texts = [unit.error.as_str(), unit.action_description.as_deref().unwrap_or_default()];
    let texts = texts.into_iter().chain(ProgressStep::advice(unit)).chain(unit.object_urls.iter().map(String::as_str));
    texts.flat_map(str::lines).map(|line| line.chars().count() / COLUMNS + 2).sum::<usize>() + HEADINGS
}
