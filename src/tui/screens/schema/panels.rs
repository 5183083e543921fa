//! The forms over step 2's list.

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
            help,
            overlay::boxed,
            render::{RenderContext, put, put_cursor},
            schema::inferred,
        },
        text,
    },
    wizard::{
        Wizard,
        action::Action,
        field::Field,
        schema::{
            form::{FormFocus, KeyForm, KeyKind},
            options::OptionList,
            panels::{OptionsForm, SchemaPanel, WordForm},
        },
    },
};

/// The widest a form gets inside.
const WIDEST: usize = 76;
const LABEL: usize = 10;

/// A form's lines, and where the cursor stands in them.
pub(super) struct FormLayout {
    pub(super) lines: Vec<Line<'static>>,
    pub(super) cursor: Option<(usize, usize)>,
    /// The line of each field, and whether it has the keyboard.
    fields: Vec<(usize, bool)>,
}

/// Draws the form, if there is one, over an area.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) {
    let Some(panel) = wizard.schema().panel() else { return };
    let columns = usize::from(area.width.saturating_sub(4)).min(WIDEST);
    // What is behind takes no keys now.
    let behind = Style::new().add_modifier(Modifier::DIM).remove_modifier(Modifier::BOLD | Modifier::REVERSED);
    frame.buffer_mut().set_style(area, behind);
    let form = match panel {
        SchemaPanel::Key(form) => key(form, look, columns, usize::from(area.height.saturating_sub(2))),
        SchemaPanel::Options(form) => options(form, look, columns),
        SchemaPanel::Rename(form) => rename(form, look, columns),
        SchemaPanel::DeleteForEver(form) => delete(form, look, columns),
        SchemaPanel::Infer(form) => match form.list() {
            Some(found) => return inferred::draw(frame, area, form, found, look),
            None => inferred::form(form, look, columns),
        },
    };
    let inside = boxed(frame, area, title(panel), columns, form.lines.len(), look);
    if matches!(panel, SchemaPanel::Key(_)) {
        look.click_fields(inside, &form.fields);
    }
    put(frame, inside, look.fit(form.lines, usize::from(inside.height)));
    if let (Some((column, row)), Mode::Text) = (form.cursor, look.mode) {
        put_cursor(frame, inside, column, row);
    }
}

fn title(panel: &SchemaPanel) -> &'static str {
    match panel {
        SchemaPanel::Key(form) if form.original().is_some() => "A key of this import",
        SchemaPanel::Key(_) => "New metadata key",
        SchemaPanel::Options(_) => "Further options",
        SchemaPanel::Rename(_) => "Another name",
        SchemaPanel::DeleteForEver(_) => "Delete for ever?",
        SchemaPanel::Infer(_) => inferred::TITLE,
    }
}

impl FormLayout {
    pub(super) fn new() -> FormLayout {
        FormLayout { lines: Vec::new(), cursor: None, fields: Vec::new() }
    }

    pub(super) fn blank(&mut self) {
        self.lines.push(Line::default());
    }

    /// A label and a line of text; the cursor is in it where it has the keyboard.
    pub(super) fn field(
        &mut self,
        label: &str,
        field: &Field,
        has_keyboard: bool,
        look: &RenderContext<'_>,
        columns: usize,
    ) {
        let indent = LABEL + 2;
        let (value, cursor) = look.field(field, false, columns.saturating_sub(indent + 1));
        self.fields.push((self.lines.len(), has_keyboard));
        if has_keyboard {
            self.cursor = Some((indent + cursor, self.lines.len()));
        }
        self.lines.push(Line::from(vec![self::label(label, has_keyboard, look), Span::raw(value)]));
    }

    pub(super) fn text(&mut self, content: &str, columns: usize) {
        self.lines.extend(text::wrap(content, columns).into_iter().map(Line::from));
    }

    pub(super) fn note(&mut self, content: &str, look: &RenderContext<'_>, columns: usize) {
        let indent = Span::raw(" ".repeat(LABEL + 2));
        self.lines.extend(look.hanging(indent, content, look.theme.dim(), columns));
    }

    pub(super) fn problem(&mut self, problem: Option<&str>, look: &RenderContext<'_>, columns: usize) {
        if let Some(problem) = problem {
            let sign = Span::styled(format!("{} ", look.glyphs().bad), look.theme.bad());
            self.lines.extend(look.hanging(sign, problem, look.theme.title(), columns));
        }
    }

    pub(super) fn next(&mut self, sentence: &str, look: &RenderContext<'_>, columns: usize) {
        self.lines.extend(look.next(sentence, columns));
    }

    /// The options taken so far, at most three lines of them, the latest of them in sight; then the one that is typed.
    fn options(
        &mut self,
        label: &str,
        options: &OptionList,
        has_keyboard: bool,
        look: &RenderContext<'_>,
        columns: usize,
    ) {
        let taken = options.taken();
        let room = columns.saturating_sub(LABEL + 2);
        if !taken.is_empty() {
            let lines = text::wrap(&taken.join(", "), room);
            let first = lines.len().saturating_sub(3);
            let number = crate::format::counted(taken.len() as u64, "option", "options");
            let mut head = Some(self::label(label, false, look));
            if first > 0 {
                let head = head.take().unwrap_or_default();
                self.lines
                    .push(Line::from(vec![head, Span::styled(format!("{number}, the last ones:"), look.theme.dim())]));
            }
            for line in lines.into_iter().skip(first) {
                let head = head.take().unwrap_or_else(|| Span::raw(" ".repeat(LABEL + 2)));
                self.lines.push(Line::from(vec![head, Span::raw(line)]));
            }
        }
        let label = if taken.is_empty() { label } else { "" };
        self.field(label, options.field(), has_keyboard, look, columns);
    }
}

fn label(name: &str, has_keyboard: bool, look: &RenderContext<'_>) -> Span<'static> {
    match has_keyboard {
        true => Span::styled(format!("{} {name:<LABEL$}", look.glyphs().cursor), look.theme.accent()),
        false => Span::raw(format!("  {name:<LABEL$}")),
    }
}

fn key(form: &KeyForm, look: &RenderContext<'_>, columns: usize, rows: usize) -> FormLayout {
    let mut drawn = FormLayout::new();
    let focus = form.focus();
    drawn.field("Name", form.name(), focus == FormFocus::Name, look, columns);
    let [open, close] = look.glyphs().choice;
    let kind = match focus == FormFocus::Kind {
        true => format!("{open} {} {close}", form.kind().name()),
        false => form.kind().name().to_owned(),
    };
    drawn.fields.push((drawn.lines.len(), focus == FormFocus::Kind));
    drawn.lines.push(Line::from(vec![label("Type", focus == FormFocus::Kind, look), Span::raw(kind)]));
    drawn.note(form.kind().meaning(), look, columns);
    if let Some(advice) = form.advice() {
        drawn.note(&format!("{advice}: that is chosen now"), look, columns);
    }
    match form.kind() {
        KeyKind::Enum => {
            drawn.options("Options", form.options(), focus == FormFocus::Detail, look, columns);
            drawn.note("separated by commas, or one by one; a pasted column works too", look, columns);
        }
        KeyKind::Embedding => {
            drawn.field("Size", form.size(), focus == FormFocus::Detail, look, columns);
            drawn.note("1 to 4096 numbers; Encord Active wants 512", look, columns);
        }
        _ => {}
    }
    let all = [FormFocus::Name, FormFocus::Kind, FormFocus::Detail].map(FormFocus::key);
    let help = help::sentences(focus.key(), &all, look, columns);
    let above = drawn.lines.len();
    drawn.blank();
    drawn.problem(form.problem(), look, columns);
    let enter = look.key(Action::Next);
    let sentence = match (focus, form.kind()) {
        (FormFocus::Kind, _) if look.theme.is_utf8() => {
            format!("←→ choose the type; {enter} adds the key to the plan.")
        }
        (FormFocus::Kind, _) => format!("Left and Right choose the type; {enter} adds the key to the plan."),
        (FormFocus::Detail, KeyKind::Enum) if !form.options().field().text().trim().is_empty() => {
            format!("{enter} takes what is typed; {enter} again adds the key to the plan.")
        }
        _ => format!("{} goes to the next field; {enter} adds the key to the plan.", look.key(Action::FocusNext)),
    };
    drawn.next(&sentence, look, columns);
    if drawn.lines.len() + help.len() < rows {
        drawn.lines.splice(above..above, std::iter::once(Line::default()).chain(help));
    }
    drawn
}

fn options(form: &OptionsForm, look: &RenderContext<'_>, columns: usize) -> FormLayout {
    let mut drawn = FormLayout::new();
    let number = crate::format::counted(form.present.len() as u64, "option", "options");
    let has = look.hanging(
        Span::styled(format!("{}: ", look.cut(&form.key, columns / 2)), look.theme.title()),
        &format!("{number} so far: {}", form.present.join(", ")),
        Style::new(),
        columns,
    );
    drawn.lines.extend(look.fit(has, 4));
    drawn.blank();
    drawn.options("Add", &form.options, true, look, columns);
    drawn.note("separated by commas, or one by one; a pasted column works too", look, columns);
    drawn.blank();
    drawn.problem(form.problem.as_deref(), look, columns);
    let enter = look.key(Action::Next);
    let sentence = match form.options.field().text().trim().is_empty() {
        true => format!("{enter} adds them to the plan. Options cannot be taken away from an enum again."),
        false => format!("{enter} takes what is typed; {enter} again adds it to the plan."),
    };
    drawn.next(&sentence, look, columns);
    drawn
}

fn rename(form: &WordForm, look: &RenderContext<'_>, columns: usize) -> FormLayout {
    let mut drawn = FormLayout::new();
    drawn.text(
        &format!(
            "This import's key '{}' gets another name, also in the metadata that is sent.",
            text::clean(&form.key)
        ),
        columns,
    );
    drawn.blank();
    drawn.field("New name", &form.field, true, look, columns);
    drawn.blank();
    drawn.problem(form.problem.as_deref(), look, columns);
    drawn.next(&format!("{} renames it. Encord's own key stays as it is.", look.key(Action::Next)), look, columns);
    drawn
}

fn delete(form: &WordForm, look: &RenderContext<'_>, columns: usize) -> FormLayout {
    let mut drawn = FormLayout::new();
    let sign = Span::styled(format!("{} ", look.glyphs().warn), look.theme.warn());
    let what = format!(
        "'{}' is deleted for everybody in your organisation, with its type. It cannot be restored, and nobody can use the name again.",
        text::clean(&form.key)
    );
    drawn.lines.extend(look.hanging(sign, &what, Style::new(), columns));
    drawn.blank();
    drawn.text("Type the key's name to confirm:", columns);
    drawn.field("", &form.field, true, look, columns);
    drawn.blank();
    drawn.problem(form.problem.as_deref(), look, columns);
    let enter = look.key(Action::Next);
    drawn.next(
        &format!("{enter} puts it into the plan; nothing is deleted before you send, in step 5."),
        look,
        columns,
    );
    drawn
}
