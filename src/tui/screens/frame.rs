//! What frames every screen: the step bar and the footer.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::parts::{Look, put};
use crate::{
    store::RunState,
    tui::{keymap, text},
    wizard::{Action, CheckState, Status, Step, Wizard},
};

/// The steps with a sign for how each stands, the one on the screen in brackets.
pub(super) fn step_bar(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &Look<'_>) {
    if wizard.is_at_home() {
        return put(frame, area, vec![super::home::bar(look), rule(area, look)]);
    }
    let room = usize::from(area.width);
    let arrow = format!(" {} ", if look.theme.is_utf8() { "›" } else { ">" });
    let variants = [(true, arrow.as_str()), (true, "  "), (true, " "), (false, arrow.as_str()), (false, " ")];
    let lines = variants.map(|(long, between)| bar(wizard, look, long, between));
    let mut fitting = lines.iter().find(|line| line.width() <= room).or(lines.last()).cloned().unwrap_or_default();
    add_name(&mut fitting, room, wizard, look);
    put(frame, area, vec![fitting, rule(area, look)]);
}

/// What the config is called, at the end of the bar where there is room for enough of it.
fn add_name(bar: &mut Line<'static>, room: usize, wizard: &Wizard, look: &Look<'_>) {
    const LEAST: usize = 6;
    let Some(name) = wizard.label() else { return };
    let mark = if wizard.is_unsaved() { " *" } else { "" };
    let Some(left) = room.checked_sub(bar.width() + 3 + mark.len()).filter(|left| *left >= LEAST) else { return };
    let name = format!("{}{mark}", look.cut_path(name, left));
    let gap = room - bar.width() - text::width(&name) - 1;
    bar.push_span(Span::raw(" ".repeat(gap)));
    bar.push_span(Span::styled(name, look.theme.dim()));
}

fn bar(wizard: &Wizard, look: &Look<'_>, long: bool, between: &str) -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    for step in Step::ALL {
        if step != Step::Integration {
            spans.push(Span::styled(between.to_owned(), look.theme.dim()));
        }
        let current = step == wizard.step();
        let name = match long || current {
            true => format!("{} {}", step.number(), step.title()),
            false => step.number().to_string(),
        };
        let style = if current { look.theme.accent() } else { Style::new() };
        spans.push(Span::styled(if current { format!("[{name}") } else { name }, style));
        if let Some((sign, style)) = mark(wizard, step, look) {
            spans.push(Span::styled(format!(" {sign}"), style));
        }
        if current {
            spans.push(Span::styled("]", style));
        }
    }
    Line::from(spans)
}

/// A step's sign; none where nothing has happened yet.
fn mark(wizard: &Wizard, step: Step, look: &Look<'_>) -> Option<(&'static str, Style)> {
    let (theme, glyphs) = (look.theme, look.glyphs());
    let sent = wizard.status(Step::Progress) != Status::Idle;
    match (step, wizard.status(step)) {
        // The review is done once its plan was sent, not as soon as there is a plan.
        (Step::Upload, _) => sent.then_some((glyphs.ok, theme.ok())),
        (_, Status::Idle) => None,
        (_, Status::Working) => Some((glyphs.working, theme.accent())),
        (Step::Progress, Status::Ready) => Some(theme.run(wizard.progress().outcome().unwrap_or(RunState::Done))),
        (_, Status::Ready) => Some((glyphs.ok, theme.ok())),
        // What is only not filled in yet is no warning.
        (Step::Integration, Status::Blocked(_)) if !has_failed(wizard) => None,
        (_, Status::Blocked(_)) => Some((glyphs.warn, theme.warn())),
    }
}

/// Whether a check of step 1 failed, or something that was typed cannot be used.
fn has_failed(wizard: &Wizard) -> bool {
    let (step, config) = (wizard.integration(), wizard.config());
    step.input_problem().is_some() || step.checks(config).iter().any(|check| check.state == CheckState::Fail)
}

fn rule(area: Rect, look: &Look<'_>) -> Line<'static> {
    Line::styled(look.glyphs().rule.repeat(usize::from(area.width)), look.theme.dim())
}

/// The keys that do something now. Where they do not all fit, the least useful are left out; help and quit stay.
pub(super) fn footer(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &Look<'_>) {
    let mut hints: Vec<(&str, &str, bool)> = Vec::new();
    for hint in wizard.hints() {
        let key = keymap::key_label(hint.action, look.mode, look.theme.is_utf8());
        if !key.is_empty() && !hints.iter().any(|(other, ..)| *other == key) {
            hints.push((key, hint.label, matches!(hint.action, Action::Help | Action::Quit)));
        }
    }
    let size = |hints: &[(&str, &str, bool)]| {
        hints.iter().map(|(key, label, _)| text::width(key) + 1 + text::width(label) + 2).sum::<usize>()
    };
    while size(&hints) > usize::from(area.width)
        && let Some(least) = hints.iter().rposition(|(.., stays)| !stays)
    {
        hints.remove(least);
    }
    let mut spans = vec![Span::raw(" ")];
    for (place, (key, label, _)) in hints.into_iter().enumerate() {
        let between = if place == 0 { "" } else { "  " };
        spans.push(Span::raw(between));
        spans.push(Span::styled(key, look.theme.key()));
        spans.push(Span::raw(format!(" {label}")));
    }
    put(frame, area, vec![rule(area, look), Line::from(spans)]);
}
