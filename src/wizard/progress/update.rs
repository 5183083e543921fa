//! What the user does in step 6.

use crate::wizard::{
    action::Action,
    outbox::Outbox,
    progress::{
        Phase, ProgressStep,
        dialogs::{self, Ask},
        failures::{RunView, lines_of},
        messages::{Doubts, RunRequest},
    },
    rows::moved_in,
    step::Move,
};

impl ProgressStep {
    pub(crate) fn action(&mut self, action: Action, outbox: &mut Outbox) -> Move {
        if action != Action::Copy {
            self.copied = None;
        }
        if let Some(ask) = self.ask {
            self.answer(ask, action, outbox);
            return Move::Stay;
        }
        if let Some(scroll) = self.whole {
            let longest = self.current_unit().map_or(0, lines_of);
            self.whole = match action {
                Action::Back | Action::Toggle | Action::Next | Action::Left => None,
                action => Some(moved_in(scroll, action, longest + 1)),
            };
            if action == Action::Copy {
                self.copy(outbox);
            }
            return Move::Stay;
        }
        match action {
            Action::Cancel => self.cancel(outbox),
            Action::Pause => self.pause(outbox),
            Action::Refresh if self.may_resume() => self.ask = Some(Ask::Resume(0)),
            Action::Refresh if self.may_retry() => self.ask = Some(Ask::Retry(0)),
            Action::Copy => self.copy(outbox),
            Action::SwitchList => self.switch(true, outbox),
            _ => return self.in_view(action, outbox),
        }
        Move::Stay
    }

    /// What means something else in each list.
    fn in_view(&mut self, action: Action, outbox: &mut Outbox) -> Move {
        match (self.view, action) {
            (RunView::Jobs, Action::Next) if self.outcome().is_some() => return Move::Next,
            (RunView::Jobs, Action::Back) => return self.back(outbox),
            // Another key than the one that leads back from the other lists: that is easily pressed once too often.
            (_, Action::New) if self.may_begin_another() => {
                self.leave(outbox);
                return Move::Back;
            }
            (RunView::Jobs | RunView::Items, Action::Right) => self.switch(true, outbox),
            (RunView::Jobs | RunView::Causes | RunView::Items, Action::Left) => self.switch(false, outbox),
            (RunView::Causes, Action::Next | Action::Toggle | Action::Right) => self.open_cause(outbox),
            (RunView::Behind(_), Action::Back | Action::Left) => self.show(RunView::Causes, outbox),
            (RunView::Causes | RunView::Items, Action::Back) => self.show(RunView::Jobs, outbox),
            (RunView::Behind(_) | RunView::Items, Action::Next | Action::Toggle | Action::Right) => {
                self.whole = self.current_unit().map(|_| 0);
            }
            (_, action) => self.move_cursor(action, outbox),
        }
        Move::Stay
    }

    fn back(&mut self, outbox: &mut Outbox) -> Move {
        if self.is_refused()
            && let Some(earlier) = self.earlier.take()
        {
            *self = *earlier;
            return Move::Stay;
        }
        if self.is_running() || self.may_begin_another() {
            return Move::Stay;
        }
        self.leave(outbox);
        Move::Back
    }

    /// Whether this is the end of the import that was made here, and so the beginning of the next.
    pub(super) fn may_begin_another(&self) -> bool {
        self.outcome().is_some() && !self.is_recorded && !self.is_watched()
    }

    fn cancel(&mut self, outbox: &mut Outbox) {
        if !self.is_running() {
            return;
        }
        match self.phase {
            Phase::Preparing | Phase::Running => {
                self.phase = Phase::Stopping;
                outbox.start(RunRequest::Stop { abort: false });
            }
            // A sync cannot be cancelled.
            Phase::Stopping if !self.is_sync() => self.ask = Some(Ask::Cancel),
            _ => {}
        }
    }

    fn pause(&mut self, outbox: &mut Outbox) {
        if self.may_pause() {
            let paused = !self.is_paused();
            self.pause_wish = Some(paused);
            outbox.start(RunRequest::Pause { paused });
        }
    }

    pub(super) fn may_pause(&self) -> bool {
        self.is_running() && matches!(self.phase, Phase::Running) && (self.has_waiting() || self.is_paused())
    }

    /// How many answers there are to choose from.
    pub(super) fn choices(&self, ask: Ask) -> usize {
        match ask {
            Ask::Cancel => 0,
            Ask::Resume(_) => self.doubts().len(),
            Ask::Retry(_) => self.changes().len(),
        }
    }

    fn answer(&mut self, ask: Ask, action: Action, outbox: &mut Outbox) {
        let total = self.choices(ask);
        match (ask, action) {
            (_, Action::Back | Action::No) => self.ask = None,
            (_, Action::Next | Action::Yes) => {
                self.ask = None;
                self.carry_out(ask, outbox);
            }
            (Ask::Resume(place), action) => self.ask = Some(Ask::Resume(moved_in(place, action, total))),
            (Ask::Retry(place), action) => self.ask = Some(Ask::Retry(moved_in(place, action, total))),
            (Ask::Cancel, _) => {}
        }
    }

    fn carry_out(&mut self, ask: Ask, outbox: &mut Outbox) {
        match ask {
            // The run may have ended while the question was on the screen.
            Ask::Cancel if self.may_cancel() => {
                self.phase = Phase::Aborting;
                outbox.start(RunRequest::Stop { abort: true });
            }
            Ask::Cancel => {}
            Ask::Resume(place) => self.go_on(place, outbox),
            Ask::Retry(place) => self.retry(place, outbox),
        }
    }

    /// The same run from where it stopped.
    fn go_on(&mut self, place: usize, outbox: &mut Outbox) {
        let Some(run) = self.run.clone().filter(|_| self.may_resume()) else { return };
        let doubts: Doubts = dialogs::decided(self.doubts().get(place).copied(), self.in_doubt());
        let earlier = std::mem::take(self);
        *self = ProgressStep {
            run: Some(run.clone()),
            retry_of: earlier.retry_of.clone(),
            options: earlier.options,
            snapshot: earlier.snapshot.clone(),
            ..earlier.followed_by()
        };
        self.snapshot.watched = false;
        self.earlier = Some(Box::new(earlier));
        self.request = Some(outbox.start(RunRequest::Resume { run, doubts }));
    }

    /// A new run of what failed.
    fn retry(&mut self, place: usize, outbox: &mut Outbox) {
        let Some(run) = self.run.clone().filter(|_| self.may_retry()) else { return };
        let (change, options) = dialogs::chosen(self.options, place);
        let earlier = std::mem::take(self);
        *self = ProgressStep { retry_of: Some(run.clone()), options, ..earlier.followed_by() };
        self.earlier = Some(Box::new(earlier));
        self.request = Some(outbox.start(RunRequest::Retry { run, change }));
    }

    /// What the step begins anew with.
    fn followed_by(&self) -> ProgressStep {
        ProgressStep {
            phase: Phase::Preparing,
            is_recorded: self.is_recorded,
            destination: self.destination.clone().map(|(path, _)| (path, false)),
            ..ProgressStep::default()
        }
    }
}
