//! What keys mean by default and with a user's own.

use crossterm::event::KeyModifiers;
use proptest::prelude::*;

use crate::{
    tui::{
        keymap::*,
        tests::fixtures::{Stage, well},
    },
    wizard::step::Step,
};

fn press(code: KeyCode, modifiers: KeyModifiers, mode: Mode) -> String {
    match Keymap::default().read(&KeyEvent::new(code, modifiers), mode, Screen::Schema) {
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
    assert!(Keymap::default().read(&key, Mode::Screen, Screen::Schema).is_none());
    key.kind = KeyEventKind::Repeat;
    assert!(Keymap::default().read(&key, Mode::Screen, Screen::Schema).is_some());
}

#[test]
fn no_key_is_bound_twice_in_a_mode() {
    for mode in [Mode::Screen, Mode::Text, Mode::Overlay] {
        let keymap = Keymap::default();
        let held: Vec<Key> = keymap.bindings.iter().filter(|b| b.holds(mode)).map(|b| b.key).collect();
        for (place, key) in held.iter().enumerate() {
            assert!(!held.iter().skip(place + 1).any(|other| other == key), "{key:?} in {mode:?}");
        }
    }
}

#[test]
fn every_default_key_is_one() {
    for info in Action::all() {
        for name in info.keys {
            assert!(Key::parse(name).is_ok(), "{name} of {}", info.name);
        }
    }
}

#[test]
fn labels_come_from_the_keys_themselves() {
    let keymap = Keymap::default();
    for (action, mode, utf8, ascii) in [
        (Action::Quit, Mode::Screen, "q", "q"),
        (Action::Quit, Mode::Text, "Ctrl-C", "Ctrl-C"),
        (Action::No, Mode::Overlay, "n", "n"),
        (Action::No, Mode::Screen, "", ""),
        (Action::Left, Mode::Screen, "←", "Left"),
        (Action::Up, Mode::Screen, "↑↓", "Up/Down"),
        (Action::Toggle, Mode::Screen, "Space", "Space"),
        (Action::Toggle, Mode::Text, "", ""),
        (Action::FocusPrevious, Mode::Text, "Shift-Tab", "Shift-Tab"),
        (Action::PageDown, Mode::Text, "PgDn", "PgDn"),
        (Action::Help, Mode::Text, "F1", "F1"),
        (Action::Goto(Step::Folder), Mode::Screen, "4", "4"),
    ] {
        assert_eq!([keymap.label(action, mode, true), keymap.label(action, mode, false)], [utf8, ascii], "{action:?}");
    }
    assert_eq!(keymap.labels(&[Action::Top], Mode::Screen, true), "Home g");
    assert_eq!(keymap.labels(&[Action::Up, Action::Down], Mode::Screen, true), "↑↓ k j");
    assert_eq!(keymap.labels(&[Action::Up, Action::Down], Mode::Text, false), "Up/Down");
}

fn with(text: &str) -> Result<Keymap, String> {
    let file = crate::config::keys::parse(text).map_err(|problem| problem.0)?;
    Keymap::new(&file).map_err(|wrong| wrong.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
}

#[test]
fn keys_of_ones_own_take_the_place_of_the_defaults() {
    let keymap =
        with("[keys]\nswitch-list = [\"V\", \"ctrl-l\"]\nquit = []\nup = [\"ctrl-k\"]\ndown = [\"ctrl-j\"]").unwrap();
    let press = |code, modifiers, mode| match keymap.read(&KeyEvent::new(code, modifiers), mode, Screen::Manifest) {
        Some(Command::Wizard(Event::Action(action))) => Some(action),
        _ => None,
    };
    let (none, ctrl) = (KeyModifiers::NONE, KeyModifiers::CONTROL);
    assert_eq!(press(KeyCode::Char('v'), none, Mode::Screen), None);
    assert_eq!(press(KeyCode::Char('V'), none, Mode::Screen), Some(Action::SwitchList));
    assert_eq!(press(KeyCode::Char('l'), ctrl, Mode::Screen), Some(Action::SwitchList));
    assert_eq!(press(KeyCode::Char('V'), none, Mode::Text), None);
    assert_eq!(press(KeyCode::Char('l'), ctrl, Mode::Text), Some(Action::SwitchList));
    assert_eq!(press(KeyCode::Char('q'), none, Mode::Screen), None);
    assert_eq!(press(KeyCode::Char('c'), ctrl, Mode::Screen), Some(Action::Quit));
    assert_eq!(keymap.label(Action::Quit, Mode::Screen, true), "Ctrl-C");
    assert_eq!(keymap.label(Action::SwitchList, Mode::Screen, true), "V");
    assert_eq!(keymap.label(Action::Down, Mode::Screen, true), "Ctrl-K/Ctrl-J");
}

#[test]
fn what_is_wrong_is_told_with_its_place_and_what_was_meant() {
    for (text, says) in [
        ("[keys]\nserch = [\"v\"]", "line 2, column 1: There is no action 'serch'. Did you mean 'search'?"),
        ("[keys]\nzzzzz = []", "line 2, column 1: There is no action 'zzzzz'. azure-to-encord config keys lists them."),
        ("[keys]\nsearch = [\"pgdwn\"]", "line 2, column 11: There is no key 'pgdwn'. Did you mean 'pgdn'?"),
        ("[keys]\nsearch = [\"ctrl-i\"]", "line 2, column 11: Terminals send the same for 'ctrl-i' as for 'tab'."),
        ("[keys]\nsearch = [\"ctrl-z\"]", "line 2, column 11: 'ctrl-z' always puts the program into the background."),
        ("[keys]\nsearch = [\"/\", \"enter\"]", "line 2, column 16: 'enter' always is next."),
        (
            "[keys]\nsearch = [\"v\"]",
            "line 2, column 11: 'v' is bound to search here, and to switch-list by default; both do something on Home",
        ),
        (
            "[keys]\nsearch = [\"K\"]\nnew = [\"K\"]",
            "line 3, column 8: 'K' is bound to new here, and to search in line 2; both do something on Home and on others.",
        ),
        ("[keys]\nsearch = [\"K\", \"K\"]", "line 2, column 16: 'K' stands here twice."),
    ] {
        let said = with(text).unwrap_err();
        assert!(said.starts_with(says), "{text}: {said}");
    }
    for text in
        ["[keys]\nsearch = \"v\"", "[keys]\nsearch = [1]", "[kees]\n", "mouse = 1", "[keys]\nquit = []\nquit = []"]
    {
        let said = with(text).unwrap_err();
        assert!(said.contains("line ") && said.contains("column "), "{text}: {said}");
    }
}

#[test]
fn a_default_key_that_moved_is_free_for_another() {
    let keymap = with("[keys]\nswitch-list = [\"/\"]\nsearch = [\"v\"]\nyes = [\"o\"]").unwrap();
    assert_eq!(keymap.label(Action::Search, Mode::Screen, true), "v");
    assert_eq!(keymap.label(Action::Yes, Mode::Overlay, true), "o");
    assert_eq!(keymap.label(Action::SwitchEnum, Mode::Screen, true), "o");
}

#[test]
fn only_actions_that_meet_on_a_screen_cannot_share_a_key() {
    for (text, says) in [
        // Home only, and step 2 only.
        ("duplicate = [\"w\"]", None),
        ("pause = [\"w\"]", None),
        // Step 3 only, and step 6 only.
        ("rules = [\"p\"]", None),
        ("fix = [\"e\"]\npause = [\"e\"]", None),
        // A question is answered before the screen below it has the keys again.
        ("yes = [\"p\"]", None),
        ("no = [\"w\"]", None),
        (
            "new = [\"w\"]",
            Some(
                "line 2, column 8: 'w' is bound to new here, and to skip-schema by default; both do something on step 2, \
                 Schema. Choose another key, or give skip-schema one of its own.",
            ),
        ),
        ("delete = [\"r\"]", Some("and to refresh by default; both do something on Home and on others.")),
        ("duplicate = [\"x\"]", Some("and to delete by default; both do something on Home.")),
        ("editor = [\"q\"]", Some("and to quit by default; both do something on every screen.")),
        ("yes = [\"q\"]", Some("and to quit by default; both are meant while a question waits.")),
        ("yes = [\"o\"]\nno = [\"o\"]", Some("and to yes in line 2; both answer questions.")),
    ] {
        match (with(&format!("[keys]\n{text}")), says) {
            (Ok(_), None) => {}
            (Err(said), Some(says)) => assert!(said.contains(says), "{text}: {said}"),
            (got, _) => panic!("{text}: {got:?}"),
        }
    }
    let keymap = with("[keys]\nduplicate = [\"w\"]\nyes = [\"p\"]").unwrap();
    let means =
        |key, mode, place| match keymap.read(&KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE), mode, place) {
            Some(Command::Wizard(Event::Action(action))) => Some(action),
            _ => None,
        };
    assert_eq!(means('w', Mode::Screen, Screen::Home), Some(Action::Duplicate));
    assert_eq!(means('w', Mode::Screen, Screen::Schema), Some(Action::SkipSchema));
    assert_eq!(means('p', Mode::Screen, Screen::Progress), Some(Action::Pause));
    assert_eq!(means('p', Mode::Overlay, Screen::Progress), Some(Action::Yes));
}

#[test]
fn what_a_screen_offers_belongs_to_it_by_the_table() {
    for step in Step::ALL {
        let stage = Stage::at(step, well);
        assert_eq!(stage.wizard.place(), Screen::of(step));
        for hint in stage.wizard.step_hints() {
            let info = hint.action.info().unwrap();
            assert!(info.is_at(stage.wizard.place()), "{} on {step:?}", info.name);
        }
    }
}

#[test]
fn keys_are_named_as_they_are_written() {
    for info in Action::all() {
        for name in info.keys {
            assert_eq!(&Key::parse(name).map(Key::name).unwrap(), name);
        }
    }
}

#[test]
fn the_table_as_a_file_is_the_default_and_names_everything() {
    let text = crate::tui::keymap::file::table();
    assert_eq!(with(&text).unwrap(), Keymap::default());
    for info in Action::all() {
        assert!(text.contains(info.name) && text.contains(info.about), "{}", info.name);
    }
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    insta::assert_snapshot!("keys_table", text);
}

proptest! {
    #![proptest_config(crate::seeds::cases(256))]

    #[test]
    fn in_a_field_what_prints_is_text(c in any::<char>().prop_filter("prints", |c| !c.is_control())) {
        for keymap in [Keymap::default(), with("[keys]\nsearch = [\"é\"]\nquit = [\"Q\"]").unwrap()] {
            let read = keymap.read(&KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE), Mode::Text, Screen::Home);
            prop_assert!(matches!(read, Some(Command::Wizard(Event::Edit(Edit::Insert(typed)))) if typed == c));
        }
    }

    #[test]
    fn no_text_panics_and_none_takes_away_the_ways_out(text in "\\PC{0,40}", name in "[a-z-]{1,12}", key in "\\PC{0,8}") {
        let _ = with(&text);
        let _ = Key::parse(&text);
        if let Ok(keymap) = with(&format!("[keys]\n{name} = [{key:?}]")) {
            for (key, action) in FIXED {
                prop_assert!(keymap.bindings.iter().any(|bound| bound.key == key && bound.action == action));
            }
        }
    }
}
