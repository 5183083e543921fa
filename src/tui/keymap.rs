//! Which key does what: one table, from which the keys are read and the footer and the help are written.

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::wizard::{Action, Edit, Event, Step};

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

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Code(KeyCode),
    Ctrl(char),
}

/// Where a binding holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scope {
    Everywhere,
    /// Not while a field takes what is typed.
    NotText,
    ScreenOnly,
    OverlayOnly,
}

struct Binding {
    key: Key,
    scope: Scope,
    action: Action,
    /// As the footer calls the key, first in UTF-8, then in ASCII.
    label: (&'static str, &'static str),
}

const fn bind(key: Key, scope: Scope, action: Action, label: &'static str) -> Binding {
    Binding { key, scope, action, label: (label, label) }
}

const fn arrow(code: KeyCode, scope: Scope, action: Action, label: (&'static str, &'static str)) -> Binding {
    Binding { key: Key::Code(code), scope, action, label }
}

const fn letter(c: char, action: Action, label: &'static str) -> Binding {
    bind(Key::Code(KeyCode::Char(c)), Scope::NotText, action, label)
}

/// All bindings. The first one of an action that holds in a mode names its key there.
const BINDINGS: &[Binding] = &[
    bind(Key::Code(KeyCode::Enter), Scope::Everywhere, Action::Next, "Enter"),
    bind(Key::Code(KeyCode::Esc), Scope::Everywhere, Action::Back, "Esc"),
    bind(Key::Code(KeyCode::Tab), Scope::Everywhere, Action::FocusNext, "Tab"),
    bind(Key::Code(KeyCode::BackTab), Scope::Everywhere, Action::FocusPrevious, "Shift-Tab"),
    arrow(KeyCode::Up, Scope::Everywhere, Action::Up, ("↑↓", "Up/Down")),
    arrow(KeyCode::Down, Scope::Everywhere, Action::Down, ("↑↓", "Up/Down")),
    bind(Key::Code(KeyCode::PageUp), Scope::Everywhere, Action::PageUp, "PgUp"),
    bind(Key::Code(KeyCode::PageDown), Scope::Everywhere, Action::PageDown, "PgDn"),
    arrow(KeyCode::Left, Scope::NotText, Action::Left, ("←", "Left")),
    arrow(KeyCode::Right, Scope::NotText, Action::Right, ("→", "Right")),
    bind(Key::Code(KeyCode::Home), Scope::NotText, Action::Top, "Home"),
    bind(Key::Code(KeyCode::End), Scope::NotText, Action::Bottom, "End"),
    letter(' ', Action::Toggle, "Space"),
    letter('k', Action::Up, "k"),
    letter('j', Action::Down, "j"),
    letter('h', Action::Left, "h"),
    letter('l', Action::Right, "l"),
    letter('g', Action::Top, "g"),
    letter('G', Action::Bottom, "G"),
    letter('r', Action::Refresh, "r"),
    bind(Key::Code(KeyCode::Char('n')), Scope::ScreenOnly, Action::New, "n"),
    letter('/', Action::Search, "/"),
    letter('v', Action::SwitchList, "v"),
    letter('b', Action::FilterKind, "b"),
    letter('m', Action::FilterMarked, "m"),
    letter('e', Action::EditRules, "e"),
    letter('t', Action::KeepTheirs, "t"),
    letter('c', Action::Cancel, "c"),
    bind(Key::Code(KeyCode::F(2)), Scope::Everywhere, Action::Browse, "F2"),
    bind(Key::Code(KeyCode::Char('f')), Scope::ScreenOnly, Action::Fix, "f"),
    bind(Key::Code(KeyCode::Char('i')), Scope::ScreenOnly, Action::Overrule, "i"),
    bind(Key::Code(KeyCode::Char('s')), Scope::ScreenOnly, Action::MakeSas, "s"),
    bind(Key::Code(KeyCode::Char('y')), Scope::ScreenOnly, Action::Copy, "y"),
    bind(Key::Code(KeyCode::Char('x')), Scope::ScreenOnly, Action::Delete, "x"),
    bind(Key::Code(KeyCode::Char('X')), Scope::ScreenOnly, Action::DeleteForEver, "X"),
    bind(Key::Code(KeyCode::Char('u')), Scope::ScreenOnly, Action::Undo, "u"),
    bind(Key::Code(KeyCode::Char('R')), Scope::ScreenOnly, Action::Rename, "R"),
    bind(Key::Code(KeyCode::Char('w')), Scope::ScreenOnly, Action::SkipSchema, "w"),
    bind(Key::Code(KeyCode::Char('d')), Scope::ScreenOnly, Action::Infer, "d"),
    bind(Key::Code(KeyCode::Char('a')), Scope::ScreenOnly, Action::ToggleAll, "a"),
    bind(Key::Code(KeyCode::Char('o')), Scope::ScreenOnly, Action::SwitchEnum, "o"),
    bind(Key::Code(KeyCode::Char('M')), Scope::ScreenOnly, Action::TakeTable, "M"),
    letter('?', Action::Help, "?"),
    bind(Key::Code(KeyCode::F(1)), Scope::Everywhere, Action::Help, "F1"),
    letter('q', Action::Quit, "q"),
    bind(Key::Ctrl('c'), Scope::Everywhere, Action::Quit, "Ctrl-C"),
    bind(Key::Code(KeyCode::Char('y')), Scope::OverlayOnly, Action::Yes, "y"),
    bind(Key::Code(KeyCode::Char('n')), Scope::OverlayOnly, Action::No, "n"),
    letter('p', Action::Pause, "p"),
    bind(Key::Ctrl('s'), Scope::Everywhere, Action::Save, "Ctrl-S"),
    bind(Key::Code(KeyCode::Char('S')), Scope::ScreenOnly, Action::Save, "S"),
    bind(Key::Code(KeyCode::Char('E')), Scope::ScreenOnly, Action::OpenEditor, "E"),
    bind(Key::Code(KeyCode::Char('D')), Scope::ScreenOnly, Action::Duplicate, "D"),
    letter('0', Action::GoHome, "0"),
    bind(Key::Ctrl('p'), Scope::Everywhere, Action::Palette, "Ctrl-P"),
    letter('1', Action::Goto(Step::Integration), "1"),
    letter('2', Action::Goto(Step::Schema), "2"),
    letter('3', Action::Goto(Step::Manifest), "3"),
    letter('4', Action::Goto(Step::Folder), "4"),
    letter('5', Action::Goto(Step::Upload), "5"),
    letter('6', Action::Goto(Step::Progress), "6"),
];

/// Keys that change the text of a field.
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

impl Scope {
    fn holds(self, mode: Mode) -> bool {
        match self {
            Scope::Everywhere => true,
            Scope::NotText => mode != Mode::Text,
            Scope::ScreenOnly => mode == Mode::Screen,
            Scope::OverlayOnly => mode == Mode::Overlay,
        }
    }
}

/// What a key means in a mode; `None` where it means nothing. Releases mean nothing: Windows reports them too.
pub(super) fn read(key: &KeyEvent, mode: Mode) -> Option<Command> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    let pressed = pressed(key)?;
    if pressed == Key::Ctrl('z') {
        return Some(Command::Suspend);
    }
    if let Some(action) = action(pressed, mode) {
        return Some(Command::Wizard(Event::Action(action)));
    }
    if mode != Mode::Text {
        return None;
    }
    let edit = EDITS.iter().find(|(bound, _)| *bound == pressed).map(|(_, edit)| edit.clone());
    let edit = edit.or(match pressed {
        Key::Code(KeyCode::Char(c)) => Some(Edit::Insert(c)),
        _ => None,
    });
    edit.map(|edit| Command::Wizard(Event::Edit(edit)))
}

/// What was pressed, as the table writes it; `None` for chords that the table does not know.
fn pressed(key: &KeyEvent) -> Option<Key> {
    // AltGr arrives as Ctrl and Alt together on Windows; what it types is text.
    let alt_gr = KeyModifiers::CONTROL | KeyModifiers::ALT;
    match key.code {
        KeyCode::Tab if key.modifiers.contains(KeyModifiers::SHIFT) => Some(Key::Code(KeyCode::BackTab)),
        KeyCode::Char(c) if key.modifiers.contains(alt_gr) => Some(Key::Code(KeyCode::Char(c))),
        KeyCode::Char(c) if key.modifiers.contains(KeyModifiers::CONTROL) => Some(Key::Ctrl(c.to_ascii_lowercase())),
        KeyCode::Char(_) if key.modifiers.intersects(KeyModifiers::ALT | KeyModifiers::SUPER | KeyModifiers::META) => {
            None
        }
        code => Some(Key::Code(code)),
    }
}

fn action(pressed: Key, mode: Mode) -> Option<Action> {
    BINDINGS.iter().find(|binding| binding.key == pressed && binding.scope.holds(mode)).map(|binding| binding.action)
}

/// The key of an action in a mode, for the footer; empty where it has none.
pub(super) fn key_label(action: Action, mode: Mode, utf8: bool) -> &'static str {
    let first = BINDINGS.iter().find(|binding| binding.action == action && binding.scope.holds(mode));
    first.map_or("", |binding| if utf8 { binding.label.0 } else { binding.label.1 })
}

/// All keys of an action in a mode, for the help: `Home g`.
pub(super) fn key_labels(action: Action, mode: Mode, utf8: bool) -> String {
    let mut labels: Vec<&str> = Vec::new();
    for binding in BINDINGS.iter().filter(|binding| binding.action == action && binding.scope.holds(mode)) {
        labels.push(if utf8 { binding.label.0 } else { binding.label.1 });
    }
    labels.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(code: KeyCode, modifiers: KeyModifiers, mode: Mode) -> String {
        match read(&KeyEvent::new(code, modifiers), mode) {
            Some(Command::Wizard(Event::Action(action))) => format!("{action:?}"),
            Some(Command::Wizard(Event::Edit(edit))) => format!("{edit:?}"),
            Some(Command::Wizard(other)) => format!("{other:?}"),
            Some(Command::Suspend) => "Suspend".into(),
            None => "-".into(),
        }
    }

    #[test]
    fn keys_mean_this_in_each_mode() {
        use KeyCode::{BackTab, Backspace, Char, Delete, Down, End, Enter, Esc, F, Home, Left, PageDown, Tab, Up};
        let (none, ctrl, shift) = (KeyModifiers::NONE, KeyModifiers::CONTROL, KeyModifiers::SHIFT);
        let alt = KeyModifiers::ALT;
        for (code, modifiers, screen, text, overlay) in [
            (Enter, none, "Next", "Next", "Next"),
            (Esc, none, "Back", "Back", "Back"),
            (Tab, none, "FocusNext", "FocusNext", "FocusNext"),
            (BackTab, shift, "FocusPrevious", "FocusPrevious", "FocusPrevious"),
            (Tab, shift, "FocusPrevious", "FocusPrevious", "FocusPrevious"),
            (Up, none, "Up", "Up", "Up"),
            (Down, none, "Down", "Down", "Down"),
            (PageDown, none, "PageDown", "PageDown", "PageDown"),
            (Left, none, "Left", "Left", "Left"),
            (Home, none, "Top", "Home", "Top"),
            (End, none, "Bottom", "End", "Bottom"),
            (Char('h'), none, "Left", "Insert('h')", "Left"),
            (Char('G'), shift, "Bottom", "Insert('G')", "Bottom"),
            (Char(' '), none, "Toggle", "Insert(' ')", "Toggle"),
            (Char('n'), none, "New", "Insert('n')", "No"),
            (Char('y'), none, "Copy", "Insert('y')", "Yes"),
            (Char('f'), none, "Fix", "Insert('f')", "-"),
            (Char('i'), none, "Overrule", "Insert('i')", "-"),
            (Char('s'), none, "MakeSas", "Insert('s')", "-"),
            (Char('x'), none, "Delete", "Insert('x')", "-"),
            (Char('X'), shift, "DeleteForEver", "Insert('X')", "-"),
            (Char('u'), none, "Undo", "Insert('u')", "-"),
            (Char('R'), shift, "Rename", "Insert('R')", "-"),
            (Char('w'), none, "SkipSchema", "Insert('w')", "-"),
            (Char('d'), none, "Infer", "Insert('d')", "-"),
            (Char('a'), none, "ToggleAll", "Insert('a')", "-"),
            (Char('o'), none, "SwitchEnum", "Insert('o')", "-"),
            (Char('b'), none, "FilterKind", "Insert('b')", "FilterKind"),
            (Char('m'), none, "FilterMarked", "Insert('m')", "FilterMarked"),
            (Char('e'), none, "EditRules", "Insert('e')", "EditRules"),
            (Char('M'), shift, "TakeTable", "Insert('M')", "-"),
            (F(2), none, "Browse", "Browse", "Browse"),
            (Char('q'), none, "Quit", "Insert('q')", "Quit"),
            (Char('?'), none, "Help", "Insert('?')", "Help"),
            (Char('3'), none, "Goto(Manifest)", "Insert('3')", "Goto(Manifest)"),
            (Char('c'), none, "Cancel", "Insert('c')", "Cancel"),
            (Char('c'), ctrl, "Quit", "Quit", "Quit"),
            (Char('w'), ctrl, "-", "DeleteWord", "-"),
            (Char('u'), ctrl, "-", "Clear", "-"),
            (Char('z'), ctrl, "Suspend", "Suspend", "Suspend"),
            (Char('x'), alt, "-", "-", "-"),
            (Char('@'), ctrl | alt, "-", "Insert('@')", "-"),
            (Char('é'), none, "-", "Insert('é')", "-"),
            (Backspace, none, "-", "Backspace", "-"),
            (Delete, none, "-", "Delete", "-"),
            (F(5), none, "-", "-", "-"),
        ] {
            let got = [Mode::Screen, Mode::Text, Mode::Overlay].map(|mode| press(code, modifiers, mode));
            assert_eq!(got, [screen, text, overlay], "{code:?} with {modifiers:?}");
        }
    }

    #[test]
    fn releases_mean_nothing_and_repeats_count() {
        let mut key = KeyEvent::new(KeyCode::Down, KeyModifiers::NONE);
        key.kind = KeyEventKind::Release;
        assert!(read(&key, Mode::Screen).is_none());
        key.kind = KeyEventKind::Repeat;
        assert!(read(&key, Mode::Screen).is_some());
    }

    #[test]
    fn no_key_is_bound_twice_in_a_mode() {
        for mode in [Mode::Screen, Mode::Text, Mode::Overlay] {
            let held: Vec<Key> = BINDINGS.iter().filter(|b| b.scope.holds(mode)).map(|b| b.key).collect();
            for (place, key) in held.iter().enumerate() {
                assert!(!held.iter().skip(place + 1).any(|other| other == key), "{key:?} in {mode:?}");
            }
        }
    }

    #[test]
    fn labels_come_from_the_same_table() {
        assert_eq!(key_label(Action::Quit, Mode::Screen, true), "q");
        assert_eq!(key_label(Action::Quit, Mode::Text, true), "Ctrl-C");
        assert_eq!(key_label(Action::No, Mode::Overlay, true), "n");
        assert_eq!(key_label(Action::Left, Mode::Screen, false), "Left");
        assert_eq!(key_labels(Action::Top, Mode::Screen, true), "Home g");
        assert_eq!(key_label(Action::Help, Mode::Text, true), "F1");
    }
}
