//! Step 1: the form, the checks, and the panels over them.

mod checks;
mod form;
mod next;
pub(crate) mod panels;

use ratatui::{Frame, layout::Rect, text::Line};

use crate::{
    tui::screens::render::{RenderContext, put, take_bottom, take_top},
    wizard::{
        Wizard,
        integration::{Focus, IntegrationStep, fields::FieldName},
    },
};

/// From this width on Encord and Azure stand side by side.
const TWO_COLUMNS: u16 = 108;
/// What the checks need below them so that the one under the cursor can be told of.
const LEAST_DETAILS: usize = 4;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) {
    let next = look.next(&next::sentence(wizard, look), usize::from(area.width));
    let (area, foot) = take_bottom(area, next.len());
    put(frame, foot, next);
    if area.width >= TWO_COLUMNS {
        side_by_side(frame, area, wizard, look);
    } else {
        stacked(frame, area, wizard, look);
    }
    panels::draw(frame, area, wizard, look);
}

fn side_by_side(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) {
    let step = wizard.integration();
    let (encord, azure): (Vec<_>, Vec<_>) = step.fields().into_iter().partition(|name| name.is_of_encord());
    let all = step.checks(wizard.config());
    let of_encord = all.iter().take_while(|check| check.id.starts_with("encord.")).count();
    let (left_checks, right_checks) = all.split_at(of_encord);
    let form_rows = 2 + encord.len().max(azure.len());
    let wanted = form_rows + 1 + left_checks.len().max(right_checks.len()) + 1;
    let height = usize::from(area.height);
    let below = height.saturating_sub(wanted).max(LEAST_DETAILS + 1);
    let (area, below) = take_bottom(area, below);
    let half = area.width / 2;
    let left = Rect { width: half - 2, ..area };
    let right = Rect { x: area.x + half + 1, width: area.width - half - 1, ..area };
    for (area, heading, fields, checks, from) in
        [(left, "Encord", encord, left_checks, 0), (right, "Azure", azure, right_checks, of_encord)]
    {
        let (top, rest) = take_top(area, form_rows);
        let (heading_area, fields_area) = take_top(top, 1);
        put(frame, heading_area, vec![look.title(heading)]);
        form::fields(frame, fields_area, wizard, look, &fields);
        let (count_area, list_area) = take_top(rest, 1);
        put(frame, count_area, vec![checks::counts(checks, look, usize::from(count_area.width))]);
        let focused = step.focus() == Focus::Checks;
        let cursor = step.check_cursor().checked_sub(from).filter(|at| *at < checks.len());
        let first = checks::list(frame, list_area, checks, cursor, focused, look);
        checks_clicked(list_area, from + first, from + checks.len(), step, look);
    }
    let (rule, below) = take_top(below, 1);
    let columns = usize::from(below.width);
    put(frame, rule, vec![Line::styled(look.glyphs().rule.repeat(columns), look.theme.dim())]);
    let mut lines = match step.focus() {
        Focus::Field(name) => form::help(wizard, look, name, columns),
        Focus::Checks => form::problem(wizard, look, columns),
    };
    if let Some(check) = all
        .get(step.check_cursor())
        .filter(|check| step.focus() == Focus::Checks || (below.height > 8 && checks::needs_a_look(check)))
    {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.extend(checks::about(check, look, columns, true));
    }
    put(frame, below, look.fit(lines, usize::from(below.height)));
}

/// The form above the checks. Where both do not fit, the checks take the form's place while they have the keyboard.
fn stacked(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) {
    let step = wizard.integration();
    let fields = step.fields();
    let all = step.checks(wizard.config());
    let columns = usize::from(area.width);
    let help_rows = if columns < 70 { 3 } else { 2 };
    let is_roomy = usize::from(area.height) > fields.len() + help_rows + all.len() + LEAST_DETAILS + 5;
    let in_checks = step.focus() == Focus::Checks;
    let mut area = area;
    let mut above = |rows: usize| {
        let (top, rest) = take_top(area, rows);
        area = rest;
        top
    };
    if in_checks && !is_roomy {
        let mut lines = form::summary(wizard, look, columns);
        lines.extend(form::problem(wizard, look, columns));
        let top = above(lines.len());
        put(frame, top, lines);
    } else {
        let (encord, azure): (Vec<FieldName>, Vec<FieldName>) =
            fields.into_iter().partition(|name| name.is_of_encord());
        for (heading, fields) in [("Encord", encord), ("Azure", azure)] {
            if is_roomy {
                put(frame, above(1), vec![look.title(heading)]);
            }
            form::fields(frame, above(fields.len()), wizard, look, &fields);
            if is_roomy && heading == "Encord" {
                above(1);
            }
        }
        let help = match step.focus() {
            Focus::Field(name) => form::help(wizard, look, name, columns),
            Focus::Checks => form::problem(wizard, look, columns),
        };
        put(frame, above(help_rows), look.fit(help, help_rows));
        if is_roomy {
            above(1);
        }
    }
    put(frame, above(1), vec![checks::counts(&all, look, columns)]);
    let room = usize::from(area.height);
    let details = match (in_checks, room.saturating_sub(all.len() + 1)) {
        (false, _) if !is_roomy => 0,
        (_, left) if left >= LEAST_DETAILS => left + 1,
        _ => (room * 2 / 5).clamp(2, 5),
    };
    let (list_area, details_area) = take_bottom(area, details);
    let first = checks::list(frame, list_area, &all, Some(step.check_cursor()), in_checks, look);
    checks_clicked(list_area, first, all.len(), step, look);
    if let Some(check) = all.get(step.check_cursor()).filter(|_| details > 0) {
        // A line between, where there is one to spare.
        let (_, details_area) = take_top(details_area, usize::from(details > 4));
        let with_reason = usize::from(details_area.height) > LEAST_DETAILS;
        let lines = checks::about(check, look, columns, with_reason);
        put(frame, details_area, look.fit(lines, usize::from(details_area.height)));
    }
}

/// A click among the checks gives them the keyboard, and if they have it, goes to one. `first` is the first one drawn of all,
/// `end` the one after the last of the list.
fn checks_clicked(area: Rect, first: usize, end: usize, step: &IntegrationStep, look: &RenderContext<'_>) {
    match step.focus() {
        Focus::Checks => look.click_rows(area, first as u64, step.check_cursor() as u64, end as u64),
        Focus::Field(_) => {
            let away = step.distance_to(Focus::Checks);
            (0..usize::from(area.height)).for_each(|line| look.click_field(area, line, away));
        }
    }
}
