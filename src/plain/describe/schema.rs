//! Step 2.

use crate::{
    format::count,
    plain::describe::screen::{Command, Question, Screen, to_field},
    schema::merge::{ChangeKind, describe},
    wizard::{
        Wizard,
        action::{Action, Edit},
        schema::{
            SchemaView,
            form::{FormFocus, KeyForm, KeyKind},
            inferred::InferForm,
            list::SchemaRow,
            panels::{SchemaPanel, WordForm},
            proposal::Proposal,
        },
    },
};

pub(super) fn over(wizard: &Wizard) -> Option<&'static str> {
    Some(match wizard.schema().panel()? {
        SchemaPanel::Key(_) => "A metadata key",
        SchemaPanel::Options(_) => "Further options",
        SchemaPanel::Rename(_) => "Another name for a key",
        SchemaPanel::DeleteForEver(_) => "Delete a key for ever?",
        SchemaPanel::Infer(_) => "Keys that your data suggest",
    })
}

pub(super) fn step(wizard: &Wizard, screen: &mut Screen) {
    let step = wizard.schema();
    screen.lines.extend(step.notice().map(str::to_owned));
    if let Some(problem) = step.changed() {
        screen.problem(problem);
    }
    match step.panel() {
        Some(SchemaPanel::Key(form)) => return key_form(form, screen),
        Some(SchemaPanel::Options(form)) => {
            screen.line(format!("Options of {} so far: {}.", form.key, form.present.join(", ")));
            options(form.options.taken(), form.options.field().text(), Vec::new(), screen);
            return problem(form.problem.as_deref(), screen);
        }
        Some(SchemaPanel::Rename(form)) => {
            screen.line(format!("Another name for {}.", form.key));
            return word("New name", form, screen);
        }
        Some(SchemaPanel::DeleteForEver(form)) => {
            screen.line(format!("The key {} is deleted for ever: nobody can use its name again.", form.key));
            return word("Type the key's name to delete it", form, screen);
        }
        Some(SchemaPanel::Infer(form)) => return infer(form, screen),
        None => {}
    }
    if wizard.config().schema.skip {
        return screen.line("The metadata schema is left alone.");
    }
    if !matches!(step.view(), SchemaView::Read(_)) {
        return;
    }
    let kinds = [
        (ChangeKind::Add, "new"),
        (ChangeKind::Widen, "with further options"),
        (ChangeKind::Restore, "restored"),
        (ChangeKind::Conflict, "in conflict"),
        (ChangeKind::Delete, "deleted"),
        (ChangeKind::DeleteForEver, "deleted for ever"),
    ];
    let changes = kinds.iter().map(|(kind, word)| (step.count(kind), word)).filter(|(number, _)| *number > 0);
    let changes: Vec<String> = changes.map(|(number, word)| format!("{number} {word}")).collect();
    let changes = if changes.is_empty() { "no changes".to_owned() } else { changes.join(", ") };
    screen.line(format!("Metadata keys: {}. This import makes {changes}.", count(step.total() as u64)));
    if step.is_searching() {
        screen.line(format!("{} match the search.", count(step.found() as u64)));
        screen.questions.push(Question::search(step.search().text()));
    }
    screen.rows("Key", step.found() as u64, step.cursor() as u64, |place| {
        step.row(usize::try_from(place).ok()?).map(|row| self::row(&row))
    });
}

fn row(row: &SchemaRow) -> String {
    let mut text = row.key.clone();
    if !row.now.is_empty() {
        text += &format!(", {} in Encord", row.now);
    }
    if row.is_deleted {
        text += ", deleted";
    }
    if let Some((kind, then)) = &row.change {
        text += &match kind {
            ChangeKind::Add => format!(", new: {then}"),
            ChangeKind::Widen => format!(", gets options: {then}"),
            ChangeKind::Restore => format!(", is restored as {then}"),
            ChangeKind::Conflict => format!(", conflict: the import asks for {then}"),
            ChangeKind::Delete => ", is deleted by this import".to_owned(),
            ChangeKind::DeleteForEver => ", is deleted for ever by this import".to_owned(),
        };
    }
    if row.is_kept {
        text += ", Encord's type is kept";
    }
    if let Some(dropped) = &row.dropped {
        text += &format!(", taken out of the import: {dropped}");
    }
    text
}

fn problem(problem: Option<&str>, screen: &mut Screen) {
    screen.lines.extend(problem.map(|problem| format!("Problem: {problem}")));
}

fn word(name: &str, form: &WordForm, screen: &mut Screen) {
    problem(form.problem.as_deref(), screen);
    screen.questions.push(Question::text_field(name, form.field.text(), Vec::new(), Vec::new()));
}

/// Options are taken one by one; several at once have commas between them.
fn options(taken: &[String], typed: &str, before: Vec<Command>, screen: &mut Screen) {
    screen.line(match taken {
        [] => "No option is added yet.".to_owned(),
        taken => format!("Options added: {}.", taken.join(", ")),
    });
    let after = vec![Command::Act(Action::Next)];
    screen.questions.push(Question::text_field("Add options, with commas between them", typed, before, after));
}

fn key_form(form: &KeyForm, screen: &mut Screen) {
    let place = |focus| match focus {
        FormFocus::Name => 0,
        FormFocus::Kind => 1,
        FormFocus::Detail => 2,
    };
    let there = |focus| to_field(place(form.focus()), place(focus));
    screen.lines.extend(form.original().map(|key| format!("The key {key} of this import.")));
    problem(form.problem(), screen);
    screen.lines.extend(form.advice().map(str::to_owned));
    screen.line(format!("Type: {}, {}.", form.kind().name(), form.kind().meaning()));
    let name = Question::text_field("Name", form.name().text(), there(FormFocus::Name), Vec::new());
    screen.questions.push(name.helped(FormFocus::Name.key()));
    for (number, kind) in KeyKind::ALL.into_iter().enumerate() {
        let mut does = there(FormFocus::Kind);
        does.push(Command::Edit(Edit::Home));
        does.extend(vec![Command::Edit(Edit::Right); number]);
        let mark = if kind == form.kind() { ", selected" } else { "" };
        let name = format!("Type {}", kind.name());
        let kind = Question::choice(name, does).value(format!("{}{mark}", kind.meaning())).helped(kind.key());
        screen.questions.push(kind);
    }
    if !form.has_detail() {
        return;
    }
    if form.kind() == KeyKind::Enum {
        options(form.options().taken(), form.options().field().text(), there(FormFocus::Detail), screen);
    } else {
        let size = form.size().text();
        screen.questions.push(Question::text_field("Size", size, there(FormFocus::Detail), Vec::new()));
    }
}

fn infer(form: &InferForm, screen: &mut Screen) {
    screen.waits = form.is_reading();
    screen.lines.extend(form.notice().map(str::to_owned));
    if let Some(problem) = form.problem() {
        screen.problem(problem);
    }
    if let Some(found) = form.found() {
        let counts = found.counts();
        screen.line(format!("Looked at: {}.", found.sources().join(", ")));
        if found.is_part() {
            screen.line("There is more than was looked at.");
        }
        screen.line(format!("Keys found: {}. Accepted: {}.", counts.all, counts.accepted));
        if let Some((table, _, is_taken)) = found.table() {
            let taken = if is_taken { "becomes" } else { "does not become" };
            screen.line(format!("{table} {taken} the items' metadata table."));
        }
    }
    let Some(found) = form.list() else {
        let text = form.field().text();
        let label = "File to look at, or empty for what the config names";
        return screen.questions.push(Question::text_field(label, text, Vec::new(), Vec::new()));
    };
    if let Some(renaming) = found.renaming() {
        return word("New name", renaming, screen);
    }
    let proposals = found.proposals();
    screen.rows("Key", proposals.len() as u64, found.cursor() as u64, |place| {
        proposals.get(usize::try_from(place).ok()?).map(proposal)
    });
}

fn proposal(proposal: &Proposal) -> String {
    let state = match (proposal.is_accepted(), proposal.standing().is_settled()) {
        (true, _) => "accepted",
        (false, true) => "there already",
        (false, false) => "not accepted",
    };
    let kind = describe(&proposal.key_type().wire());
    let refused = match proposal.refused() {
        0 => String::new(),
        refused => format!(", {} values do not fit", count(refused)),
    };
    let reason = proposal.standing().reason(proposal.name());
    let reason = if reason.is_empty() { reason } else { format!(". {reason}") };
    format!("{}, {kind}, {state}{refused}{reason}", proposal.name())
}
