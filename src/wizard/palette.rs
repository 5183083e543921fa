//! All actions in one list, searched by what is typed.

use crate::wizard::{
    Wizard,
    action::{Action, ActionInfo, Edit, Screen},
    field::Field,
    matching::gaps,
    overlay::Overlay,
    rows::moved_in,
    step::{Status, Step},
};

/// From here on a match is no more than letters in their order.
const SCATTERED: u32 = 10;

/// What is searched for, and the cursor in what was found.
#[derive(Debug, Default)]
pub struct Palette {
    field: Field,
    cursor: usize,
}

impl Palette {
    /// What is typed.
    pub fn field(&self) -> &Field {
        &self.field
    }

    /// The row under the cursor.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    pub(super) fn edit(&mut self, edit: &Edit) {
        let before = self.field.text().to_owned();
        self.field.edit(edit);
        if before != self.field.text() {
            self.cursor = 0;
        }
    }
}

/// An action in the palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaletteRow {
    /// The action.
    pub action: Action,
    /// What it does here and now, or what it does in general.
    pub label: &'static str,
    /// Whether it does something now.
    pub is_possible: bool,
    /// The screens on which it does something; none where that does not depend on the screen.
    pub places: &'static [Screen],
}

impl Wizard {
    /// The same for a user who has other keys than the default ones: the palette finds actions by them. Keys are written as
    /// `keys.toml` writes them.
    #[must_use]
    pub fn keyed(mut self, keys: Vec<(Action, String)>) -> Wizard {
        self.own_keys = Some(keys);
        self
    }

    fn has_key(&self, info: &ActionInfo, key: &str) -> bool {
        match &self.own_keys {
            Some(keys) => keys.iter().any(|(action, own)| *action == info.action && own == key),
            None => info.keys.contains(&key),
        }
    }

    /// What is typed into the palette and where its cursor is; as if it were empty while it is closed.
    pub fn palette(&self) -> &Palette {
        &self.palette
    }

    /// The actions that match what is typed: first those that do something now, then the others, the best match first.
    pub fn palette_rows(&self) -> Vec<PaletteRow> {
        let typed = self.palette.field.text().trim();
        let query = typed.to_lowercase();
        // Of single letters, the large ones are other keys than the small ones.
        let key = if typed.chars().count() > 1 { query.as_str() } else { typed };
        let mut found: Vec<(bool, u32, PaletteRow)> = Vec::new();
        for row in self.all_rows() {
            let is_key = row.action.info().is_some_and(|info| self.has_key(info, key));
            if let Some(distance) = if is_key { Some(0) } else { distance(&query, &row).map(|distance| 1 + distance) } {
                found.push((!row.is_possible, distance, row));
            }
        }
        // Letters that are all there somewhere are a guess, and only where there is nothing better.
        if found.iter().any(|(_, distance, _)| *distance < SCATTERED) {
            found.retain(|(_, distance, _)| *distance < SCATTERED);
        }
        found.sort_by_key(|(is_impossible, distance, _)| (*is_impossible, *distance));
        found.into_iter().map(|(.., row)| row).collect()
    }

    fn all_rows(&self) -> Vec<PaletteRow> {
        let mut rows: Vec<PaletteRow> = Vec::new();
        for hint in self.step_hints() {
            let is_known = rows.iter().any(|row| row.action == hint.action);
            // Tab leads somewhere where a screen says so; in a list it only moves.
            let is_left_out =
                is_left_out(hint.action) && !matches!(hint.action, Action::FocusNext | Action::FocusPrevious);
            if let (false, false, Some(info)) = (is_known, is_left_out, hint.action.info()) {
                rows.push(PaletteRow {
                    action: hint.action,
                    label: hint.label,
                    is_possible: true,
                    places: info.places,
                });
            }
        }
        for info in Action::all() {
            if !is_left_out(info.action) && rows.iter().all(|row| row.action != info.action) {
                let is_possible = match info.action {
                    Action::Goto(step) => self.can_go_to(step),
                    Action::Save => self.may_open_save() && (!self.is_home || self.is_unsaved()),
                    Action::GoHome => !self.is_home && self.fresh.is_some(),
                    Action::Mouse => true,
                    _ => false,
                };
                let label = info.about.trim_end_matches('.');
                rows.push(PaletteRow { action: info.action, label, is_possible, places: info.places });
            }
        }
        // What does something wherever one is comes after what belongs to the step.
        rows.sort_by_key(|row| matches!(row.action, Action::Help | Action::Quit));
        rows
    }

    /// Whether going there directly leads there.
    fn can_go_to(&self, step: Step) -> bool {
        let is_held = self.has_form() || (self.step == Step::Integration && self.integration.panel().is_some());
        let between = || Step::ALL.into_iter().filter(|between| (self.step..step).contains(between));
        match step.cmp(&self.step) {
            _ if is_held || self.progress.is_running() => false,
            std::cmp::Ordering::Equal => false,
            std::cmp::Ordering::Less => true,
            std::cmp::Ordering::Greater => {
                step <= Step::Upload && between().all(|between| self.status(between) == Status::Ready)
            }
        }
    }

    pub(super) fn open_palette(&mut self) {
        self.palette = Palette::default();
        self.overlay = Some(Overlay::Palette);
    }

    pub(super) fn palette_action(&mut self, action: Action) {
        match action {
            Action::Back | Action::Palette => self.close_palette(),
            Action::Next => {
                let row = self.palette_rows().into_iter().nth(self.palette.cursor);
                if let Some(row) = row.filter(|row| row.is_possible) {
                    self.close_palette();
                    // The list hid the plan, which may have changed meanwhile: it is looked over again before it is sent.
                    self.is_seen = false;
                    self.action(row.action);
                }
            }
            action => {
                let total = self.palette_rows().len();
                self.palette.cursor = moved_in(self.palette.cursor, self.in_rows(action), total);
            }
        }
    }

    pub(super) fn close_palette(&mut self) {
        self.palette = Palette::default();
        self.overlay = None;
    }
}

/// What is no use in a list that is itself moved in: moving, answers to questions, the list itself.
fn is_left_out(action: Action) -> bool {
    action.is_movement() || matches!(action, Action::Palette | Action::Yes | Action::No)
}

/// How far a row is from what is typed; `None` where it does not match. Everything matches nothing.
fn distance(query: &str, row: &PaletteRow) -> Option<u32> {
    let info = row.action.info()?;
    let label = row.label.to_lowercase();
    let names = [label.as_str(), info.name].into_iter().filter_map(|text| match text.find(query) {
        Some(0) => Some(0),
        Some(at) if !text.get(..at).is_some_and(|before| before.ends_with(char::is_alphanumeric)) => Some(1),
        Some(_) => Some(2),
        None => gaps(query, text).map(|gaps| SCATTERED + gaps),
    });
    // Sentences are long enough for any few letters to be in them somewhere.
    let sentence = info.about.to_lowercase().contains(query).then_some(5);
    names.chain(sentence).min()
}
