//! The form of a new folder, and the choice between folders that exist.

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
            folder::list::short_id,
            help,
            overlay::boxed,
            render::{Align, Column, RenderContext, put, put_cursor, rest},
        },
        text,
    },
    wizard::{
        action::Action,
        folder::{
            form::{FolderField, FolderForm, MirrorPart},
            lookup::Choice,
            mirror::LIMITS as MIRROR_LIMITS,
        },
    },
};

/// The widest a form gets inside.
const WIDEST: usize = 76;
const LABEL: usize = 12;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, form: &FolderForm, look: &RenderContext<'_>) {
    let columns = usize::from(area.width.saturating_sub(4)).min(WIDEST);
    // What is behind takes no keys now.
    let behind = Style::new().add_modifier(Modifier::DIM).remove_modifier(Modifier::BOLD | Modifier::REVERSED);
    frame.buffer_mut().set_style(area, behind);
    let rows = usize::from(area.height.saturating_sub(2));
    let drawn = match (form.choice(), form.mirror_part()) {
        (Some(choice), _) => Drawn { lines: self::choice(choice, look, columns, rows), ..Drawn::default() },
        (None, Some(part)) => {
            let roomy = mirror(form, part, look, columns, true);
            if roomy.lines.len() <= rows { roomy } else { mirror(form, part, look, columns, false) }
        }
        (None, None) => ordinary(form, look, columns, rows),
    };
    let inside = boxed(frame, area, title(form), columns, drawn.lines.len(), look);
    if drawn.fields.len() == form.fields().len() {
        look.click_fields(inside, &drawn.fields);
    }
    put(frame, inside, look.fit(drawn.lines, usize::from(inside.height)));
    if let (Some((column, row)), Mode::Text) = (drawn.cursor, look.mode) {
        put_cursor(frame, inside, column, row);
    }
}

fn title(form: &FolderForm) -> &'static str {
    match (form.choice(), form.mirror_part()) {
        (Some(_), _) => "Which folder?",
        (None, Some(part)) if part.again().is_some() => "Sync a folder again",
        (None, Some(_)) => "New cloud-synced folder",
        (None, None) => "New folder",
    }
}

/// A form's lines, and where the cursor stands in them.
#[derive(Default)]
struct Drawn {
    lines: Vec<Line<'static>>,
    cursor: Option<(usize, usize)>,
    /// The line of each field, and whether it has the keyboard.
    fields: Vec<(usize, bool)>,
}

impl Drawn {
    fn field(&mut self, form: &FolderForm, field: FolderField, empty: &str, look: &RenderContext<'_>, columns: usize) {
        let has_keyboard = form.focus() == field;
        let room = columns.saturating_sub(LABEL + 3);
        let label = label(name(field), has_keyboard, look);
        let Some(typed) = form.field(field) else { return };
        self.fields.push((self.lines.len(), has_keyboard));
        let (value, cursor) = look.field(typed, false, room);
        if has_keyboard {
            self.cursor = Some((LABEL + 2 + cursor, self.lines.len()));
        }
        let value = match typed.text().is_empty() {
            true => Span::styled(look.cut(empty, room), look.theme.dim()),
            false => Span::raw(value),
        };
        self.lines.push(Line::from(vec![label, value]));
    }

    fn place(&mut self, form: &FolderForm, look: &RenderContext<'_>, columns: usize) {
        let [open, close] = look.glyphs().choice;
        let room = columns.saturating_sub(LABEL + 6);
        let place = form.place().map_or("the top level".to_owned(), |folder| look.cut_path(&folder.path, room));
        let has_keyboard = form.focus() == FolderField::Place;
        self.fields.push((self.lines.len(), has_keyboard));
        let place = if has_keyboard && form.has_places() { format!("{open} {place} {close}") } else { place };
        self.lines.push(Line::from(vec![label(name(FolderField::Place), has_keyboard, look), Span::raw(place)]));
    }

    fn note(&mut self, words: &str, look: &RenderContext<'_>, columns: usize) {
        let indent = Span::raw(" ".repeat(LABEL + 2));
        self.lines.extend(look.hanging(indent, words, look.theme.dim(), columns));
    }

    fn problem(&mut self, form: &FolderForm, look: &RenderContext<'_>, columns: usize) {
        if let Some(problem) = form.problem() {
            let sign = Span::styled(format!("{} ", look.glyphs().bad), look.theme.bad());
            self.lines.extend(look.hanging(sign, problem, look.theme.title(), columns));
        }
    }
}

fn name(field: FolderField) -> &'static str {
    match field {
        FolderField::Name => "Name",
        FolderField::Place => "In",
        FolderField::Description => "Description",
        FolderField::Metadata => "Metadata",
        FolderField::Sidecar => "Sidecars",
    }
}

fn label(name: &str, has_keyboard: bool, look: &RenderContext<'_>) -> Span<'static> {
    match has_keyboard {
        true => Span::styled(format!("{} {name:<LABEL$}", look.glyphs().cursor), look.theme.accent()),
        false => Span::raw(format!("  {name:<LABEL$}")),
    }
}

/// What an empty name stands for.
fn without_name(form: &FolderForm) -> String {
    form.unchanged().map_or("a name, or a path such as Raw/2026/April".to_owned(), |path| format!("{path}, as before"))
}

fn ordinary(form: &FolderForm, look: &RenderContext<'_>, columns: usize, rows: usize) -> Drawn {
    let mut drawn = Drawn::default();
    drawn.field(form, FolderField::Name, &without_name(form), look, columns);
    drawn.place(form, look, columns);
    drawn.field(form, FolderField::Description, "optional", look, columns);
    drawn.field(form, FolderField::Metadata, "optional: key=value, key=value; or JSON", look, columns);
    let keys: Vec<&str> = form.fields().iter().map(|field| field.key()).collect();
    let help = help::sentences(form.focus().key(), &keys, look, columns);
    let above = drawn.lines.len();
    drawn.lines.push(Line::default());
    drawn.problem(form, look, columns);
    drawn.lines.extend(look.next(&ordinary_next(form, look), columns));
    if drawn.lines.len() + help.len() < rows {
        drawn.lines.splice(above..above, std::iter::once(Line::default()).chain(help));
    }
    drawn
}

fn ordinary_next(form: &FolderForm, look: &RenderContext<'_>) -> String {
    let (enter, tab) = (look.key(Action::Next), look.key(Action::FocusNext));
    if form.is_looking() {
        return "Looking whether it exists…".to_owned();
    }
    match (form.focus(), form.path()) {
        (FolderField::Place, _) if form.has_places() && look.theme.is_utf8() => {
            format!("←→ choose the place; {enter} takes it.")
        }
        (FolderField::Place, _) if form.has_places() => format!("Left and Right choose the place; {enter} takes it."),
        (_, Some(path)) => format!(
            "{enter} makes {} the destination; {tab} goes to the next field. It is created when you send, in step 5.",
            text::clean(&path)
        ),
        (_, None) => format!(
            "A / between names makes folders in folders; one at the start begins at the top. {enter} takes it, {tab} goes to the next field."
        ),
    }
}

fn mirror(form: &FolderForm, part: &MirrorPart, look: &RenderContext<'_>, columns: usize, is_roomy: bool) -> Drawn {
    let mut drawn = Drawn::default();
    let heading = |words: &str| Span::styled(format!("  {words:<LABEL$}"), look.theme.dim());
    drawn.lines.extend(look.hanging(heading("Mirrors"), part.remote_url(), look.theme.title(), columns));
    match part.again() {
        Some(folder) => {
            drawn.lines.extend(look.hanging(heading("Folder"), &folder.path, Style::new(), columns));
        }
        None => {
            drawn.field(form, FolderField::Name, &without_name(form), look, columns);
            drawn.place(form, look, columns);
        }
    }
    let none = if is_roomy { "none read" } else { "none read; Space switches them on" };
    drawn.field(form, FolderField::Sidecar, none, look, columns);
    if is_roomy {
        let note = "files ending so hold the metadata of the file beside them; Space switches them on or off";
        drawn.note(note, look, columns);
    }
    if is_roomy {
        drawn.lines.push(Line::default());
    }
    drawn.problem(form, look, columns);
    let enter = look.key(Action::Next);
    let next = match (form.is_looking(), part.again()) {
        (true, _) => "Looking whether it exists…".to_owned(),
        (false, Some(_)) => format!("{enter} puts it into the plan. Nothing is synced before you send, in step 5."),
        (false, None) => format!("{enter} puts it into the plan. Nothing is made before you send, in step 5."),
    };
    drawn.lines.extend(look.next(&next, columns));
    if is_roomy {
        drawn.lines.push(Line::default());
        for limit in MIRROR_LIMITS {
            let sign = Span::styled(format!("{} ", look.glyphs().dot), look.theme.dim());
            drawn.lines.extend(look.hanging(sign, limit, Style::new(), columns));
        }
    } else {
        drawn.lines.extend(text::wrap(&MIRROR_LIMITS.join(" "), columns).into_iter().map(Line::from));
    }
    drawn
}

fn choice(choice: &Choice, look: &RenderContext<'_>, columns: usize, rows: usize) -> Vec<Line<'static>> {
    let (path, number) = (text::clean(&choice.path()).into_owned(), choice.rows().len());
    let words = match (choice.is_exact(), number) {
        (true, 1) => format!("'{path}' exists already. Its description and metadata stay as they are."),
        (true, _) => format!("There are {number} folders at '{path}'. Their ids tell them apart."),
        (false, 1) => format!("There is no '{path}', but a folder with nearly the same name."),
        (false, _) => format!("There is no '{path}', but {number} folders with nearly the same name."),
    };
    let mut lines: Vec<Line<'static>> = text::wrap(&words, columns).into_iter().map(Line::from).collect();
    lines.push(Line::default());
    let enter = look.key(Action::Next);
    let (back, is_last) = (look.key(Action::Back), choice.is_last());
    let next = match (is_last, choice.cursor() < number) {
        (true, true) => format!("{enter} makes it the destination; {back} goes back to the name."),
        (false, true) => format!("{enter} goes on below it; {back} goes back to the name."),
        (_, false) => format!("{enter} makes a new folder when you send, in step 5; {back} goes back to the name."),
    };
    let next = look.next(&next, columns);
    let name = (columns / 2).clamp(16, 36);
    let table = [Column::new("", name, Align::Left), Column::new("", rest(columns, &[name]), Align::Left)];
    let total = number + usize::from(!choice.is_exact());
    let height = rows.saturating_sub(lines.len() + next.len() + 1).max(1);
    let first = usize::try_from(look.first_row(choice.cursor() as u64, total as u64, height)).unwrap_or_default();
    for place in (first..total).take(height) {
        let cells = match choice.rows().get(place) {
            Some(row) => {
                let about = match (row.synced, number > 1 && choice.is_exact()) {
                    (true, _) => "cloud-synced: takes no uploads".to_owned(),
                    (false, true) => short_id(row),
                    (false, false) => row.description.clone(),
                };
                [(format!("use '{}'", row.name), Style::new()), (about, look.theme.dim())]
            }
            None => {
                let new = format!("make a new '{}'", choice.name());
                [(new, Style::new()), (String::new(), Style::new())]
            }
        };
        lines.push(look.row(&table, &cells, place == choice.cursor()));
    }
    lines.push(Line::default());
    lines.extend(next);
    lines
}
