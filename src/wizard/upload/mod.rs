//! Step 5: the review of everything that will change, and the options of the jobs.

pub(crate) mod option;

#[cfg(test)]
mod tests;

use secrecy::SecretString;

use crate::{
    config::Config,
    manifest::kind::Kind,
    wizard::{
        action::{Action, Hint},
        effect::{Effect, RequestId},
        outbox::Outbox,
        plan::{Plan, equivalent::config_text},
        progress::messages::RunRequest,
        saved::Estimate,
        step::Move,
    },
};

pub(crate) use option::UploadOption;

/// The state of step 5; the plan itself follows from the steps before it.
#[derive(Debug, Default)]
pub struct UploadStep {
    cursor: usize,
    /// The first of the plan's entries that is to be seen.
    scroll: usize,
    equivalent: Option<Equivalent>,
    estimate: Option<Estimate>,
    /// For what an estimate was asked last, and the request while it is not answered.
    asked: Option<Asked>,
    pending: Option<RequestId>,
}

/// What does the same without the wizard, laid over the review.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Equivalent {
    /// The first of its lines that is to be seen.
    pub scroll: usize,
    /// It was copied.
    pub is_copied: bool,
}

/// Everything that an estimate depends on.
#[derive(Debug, Clone, PartialEq)]
struct Asked {
    domain: String,
    items: Vec<(Kind, u64)>,
    jobs_in_flight: usize,
}

/// What a page key moves by where it is not known how many rows are in view.
const PAGE: usize = 5;

impl UploadStep {
    /// The option under the cursor.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Which of the plan's entries is the first to be seen; where all fit, all are.
    pub fn scroll(&self) -> usize {
        self.scroll
    }

    /// What does the same without the wizard, while it is looked at.
    pub fn equivalent(&self) -> Option<Equivalent> {
        self.equivalent
    }

    /// How long past runs tell that it will take.
    pub fn estimate(&self) -> Option<Estimate> {
        self.estimate
    }

    /// Whether an estimate is awaited.
    pub fn is_estimating(&self) -> bool {
        self.pending.is_some()
    }

    /// Asks for an estimate where the plan on the screen needs another one; without a plan on the screen, nothing is shown over it.
    pub(super) fn on_screen(&mut self, plan: Option<&Plan>, outbox: &mut Outbox) {
        let Some(plan) = plan else {
            self.equivalent = None;
            return;
        };
        // What is mirrored is not known before Encord has listed it.
        let asked = plan.destination.mirror.is_none().then(|| Asked {
            domain: plan.domain.clone(),
            items: plan.items.clone(),
            jobs_in_flight: plan.upload.jobs_in_flight.min(plan.batches.len()).max(1),
        });
        if self.asked == asked {
            return;
        }
        outbox.cancel(self.pending.take());
        let before = std::mem::replace(&mut self.asked, asked);
        let is_alike = |one: &Asked, other: &Asked| one.domain == other.domain && one.items == other.items;
        if !before.iter().zip(&self.asked).any(|(before, now)| is_alike(before, now)) {
            self.estimate = None;
        }
        if let Some(Asked { domain, items, jobs_in_flight }) = self.asked.clone() {
            self.pending = Some(outbox.start(RunRequest::Estimate { domain, items, jobs_in_flight }));
        }
    }

    pub(super) fn estimated(&mut self, id: RequestId, estimate: Option<Estimate>) {
        if self.pending == Some(id) {
            self.pending = None;
            self.estimate = estimate;
        }
    }

    /// After a run there may be more to tell from.
    pub(super) fn forget(&mut self, outbox: &mut Outbox) {
        outbox.cancel(self.pending.take());
        *self = UploadStep::default();
    }

    pub(super) fn hints(&self, plan: Option<&Plan>, ready: bool) -> Vec<Hint> {
        if self.equivalent.is_some() {
            return vec![
                Hint::new(Action::Down, "scroll"),
                Hint::new(Action::Copy, "copy"),
                Hint::new(Action::Back, "close"),
                Hint::new(Action::Save, "save as config"),
            ];
        }
        let is_mirror = plan.is_some_and(|plan| plan.destination.mirror.is_some());
        let mut hints = Vec::new();
        if ready {
            hints.push(Hint::new(Action::Next, if is_mirror { "sync it" } else { "send it" }));
        }
        hints.push(Hint::new(Action::Back, "back"));
        if !is_mirror {
            hints.extend([Hint::new(Action::Down, "option"), Hint::new(Action::Toggle, "change")]);
        }
        if plan.is_some() {
            hints.extend([
                Hint::new(Action::SwitchList, "as config"),
                Hint::new(Action::Save, "save as config"),
                Hint::new(Action::PageDown, "scroll"),
            ]);
        }
        hints
    }

    pub(super) fn action(
        &mut self,
        action: Action,
        config: &mut Config,
        plan: Option<&Plan>,
        ready: bool,
        outbox: &mut Outbox,
    ) -> Move {
        if let Some(shown) = self.equivalent {
            self.equivalent = equivalent(shown, action, config, outbox);
            return Move::Stay;
        }
        let entries = plan.map_or(0, |plan| plan.told(None, None).len() + 2);
        let is_mirror = config.folder.cloud_synced;
        match action {
            Action::Next if ready => return Move::Next,
            Action::Back => return Move::Back,
            Action::SwitchList if plan.is_some() => self.equivalent = Some(Equivalent::default()),
            Action::PageUp | Action::PageDown | Action::Skip(_) | Action::Top | Action::Bottom => {
                self.scroll = scrolled(self.scroll, action, entries);
            }
            Action::Up | Action::Down if is_mirror => self.scroll = scrolled(self.scroll, action, entries),
            Action::Up => self.cursor = self.cursor.saturating_sub(1),
            Action::Down => self.cursor = (self.cursor + 1).min(UploadOption::ALL.len() - 1),
            Action::Toggle | Action::Left | Action::Right if !is_mirror => {
                if let Some(option) = UploadOption::ALL.get(self.cursor) {
                    option.change(config, action == Action::Left);
                }
            }
            _ => {}
        }
        Move::Stay
    }
}

/// What becomes of the panel after an action.
fn equivalent(shown: Equivalent, action: Action, config: &Config, outbox: &mut Outbox) -> Option<Equivalent> {
    match action {
        Action::Back | Action::SwitchList => return None,
        Action::Copy => {
            outbox.effects.push(Effect::Copy(SecretString::from(config_text(config))));
            return Some(Equivalent { is_copied: true, ..shown });
        }
        _ => {}
    }
    let lines = config_text(config).lines().count();
    Some(Equivalent { scroll: scrolled(shown.scroll, action, lines), ..shown })
}

/// The first of so many rows to be seen after an action.
fn scrolled(first: usize, action: Action, rows: usize) -> usize {
    let to = match action {
        Action::Up => first.saturating_sub(1),
        Action::Down => first + 1,
        Action::PageUp => first.saturating_sub(PAGE),
        Action::PageDown => first + PAGE,
        Action::Skip(by) => first.saturating_add_signed(isize::try_from(by).unwrap_or_default()),
        Action::Top => 0,
        Action::Bottom => rows,
        _ => first,
    };
    to.min(rows.saturating_sub(1))
}
