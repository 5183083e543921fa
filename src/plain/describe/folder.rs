//! Step 4.

use crate::{
    format::counted,
    plain::describe::screen::{Command, Question, Screen, to_field},
    wizard::{
        Wizard,
        action::Edit,
        destination::FolderDetails,
        folder::{
            form::FolderForm,
            messages::FolderRow,
            mirror::LIMITS as MIRROR_LIMITS,
            tree::{Branch, More},
        },
        help,
        plan::words::{destination_words, present_words},
    },
};

pub(super) fn over(wizard: &Wizard) -> Option<&'static str> {
    let step = wizard.folder();
    match (step.form(), step.search()) {
        (Some(form), _) if form.choice().is_some() => Some("Folders of that name"),
        (Some(form), _) if form.mirror_part().is_some() => Some("A folder that mirrors the container"),
        (Some(_), _) => Some("A new folder"),
        (None, Some(_)) => Some("Search"),
        (None, None) => None,
    }
}

pub(super) fn step(wizard: &Wizard, screen: &mut Screen) {
    let step = wizard.folder();
    screen.lines.extend(step.notice().map(str::to_owned));
    if let Some(form) = step.form() {
        return self::form(form, screen);
    }
    if let Some(destination) = step.destination() {
        let words = destination_words(destination).into_iter().chain(destination.notes.iter().cloned());
        screen.lines.extend(words.map(|words| format!("Destination: {words}")));
        if step.is_twin() {
            screen.line("A folder beside the destination has the same name.");
        }
    }
    if let (Some(problem), true) = (step.problem(), step.destination().is_some()) {
        screen.problem(problem);
    }
    let items = wizard.manifest().built().map_or(0, |facts| facts.summary.total_items());
    match step.present() {
        Some(Ok(present)) if step.is_counting() => screen.progress = Some(present_words(present, items)),
        Some(Ok(present)) => screen.line(present_words(present, items)),
        Some(Err(problem)) => screen.problem(problem),
        None => {}
    }
    screen.waits = step.is_resolving() || step.is_counting();
    if let Some(search) = step.search() {
        screen.waits |= search.is_reading();
        if let Some(problem) = search.problem() {
            screen.problem(problem);
        }
        screen.questions.push(Question::search(search.field().text()));
        screen.rows("Folder", search.rows().len() as u64, search.cursor() as u64, |place| {
            search.rows().get(usize::try_from(place).ok()?).map(row)
        });
        return more(search.more(), screen);
    }
    let tree = step.tree();
    screen.waits |= tree.is_reading();
    if let Some(problem) = tree.problem() {
        screen.problem(problem);
    }
    screen.rows("Folder", tree.len() as u64, tree.cursor() as u64, |place| {
        let place = usize::try_from(place).ok()?;
        let shown = tree.row(place)?;
        let path = tree.reference(place).map(|folder| folder.path).unwrap_or_default();
        let branch = match shown.branch {
            Branch::Closed => "closed",
            Branch::Reading => "being read",
            Branch::Open => "open",
            Branch::Empty => "open, without folders in it",
            Branch::Failed => "cannot be read",
        };
        let twin = if shown.is_twin { ", another one has the same name" } else { "" };
        Some(format!("{path}, level {}, {branch}{}{twin}", shown.depth + 1, told(shown.folder)))
    });
    more(tree.more(), screen);
    if let Some(folder) = step.current() {
        screen.waits |= step.is_peeking(folder.uuid);
        match step.details(folder.uuid) {
            Some(Ok(found)) => details(found, screen),
            Some(Err(problem)) => screen.problem(problem),
            None => {}
        }
    }
}

fn more(more: More, screen: &mut Screen) {
    match more {
        More::None => {}
        More::Below => screen.line("There are more folders than are read so far; go to the last one to read on."),
        More::Reading => screen.waits = true,
        More::Failed => screen.line("The next folders could not be read; choosing a row tries again."),
    }
}

fn told(folder: &FolderRow) -> String {
    let synced = if folder.synced { ", mirrors a container and takes no uploads" } else { "" };
    let about = if folder.description.is_empty() { String::new() } else { format!(", {}", folder.description) };
    format!("{synced}{about}")
}

fn row(folder: &FolderRow) -> String {
    format!("{}{}", folder.path.as_ref().unwrap_or(&folder.name), told(folder))
}

fn details(found: &FolderDetails, screen: &mut Screen) {
    let path = &found.folder.path;
    let held = found.counts.as_ref().map(|counts| {
        let [items, folders] = [counted(counts.items, "item", "items"), counted(counts.folders, "folder", "folders")];
        format!(" holds {items} and {folders},")
    });
    screen.line(format!("The folder {path}{} belongs to {}.", held.unwrap_or_default(), found.owner));
    screen.lines.extend(found.remote_url.as_ref().map(|url| format!("It mirrors {url}.")));
}

fn form(form: &FolderForm, screen: &mut Screen) {
    screen.waits = form.is_looking();
    screen.lines.extend(form.problem().map(|problem| format!("Problem: {problem}")));
    if let Some(choice) = form.choice() {
        let total = choice.rows().len() as u64 + u64::from(!choice.is_exact());
        screen.line(format!("There are folders that may be meant by {}.", choice.name()));
        return screen.rows("Choice", total, choice.cursor() as u64, |place| {
            let found = usize::try_from(place).ok().and_then(|place| choice.rows().get(place));
            Some(found.map_or_else(
                || format!("a new folder, {}", choice.path()),
                |folder| format!("the folder {}", row(folder)),
            ))
        });
    }
    if let Some(mirror) = form.mirror_part() {
        screen.line(format!("The folder would mirror {}.", mirror.remote_url()));
        screen.lines.extend(mirror.again().map(|folder| format!("The folder {} is synced again.", folder.path)));
        screen.lines.extend(MIRROR_LIMITS.iter().map(|limit| (*limit).to_owned()));
    }
    screen.lines.extend(form.path().map(|path| format!("Its whole path: {path}.")));
    screen.lines.extend(form.unchanged().map(|path| format!("An empty name stands for {path}.")));
    let fields = form.fields();
    let place = |field| fields.iter().position(|other| *other == field).unwrap_or_default();
    for field in fields.iter().copied() {
        let there = to_field(place(form.focus()), place(field));
        let label = &help::field(field.key()).label;
        let label = label.clone();
        match form.field(field) {
            Some(typed) => {
                let typed = Question::text_field(label, typed.text(), there, Vec::new());
                screen.questions.push(typed.helped(field.key()));
            }
            None => {
                let value = form.place().map_or("at the top", |place| place.path.as_str());
                let switch = there.into_iter().chain([Command::Edit(Edit::Right)]).collect();
                if form.has_places() {
                    screen.questions.push(Question::choice(label, switch).value(format!("{value}; choose to switch")));
                } else {
                    screen.line(format!("{label}: {value}."));
                }
            }
        }
    }
}
