//! Step 3.

use crate::{
    format::{bytes, count, counted},
    manifest::{file_form, finding::Severity, item::Item},
    plain::describe::screen::{Question, Screen, to_field},
    wizard::{
        Wizard,
        list::{List, Row},
        manifest::{FindingGroup, Listing, Reapplied, messages::ManifestFacts, rule_form::RuleField},
    },
};

/// So many bytes of an item's JSON are printed; the manifest file holds all of it.
const MOST: usize = 32 * 1024;

pub(super) fn over(wizard: &Wizard) -> Option<&'static str> {
    let step = wizard.manifest();
    match (wizard.config().folder.cloud_synced, step.rules().has_keyboard()) {
        (true, _) => None,
        (_, true) => Some("The rules"),
        _ if step.whole().is_some() => Some("One row in full"),
        _ => step.built().map(|_| match (step.list(), step.open_group()) {
            (List::Skipped, _) => "Left out",
            (List::Findings, Some(_)) => "Findings of one kind",
            (List::Findings, None) => "Findings",
            _ => "Items",
        }),
    }
}

pub(super) fn step(wizard: &Wizard, screen: &mut Screen) {
    let step = wizard.manifest();
    if wizard.config().folder.cloud_synced {
        return screen.line("The folder mirrors its place in the container: Encord lists the files itself.");
    }
    if step.rules().has_keyboard() {
        return rules(wizard, screen);
    }
    let facts = match step.state() {
        Listing::Idle | Listing::Failed(_) => return,
        Listing::Running(progress) => {
            screen.waits = true;
            let [blobs, skipped] = [progress.blobs, progress.skipped].map(count);
            let items = count(progress.items.values().sum());
            screen.progress = Some(match progress.bytes {
                Some((done, all)) => {
                    let percent = done.saturating_mul(100) / all.max(1);
                    screen.percent = Some(percent);
                    format!("Reading: {percent} percent, {items} items, {skipped} left out.")
                }
                None => format!("Listing: {blobs} blobs, {items} items, {skipped} left out."),
            });
            return;
        }
        Listing::Built(facts) => facts,
    };
    match step.edited() {
        Some(Reapplied::Kept) => screen.line("The rules were applied to what was listed before."),
        Some(Reapplied::Judged) => screen.line("What was listed before was judged anew."),
        Some(Reapplied::Listed) | None => {}
    }
    let is_of_items = step.list() == List::Items && step.whole().is_none();
    if is_of_items {
        self::facts(facts, screen);
    }
    if step.whole().is_some() {
        match step.window().current() {
            Some(row) => screen.body.extend(whole(row)),
            None => screen.waits = true,
        }
        return;
    }
    if let Some(search) = step.search() {
        screen.questions.push(Question::search(search.text()));
    }
    screen.waits |= step.scan().is_some_and(|scan| scan.is_running());
    let (is_looking, is_lost) = step.jump();
    screen.waits |= is_looking;
    if is_lost {
        screen.line("The finding is not about an item of its own: look for the name in the list of what was left out.");
    }
    if let Some(groups) = step.groups() {
        screen.line(format!("Kinds of findings: {}.", groups.len()));
        screen.rows("Kind", groups.len() as u64, step.group_cursor() as u64, |place| {
            groups.get(usize::try_from(place).ok()?).map(group)
        });
        if let Some(group) = groups.get(step.group_cursor()) {
            screen.line(format!("What to do about {}: {}", group.code.name(), group.code.advice()));
        }
        return;
    }
    let filter = step.filter();
    screen.lines.extend(filter.kind.map(|kind| format!("Only items of type {}.", kind.name())));
    screen.lines.extend(filter.marked.then(|| "Only items with findings.".to_owned()));
    if !filter.is_empty() {
        let [shown, all] = [step.window().total(), step.unfiltered()].map(count);
        screen.line(format!("{shown} of {all} rows match."));
    }
    let noun = match step.list() {
        List::Skipped => "Blob",
        List::Findings => "Finding",
        _ => "Item",
    };
    screen.folded(noun, step.window().total(), step.window().cursor(), |place| step.window().get(place).map(brief));
}

fn facts(facts: &ManifestFacts, screen: &mut Screen) {
    let summary = &facts.summary;
    screen.line(format!(
        "Items: {} from {}, {} in all. Left out: {}.",
        count(summary.total_items()),
        counted(facts.blobs, "blob", "blobs"),
        bytes(summary.bytes),
        count(summary.total_skipped())
    ));
    let kinds: Vec<String> =
        summary.items.iter().map(|(kind, items)| format!("{} {}", count(*items), kind.name())).collect();
    if !kinds.is_empty() {
        screen.line(format!("By type: {}.", kinds.join(", ")));
    }
    let [errors, warnings] =
        [counted(summary.errors, "error", "errors"), counted(summary.warnings, "warning", "warnings")];
    screen.line(format!("Findings: {errors}, {warnings}."));
}

fn rules(wizard: &Wizard, screen: &mut Screen) {
    let form = wizard.manifest().rules();
    let place = |rule| RuleField::ALL.iter().position(|other| *other == rule).unwrap_or_default();
    screen.lines.extend(form.problem().map(|problem| format!("Problem with {}: {problem}", form.focus().label())));
    for rule in RuleField::ALL {
        let Some(field) = form.field(rule) else { continue };
        let text = if field.text().is_empty() { rule.when_empty() } else { field.text() };
        let there = to_field(place(form.focus()), place(rule));
        screen.questions.push(Question::text_field(rule.label(), text, there, Vec::new()).helped(rule.key()));
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn group(group: &FindingGroup) -> String {
    let keys = if group.keys.is_empty() { String::new() } else { format!(", keys {}", group.keys.join(", ")) };
    let items = counted(group.items, "item", "items");
    format!("{}, {}, {items}{keys}. {}", severity(group.code.severity()), group.code.name(), group.code.meaning())
}

fn title(item: &Item) -> &str {
    if item.title.is_empty() { item.urls.first().map_or("", String::as_str) } else { &item.title }
}

fn brief(row: &Row) -> String {
    match row {
        Row::Item(item, mark) => {
            let mark = mark.map(|mark| format!(", has a finding: {}", severity(mark))).unwrap_or_default();
            let (files, keys) = (item.urls.len() as u64, item.client_metadata.len() as u64);
            let [files, keys] = [counted(files, "file", "files"), counted(keys, "metadata key", "metadata keys")];
            format!("{}, {}, {files}, {keys}, {}{mark}", item.kind.name(), title(item), bytes(item.bytes))
        }
        Row::Skipped(skipped) => format!("{}: {}", skipped.name, skipped.reason.label()),
        Row::Finding(finding) => format!("{}, {}: {}", severity(finding.severity), finding.item, finding.message),
        Row::Failed(unit) => unit.error.clone(),
    }
}

fn whole(row: &Row) -> Vec<String> {
    match row {
        Row::Item(item, _) => {
            let text = serde_json::to_string_pretty(&file_form::element(item)).unwrap_or_default();
            let mut size = 0;
            text.lines()
                .map(|line| line.trim().to_owned())
                .take_while(|line| {
                    size += line.len();
                    size < MOST
                })
                .collect()
        }
        Row::Skipped(skipped) => {
            vec![format!("{}: {}", skipped.name, skipped.reason.label()), skipped.reason.advice().to_owned()]
        }
        Row::Finding(finding) => {
            let mut lines = vec![format!("{}: {}", finding.item, finding.message)];
            lines.extend(finding.line.map(|line| format!("Line {}.", count(line))));
            lines.push(format!("What to do: {}", finding.code.advice()));
            lines
        }
        Row::Failed(_) => Vec::new(),
    }
}
