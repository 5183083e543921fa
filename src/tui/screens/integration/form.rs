//! The form's fields, what the focused one is about, and the form in two lines.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    tui::{
        keymap::Mode,
        screens::render::{RenderContext, put, put_cursor},
        text,
    },
    wizard::{
        Wizard,
        action::Action,
        integration::{
            Focus,
            fields::{FieldKind, FieldName},
        },
    },
};

/// What a form's line holds before the value.
const LABEL: usize = 18;
/// Said beside a secret.
const KEPT: &str = "  (kept in memory only)";

/// Draws fields, one a line.
pub(super) fn fields(
    frame: &mut Frame<'_>,
    area: Rect,
    wizard: &Wizard,
    look: &RenderContext<'_>,
    names: &[FieldName],
) {
    let step = wizard.integration();
    let mut lines = Vec::with_capacity(names.len());
    for (row, name) in names.iter().copied().enumerate() {
        let is_focused = step.panel().is_none() && step.focus() == Focus::Field(name);
        let is_faulty = step.input_problem().is_some_and(|(at, _)| at == name);
        let mark = match (is_focused, is_faulty) {
            (true, _) => look.glyphs().cursor,
            (false, true) => look.glyphs().warn,
            (false, false) => " ",
        };
        let style = match (is_focused, is_faulty) {
            (true, _) => look.theme.accent(),
            (false, true) => look.theme.warn(),
            (false, false) => Style::new(),
        };
        let label = format!("{mark} {}", text::left(name.label(), LABEL - 2, look.glyphs().ellipsis));
        let mut line = Line::from(Span::styled(label, style));
        let room = usize::from(area.width).saturating_sub(LABEL + 1);
        let (spans, cursor) = value(wizard, look, name, is_focused, room);
        spans.into_iter().for_each(|span| line.push_span(span));
        lines.push(line);
        look.click_field(area, row, step.distance_to(Focus::Field(name)));
        if let Some(cursor) = cursor.filter(|_| is_focused && look.mode == Mode::Text) {
            put_cursor(frame, area, LABEL + cursor, row);
        }
    }
    put(frame, area, lines);
}

/// A field's value in a line of so many columns, and where the text cursor stands in it.
fn value(
    wizard: &Wizard,
    look: &RenderContext<'_>,
    name: FieldName,
    is_focused: bool,
    room: usize,
) -> (Vec<Span<'static>>, Option<usize>) {
    let step = wizard.integration();
    let is_masked = step.is_masked(name);
    let field = step.field(name).filter(|_| name.kind() == FieldKind::Text);
    let Some(field) = field else {
        let value = step.value(name, wizard.config());
        let [open, close] = look.glyphs().choice;
        let span = match (value.is_empty(), is_focused && name.kind() == FieldKind::Choice) {
            (true, _) => Span::styled(look.cut(&placeholder(wizard, look, name), room), look.theme.dim()),
            (false, true) => Span::raw(format!("{open} {} {close}", look.cut(&value, room.saturating_sub(4)))),
            (false, false) => Span::raw(look.cut(&value, room)),
        };
        return (vec![span], None);
    };
    if field.text().is_empty() {
        return (vec![Span::styled(look.cut(&placeholder(wizard, look, name), room), look.theme.dim())], Some(0));
    }
    let says_so = is_masked && is_focused && room > 2 * KEPT.len();
    let room = if says_so { room - KEPT.len() } else { room };
    let (value, cursor) = look.field(field, is_masked, room);
    let mut spans = vec![Span::raw(value)];
    if says_so {
        spans.push(Span::styled(KEPT, look.theme.dim()));
    }
    (spans, Some(cursor))
}

/// What stands in an empty field.
fn placeholder(wizard: &Wizard, look: &RenderContext<'_>, name: FieldName) -> String {
    let keys = &wizard.integration().discovery().keys;
    let list = look.key(Action::Browse);
    match name {
        FieldName::KeyFile => match (keys.iter().find_map(|key| key.named_by), keys.len()) {
            (Some(variable), _) => format!("(from {variable})"),
            (None, 0) if wizard.integration().is_discovering() => String::new(),
            (None, 0) => "(needed: ssh-keygen -t ed25519 makes one)".to_owned(),
            (None, found) => format!("({} found here: {list})", crate::format::counted(found as u64, "key", "keys")),
        },
        FieldName::Passphrase => "(needed: the key is encrypted)".to_owned(),
        FieldName::Integration => format!("(choose: {list})"),
        FieldName::Credential => "(variable, file, or paste the secret)".to_owned(),
        _ => "(needed)".to_owned(),
    }
}

/// The text of a field that cannot be used, and why.
pub(super) fn problem(wizard: &Wizard, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let Some((name, problem)) = wizard.integration().input_problem() else { return Vec::new() };
    let sign = Span::styled(format!("{} ", look.glyphs().warn), look.theme.warn());
    look.hanging(sign, &format!("{}: {problem}.", name.label()), Style::new(), columns)
}

/// What the focused field is about, or what is wrong with what was typed.
pub(super) fn help(wizard: &Wizard, look: &RenderContext<'_>, name: FieldName, columns: usize) -> Vec<Line<'static>> {
    let mut lines = problem(wizard, look, columns);
    if !lines.is_empty() {
        return lines;
    }
    let step = wizard.integration();
    let value = step.value(name, wizard.config());
    if name.kind() != FieldKind::Text && text::width(&value) + LABEL + 4 > columns {
        lines.extend(look.hanging(Span::raw("  "), &value, Style::new(), columns));
    }
    let found = step.discovery().ways.iter().find(|way| name == FieldName::SignIn && way.kind == step.sign_in());
    let help = match found {
        Some(way) => format!("{} Found here: {}.", name.help(), way.what),
        None => name.help().to_owned(),
    };
    lines.extend(look.hanging(Span::raw("  "), &help, look.theme.dim(), columns));
    lines
}

/// The form in two lines.
pub(super) fn summary(wizard: &Wizard, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let shown = |names: &[FieldName]| {
        let values = names.iter().filter_map(|name| brief(wizard, look, *name)).collect::<Vec<_>>();
        values.join(&format!(" {} ", look.glyphs().dot))
    };
    let encord = shown(&[FieldName::Domain, FieldName::Integration, FieldName::Strict, FieldName::KeyFile]);
    let azure = shown(&[FieldName::Account, FieldName::Container, FieldName::SignIn, FieldName::Folders]);
    [("Encord  ", encord), ("Azure   ", azure)]
        .map(|(heading, values)| {
            let values = if values.is_empty() { "nothing filled in yet".to_owned() } else { values };
            let room = columns.saturating_sub(heading.len());
            Line::from(vec![Span::styled(heading, look.theme.title()), Span::raw(look.cut(&values, room))])
        })
        .to_vec()
}

/// A field's value as far as it says something.
fn brief(wizard: &Wizard, look: &RenderContext<'_>, name: FieldName) -> Option<String> {
    let (step, config) = (wizard.integration(), wizard.config());
    let text = match (name, step.field(name)) {
        (FieldName::Strict, _) => if config.encord.strict_client_only { "strict client-only" } else { "" }.to_owned(),
        (FieldName::Folders, _) if config.manifest.prefixes.is_empty() => String::new(),
        (_, Some(_)) if step.is_masked(name) => look.glyphs().secret.repeat(8),
        (_, Some(field)) if name.kind() == FieldKind::Text => field.text().trim().to_owned(),
        _ => step.value(name, config),
    };
    (!text.is_empty()).then_some(text)
}
