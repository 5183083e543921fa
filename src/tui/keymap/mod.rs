//! Which key does what: the table of actions with the user's own keys, from which keys are read and the footer, the help and the
//! palette are written.

pub(crate) mod file;
mod key;

#[cfg(test)]
mod tests;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind};

use crate::{
    tui::keymap::key::Key,
    wizard::{
        action::{Action, Edit, Scope, Screen},
        effect::Event,
    },
};

/// Who has the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// The step's screen.
    Screen,
    /// A field: what prints is text.
    Text,
    /// The help or a question.
    Overlay,
}

/// What a key asks for.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one exists at a time")]
pub(super) enum Command {
    /// Something for the wizard.
    Wizard(Event),
    /// Put the program into the background.
    Suspend,
}

/// Puts the program into the background, as in any terminal; no action can have it.
const SUSPEND: Key = Key::Ctrl('z');

/// Keys that stay with their action whatever the user binds: without them a screen could not be left.
const FIXED: [(Key, Action); 3] = [
    (Key::Code(KeyCode::Enter), Action::Next),
    (Key::Code(KeyCode::Esc), Action::Back),
    (Key::Ctrl('c'), Action::Quit),
];

/// Keys that change the text of a field; while it has the keyboard, they do nothing else.
const EDITS: &[(Key, Edit)] = &[
    (Key::Code(KeyCode::Backspace), Edit::Backspace),
    (Key::Code(KeyCode::Delete), Edit::Delete),
    (Key::Code(KeyCode::Left), Edit::Left),
    (Key::Code(KeyCode::Right), Edit::Right),
    (Key::Code(KeyCode::Home), Edit::Home),
    (Key::Code(KeyCode::End), Edit::End),
    (Key::Ctrl('h'), Edit::Backspace),
    (Key::Ctrl('w'), Edit::DeleteWord),
    (Key::Ctrl('u'), Edit::Clear),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Binding {
    key: Key,
    scope: Scope,
    action: Action,
}

impl Binding {
    fn holds(&self, mode: Mode) -> bool {
        match (self.scope, mode) {
            (_, Mode::Text) => self.scope == Scope::Anywhere && edit(self.key).is_none(),
            (Scope::Anywhere, _) => true,
            (Scope::Screen, _) => mode == Mode::Screen,
            (Scope::Question, _) => mode == Mode::Overlay,
        }
    }
}

/// All keys and what they do. The first key of an action that holds in a mode names it there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keymap {
    bindings: Vec<Binding>,
}

impl Default for Keymap {
    fn default() -> Keymap {
        let mut bindings = Vec::new();
        for info in Action::all() {
            let keys = info.keys.iter().filter_map(|name| Key::parse(name).ok());
            bindings.extend(keys.map(|key| Binding { key, scope: info.scope, action: info.action }));
        }
        Keymap { bindings }
    }
}

impl Keymap {
    /// What a key means on a screen in a mode; `None` where it means nothing. Releases mean nothing: Windows reports them too.
    pub(super) fn read(&self, key: &KeyEvent, mode: Mode, place: Screen) -> Option<Command> {
        if key.kind == KeyEventKind::Release {
            return None;
        }
        let pressed = Key::pressed(key)?;
        if pressed == SUSPEND {
            return Some(Command::Suspend);
        }
        let bound = || self.bindings.iter().filter(|binding| binding.key == pressed && binding.holds(mode));
        // Of actions that share a key, at most one does something here; while a question waits, that is its answer.
        let rank = |binding: &&Binding| match binding.action.info() {
            _ if binding.scope == Scope::Question => 0,
            Some(info) if info.is_at(place) => 1,
            _ => 2,
        };
        if let Some(binding) = bound().min_by_key(rank) {
            return Some(Command::Wizard(Event::Action(binding.action)));
        }
        let edit = edit(pressed).filter(|_| mode == Mode::Text)?;
        Some(Command::Wizard(Event::Edit(edit)))
    }

    /// The key of an action in a mode, for the footer and for sentences; empty where it has none. Both ways of moving are one:
    /// `↑↓`.
    pub(super) fn label(&self, action: Action, mode: Mode, utf8: bool) -> String {
        let first = |action| self.keys(action, mode).next();
        match (action, first(Action::Up), first(Action::Down)) {
            (Action::Up | Action::Down, Some(up), Some(down)) => {
                let between = if utf8 && up.is_arrow() && down.is_arrow() { "" } else { "/" };
                format!("{}{between}{}", up.label(utf8), down.label(utf8))
            }
            _ => first(action).map(|key| key.label(utf8)).unwrap_or_default(),
        }
    }

    /// All keys of some actions in a mode, each once, for the help: `Home g End G`.
    pub(super) fn labels(&self, actions: &[Action], mode: Mode, utf8: bool) -> String {
        let mut labels: Vec<String> = Vec::new();
        let keys: Vec<Vec<Key>> = actions.iter().map(|action| self.keys(*action, mode).collect()).collect();
        let most = keys.iter().map(Vec::len).max().unwrap_or_default();
        for place in 0..most {
            let in_place: Vec<Key> = keys.iter().filter_map(|keys| keys.get(place).copied()).collect();
            let names = in_place.iter().map(|key| key.label(utf8));
            let together = match (in_place.iter().all(|key| key.is_arrow()), utf8) {
                (true, true) => vec![names.collect::<String>()],
                (true, false) => vec![names.collect::<Vec<_>>().join("/")],
                (false, _) => names.collect(),
            };
            for label in together {
                if !labels.contains(&label) {
                    labels.push(label);
                }
            }
        }
        labels.join(" ")
    }

    /// All keys of all actions, as `keys.toml` writes them.
    pub fn names(&self) -> Vec<(Action, String)> {
        self.bindings.iter().map(|binding| (binding.action, binding.key.name())).collect()
    }

    fn keys(&self, action: Action, mode: Mode) -> impl Iterator<Item = Key> {
        self.bindings
            .iter()
            .filter(move |binding| binding.action == action && binding.holds(mode))
            .map(|bound| bound.key)
    }
}

/// What a key does to the text of a field, if it does anything.
fn edit(key: Key) -> Option<Edit> {
    let edit = EDITS.iter().find(|(bound, _)| *bound == key).map(|(_, edit)| edit.clone());
    edit.or(key.types().map(Edit::Insert))
}
