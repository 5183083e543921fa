//! Step 5: the review of everything that will change.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{
    folder::destination_words,
    parts::{Align, Column, Look, put, take_bottom, take_top},
};
use crate::{
    schema::{Change, ChangeKind, describe},
    tui::text,
    wizard::{Action, Plan, Step, UploadOption, Wizard},
};

const LABEL: usize = 13;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &Look<'_>) {
    let columns = usize::from(area.width);
    let plan = wizard.plan();
    let foot = match &plan {
        Some(plan) => foot(plan, look, columns),
        None => look.next(&unready(wizard), columns),
    };
    let (area, foot_area) = take_bottom(area, foot.len() + 1);
    put(frame, take_top(foot_area, 1).1, foot);
    let options = options(wizard, look, columns);
    let Some(plan) = plan else {
        put(frame, area, options);
        return;
    };
    let (review_area, options_area) = take_bottom(area, options.len());
    let room = usize::from(review_area.height).saturating_sub(1);
    let mut lines = review(&plan, look, columns, true);
    if lines.len() > room {
        lines = review(&plan, look, columns, false);
    }
    put(frame, review_area, look.fit(lines, room));
    put(frame, options_area, options);
}

/// What will be sent, to where, and what it changes; one line for each type and each key where there is room.
fn review(plan: &Plan, look: &Look<'_>, columns: usize, roomy: bool) -> Vec<Line<'static>> {
    let label = |name: &str| Span::styled(format!("{name:<LABEL$}"), look.theme.accent());
    let entry = |name: &str, content: &str| look.hanging(label(name), content, Style::new(), columns);
    let jobs = text::counted(plan.batches.len() as u64, "job", "jobs");
    let mut lines = entry(
        "Items",
        &format!("{} in {jobs}, {}", text::counted(plan.total_items(), "item", "items"), text::bytes(plan.bytes)),
    );
    let separator = format!(" {} ", look.glyphs().dot);
    let kinds = plan.items.iter().map(|(kind, items)| (*kind, *items, plan.jobs(*kind) as u64));
    match roomy {
        true => lines.extend(kinds.map(|(kind, items, jobs)| {
            Line::from(format!(
                "{:LABEL$}{:<16}{:>12} in {}",
                "",
                kind.name(),
                text::count(items),
                text::counted(jobs, "job", "jobs")
            ))
        })),
        false => {
            let kinds: Vec<String> = kinds
                .map(|(kind, items, jobs)| {
                    format!("{} {kind} ({})", text::count(items), text::counted(jobs, "job", "jobs"))
                })
                .collect();
            lines.extend(entry("", &kinds.join(&separator)));
        }
    }
    lines.extend(entry("Destination", &destination_words(&plan.destination)));
    lines.extend(entry("Integration", &format!("{} ({})", plan.integration.title, plan.integration.uuid)));
    lines.extend(entry("Encord", &plan.domain));
    let changes: Vec<String> = plan.schema.changes.iter().map(change).collect();
    if changes.is_empty() {
        lines.extend(entry("Schema", "no change"));
    } else if roomy {
        for (place, change) in changes.iter().enumerate() {
            lines.extend(entry(if place == 0 { "Schema" } else { "" }, change));
        }
    } else {
        lines.extend(entry("Schema", &changes.join(&separator)));
    }
    lines
}

fn change(change: &Change) -> String {
    let (key, then) = (&change.key, describe(&change.then));
    match change.kind {
        ChangeKind::Add => format!("+ {key}: {then}"),
        ChangeKind::Widen => format!("~ {key}: widened to {then}"),
        ChangeKind::Restore => format!("+ {key}: restored as {then}"),
        ChangeKind::Conflict => {
            format!("! {key}: stays {}", change.now.as_ref().map(describe).unwrap_or_default())
        }
    }
}

fn options(wizard: &Wizard, look: &Look<'_>, wide: usize) -> Vec<Line<'static>> {
    let mut lines = vec![look.title("Options")];
    let columns = [Column::new("", 28, Align::Left), Column::new("", 5, Align::Left)];
    for (place, option) in UploadOption::ALL.into_iter().enumerate() {
        let cells = [(option.label().to_owned(), Style::new()), (option.value(wizard.config()), look.theme.title())];
        lines.push(look.row(&columns, &cells, place == wizard.upload().cursor()));
    }
    if let Some(option) = UploadOption::ALL.get(wizard.upload().cursor()) {
        let meaning = look.cut(option.meaning(wizard.config()), wide.saturating_sub(2));
        lines.push(Line::styled(format!("  {meaning}"), look.theme.dim()));
    }
    lines
}

fn foot(plan: &Plan, look: &Look<'_>, columns: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    if let Some(label) = &look.labels.config_label {
        let command = format!("azure-to-encord run {} --yes", shell_word(label));
        let name = Span::styled("Without the wizard:  ", look.theme.dim());
        lines.extend(look.hanging(name, &command, Style::new(), columns));
    }
    let items = text::counted(plan.total_items(), "item", "items");
    let jobs = text::counted(plan.batches.len() as u64, "job", "jobs");
    lines.extend(look.next(
        &format!("{} sends {items} in {jobs} to Encord; nothing has been changed so far.", look.key(Action::Next)),
        columns,
    ));
    lines
}

/// A label as a POSIX shell takes it for one word.
fn shell_word(label: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:@%+,=".contains(c);
    match !label.is_empty() && label.chars().all(plain) {
        true => label.to_owned(),
        false => format!("'{}'", label.replace('\'', r"'\''")),
    }
}

/// Which step is in the way of a plan.
fn unready(wizard: &Wizard) -> String {
    let missing = Step::ALL.into_iter().find(|step| wizard.status(*step) != crate::wizard::Status::Ready);
    let missing = missing.filter(|step| *step < Step::Upload).unwrap_or(Step::Integration);
    format!("Step {}, {}, has to be finished before anything can be sent.", missing.number(), missing.title())
}

#[cfg(test)]
mod tests {
    use super::shell_word;

    #[test]
    fn labels_are_quoted_for_the_shell_where_they_must_be() {
        assert_eq!(shell_word("nightly"), "nightly");
        assert_eq!(shell_word("./my configs/a.toml"), "'./my configs/a.toml'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
    }
}
