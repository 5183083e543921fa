//! One frame: the step bar, the step's screen, the footer, and what lies over them.

pub(crate) mod click_targets;
mod folder;
mod frame;
mod help;
mod home;
mod integration;
mod manifest;
mod mirror;
mod overlay;
mod palette;
mod progress;
mod render;
mod save;
mod schema;
mod upload;

use std::cell::Cell;

use ratatui::{
    Frame,
    buffer::Buffer,
    layout::{Alignment, Rect},
    widgets::Paragraph,
};
use time::OffsetDateTime;

use crate::{
    tui::{
        keymap::{Keymap, Mode},
        screens::{
            click_targets::Hits,
            render::{RenderContext, take_bottom, take_top},
        },
        text,
        theme::Theme,
    },
    wizard::{Wizard, effect::Event, integration::panel::Panel, step::Step},
};

/// The smallest terminal in which the screens are of use: columns and rows.
pub const SMALLEST: (u16, u16) = (60, 20);

/// What the screens say of the program's surroundings.
#[derive(Debug, Clone)]
pub struct Labels {
    /// The command line that does the same without the wizard, where it is another than the wizard's own.
    pub headless_command: Option<String>,
    /// The services go when the program does, so that a run cannot be resumed.
    pub is_demo: bool,
    /// Which keys do what.
    pub keys: Keymap,
    /// What time it is. How long ago something was is told as it is when it is drawn; nothing is drawn for it alone.
    pub clock: fn() -> OffsetDateTime,
}

impl Default for Labels {
    fn default() -> Labels {
        Labels { headless_command: None, is_demo: false, keys: Keymap::default(), clock: OffsetDateTime::now_utc }
    }
}

/// Whether the screens can be shown in such an area.
pub fn fits(area: Rect) -> bool {
    area.width >= SMALLEST.0 && area.height >= SMALLEST.1
}

/// What is known of a frame once it is drawn.
#[derive(Debug, Default)]
pub struct Drawn {
    /// How many rows are in view of the list that the cursor moves in, if there is one.
    pub rows: Option<u16>,
    /// The first line of the help that is in view and how many are not, if it is open.
    pub help: Option<(u16, u16)>,
    /// What can be clicked.
    pub(super) hits: Hits,
}

impl Drawn {
    /// What the wizard is to know of the frame.
    pub(super) fn events(&self) -> impl Iterator<Item = Event> + use<> {
        let help = self.help.map(|(first, last)| Event::Help { first, last });
        [self.rows.map(Event::Rows), help].into_iter().flatten()
    }
}

/// Draws the wizard as it stands. Nothing is remembered from one frame to the next.
pub fn draw(frame: &mut Frame<'_>, wizard: &Wizard, theme: &Theme, labels: &Labels) -> Drawn {
    let area = frame.area();
    let (rows, hits) = (Cell::new(None), Hits::default());
    let mut help = None;
    if !fits(area) {
        too_small(frame, area, *theme);
    } else {
        let own = labels.headless_command.clone().or_else(|| wizard.headless_command());
        let labels = &Labels { headless_command: own, ..labels.clone() };
        let look = RenderContext {
            theme: *theme,
            mode: mode(wizard),
            keys: mode_below(wizard),
            labels,
            rows: &rows,
            hits: &hits,
        };
        let (head, rest) = take_top(area, 2);
        let (above, _) = take_bottom(area, 2);
        let (body, foot) = take_bottom(rest, 2);
        frame::step_bar(frame, head, wizard, &look);
        let body = Rect { x: body.x + 1, width: body.width - 2, ..body };
        match wizard.step() {
            _ if wizard.is_at_home() => home::draw(frame, body, wizard, &look),
            Step::Integration => integration::draw(frame, body, wizard, &look),
            Step::Schema => schema::draw(frame, body, wizard, &look),
            Step::Manifest if wizard.config().folder.cloud_synced => mirror::manifest(frame, body, wizard, &look),
            Step::Manifest => manifest::draw(frame, body, wizard, &look),
            Step::Folder => folder::draw(frame, body, wizard, &look),
            Step::Upload => upload::draw(frame, body, wizard, &look),
            Step::Progress => progress::draw(frame, body, wizard, &look),
        }
        if wizard.overlay().is_some() {
            hits.cover();
        }
        frame::footer(frame, foot, wizard, &look);
        help = overlay::draw(frame, above, wizard, &RenderContext { keys: look.mode, ..look });
    }
    if !theme.is_utf8() {
        to_ascii(frame.buffer_mut());
    }
    Drawn { rows: rows.get(), help, hits }
}

/// Who has the keyboard.
pub(super) fn mode(wizard: &Wizard) -> Mode {
    match (wizard.asks(), wizard.takes_text()) {
        (true, _) => Mode::Overlay,
        (false, true) => Mode::Text,
        (false, false) => Mode::Screen,
    }
}

/// Who will have it, once what lies over the screen is gone.
fn mode_below(wizard: &Wizard) -> Mode {
    let at_step = wizard.step() == Step::Integration && !wizard.is_at_home();
    let panel = wizard.integration().panel().filter(|_| at_step);
    let asks = match wizard.home().panel().filter(|_| wizard.is_at_home()) {
        Some(panel) => panel.asks(),
        None => panel.is_some_and(Panel::asks),
    };
    match (asks, wizard.is_typing()) {
        (true, _) => Mode::Overlay,
        (false, true) => Mode::Text,
        (false, false) => Mode::Screen,
    }
}

fn too_small(frame: &mut Frame<'_>, area: Rect, theme: Theme) {
    let (width, height) = SMALLEST;
    let message = format!("needs {width}×{height}, this is {}×{}; q quits", area.width, area.height);
    let message = text::cut(&message, usize::from(area.width), theme.glyphs().ellipsis).into_owned();
    let line = Rect { y: area.y + area.height / 2, height: area.height.min(1), ..area };
    frame.render_widget(Paragraph::new(message).alignment(Alignment::Center), line);
}

/// A terminal that takes no UTF-8 would show rubbish of another width for names and texts beyond ASCII.
fn to_ascii(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if !cell.symbol().is_ascii() {
            let symbol = match cell.symbol() {
                "…" => "~",
                "–" | "—" | "─" => "-",
                "×" => "x",
                "’" | "‘" => "'",
                "“" | "”" => "\"",
                _ => "?",
            };
            cell.set_symbol(symbol);
        }
    }
}
