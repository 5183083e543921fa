//! What a key, a click, a paste or a new size means to the wizard.

use crossterm::event::{Event as Input, MouseButton, MouseEvent, MouseEventKind};

use crate::{
    tui::{
        keymap::{Command, Keymap},
        screens::{self, click_targets::Hits},
    },
    wizard::{
        Wizard,
        action::{Action, Edit},
        effect::{Effect, Event},
    },
};

/// What became of an input.
pub(super) enum Taken {
    Nothing,
    Changed(Vec<Effect>),
    /// By a click, whose place means something else from now on.
    Clicked(Vec<Effect>),
    Suspend,
}

/// So many rows the wheel moves by.
const WHEEL: usize = 3;

/// Where the screen is too small to be shown, which is where there is nothing to be clicked on, nothing works but leaving: nobody
/// shall confirm what he cannot see.
pub(super) fn on_input(input: Input, wizard: &mut Wizard, hits: Option<&Hits>, keys: &Keymap) -> Taken {
    match input {
        Input::Key(key) => match keys.read(&key, screens::mode(wizard), wizard.place()) {
            Some(Command::Wizard(event)) if hits.is_some() || matches!(event, Event::Action(Action::Quit)) => {
                Taken::Changed(wizard.handle(event))
            }
            Some(Command::Suspend) if cfg!(unix) => Taken::Suspend,
            Some(_) | None => Taken::Nothing,
        },
        Input::Paste(text) if hits.is_some() && wizard.takes_text() => {
            Taken::Changed(wizard.handle(Event::Edit(Edit::Paste(text))))
        }
        Input::Resize(..) => Taken::Changed(Vec::new()),
        Input::Mouse(mouse) => match hits {
            Some(hits) => on_mouse(mouse, wizard, hits),
            None => Taken::Nothing,
        },
        Input::Paste(_) | Input::FocusGained | Input::FocusLost => Taken::Nothing,
    }
}

fn on_mouse(mouse: MouseEvent, wizard: &mut Wizard, hits: &Hits) -> Taken {
    let mut tell = |events: Vec<Event>| events.into_iter().flat_map(|event| wizard.handle(event)).collect();
    let rolled = |action| (0..WHEEL).map(|_| Event::Action(action)).collect();
    match mouse.kind {
        MouseEventKind::ScrollUp => Taken::Changed(tell(rolled(Action::Up))),
        MouseEventKind::ScrollDown => Taken::Changed(tell(rolled(Action::Down))),
        MouseEventKind::Down(MouseButton::Left) => match hits.at(mouse.column, mouse.row) {
            Some(click) => Taken::Clicked(tell(click.events())),
            None => Taken::Nothing,
        },
        _ => Taken::Nothing,
    }
}
