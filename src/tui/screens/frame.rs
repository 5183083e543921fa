//! What frames every screen: the step bar and the footer.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    tui::{
        screens::{
            click_targets::Click,
            render::{RenderContext, put, take_top},
        },
        text,
    },
    wizard::{
        Wizard,
        action::Action,
        check::CheckState,
        step::{Status, Step},
    },
};

/// The steps with a sign for how each stands, the one on the screen in brackets.
pub(super) fn step_bar(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) {
    if wizard.is_at_home() {
        return put(
            frame,
            area,
            vec![crate::tui::screens::home::bar(wizard, look, usize::from(area.width)), rule(area, look)],
        );
    }
    let room = usize::from(area.width);
    let arrow = format!(" {} ", if look.theme.is_utf8() { "›" } else { ">" });
    let variants = [(true, arrow.as_str()), (true, "  "), (true, " "), (false, arrow.as_str()), (false, " ")];
    let bars = variants.map(|(long, between)| bar(wizard, look, long, between));
    let fitting = bars.iter().find(|(line, _)| line.width() <= room).or(bars.last()).cloned();
    let (mut line, steps) = fitting.unwrap_or_default();
    let (row, _) = take_top(area, 1);
    for (step, column, width) in steps {
        look.click(row, column, width, Click::Do(Action::Goto(step)));
    }
    add_name(&mut line, room, wizard, look);
    put(frame, area, vec![line, rule(area, look)]);
}

/// What the config is called, at the end of the bar where there is room for enough of it.
fn add_name(bar: &mut Line<'static>, room: usize, wizard: &Wizard, look: &RenderContext<'_>) {
    const LEAST: usize = 6;
    // A run that is looked at may be another config's.
    let Some(name) = wizard.label().filter(|_| !wizard.is_visiting()) else { return };
    let mark = if wizard.is_unsaved() { " *" } else { "" };
    let Some(left) = room.checked_sub(bar.width() + 3 + mark.len()).filter(|left| *left >= LEAST) else { return };
    let name = format!("{}{mark}", look.cut_path(name, left));
    let gap = room - bar.width() - text::width(&name) - 1;
    bar.push_span(Span::raw(" ".repeat(gap)));
    bar.push_span(Span::styled(name, look.theme.dim()));
}

/// The bar, and at which column each step stands in it and how wide.
fn bar(
    wizard: &Wizard,
    look: &RenderContext<'_>,
    long: bool,
    between: &str,
) -> (Line<'static>, Vec<(Step, usize, usize)>) {
    let mut spans = vec![Span::raw(" ")];
    let mut places = Vec::new();
    let wide = |spans: &[Span<'_>]| spans.iter().map(Span::width).sum::<usize>();
    for step in Step::ALL {
        if step != Step::Integration {
            spans.push(Span::styled(between.to_owned(), look.theme.dim()));
        }
        let start = wide(&spans);
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
        places.push((step, start, wide(&spans) - start));
    }
    (Line::from(spans), places)
}

/// A step's sign; none where nothing has happened yet.
fn mark(wizard: &Wizard, step: Step, look: &RenderContext<'_>) -> Option<(&'static str, Style)> {
    let (theme, glyphs) = (look.theme, look.glyphs());
    let sent = wizard.status(Step::Progress) != Status::Idle;
    match (step, wizard.status(step)) {
        // The review is done once its plan was sent, not as soon as there is a plan.
        (Step::Upload, _) => sent.then_some((glyphs.ok, theme.ok())),
        (_, Status::Idle) => None,
        (_, Status::Working) => Some((glyphs.working, theme.accent())),
        (Step::Progress, Status::Ready) => wizard.progress().standing().map(|standing| theme.run(standing)),
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

fn rule(area: Rect, look: &RenderContext<'_>) -> Line<'static> {
    Line::styled(look.glyphs().rule.repeat(usize::from(area.width)), look.theme.dim())
}

/// How important a hint is where not all fit; less is more. The keys that move are guessed anyway.
fn rank(action: Action, is_first: bool) -> usize {
    match action {
        Action::Next | Action::Yes | Action::No | Action::Help => 0,
        _ if is_first => 0,
        Action::New | Action::Search | Action::Fix | Action::Overrule => 1,
        Action::Toggle | Action::Cancel | Action::Pause => 2,
        Action::Quit => 3,
        Action::Left | Action::Right => 5,
        action if action.is_movement() => 6,
        _ => 4,
    }
}

/// The keys that do something now. Where they do not all fit, the least important are left out; the way on and the help stay.
pub(super) fn footer(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) {
    let mut hints: Vec<(String, &str, Action)> = Vec::new();
    for hint in wizard.hints() {
        let key = look.key_in(hint.action, look.mode);
        if !key.is_empty() && !hints.iter().any(|(other, ..)| *other == key) {
            hints.push((key, hint.label, hint.action));
        }
    }
    let mut by_rank: Vec<usize> = (0..hints.len()).collect();
    by_rank.sort_by_key(|place| hints.get(*place).map_or(0, |(.., action)| rank(*action, *place == 0)));
    let mut kept = vec![false; hints.len()];
    // One column before the first hint, two between them.
    let mut room = usize::from(area.width) + 1;
    for place in by_rank {
        let width = hints.get(place).map_or(0, |(key, label, _)| text::width(key) + 1 + text::width(label) + 2);
        if let (Some(left), Some(kept)) = (room.checked_sub(width), kept.get_mut(place)) {
            (room, *kept) = (left, true);
        }
    }
    let mut spans = vec![Span::raw(" ")];
    let (_, row) = take_top(area, 1);
    let mut column = 1;
    for (key, label, action) in hints.into_iter().zip(kept).filter_map(|(hint, kept)| kept.then_some(hint)) {
        if column > 1 {
            spans.push(Span::raw("  "));
            column += 2;
        }
        let width = text::width(&key) + 1 + text::width(label);
        look.click(row, column, width, Click::Do(action));
        column += width;
        spans.push(Span::styled(key, look.theme.key()));
        spans.push(Span::raw(format!(" {label}")));
    }
    put(frame, area, vec![rule(area, look), Line::from(spans)]);
}
