//! What lies over Home's lists.

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
            render::{RenderContext, put, put_cursor},
        },
        text,
    },
    wizard::{
        Wizard,
        action::Action,
        home::panel::{CopyForm, HomePanel},
        progress::outcome::so_far_words,
        saved::PastRun,
    },
};

/// The widest a panel gets inside.
const WIDEST: usize = 72;
const LABEL: usize = 8;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) {
    let Some(panel) = wizard.home().panel() else { return };
    let columns = usize::from(area.width.saturating_sub(4)).min(WIDEST);
    // What is behind takes no keys now.
    let behind = Style::new().add_modifier(Modifier::DIM).remove_modifier(Modifier::BOLD | Modifier::REVERSED);
    frame.buffer_mut().set_style(area, behind);
    let (title, lines) = match panel {
        HomePanel::Duplicate(form) => return copy(frame, area, form, look, columns),
        HomePanel::Delete { name, path } => {
            ("Delete this config?", delete(name, &path.display().to_string(), look, columns))
        }
        HomePanel::Forget(run) => ("Forget this run?", forget(run, look, columns)),
        HomePanel::Resume(run) => ("Resume this run?", resume(run, look, columns)),
    };
    let inside = boxed(frame, area, title, columns, lines.len(), look);
    put(frame, inside, look.fit(lines, usize::from(inside.height)));
}

fn copy(frame: &mut Frame<'_>, area: Rect, form: &CopyForm, look: &RenderContext<'_>, columns: usize) {
    let mut lines = vec![look.title(look.cut(&format!("A copy of {}", form.of()), columns))];
    lines.extend(wrapped("Comments and order are copied too. Its runs stay with the original.", columns));
    lines.push(Line::default());
    let row = lines.len();
    let (value, cursor) = look.field(form.name(), false, columns.saturating_sub(LABEL + 1));
    lines.push(Line::from(vec![Span::styled(format!("{:<LABEL$}", "Name"), look.theme.accent()), Span::raw(value)]));
    if let Some(problem) = form.problem() {
        let sign = Span::styled(format!("{} ", look.glyphs().bad), look.theme.bad());
        lines.extend(look.hanging(sign, problem, look.theme.title(), columns));
    }
    lines.push(Line::default());
    lines.extend(look.next(&format!("{} makes the copy.", look.key(Action::Next)), columns));
    let inside = boxed(frame, area, "Duplicate", columns, lines.len(), look);
    put(frame, inside, look.fit(lines, usize::from(inside.height)));
    if look.mode == Mode::Text {
        put_cursor(frame, inside, LABEL + cursor, row);
    }
}

fn delete(name: &str, path: &str, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let mut lines = vec![look.title(look.cut(name, columns))];
    lines.push(Line::styled(look.cut_path(path, columns), look.theme.dim()));
    lines.extend(wrapped(
        "The file moves into deleted, beside the saved configs. Its runs and their reports stay on record.",
        columns,
    ));
    lines.extend([Line::default(), answers(look, "delete", "keep it")]);
    lines
}

fn forget(run: &PastRun, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let mut lines = vec![look.title(look.cut(&run.run, columns))];
    let what =
        "Its record, manifest and reports on this machine are deleted for good. What is in Encord stays as it is.";
    lines.extend(wrapped(what, columns));
    if run.is_open {
        lines.extend(wrapped("It is interrupted, and cannot be resumed once it is forgotten.", columns));
    }
    lines.extend([Line::default(), answers(look, "forget", "keep it")]);
    lines
}

fn resume(run: &PastRun, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let mut lines = vec![look.title(look.cut(&run.run, columns))];
    match run.items {
        0 => lines.extend(wrapped("It is followed on to its end.", columns)),
        items => {
            lines.extend(wrapped(&so_far_words(items, run.registered, run.failed, run.cancelled), columns));
            let then = format!("Jobs that wait are sent to {}; those that Encord has are followed.", run.folder);
            lines.extend(wrapped(&then, columns));
        }
    }
    lines.extend(wrapped("It goes on with the plan that was confirmed when it began.", columns));
    lines.extend([Line::default(), answers(look, "resume", "not now")]);
    lines
}

fn wrapped(sentence: &str, columns: usize) -> Vec<Line<'static>> {
    text::wrap(sentence, columns).into_iter().map(Line::from).collect()
}

/// `y delete    n keep it`
fn answers(look: &RenderContext<'_>, yes: &'static str, no: &'static str) -> Line<'static> {
    Line::from(vec![
        Span::styled(look.key(Action::Yes), look.theme.key()),
        Span::raw(format!(" {yes}    ")),
        Span::styled(look.key(Action::No), look.theme.key()),
        Span::raw(format!(" {no}")),
    ])
}
