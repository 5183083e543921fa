//! What lies over a screen: the help and the question before quitting.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Block, Clear, Padding},
};

use super::{
    home, integration, mode_below,
    parts::{Look, put},
    save,
};
use crate::{
    tui::{
        keymap::{self, Mode},
        text,
    },
    wizard::{Action, Overlay, Step, Wizard},
};

/// Draws the overlay over the screen's area, if there is one.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &Look<'_>) {
    let columns = usize::from(area.width.saturating_sub(6)).min(70);
    let (title, lines) = match wizard.overlay() {
        None => return,
        Some(Overlay::Save) => return save::draw(frame, area, wizard, look),
        Some(Overlay::Unsaved) => ("Save first?", save::unsaved(wizard, look, columns)),
        Some(Overlay::Editor) => ("The config's file", save::editor(wizard, look, columns)),
        Some(Overlay::Help) => {
            let mut lines = help(wizard, look, columns);
            if lines.len() + 2 > usize::from(area.height) {
                lines.retain(|line| line.width() > 0);
            }
            ("Help", lines)
        }
        Some(Overlay::Quit) => ("Quit?", question(wizard, look, columns)),
        Some(Overlay::NothingToSearch) => {
            let mut lines = vec![look.title("There is nothing to search here now.")];
            let next = format!("What is typed goes nowhere. {} closes this.", look.key(Action::Back));
            lines.extend(look.next(&next, columns));
            ("Search", lines)
        }
    };
    let inside = boxed(frame, area, title, columns, lines.len(), look);
    let lines = look.fit(lines, usize::from(inside.height));
    put(frame, inside, lines);
}

/// Draws an empty box in the middle of an area, as large inside as is asked for and fits, and gives its inside.
pub(super) fn boxed(
    frame: &mut Frame<'_>,
    area: Rect,
    title: &str,
    columns: usize,
    rows: usize,
    look: &Look<'_>,
) -> Rect {
    let height = u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(2).min(area.height);
    let width = u16::try_from(columns).unwrap_or(u16::MAX).saturating_add(4).min(area.width);
    let place = Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height };
    let block = Block::bordered()
        .border_set(look.glyphs().border)
        .title(Span::styled(format!(" {title} "), look.theme.title()))
        .padding(Padding::horizontal(1));
    let inside = block.inner(place);
    // Half a wide character before the border would swallow the border.
    if let Some(before) = place.x.checked_sub(1) {
        for y in place.y..place.bottom() {
            if let Some(cell) = frame.buffer_mut().cell_mut((before, y)).filter(|cell| text::width(cell.symbol()) > 1) {
                cell.set_symbol(" ");
            }
        }
    }
    frame.render_widget(Clear, place);
    frame.render_widget(block, place);
    inside
}

/// One sentence on what a step is for.
fn purpose(step: Step) -> &'static str {
    match step {
        Step::Integration => {
            "Sign in to Encord, name the storage container, and choose the integration through which Encord reads it."
        }
        Step::Schema => {
            "See which metadata keys your organisation has, and change what this import needs. Nothing is saved before step 5."
        }
        Step::Manifest => "List the container and see exactly which files become which items, and what is left out.",
        Step::Folder => "Choose the folder in Encord that receives the items, or name a new one.",
        Step::Upload => {
            "Review everything that will be sent and changed. Nothing is changed before you press Enter here."
        }
        Step::Progress => "Follow the upload jobs to their end and see every item that failed, and why.",
    }
}

fn help(wizard: &Wizard, look: &Look<'_>, columns: usize) -> Vec<Line<'static>> {
    let step = wizard.step();
    let panel = wizard.integration().panel().filter(|_| step == Step::Integration && !wizard.is_at_home());
    let mut lines = match panel {
        None if wizard.is_at_home() => vec![look.title("Home")],
        None => vec![look.title(format!("Step {}: {}", step.number(), step.title()))],
        Some(panel) => vec![look.title(integration::panel_title(panel))],
    };
    if wizard.is_at_home() {
        lines.extend(text::wrap(home::PURPOSE, columns).into_iter().map(Line::from));
    } else if panel.is_none() {
        lines.extend(text::wrap(purpose(step), columns).into_iter().map(Line::from));
    }
    lines.push(Line::default());
    let utf8 = look.theme.is_utf8();
    let mut keys: Vec<(String, &str)> = Vec::new();
    let mut shown: Vec<Action> = Vec::new();
    let mode = mode_below(wizard);
    for hint in wizard.step_hints() {
        // Both ways of moving are one entry.
        let (first, second) = match hint.action {
            Action::Up | Action::Down => (Action::Up, Some(Action::Down)),
            action => (action, None),
        };
        if shown.contains(&first) || first == Action::Help {
            continue;
        }
        shown.push(first);
        let own = keymap::key_labels(first, mode, utf8);
        let other = second.map(|action| keymap::key_labels(action, mode, utf8));
        keys.push((merged(&own, other.as_deref()), hint.label));
    }
    let pair = |one, two| {
        let two = keymap::key_labels(two, Mode::Screen, utf8);
        merged(&keymap::key_labels(one, Mode::Screen, utf8), Some(&two))
    };
    let moves = shown.contains(&Action::Up);
    if moves && mode == Mode::Text {
        keys.push((pair(Action::PageUp, Action::PageDown), "a page up, down"));
    }
    // Where Encord finds the files itself, there are no rows but folders and keys.
    let has_rows = !wizard.config().folder.cloud_synced || matches!(step, Step::Schema | Step::Folder);
    if mode == Mode::Screen && step != Step::Upload && (moves || step != Step::Integration) && (moves || has_rows) {
        keys.push((pair(Action::PageUp, Action::PageDown), "a page up, down"));
        keys.push((pair(Action::Top, Action::Bottom), "first, last row"));
    }
    let is_form_open = wizard.has_form() || wizard.is_at_home();
    if mode == Mode::Screen && panel.is_none() && !is_form_open {
        keys.push((
            pair(Action::Goto(Step::Integration), Action::Goto(Step::Progress)).replace(' ', "-"),
            "that step, if those before are done",
        ));
    } else if mode == Mode::Text && !shown.contains(&Action::Back) {
        keys.push((keymap::key_labels(Action::Back, mode, utf8), "leave the field"));
    }
    let widest = keys.iter().map(|(key, _)| text::width(key)).max().unwrap_or_default();
    for (key, label) in keys {
        let key = text::left(&key, widest, look.glyphs().ellipsis);
        lines.push(Line::from(vec![Span::styled(key, look.theme.key()), Span::raw(format!("   {label}"))]));
    }
    lines
}

/// The words of both, each once.
fn merged(one: &str, two: Option<&str>) -> String {
    let mut words: Vec<&str> = Vec::new();
    for word in one.split(' ').chain(two.unwrap_or_default().split(' ')) {
        if !word.is_empty() && !words.contains(&word) {
            words.push(word);
        }
    }
    words.join(" ")
}

fn question(wizard: &Wizard, look: &Look<'_>, columns: usize) -> Vec<Line<'static>> {
    let (what, then) = match wizard.progress().is_running() {
        true if wizard.progress().mirror().is_some() => (
            "The folder is still being synced.",
            match (look.labels.is_demo, wizard.progress().run()) {
                (true, _) => "This is the demo: its services end with it.".to_owned(),
                (false, None) => "The sync has not begun. Nothing is left half done.".to_owned(),
                (false, Some(run)) => format!(
                    "It goes on in Encord by itself. azure-to-encord runs resume {} follows it again.",
                    text::clean(run)
                ),
            },
        ),
        true => {
            let resume = match wizard.progress().run() {
                Some(_) if look.labels.is_demo => " This is the demo: its services end with it.".to_owned(),
                Some(run) => format!(" azure-to-encord runs resume {} goes on from there.", text::clean(run)),
                None => String::new(),
            };
            (
                "The upload is still under way.",
                format!(
                    "Jobs that Encord already has go on there; the rest is not sent. Everything is on record.{resume}"
                ),
            )
        }
        false if wizard.step() == Step::Integration => (
            "What you typed or chose is not kept yet.",
            "It is kept when this step is left with all checks well. Leaving now loses it; nothing was changed anywhere."
                .to_owned(),
        ),
        false if wizard.has_form() => (
            "A form is open, and nothing of it was taken yet.",
            "Leaving now loses what is in it; nothing was changed anywhere.".to_owned(),
        ),
        false => {
            ("The container is still being listed.", "Nothing was changed anywhere; the listing is lost.".to_owned())
        }
    };
    let mut lines = vec![look.title(what)];
    lines.extend(text::wrap(&then, columns).into_iter().map(Line::from));
    lines.push(Line::default());
    let key = |action| Span::styled(look.key(action), look.theme.key());
    lines.push(Line::from(vec![
        key(Action::Yes),
        Span::styled(" quit    ", Style::new()),
        key(Action::No),
        Span::raw(" stay"),
    ]));
    lines
}
