//! What lies over a screen: the help and the question before quitting.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
    widgets::{Block, Clear, Padding},
};

use crate::{
    tui::{
        keymap::Mode,
        screens::{
            integration, mode_below, palette, progress,
            render::{RenderContext, put},
            save,
        },
        text,
    },
    wizard::{Wizard, action::Action, overlay::Overlay, step::Step},
};

/// Draws the overlay over the screen's area, if there is one, and tells of the help, if that is it, the first line in view and how many do not fit.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) -> Option<(u16, u16)> {
    let columns = usize::from(area.width.saturating_sub(6)).min(70);
    let (title, lines) = match wizard.overlay()? {
        Overlay::Help => return Some(draw_help(frame, area, wizard, look, columns)),
        Overlay::Save => {
            save::draw(frame, area, wizard, look);
            return None;
        }
        Overlay::Unsaved => ("Save first?", save::unsaved(wizard, look, columns)),
        Overlay::Editor => ("The config's file", save::editor(wizard, look, columns)),
        Overlay::Palette => {
            palette::draw(frame, area, wizard, look, columns);
            return None;
        }
        Overlay::Quit => ("Quit?", question(wizard, look, columns)),
        Overlay::NothingToSearch => {
            let mut lines = vec![look.title("There is nothing to search here now.")];
            let next = format!("What is typed goes nowhere. {} closes this.", look.key(Action::Back));
            lines.extend(look.next(&next, columns));
            ("Search", lines)
        }
    };
    let inside = boxed(frame, area, title, columns, lines.len(), look);
    let lines = look.fit(lines, usize::from(inside.height));
    put(frame, inside, lines);
    None
}

/// The help, scrolled to where the wizard has it, or to what it tells of the field that has the keyboard; the first line in view
/// and how many lines do not fit.
fn draw_help(
    frame: &mut Frame<'_>,
    area: Rect,
    wizard: &Wizard,
    look: &RenderContext<'_>,
    columns: usize,
) -> (u16, u16) {
    let (lines, field) = help(wizard, look, columns);
    let inside = boxed(frame, area, "Help", columns, lines.len(), look);
    let (height, total) = (usize::from(inside.height), lines.len());
    look.in_view(height);
    let rest = total.saturating_sub(height);
    let first = wizard.help_line().map_or(field, usize::from).min(rest);
    put(frame, inside, lines.into_iter().skip(first).collect());
    if rest > 0 {
        let told =
            format!(" lines {} to {} of {total}, {} scrolls ", first + 1, first + height, look.key(Action::Down));
        let border = Rect { y: inside.bottom(), height: 1, ..inside };
        put(frame, border.intersection(area), vec![Line::styled(told, look.theme.dim())]);
    }
    let number = |lines| u16::try_from(lines).unwrap_or(u16::MAX);
    (number(first), number(rest))
}

/// Draws an empty box in the middle of an area, as large inside as is asked for and fits, and gives its inside.
pub(super) fn boxed(
    frame: &mut Frame<'_>,
    area: Rect,
    title: &str,
    columns: usize,
    rows: usize,
    look: &RenderContext<'_>,
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
    look.hits.cover_part(area);
    frame.render_widget(Clear, place);
    #[cfg(test)]
    crate::tui::tests::readable::cleared(place);
    frame.render_widget(block, place);
    inside
}

/// The help's lines, and the one at which it tells of the field that has the keyboard, or else the first.
fn help(wizard: &Wizard, look: &RenderContext<'_>, columns: usize) -> (Vec<Line<'static>>, usize) {
    let step = wizard.step();
    let panel = wizard.integration().panel().filter(|_| step == Step::Integration && !wizard.is_at_home());
    let mut lines = match panel {
        None if wizard.is_at_home() => vec![look.title("Home")],
        None => vec![look.title(format!("Step {}: {}", step.number(), step.title()))],
        Some(panel) => vec![look.title(integration::panels::title(panel))],
    };
    lines.extend(crate::tui::screens::help::above(wizard, look, columns));
    lines.push(Line::default());
    let mut keys: Vec<(String, &str)> = Vec::new();
    let mut shown: Vec<Action> = Vec::new();
    let mode = mode_below(wizard);
    let all = |actions: &[Action], mode| look.labels.keys.labels(actions, mode, look.theme.is_utf8());
    for hint in wizard.step_hints() {
        // Both ways of moving are one entry.
        let actions: &[Action] = match hint.action {
            Action::Up | Action::Down => &[Action::Up, Action::Down],
            action => &[action],
        };
        if actions.iter().any(|action| shown.contains(action)) || hint.action == Action::Help {
            continue;
        }
        shown.extend(actions);
        keys.push((all(actions, mode), hint.label));
    }
    let moves = shown.contains(&Action::Up);
    let pages = [Action::PageUp, Action::PageDown];
    if moves && mode == Mode::Text {
        keys.push((all(&pages, mode), "a page up, down"));
    }
    // Where Encord finds the files itself, there are no rows but folders and keys.
    let has_rows = !wizard.config().folder.cloud_synced || matches!(step, Step::Schema | Step::Folder);
    if mode == Mode::Screen && step != Step::Upload && (moves || step != Step::Integration) && (moves || has_rows) {
        keys.push((all(&pages, mode), "a page up, down"));
        keys.push((all(&[Action::Top, Action::Bottom], mode), "first, last row"));
    }
    let is_form_open = wizard.has_form() || wizard.is_at_home();
    if mode == Mode::Screen && panel.is_none() && !is_form_open {
        let steps = [Step::Integration, Step::Progress].map(|step| look.key_in(Action::Goto(step), mode));
        keys.push((steps.join("-"), "that step, if those before are done"));
    } else if mode == Mode::Text && !shown.contains(&Action::Back) {
        keys.push((all(&[Action::Back], mode), "leave the field"));
    }
    if mode != Mode::Overlay {
        keys.push((all(&[Action::Palette], mode), "all actions, to be searched"));
    }
    keys.retain(|(key, _)| !key.is_empty());
    let widest = keys.iter().map(|(key, _)| text::width(key)).max().unwrap_or_default();
    for (key, label) in keys {
        let key = text::left(&key, widest, look.glyphs().ellipsis);
        lines.push(Line::from(vec![Span::styled(key, look.theme.key()), Span::raw(format!("   {label}"))]));
    }
    let (below, field) = crate::tui::screens::help::below(wizard, look, columns);
    let field = field.map_or(0, |line| lines.len() + line);
    lines.extend(below);
    (lines, field)
}

fn question(wizard: &Wizard, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let (what, then) = match wizard.progress().is_running() {
        true => progress::panels::leaving(wizard.progress(), look),
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
