//! Saving the config: its name, the difference, and the questions around it.

use ratatui::{
    Frame,
    layout::Rect,
    style::{Modifier, Style},
    text::{Line, Span},
};

use crate::{
    tui::{
        keymap::Mode,
        screens::{
            overlay::boxed,
            render::{RenderContext, put, put_cursor, take_bottom, take_top},
        },
        text,
    },
    wizard::{
        Wizard,
        action::Action,
        save::{SaveDialog, SaveStage},
        saved::{DiffLine, SavePreview},
    },
};

/// The widest the dialog gets inside.
const WIDEST: usize = 100;
const LABEL: usize = 8;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) {
    let Some(dialog) = wizard.save_dialog() else { return };
    let columns = usize::from(area.width.saturating_sub(6)).min(WIDEST);
    // What is behind takes no keys now.
    let behind = Style::new().add_modifier(Modifier::DIM).remove_modifier(Modifier::BOLD | Modifier::REVERSED);
    frame.buffer_mut().set_style(area, behind);
    let lines = match dialog.stage() {
        SaveStage::Naming { problem } => return naming(frame, area, dialog, problem.as_deref(), look, columns),
        SaveStage::Preview(preview) => return difference(frame, area, (wizard, dialog, preview), look, columns),
        SaveStage::Confirm(preview) => confirm(wizard, preview, look, columns),
        SaveStage::Looking(_) => vec![Line::from("Comparing with the file…")],
        SaveStage::Saving(_) => vec![Line::from("Saving…")],
        SaveStage::Nothing(preview) => {
            let mut lines = vec![look.title("There is nothing to save.")];
            let path = preview.path.display().to_string();
            lines.extend(look.hanging(Span::raw("It is all in "), &path, Style::new(), columns));
            lines.extend(look.next(&format!("{} closes this.", look.key(Action::Next)), columns));
            lines
        }
        SaveStage::Saved => saved(wizard, look, columns),
        SaveStage::Failed(problem) => {
            let mut lines = look.problem(problem, columns);
            lines.push(Line::default());
            let (again, close) = (look.key(Action::Next), look.key(Action::Back));
            lines.extend(look.next(&format!("Nothing was saved. {again} tries again; {close} closes this."), columns));
            lines
        }
    };
    let inside = boxed(frame, area, "Save", columns, lines.len(), look);
    put(frame, inside, look.fit(lines, usize::from(inside.height)));
}

fn naming(
    frame: &mut Frame<'_>,
    area: Rect,
    dialog: &SaveDialog,
    problem: Option<&str>,
    look: &RenderContext<'_>,
    columns: usize,
) {
    let mut lines = vec![look.title("What is this import to be called?")];
    lines
        .extend(wrapped("Under this name it stands on Home and runs without the wizard. No secret is saved.", columns));
    lines.push(Line::default());
    let row = lines.len();
    let (value, cursor) = look.field(dialog.name(), false, columns.saturating_sub(LABEL + 1));
    lines.push(Line::from(vec![Span::styled(format!("{:<LABEL$}", "Name"), look.theme.accent()), Span::raw(value)]));
    if let Some(problem) = problem {
        let sign = Span::styled(format!("{} ", look.glyphs().bad), look.theme.bad());
        lines.extend(look.hanging(sign, problem, look.theme.title(), columns));
    }
    lines.push(Line::default());
    lines.extend(look.next(&format!("{} shows the file before it is saved.", look.key(Action::Next)), columns));
    let inside = boxed(frame, area, "Save", columns, lines.len(), look);
    put(frame, inside, look.fit(lines, usize::from(inside.height)));
    if look.mode == Mode::Text {
        put_cursor(frame, inside, LABEL + cursor, row);
    }
}

fn difference(
    frame: &mut Frame<'_>,
    area: Rect,
    (wizard, dialog, preview): (&Wizard, &SaveDialog, &SavePreview),
    look: &RenderContext<'_>,
    columns: usize,
) {
    let mut head = Vec::new();
    if let Some(problem) = dialog.refused() {
        head.extend(look.problem(problem, columns));
    }
    head.push(look.title(look.cut_path(&preview.path.display().to_string(), columns)));
    let (what, style) = match (&preview.stamp, preview.overwrites) {
        (None, _) => ("A new file.", look.theme.dim()),
        (Some(_), true) => ("There is such a file already, and it is not as it was opened.", look.theme.warn()),
        (Some(_), false) => ("What changes; everything else in the file stays as it is.", look.theme.dim()),
    };
    head.extend(look.hanging(Span::raw(""), what, style, columns));
    let mut foot = vec![Line::default()];
    let enter = look.key(Action::Next);
    let next = match (dialog.awaits_look() && wizard.awaits_look(), preview.overwrites) {
        (true, _) => "Nothing is saved yet. Look at it first.".to_owned(),
        (false, true) => format!("Nothing is saved yet. {enter} goes on to a last question."),
        (false, false) => format!("Nothing is saved yet. {enter} saves it."),
    };
    foot.extend(look.next(&next, columns));
    let rows = head.len() + preview.lines.len() + foot.len();
    let inside = boxed(frame, area, "Save", columns, rows, look);
    let head = look.fit(head, usize::from(inside.height).saturating_sub(foot.len() + 3));
    let (top, rest) = take_top(inside, head.len());
    let (body, bottom) = take_bottom(rest, foot.len());
    put(frame, top, head);
    put(frame, body, window(preview, dialog.scroll(), usize::from(body.height), look, columns));
    put(frame, bottom, foot);
}

/// As many lines of the difference as fit, so many scrolled away. There is no scrolling beyond the end.
fn window(
    preview: &SavePreview,
    scroll: usize,
    height: usize,
    look: &RenderContext<'_>,
    columns: usize,
) -> Vec<Line<'static>> {
    let total = preview.lines.len();
    let rows = if total <= height { height } else { height.saturating_sub(1) };
    look.in_view(rows);
    let first = scroll.min(total.saturating_sub(rows));
    let mut lines: Vec<Line<'static>> =
        preview.lines.iter().skip(first).take(rows).map(|line| changed(line, look, columns)).collect();
    if total > height {
        let dash = look.glyphs().dash;
        let place = format!("lines {}{dash}{} of {total}", first + 1, (first + rows).min(total));
        lines.push(Line::styled(place, look.theme.dim()));
    }
    lines
}

fn changed(line: &DiffLine, look: &RenderContext<'_>, columns: usize) -> Line<'static> {
    let room = columns.saturating_sub(2);
    match line {
        DiffLine::Same(text) => Line::styled(format!("  {}", look.cut(text, room)), look.theme.dim()),
        DiffLine::Removed(text) => Line::styled(format!("- {}", look.cut(text, room)), look.theme.bad()),
        DiffLine::Added(text) => Line::styled(format!("+ {}", look.cut(text, room)), look.theme.ok()),
        DiffLine::Skipped(lines) => {
            let lines = crate::format::counted(*lines as u64, "line stays", "lines stay");
            Line::styled(format!("  {} {lines} as before", look.glyphs().ellipsis), look.theme.dim())
        }
    }
}

fn confirm(wizard: &Wizard, preview: &SavePreview, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let mut lines = vec![look.title(look.cut_path(&preview.path.display().to_string(), columns))];
    let what = match wizard.file() == Some(&preview.path) {
        true => {
            "Somebody changed this file after it was opened here. What they changed is overwritten where it differs."
        }
        false => "There is another config of this name. Saving overwrites it where it differs.",
    };
    lines.extend(wrapped(what, columns));
    lines.push(Line::default());
    lines.push(answers(look, &[(Action::Yes, "overwrite"), (Action::No, "keep the file as it is")]));
    lines
}

fn saved(wizard: &Wizard, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let name = wizard.label().unwrap_or_default();
    let mut lines = vec![look.title(look.cut(&format!("Saved as {name}."), columns))];
    if let Some(command) = wizard.headless_command() {
        let words = Span::raw("Without the wizard: ");
        lines.extend(look.hanging(words, &command, Style::new(), columns));
    }
    lines.push(Line::default());
    lines.extend(look.next(&format!("{} goes on.", look.key(Action::Next)), columns));
    lines
}

/// The question before something is left that was changed.
pub(super) fn unsaved(wizard: &Wizard, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let what = match wizard.label() {
        Some(name) => format!("What you changed in {} is not saved.", text::clean(name)),
        None => "This import is not saved.".to_owned(),
    };
    let mut lines: Vec<Line<'static>> = text::wrap(&what, columns).into_iter().map(|line| look.title(line)).collect();
    lines.extend(wrapped("Saving shows first what changes in the file. Discarding changes nothing in it.", columns));
    lines.push(Line::default());
    lines.push(answers(look, &[(Action::Yes, "save"), (Action::No, "discard"), (Action::Back, "stay")]));
    lines
}

/// Why the config's file cannot be edited, or read after it was edited.
pub(super) fn editor(wizard: &Wizard, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let mut lines = wizard.editor_problem().map_or_else(Vec::new, |problem| look.problem(problem, columns));
    lines.push(Line::default());
    let (edit, save, close) = (look.key(Action::OpenEditor), look.key(Action::Save), look.key(Action::Back));
    let next = match (wizard.is_busy(), wizard.is_in_file()) {
        (true, _) => format!("{close} closes this."),
        (false, true) => format!("{edit} opens it in your editor; {close} goes on with the config as it is here."),
        (false, false) => format!("{save} saves it; {close} closes this."),
    };
    lines.extend(look.next(&next, columns));
    lines
}

fn wrapped(sentence: &str, columns: usize) -> Vec<Line<'static>> {
    text::wrap(sentence, columns).into_iter().map(Line::from).collect()
}

fn answers(look: &RenderContext<'_>, answers: &[(Action, &'static str)]) -> Line<'static> {
    let mut spans = Vec::new();
    for (action, label) in answers {
        spans.push(Span::styled(look.key(*action), look.theme.key()));
        spans.push(Span::raw(format!(" {label}    ")));
    }
    Line::from(spans)
}
