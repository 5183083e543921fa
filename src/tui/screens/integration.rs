//! Step 1: the form, the integrations, the checks.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::parts::{Align, Column, Look, first_row, put, put_cursor, rest, take_bottom, take_top};
use crate::{
    tui::text,
    wizard::{Action, Check, CheckState, FieldName, Focus, Status, Wizard},
};

/// From this width on the checks stand beside the form instead of below it.
const TWO_COLUMNS: u16 = 108;
/// What a form's line holds before the value.
const LABEL: usize = 18;

/// Rows below the fields for what the focused one is about.
fn help_rows(columns: u16) -> usize {
    if columns < 70 { 3 } else { 2 }
}

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &Look<'_>) {
    let next = look.next(&next(wizard, look), usize::from(area.width));
    let (area, foot) = take_bottom(area, next.len());
    put(frame, foot, next);
    if area.width >= TWO_COLUMNS {
        let left = Rect { width: area.width / 2 - 2, ..area };
        let right = Rect { x: area.x + area.width / 2 + 1, width: area.width - area.width / 2 - 1, ..area };
        let (form_area, list_area) = take_top(left, form_height(wizard, left.width) + 1);
        form(frame, form_area, wizard, look);
        integrations(frame, list_area, wizard, look);
        let mut lines = vec![look.title("Checks")];
        lines.extend(checks(wizard, look, usize::from(right.width), true));
        put(frame, right, look.fit(lines, usize::from(right.height).saturating_sub(1)));
        return;
    }
    let (form_area, below) = take_top(area, form_height(wizard, area.width));
    form(frame, form_area, wizard, look);
    let room = usize::from(below.height);
    let mut lines = vec![look.title("Checks")];
    lines.extend(checks(wizard, look, usize::from(below.width), false));
    let listed = wizard.integration().integrations().len();
    // Five integrations are more than most organisations have; the checks get what is left, and the list what they leave.
    let list_rows = if listed == 0 { 0 } else { 1 + listed.clamp(1, 5.max(room.saturating_sub(lines.len() + 1))) };
    let (list_area, checks_area) = take_top(below, list_rows.min(room.saturating_sub(5)));
    integrations(frame, list_area, wizard, look);
    put(frame, checks_area, look.fit(lines, usize::from(checks_area.height)));
}

/// The fields and their help; that gives way to the checks where there is nothing to choose and nothing to type.
fn form_height(wizard: &Wizard, columns: u16) -> usize {
    let step = wizard.integration();
    let idle = step.focus() == Focus::Integrations && step.integrations().is_empty() && step.input_problem().is_none();
    step.fields().count() + if idle { 0 } else { help_rows(columns) }
}

fn form(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &Look<'_>) {
    let step = wizard.integration();
    let columns = usize::from(area.width);
    let room = columns.saturating_sub(LABEL + 1);
    let mut lines = Vec::new();
    for (row, (name, field)) in step.fields().enumerate() {
        let focused = step.focus() == Focus::Field(name);
        let faulty = step.input_problem().is_some_and(|(at, _)| at == name);
        let (value, cursor) = look.field(field, name == FieldName::Passphrase, room);
        let mark = if focused { look.glyphs().cursor } else { " " };
        let mark = if faulty && !focused { look.glyphs().warn } else { mark };
        let label = format!("{mark} {}", text::left(name.label(), LABEL - 2, look.glyphs().ellipsis));
        let label_style = if focused { look.theme.accent() } else { Style::new() };
        let value = match field.text().is_empty() {
            true => Span::styled(look.cut(placeholder(name), room), look.theme.dim()),
            false => Span::raw(value),
        };
        lines.push(Line::from(vec![Span::styled(label, label_style), value]));
        if focused && look.mode == crate::tui::keymap::Mode::Text {
            put_cursor(frame, area, LABEL + cursor, row);
        }
    }
    let help = match (step.input_problem(), step.focus()) {
        (Some((name, problem)), _) => {
            let sign = Span::styled(format!("{} ", look.glyphs().warn), look.theme.warn());
            look.hanging(sign, &format!("{}: {problem}.", name.label()), Style::new(), columns)
        }
        (None, Focus::Field(name)) => dim(look, name.help(), columns),
        (None, Focus::Integrations) if step.integrations().is_empty() => Vec::new(),
        (None, Focus::Integrations) => dim(
            look,
            "Encord itself reads the container through an integration. Choose the one for this account.",
            columns,
        ),
    };
    lines.extend(look.fit(help, help_rows(area.width)));
    put(frame, area, lines);
}

fn dim(look: &Look<'_>, content: &str, columns: usize) -> Vec<Line<'static>> {
    look.hanging(Span::raw("  "), content, look.theme.dim(), columns)
}

fn placeholder(name: FieldName) -> &'static str {
    match name {
        FieldName::Domain | FieldName::Account | FieldName::Container => "(needed)",
        FieldName::KeyFile => "(from ENCORD_SSH_KEY_FILE or ENCORD_SSH_KEY)",
        FieldName::Passphrase => "(needed: the key is encrypted)",
        FieldName::Sas => "(none: anonymous access)",
    }
}

fn integrations(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &Look<'_>) {
    let step = wizard.integration();
    let list = step.integrations();
    if area.height < 2 || list.is_empty() {
        return;
    }
    let focused = step.focus() == Focus::Integrations;
    let rows = usize::from(area.height) - 1;
    let chosen = step.chosen(wizard.config()).map(|integration| integration.uuid);
    let more = if list.len() > rows { format!(" ({})", list.len()) } else { String::new() };
    let mut lines = vec![look.title(format!("Integrations in Encord{more}"))];
    let wide = usize::from(area.width);
    let columns = [
        Column::new("", 1, Align::Left),
        Column::new("", rest(wide, &[1, 36]), Align::Left),
        Column::new("", 36, Align::Left),
    ];
    let first = usize::try_from(first_row(step.cursor() as u64, list.len() as u64, rows)).unwrap_or_default();
    for (place, integration) in list.iter().enumerate().skip(first).take(rows) {
        let mark = if chosen == Some(integration.uuid) { look.glyphs().chosen } else { look.glyphs().unchosen };
        let cells = [
            (mark.to_owned(), Style::new()),
            (integration.title.clone(), Style::new()),
            (integration.uuid.to_string(), look.theme.dim()),
        ];
        lines.push(look.row(&columns, &cells, focused && place == step.cursor()));
    }
    put(frame, area, lines);
}

fn check_name(id: &'static str) -> &'static str {
    match id {
        "encord.key" => "SSH key",
        "encord.login" => "Sign in",
        "encord.integration" => "Integration",
        "azure.container" => "Container",
        "azure.read" => "Reading",
        other => other,
    }
}

/// The checks. What is well takes one line unless there is room; what is not is told in full.
fn checks(wizard: &Wizard, look: &Look<'_>, columns: usize, roomy: bool) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for Check { id, state, detail, fix, .. } in wizard.integration().checks(wizard.config()) {
        let (sign, word, style) = look.theme.check(state);
        let ellipsis = look.glyphs().ellipsis;
        let first = format!("{sign} {}", text::left(word, 8, ellipsis));
        let name = format!("  {}  ", text::left(check_name(id), 11, ellipsis));
        let indent = text::width(&first) + text::width(&name);
        let attention = matches!(state, CheckState::Fail | CheckState::Warn);
        let detail_style = if state == CheckState::Waiting { look.theme.dim() } else { Style::new() };
        let room = columns.saturating_sub(indent);
        let heading = |detail: String| {
            let detail = Span::styled(detail, detail_style);
            Line::from(vec![Span::styled(first.clone(), style), Span::raw(name.clone()), detail])
        };
        if !attention && !roomy {
            lines.push(heading(look.cut(&detail, room)));
            continue;
        }
        // A server's answer may come in lines of its own; here each one is precious.
        let detail = if roomy { detail } else { detail.split_whitespace().collect::<Vec<_>>().join(" ") };
        let mut wrapped = text::wrap(&detail, room);
        if wrapped.len() > 1 && !roomy {
            lines.push(heading(String::new()));
            lines.extend(look.hanging(Span::raw(" ".repeat(4)), &detail, Style::new(), columns));
        } else {
            let further = wrapped.split_off(wrapped.len().min(1));
            lines.push(heading(wrapped.pop().unwrap_or_default()));
            let indented = |line| Line::from(vec![Span::raw(" ".repeat(indent)), Span::raw(line)]);
            lines.extend(further.into_iter().map(indented));
        }
        if let Some(fix) = fix {
            let label =
                Span::styled(format!("{}What to do:  ", " ".repeat(if roomy { 12 } else { 4 })), look.theme.accent());
            lines.extend(look.hanging(label, &fix, Style::new(), columns));
        }
    }
    lines
}

fn next(wizard: &Wizard, look: &Look<'_>) -> String {
    let step = wizard.integration();
    let in_field = matches!(step.focus(), Focus::Field(_));
    let (enter, esc, tab) = (look.key(Action::Next), look.key(Action::Back), look.key(Action::FocusNext));
    if step.input_problem().is_some() {
        let sign = look.glyphs().warn;
        return match in_field {
            true => format!("Correct the field marked with {sign}, then press {enter}."),
            false => format!("{tab} goes to the fields: correct the one marked with {sign}."),
        };
    }
    let empty = |wanted| step.fields().any(|(name, field)| name == wanted && field.text().trim().is_empty());
    if empty(FieldName::Account) || empty(FieldName::Container) {
        return match in_field {
            true => format!("Fill in the account and the container. {enter} checks what you typed."),
            false => format!("Fill in the account and the container: {tab} goes to the fields."),
        };
    }
    match (wizard.status(wizard.step()), in_field) {
        (Status::Working, _) => "Checking; this takes a moment.".to_owned(),
        (Status::Ready, false) => format!("Everything is ready. {enter} goes on to the schema."),
        (Status::Ready, true) => format!("Everything is ready. {esc} leaves the form, then {enter} goes on."),
        (_, false) if !step.integrations().is_empty() && step.chosen(wizard.config()).is_none() => {
            format!("Choose the integration with {} and press {enter}.", look.key(Action::Down))
        }
        (_, true) if !step.integrations().is_empty() && step.chosen(wizard.config()).is_none() => {
            format!("{esc} goes to the integrations: choose one there.")
        }
        (_, true) => format!("{enter} checks what you typed; {esc} leaves the form."),
        (_, false) => {
            format!("Solve what failed, then {} checks again; {tab} goes to the fields.", look.key(Action::Refresh))
        }
    }
}
