//! The panels of step 1.

use secrecy::ExposeSecret;

use crate::{
    endpoints::cors,
    plain::describe::{
        integration::state,
        screen::{Command, Question, Screen},
    },
    wizard::{
        Wizard,
        action::Action,
        check::about,
        integration::{
            panel::{CorsReview, CorsState, Panel},
            picker::{Loading, PickerKind},
            sas_maker::{SasMaker, SasState},
        },
    },
};

pub(super) fn title(panel: &Panel) -> &'static str {
    match panel {
        Panel::Picker(picker) => match picker.kind() {
            PickerKind::Regions => "Encord's regions",
            PickerKind::Keys => "SSH keys on this machine",
            PickerKind::Integrations => "Cloud integrations in Encord",
            PickerKind::SignIn => "Ways to sign in to Azure",
            PickerKind::Containers => "Containers of the account",
        },
        Panel::Folders(_) => "Folders to import",
        Panel::Guide(_) => "A new integration in Encord",
        Panel::Sas(_) => "A SAS for Encord",
        Panel::Cors(_) => "CORS rules of the storage account",
        Panel::Details(details) => about(details.id).name,
        Panel::Overrule(_) => "Go on anyway?",
    }
}

pub(super) fn panel(panel: &Panel, wizard: &Wizard, screen: &mut Screen) {
    match panel {
        Panel::Picker(picker) => {
            loading(picker.state(), screen);
            if matches!(picker.state(), Loading::Done) {
                screen.line(format!("{} of {} rows match.", picker.rows().len(), picker.total()));
            }
            screen.questions.push(Question::search(picker.search().text()));
            let rows: Vec<_> = picker.rows().collect();
            screen.rows("Row", rows.len() as u64, picker.cursor() as u64, |place| {
                let row = rows.get(usize::try_from(place).ok()?)?;
                let usable = if row.is_usable { "" } else { ", cannot be chosen" };
                let note = if row.note.is_empty() { String::new() } else { format!(", {}", row.note) };
                Some(format!("{}{note}{usable}", row.label))
            });
        }
        Panel::Folders(browser) => {
            loading(browser.state(), screen);
            let place = if browser.at().is_empty() { "the container's top" } else { browser.at() };
            screen.line(format!("Folders in {place}."));
            screen.line(match browser.chosen() {
                [] => "Chosen: the whole container.".to_owned(),
                chosen => format!("Chosen: {}.", chosen.join(", ")),
            });
            let folders = &browser.page().folders;
            screen.rows("Folder", folders.len() as u64, browser.cursor() as u64, |place| {
                let folder = folders.get(usize::try_from(place).ok()?)?;
                let chosen = if browser.chosen().contains(folder) { ", chosen" } else { "" };
                Some(format!("{folder}{chosen}"))
            });
        }
        Panel::Guide(guide) => {
            screen.line("Encord makes integrations in its web interface only. These are the fields of its form.");
            if guide.is_watching() {
                screen.line("As soon as the new integration is there, it is taken by itself.");
            }
            if let Some(problem) = guide.trouble() {
                screen.problem(problem);
            }
            screen.lines.extend(guide.copied().map(|label| format!("Copied: {label}.")));
            let rows = guide.rows(wizard.config());
            screen.lines.extend(rows.iter().map(|row| format!("{}: {}", row.label, row.value)));
            screen.rows("Entry", rows.len() as u64, guide.cursor() as u64, |place| {
                Some(rows.get(usize::try_from(place).ok()?)?.label.to_owned())
            });
        }
        Panel::Sas(maker) => sas(maker, screen),
        Panel::Cors(review) => cors_review(review, screen),
        Panel::Details(details) => {
            let checks = wizard.integration().checks(wizard.config());
            if let Some(check) = checks.iter().find(|check| check.id == details.id) {
                screen.line(format!("{}: {}. {}", check.about().name, state(check.state), check.detail));
                screen.line(format!("Why it matters: {}", check.about().why));
                let fix = check.fix.iter().flat_map(|fix| fix.lines());
                screen.lines.extend(fix.map(|fix| format!("What to do: {fix}")));
            }
        }
        Panel::Overrule(ids) => {
            for about in ids.iter().map(|id| about(id)) {
                screen.line(format!("Failed: {}. {}", about.name, about.why));
            }
            screen.line(
                "The items can be registered all the same, but may not open in Encord until this is put right. That you went \
                 on is recorded with the run.",
            );
        }
    }
}

fn loading(state: &Loading, screen: &mut Screen) {
    match state {
        Loading::Running(_) => screen.waits = true,
        Loading::Done => {}
        Loading::Failed(problem) => screen.problem(problem),
    }
}

fn sas(maker: &SasMaker, screen: &mut Screen) {
    let wish = maker.wish();
    let rights = if wish.may_write { "Read, List, Write, Add, Create" } else { "Read, List" };
    screen.line("The token is for containers and objects of the Blob service, over HTTPS only.");
    match maker.state() {
        SasState::Made(token) => {
            screen.line("The token is shown once and kept nowhere. It follows on a line of its own.");
            screen.line(token.expose_secret());
            return;
        }
        SasState::Running(_) => {
            screen.waits = true;
            return;
        }
        SasState::Failed(problem) => screen.problem(problem),
        SasState::Choosing => {}
    }
    if maker.is_short() {
        screen.line("When the token ends, every file registered through it stops opening. Take more than a year.");
    }
    let rows = [("Rights", rights.to_owned()), ("Lasts", format!("{} days", wish.days))];
    for (place, (name, value)) in rows.into_iter().enumerate() {
        let action = if place < maker.row() { Action::Up } else { Action::Down };
        let mut does = vec![Command::Act(action); place.abs_diff(maker.row())];
        does.push(Command::Act(Action::Toggle));
        screen.questions.push(Question::choice(name, does).value(format!("{value}; choose to change")));
        if place == maker.row() {
            screen.subject = Some(name.to_owned());
        }
    }
}

fn cors_review(review: &CorsReview, screen: &mut Screen) {
    match &review.state {
        CorsState::ReviewAgain => {
            screen.line("Somebody changed the rules meanwhile, so nothing was written. This would be the change now.");
        }
        CorsState::Review => screen.line("This would change the rules of the whole storage account."),
        CorsState::Writing(_) => {
            screen.waits = true;
            return;
        }
        CorsState::Done => return screen.line("Written, read back and tried."),
        CorsState::Failed(problem) => return screen.problem(problem),
    }
    screen.line(format!("Origins that are not served: {}.", review.plan.missing.join(", ")));
    for line in cors::describe(&review.plan) {
        let word = match line.sign {
            '+' => "Added",
            ' ' => "Stays",
            _ => "Removed",
        };
        screen.line(format!("{word}: {}", line.text));
    }
}
