//! Step 5: the review of everything that will change.

mod equivalent;

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    tui::{
        screens::render::{Align, Column, RenderContext, put, take_bottom},
        text,
    },
    wizard::{
        Wizard,
        action::Action,
        plan::{
            Plan,
            words::{PlanLine, Tone},
        },
        step::Step,
        upload::option::UploadOption,
    },
};

const LABEL: usize = 13;
/// Where a text would get fewer columns than this beside what stands before it, it begins below the label instead.
const NARROW: usize = 24;
/// An option's name and value, with what stands between them.
const OPTION: usize = 28;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) {
    let columns = usize::from(area.width);
    let Some(plan) = wizard.plan() else {
        let foot = look.next(&unready(wizard), columns);
        let (area, foot_area) = take_bottom(area, foot.len());
        put(frame, foot_area, foot);
        put(frame, area, options(wizard, look, columns));
        return;
    };
    if let Some(shown) = wizard.upload().equivalent() {
        equivalent::draw(frame, area, wizard, &plan, shown, look);
        return;
    }
    let foot = foot(wizard, &plan, look, columns);
    let (area, foot_area) = take_bottom(area, foot.len());
    put(frame, foot_area, foot);
    let options = match plan.destination.mirror {
        Some(_) => Vec::new(),
        None => options(wizard, look, columns),
    };
    let (area, options_area) = take_bottom(area, options.len());
    put(frame, options_area, options);
    let present = wizard.folder().present().and_then(|present| present.as_ref().ok());
    let told = plan.told(present, wizard.upload().estimate());
    let entries = told.iter().map(|told| entry(told, look, columns)).collect();
    let height = usize::from(area.height);
    put(frame, area, window(entries, wizard.upload().scroll(), height, look));
}

/// What the plan says of one thing.
fn entry(told: &PlanLine, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let (style, sign) = match told.tone {
        Tone::Plain => (look.theme.accent(), ""),
        Tone::Warning => (look.theme.warn(), look.glyphs().warn),
    };
    let label = match sign {
        "" => told.label.to_owned(),
        sign => format!("{sign} {}", told.label),
    };
    let label = Span::styled(text::left(&label, LABEL, look.glyphs().ellipsis), style);
    let room = columns.saturating_sub(LABEL);
    if told.head.is_empty() {
        return look.hanging(label, &told.text, Style::new(), columns);
    }
    let head = text::width(&told.head);
    let beside = room.saturating_sub(head);
    if beside < NARROW && text::width(&told.text) > beside {
        let mut lines = vec![Line::from(vec![label, Span::raw(told.head.clone())])];
        lines.extend(look.hanging(Span::raw(" ".repeat(LABEL + 2)), &told.text, Style::new(), columns));
        return lines;
    }
    let mut lines = look.hanging(Span::raw(" ".repeat(LABEL + head)), &told.text, Style::new(), columns);
    if let Some(first) = lines.first_mut() {
        let words = first.spans.pop();
        first.spans = vec![label, Span::raw(told.head.clone())];
        first.spans.extend(words);
    }
    lines
}

/// So many lines of some entries as there is room for, from an entry on; where not all fit, the last line says so, and how to see
/// the others. At the end of the entries the room is filled.
fn window(
    entries: Vec<Vec<Line<'static>>>,
    scroll: usize,
    height: usize,
    look: &RenderContext<'_>,
) -> Vec<Line<'static>> {
    let all: usize = entries.iter().map(Vec::len).sum();
    if all <= height {
        return entries.into_iter().flatten().collect();
    }
    let room = height.saturating_sub(1);
    look.in_view(room);
    let above: usize = entries.iter().take(scroll).map(Vec::len).sum();
    let first = above.min(all.saturating_sub(room));
    let mut lines: Vec<Line<'static>> = entries.into_iter().flatten().skip(first).take(room).collect();
    let last = first + lines.len();
    let (up, down) = (look.key(Action::PageUp), look.key(Action::PageDown));
    let arrows = match (first, all - last) {
        (0, below) => format!("{} more below: {down}", crate::format::counted(below as u64, "line", "lines")),
        (above, 0) => format!("{} more above: {up}", crate::format::counted(above as u64, "line", "lines")),
        (above, below) => format!("{above} above, {below} more lines below: {up}, {down}"),
    };
    lines.push(Line::styled(format!("{} {arrows}", look.glyphs().ellipsis), look.theme.dim()));
    lines
}

fn options(wizard: &Wizard, look: &RenderContext<'_>, wide: usize) -> Vec<Line<'static>> {
    let mut lines = vec![look.title("Options")];
    let columns = [Column::new("", OPTION, Align::Left), Column::new("", 5, Align::Left)];
    for (place, option) in UploadOption::ALL.into_iter().enumerate() {
        let cells = [(option.label().to_owned(), Style::new()), (option.value(wizard.config()), look.theme.title())];
        lines.push(look.row(&columns, &cells, place == wizard.upload().cursor()));
    }
    // As many lines as the longest takes, so that nothing moves when the cursor does.
    let said =
        |option: UploadOption| look.hanging(Span::raw("  "), option.meaning(wizard.config()), look.theme.dim(), wide);
    let longest = UploadOption::ALL.into_iter().map(|option| said(option).len()).max().unwrap_or_default();
    let mut meaning = UploadOption::ALL.get(wizard.upload().cursor()).map(|option| said(*option)).unwrap_or_default();
    meaning.resize(longest, Line::default());
    lines.extend(meaning);
    lines
}

fn foot(wizard: &Wizard, plan: &Plan, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let enter = look.key(Action::Next);
    let next = match (wizard.awaits_look(), &plan.destination.mirror) {
        (true, _) => "Please look it over; in a moment it can be sent. Nothing has been changed so far.".to_owned(),
        (false, Some(_)) => {
            let again = plan.destination.create.is_empty();
            let what = if again { "syncs the folder again" } else { "makes the folder and starts the sync" };
            format!("{enter} {what}; nothing has been changed so far.")
        }
        (false, None) => {
            let items = crate::format::counted(plan.total_items(), "item", "items");
            let jobs = crate::format::counted(plan.batches.len() as u64, "job", "jobs");
            format!("{enter} sends {items} in {jobs} to Encord; nothing has been changed so far.")
        }
    };
    look.next(&next, columns)
}

/// Which step is in the way of a plan.
fn unready(wizard: &Wizard) -> String {
    let missing = Step::ALL.into_iter().find(|step| wizard.status(*step) != crate::wizard::step::Status::Ready);
    let missing = missing.filter(|step| *step < Step::Upload).unwrap_or(Step::Integration);
    format!("Step {}, {}, has to be finished before anything can be sent.", missing.number(), missing.title())
}
