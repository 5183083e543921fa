//! The palette over a list, a form and a field; and what the mouse finds in a frame.

use ratatui::{Terminal, backend::TestBackend};

use crate::{
    tui::{
        screens::{self, Labels, click_targets::Click},
        tests::{
            fixtures::{Stage, UTF8, frame, well},
            shown::shows,
        },
    },
    wizard::{action::Action, effect::Event, integration::Focus, overlay::Overlay, step::Step},
};

#[test]
fn palette_screens() {
    let open = Stage::at(Step::Manifest, well).press(Action::Palette);
    shows("palette", &open.wizard);
    let typed = open.type_in("new");
    shows("palette_typed", &typed.wizard);
    shows("palette_nothing", &typed.type_in("zzz").wizard);
    let form = Stage::at(Step::Folder, well).press(Action::New).type_in("abc").press(Action::Palette);
    shows("palette_over_a_form", &form.wizard);
}

#[test]
fn the_palette_does_what_is_chosen_and_loses_nothing_when_it_is_closed() {
    let before = Stage::at(Step::Manifest, well);
    let shown = frame(&before.wizard, UTF8, 80, 24);
    let open = before.press(Action::Palette).type_in("othr lst");
    assert_eq!(open.wizard.palette_rows().first().map(|row| row.action), Some(Action::SwitchList));
    let closed = open.press(Action::Back);
    assert_eq!(frame(&closed.wizard, UTF8, 80, 24), shown);
    let done = closed.press(Action::Palette).type_in("other list").press(Action::Next);
    assert_eq!(done.wizard.overlay(), None);
    assert!(frame(&done.wizard, UTF8, 80, 24).contains("[Left out 13]"));
    // What a form holds is still there, and what cannot be done now is not done.
    let form = Stage::at(Step::Folder, well).press(Action::New).type_in("abc");
    let shown = frame(&form.wizard, UTF8, 80, 24);
    let open = form.press(Action::Palette).type_in("step-1").press(Action::Next);
    assert_eq!(open.wizard.overlay(), Some(Overlay::Palette));
    assert_eq!(frame(&open.press(Action::Back).wizard, UTF8, 80, 24), shown);
}

#[test]
fn everything_that_a_footer_offers_is_in_the_palette() {
    for step in Step::ALL {
        let stage = Stage::at(step, well);
        let rows = stage.wizard.palette_rows();
        for hint in stage.wizard.step_hints().iter().filter(|hint| !hint.action.is_movement()) {
            let row = rows.iter().find(|row| row.action == hint.action);
            assert!(row.is_some_and(|row| row.is_possible && row.label == hint.label), "{step:?}: {hint:?}");
        }
        for info in Action::all() {
            let is_there = rows.iter().filter(|row| row.action == info.action).count();
            assert!(is_there <= 1, "{step:?}: {} twice", info.name);
        }
    }
}

#[test]
fn actions_are_found_by_the_words_of_the_footer_by_their_names_and_by_their_keys() {
    for step in Step::ALL {
        for hint in Stage::at(step, well).wizard.step_hints() {
            if hint.action.is_movement() && !matches!(hint.action, Action::FocusNext | Action::FocusPrevious) {
                continue;
            }
            let typed = Stage::at(step, well).press(Action::Palette).type_in(hint.label);
            let rows = typed.wizard.palette_rows();
            let found = rows.iter().take(3).any(|row| row.action == hint.action && row.is_possible);
            assert!(found, "{step:?}: {hint:?} in {rows:?}");
        }
    }
    let first = |stage: &Stage| stage.wizard.palette_rows().first().map(|row| row.action);
    for (typed, action) in [
        ("v", Action::SwitchList),
        ("switch-list", Action::SwitchList),
        ("other list", Action::SwitchList),
        ("m", Action::FilterMarked),
        ("e", Action::EditRules),
        ("?", Action::Help),
        ("F1", Action::Help),
        ("4", Action::Goto(Step::Folder)),
        ("ctrl-c", Action::Quit),
    ] {
        let stage = Stage::at(Step::Manifest, well).press(Action::Palette).type_in(typed);
        assert_eq!(first(&stage), Some(action), "{typed}");
    }
    let keyed = |typed| {
        let mut stage = Stage::at(Step::Manifest, well);
        stage.wizard = stage.wizard.keyed(vec![(Action::SwitchList, "V".into()), (Action::EditRules, "ctrl-e".into())]);
        first(&stage.press(Action::Palette).type_in(typed))
    };
    assert_eq!(keyed("V"), Some(Action::SwitchList));
    assert_eq!(keyed("Ctrl-E"), Some(Action::EditRules));
    assert_ne!(keyed("v"), Some(Action::SwitchList));
}

/// What a click on a text does, in a frame of 80 columns or more.
fn click(stage: &Stage, width: u16, text: &str) -> Option<Click> {
    let mut terminal = Terminal::new(TestBackend::new(width, 30)).unwrap();
    let mut drawn = screens::Drawn::default();
    terminal.draw(|frame| drawn = screens::draw(frame, &stage.wizard, &UTF8, &Labels::default())).unwrap();
    let lines = crate::tui::tests::fixtures::lines(terminal.backend().buffer());
    let (row, line) = lines.lines().enumerate().find(|(_, line)| line.contains(text)).unwrap();
    let column = line.split(text).next().unwrap().chars().count();
    drawn.hits.at(u16::try_from(column).unwrap(), u16::try_from(row).unwrap())
}

fn clicked(stage: Stage, width: u16, text: &str) -> Stage {
    let events = click(&stage, width, text).map(Click::events).unwrap_or_default();
    events.into_iter().fold(stage, Stage::event)
}

#[test]
fn a_click_does_what_stands_there() {
    let stage = Stage::at(Step::Manifest, well);
    assert_eq!(click(&stage, 80, "other list"), Some(Click::Do(Action::SwitchList)));
    assert_eq!(click(&stage, 80, "1 Integration"), Some(Click::Do(Action::Goto(Step::Integration))));
    assert_eq!(click(&stage, 80, "11,395 items"), None);
    let stage = clicked(stage, 80, "frame-000003");
    assert_eq!(stage.wizard.manifest().window().cursor(), 3);
    let stage = clicked(stage, 80, "frame-000001");
    assert_eq!(stage.wizard.manifest().window().cursor(), 1);
    // What lies below an overlay cannot be reached.
    let open = stage.press(Action::Palette);
    assert_eq!(click(&open, 120, "1 Integration"), None);
    assert_eq!(click(&open, 120, "street-scenes"), None);
    let place = open.wizard.palette_rows().iter().position(|row| row.label == "with findings").unwrap();
    let chosen = clicked(open, 80, "with findings");
    assert_eq!(chosen.wizard.palette().cursor(), place);
}

#[test]
fn a_click_gives_a_field_the_keyboard() {
    for width in [80, 120] {
        let stage = clicked(Stage::at(Step::Integration, well).press(Action::FocusNext), width, "Container  ");
        let Focus::Field(name) = stage.wizard.integration().focus() else { panic!("{width}: no field") };
        assert_eq!(name.label(), "Container");
        let stage = clicked(stage, width, "SSH key");
        let Focus::Field(name) = stage.wizard.integration().focus() else { panic!("{width}: no field") };
        assert!(name.label().contains("SSH key"));
    }
    let form = clicked(Stage::at(Step::Folder, well).press(Action::New).type_in("abc"), 80, "Description optional");
    let form = form.event(Event::Edit(crate::wizard::action::Edit::Insert('x')));
    assert!(frame(&form.wizard, UTF8, 80, 24).contains("> Description x "), "{}", frame(&form.wizard, UTF8, 80, 24));
}

#[test]
fn the_help_scrolls_and_only_its_own_keys_close_it() {
    let mut stage = Stage::at(Step::Manifest, well).press(Action::Help).event(Event::Help { first: 0, last: 5 });
    assert!(frame(&stage.wizard, UTF8, 60, 20).contains("lines 1 to"));
    for action in [Action::Next, Action::New, Action::Toggle, Action::Goto(Step::Schema), Action::Palette, Action::Yes]
    {
        stage = stage.press(action);
        assert_eq!((stage.wizard.overlay(), stage.wizard.step()), (Some(Overlay::Help), Step::Manifest), "{action:?}");
    }
    stage = stage.press(Action::Down).press(Action::Down).press(Action::Up);
    assert_eq!(stage.wizard.help_line(), Some(1));
    stage = stage.times(20, Action::Down);
    assert_eq!(stage.wizard.help_line(), Some(5));
    assert_eq!(stage.press(Action::Quit).wizard.overlay(), None);
}
