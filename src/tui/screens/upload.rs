//! Step 5: the review of everything that will change.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{
    folder::{destination_words, present_words},
    parts::{Align, Column, Look, put, take_bottom},
};
use crate::{
    schema::{Change, ChangeKind, describe},
    tui::text,
    wizard::{Action, Plan, Present, Problem, Step, UploadOption, Wizard, about},
};

const LABEL: usize = 13;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &Look<'_>) {
    let columns = usize::from(area.width);
    let plan = wizard.plan();
    if let Some((plan, mirror)) = plan.as_ref().and_then(|plan| Some((plan, plan.destination.mirror.as_ref()?))) {
        super::mirror::review(frame, area, plan, mirror, look);
        return;
    }
    let foot = match &plan {
        Some(plan) => foot(wizard, plan, look, columns),
        None => look.next(&unready(wizard), columns),
    };
    let (area, foot_area) = take_bottom(area, foot.len());
    put(frame, foot_area, foot);
    let Some(plan) = plan else {
        put(frame, area, options(wizard, look, columns, true));
        return;
    };
    let height = usize::from(area.height);
    let arranged = |detail: Detail| {
        let titled = detail != Detail::Brief;
        (review(&plan, wizard.folder().present(), look, columns, detail), options(wizard, look, columns, titled))
    };
    let fitting = [Detail::Full, Detail::Joined].into_iter().map(arranged);
    let fitting = fitting.into_iter().find(|(review, options)| review.len() + options.len() < height);
    let (review, options) = fitting.unwrap_or_else(|| arranged(Detail::Brief));
    let (review_area, options_area) = take_bottom(area, options.len());
    put(frame, review_area, look.fit(review, usize::from(review_area.height)));
    put(frame, options_area, options);
}

/// How much the review tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Detail {
    /// One line for each type and each key.
    Full,
    /// The types in running text, and the keys.
    Joined,
    /// What matters most comes first, for the last lines may not fit.
    Brief,
}

/// What will be sent, to where, and what it changes.
fn review(
    plan: &Plan,
    present: Option<&Result<Present, Problem>>,
    look: &Look<'_>,
    columns: usize,
    detail: Detail,
) -> Vec<Line<'static>> {
    let label = |name: &str| Span::styled(format!("{name:<LABEL$}"), look.theme.accent());
    let entry = |name: &str, content: &str| look.hanging(label(name), content, Style::new(), columns);
    let separator = format!(" {} ", look.glyphs().dot);
    let jobs = |jobs: usize| text::counted(jobs as u64, "job", "jobs");
    let kinds: Vec<Line<'static>> = match detail {
        Detail::Full => plan
            .items
            .iter()
            .map(|(kind, items)| {
                let (items, jobs) = (text::count(*items), jobs(plan.jobs(*kind)));
                Line::from(format!("{:LABEL$}{:<16}{items:>12} in {jobs}", "", kind.name()))
            })
            .collect(),
        Detail::Joined | Detail::Brief => {
            let words = plan.items.iter().map(|(kind, items)| match detail {
                Detail::Brief => format!("{} {kind}", text::count(*items)),
                _ => format!("{} {kind} ({})", text::count(*items), jobs(plan.jobs(*kind))),
            });
            let words: Vec<String> = words.collect();
            entry(if detail == Detail::Brief { "Types" } else { "" }, &words.join(&separator))
        }
    };
    let items = text::counted(plan.total_items(), "item", "items");
    let mut lines = entry("Items", &format!("{items} in {}, {}", jobs(plan.batches.len()), text::bytes(plan.bytes)));
    if detail != Detail::Brief {
        lines.extend(kinds.iter().cloned());
    }
    lines.extend(entry("Destination", &destination_words(&plan.destination)));
    if let Some(Ok(present)) = present {
        lines.extend(entry("Compared", &present_words(present, plan.total_items())));
    }
    let changes = changes(plan);
    if changes.is_empty() {
        let words = match plan.config.schema.skip {
            true => "left alone; Index and Active cannot filter by keys that it lacks",
            false => "no change",
        };
        lines.extend(entry("Schema", words));
    } else if detail == Detail::Full {
        for (place, change) in changes.iter().enumerate() {
            lines.extend(entry(if place == 0 { "Schema" } else { "" }, change));
        }
    } else {
        lines.extend(entry("Schema", &changes.join(&separator)));
    }
    if detail == Detail::Brief {
        lines.extend(entry("Integration", &format!("{}, {}", plan.integration.title, plan.domain)));
        lines.extend(kinds);
    } else {
        lines.extend(entry("Integration", &format!("{} ({})", plan.integration.title, plan.integration.uuid)));
        lines.extend(entry("Encord", &plan.domain));
    }
    lines
}

/// So many changes of the schema are told one by one; step 2 shows all. Deletions always are.
const MOST_CHANGES: usize = 30;

/// The changes of the schema in words: what is lost first.
fn changes(plan: &Plan) -> Vec<String> {
    let is_deletion = |change: &&Change| matches!(change.kind, ChangeKind::Delete | ChangeKind::DeleteForEver);
    let changes = &plan.schema.changes;
    let mut words: Vec<String> = changes.iter().filter(is_deletion).map(change).collect();
    let others = changes.len() - words.len();
    words.extend(changes.iter().filter(|change| !is_deletion(change)).take(MOST_CHANGES).map(change));
    if others > MOST_CHANGES {
        words.push(format!("and {} more; step 2 shows all", text::count((others - MOST_CHANGES) as u64)));
    }
    words
}

fn change(change: &Change) -> String {
    let (key, then) = (&change.key, describe(&change.then));
    let now = change.now.as_ref().map(describe).unwrap_or_default();
    match change.kind {
        ChangeKind::Add => format!("+ {key}: {then}"),
        ChangeKind::Widen => format!("~ {key}: widened to {then}"),
        ChangeKind::Restore => format!("+ {key}: restored as {then}"),
        ChangeKind::Delete => format!("- {key}: deleted for everybody in your organisation; can be restored ({now})"),
        ChangeKind::DeleteForEver => {
            format!("- {key}: deleted for ever for everybody in your organisation; cannot be undone ({now})")
        }
        ChangeKind::Conflict => format!("! {key}: stays {now}"),
    }
}

fn options(wizard: &Wizard, look: &Look<'_>, wide: usize, titled: bool) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if titled {
        lines.push(look.title("Options"));
    }
    let columns = [Column::new("", 28, Align::Left), Column::new("", 5, Align::Left)];
    for (place, option) in UploadOption::ALL.into_iter().enumerate() {
        let cells = [(option.label().to_owned(), Style::new()), (option.value(wizard.config()), look.theme.title())];
        lines.push(look.row(&columns, &cells, place == wizard.upload().cursor()));
    }
    if let Some(option) = UploadOption::ALL.get(wizard.upload().cursor()) {
        // Two lines in any case, so that nothing moves when the cursor does.
        let mut meaning = look.hanging(Span::raw("  "), option.meaning(wizard.config()), look.theme.dim(), wide);
        if wide < 100 && titled {
            meaning.resize(2, Line::default());
        }
        lines.extend(look.fit(meaning, 2));
    }
    lines
}

fn foot(wizard: &Wizard, plan: &Plan, look: &Look<'_>, columns: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for note in &plan.destination.notes {
        let sign = Span::styled(format!("{} ", look.glyphs().warn), look.theme.warn());
        lines.extend(look.hanging(sign, note, Style::new(), columns));
    }
    if !plan.despite.is_empty() {
        let names: Vec<&str> = plan.despite.iter().map(|id| about(id).name).collect();
        let sign = Span::styled(format!("{} ", look.glyphs().warn), look.theme.warn());
        let words = format!("Going on although these checks failed: {}.", names.join(", "));
        lines.extend(look.hanging(sign, &words, Style::new(), columns));
    }
    // After an edit the command would do something else than this review says.
    if let Some(command) = look.labels.headless_command.as_ref().filter(|_| !wizard.is_edited()) {
        let name = Span::styled("Without the wizard:  ", look.theme.dim());
        lines.extend(look.hanging(name, command, Style::new(), columns));
    }
    let items = text::counted(plan.total_items(), "item", "items");
    let jobs = text::counted(plan.batches.len() as u64, "job", "jobs");
    let next = match wizard.awaits_look() {
        true => "Please look it over; in a moment it can be sent. Nothing has been changed so far.".to_owned(),
        false => {
            format!("{} sends {items} in {jobs} to Encord; nothing has been changed so far.", look.key(Action::Next))
        }
    };
    lines.extend(look.next(&next, columns));
    lines
}

/// Which step is in the way of a plan.
fn unready(wizard: &Wizard) -> String {
    let missing = Step::ALL.into_iter().find(|step| wizard.status(*step) != crate::wizard::Status::Ready);
    let missing = missing.filter(|step| *step < Step::Upload).unwrap_or(Step::Integration);
    format!("Step {}, {}, has to be finished before anything can be sent.", missing.number(), missing.title())
}
