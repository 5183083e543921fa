//! The sentence at the screen's end: the one thing to do now.

use crate::{
    tui::screens::render::RenderContext,
    wizard::{
        Wizard,
        action::Action,
        check::{Check, CheckState, Repair},
        integration::{
            Focus,
            fields::FieldName,
            panel::{CorsState, Panel},
            picker::Loading,
            sas_maker::SasState,
        },
        step::{Status, Step},
    },
};

pub(super) fn sentence(wizard: &Wizard, look: &RenderContext<'_>) -> String {
    match wizard.integration().panel() {
        Some(panel) => of_panel(panel, look),
        None => of_form(wizard, look),
    }
}

fn of_form(wizard: &Wizard, look: &RenderContext<'_>) -> String {
    let step = wizard.integration();
    let in_field = matches!(step.focus(), Focus::Field(_));
    let key = |action| look.key(action);
    let (enter, esc, tab, list) = (key(Action::Next), key(Action::Back), key(Action::FocusNext), key(Action::Browse));
    if step.input_problem().is_some() {
        let sign = look.glyphs().warn;
        return match in_field {
            true => format!("Correct the field marked with {sign}, then press {enter}."),
            false => format!("{tab} goes to the fields: correct the one marked with {sign}."),
        };
    }
    let is_empty = |name| step.field(name).is_some_and(|field| field.text().trim().is_empty());
    let checks = step.checks(wizard.config());
    let unchosen = step.chosen(wizard.config()).is_none() && !step.integrations().is_empty();
    let no_key = checks.iter().any(|check| check.id == "encord.key" && check.state == CheckState::Waiting);
    // The field that has the keyboard comes first.
    if let Focus::Field(name) = step.focus() {
        match name {
            FieldName::Passphrase => return format!("Type the passphrase of the SSH key; {enter} tries it."),
            FieldName::Account if is_empty(name) => {
                return format!("Type the account, or paste a SAS URL or connection string; then {enter}.");
            }
            FieldName::Container if is_empty(name) && !is_empty(FieldName::Account) => {
                return format!("Type the container; {list} lists those there are.");
            }
            FieldName::KeyFile if no_key && is_empty(name) => {
                return format!("Type the SSH key's file; {list} lists the keys found here.");
            }
            FieldName::Credential if is_empty(name) => {
                return format!("Name where the secret is, or paste it; then {enter}.");
            }
            FieldName::Integration if unchosen => {
                return format!("{enter} lists the integrations in Encord: choose the one for this account.");
            }
            _ => {}
        }
    }
    if step.is_discovering() {
        return "Looking for keys and sign-ins on this machine.".to_owned();
    }
    let passphrase = step.fields().contains(&FieldName::Passphrase) && is_empty(FieldName::Passphrase);
    let missing: Vec<&str> = [
        (no_key && is_empty(FieldName::KeyFile), "the SSH key"),
        (passphrase, "the passphrase of the SSH key"),
        (is_empty(FieldName::Account), "the storage account"),
        (is_empty(FieldName::Container), "the container"),
    ]
    .into_iter()
    .filter_map(|(is_missing, what)| is_missing.then_some(what))
    .collect();
    if !missing.is_empty() {
        let missing = match missing.split_last() {
            Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
            _ => missing.concat(),
        };
        let then = if in_field { "goes on" } else { "goes to the fields" };
        return format!("Still to fill in: {missing}. {tab} {then}.");
    }
    match wizard.status(Step::Integration) {
        Status::Working if in_field => format!("Checking; this takes a moment. {esc} goes to the checks."),
        Status::Working => "Checking; this takes a moment.".to_owned(),
        Status::Ready => ready(&checks, in_field, look),
        Status::Idle | Status::Blocked(_) => match in_field {
            true => in_the_form(&checks, look),
            false => failed(wizard, &checks, look),
        },
    }
}

fn ready(checks: &[Check], in_field: bool, look: &RenderContext<'_>) -> String {
    let (enter, esc) = (look.key(Action::Next), look.key(Action::Back));
    let count = |state| checks.iter().filter(|check| check.state == state).count();
    let state = match (count(CheckState::Fail), count(CheckState::Warn)) {
        (0, 0) => "Everything is ready.".to_owned(),
        (0, 1) => "Ready; one check is worth a look.".to_owned(),
        (0, some) => format!("Ready; {some} checks are worth a look."),
        (1, _) => "Ready, despite one failed check.".to_owned(),
        (some, _) => format!("Ready, despite {some} failed checks."),
    };
    match in_field {
        true => format!("{state} {esc} leaves the form, then {enter} goes on."),
        false => format!("{state} {enter} goes on to the schema."),
    }
}

fn in_the_form(checks: &[Check], look: &RenderContext<'_>) -> String {
    match checks.iter().find(|check| check.state == CheckState::Fail) {
        Some(check) => {
            let esc = look.key(Action::Back);
            format!("Failed: {}. {esc} goes to the checks, which say what to do.", check.about().name)
        }
        None => format!("{} takes what you typed and checks it.", look.key(Action::Next)),
    }
}

/// What to do about the failed check under the cursor, else about the first one.
fn failed(wizard: &Wizard, checks: &[Check], look: &RenderContext<'_>) -> String {
    let at = wizard.integration().check_cursor();
    let is_failed = |check: &&Check| check.state == CheckState::Fail;
    let under_cursor = checks.get(at).filter(is_failed);
    let (fix, details, again) = (look.key(Action::Fix), look.key(Action::Toggle), look.key(Action::Refresh));
    let Some(check) = under_cursor else {
        return match checks.iter().find(is_failed) {
            Some(check) => {
                let move_there = look.key(Action::Up);
                format!("Failed: {}. {move_there} moves there; {again} checks again.", check.about().name)
            }
            None => format!("{again} checks again."),
        };
    };
    let overrule = wizard.hints().iter().any(|hint| hint.action == Action::Overrule);
    match &check.repair {
        Some(Repair::Cors(_)) => format!("{fix} shows the missing rules, and adds them if you say so."),
        Some(Repair::SwitchRegion(_)) => format!("{fix} switches to the region that knows this key."),
        Some(Repair::NewIntegration) if wizard.integration().integrations().is_empty() => {
            format!("{fix} shows how to add an integration in Encord.")
        }
        Some(Repair::NewIntegration) => {
            format!("{fix} lists the integrations in Encord: choose the one for this account.")
        }
        None if overrule => {
            let overrule = look.key(Action::Overrule);
            format!("Put it right, then {again} checks again; {details} says more, {overrule} goes on anyway.")
        }
        None => format!("Put it right, then {again} checks again; {details} says more."),
    }
}

fn of_panel(panel: &Panel, look: &RenderContext<'_>) -> String {
    let key = |action| look.key(action);
    let (enter, esc) = (key(Action::Next), key(Action::Back));
    match panel {
        Panel::Picker(picker) => match picker.state() {
            Loading::Failed(_) => format!("{esc} closes the list; what you know can be typed into the field."),
            Loading::Running(_) => "Reading the list.".to_owned(),
            Loading::Done if picker.total() == 0 => format!("{esc} closes the list."),
            Loading::Done if picker.rows().len() == 0 => "Search for less: Ctrl-U clears what was typed.".to_owned(),
            Loading::Done if picker.current().is_some_and(|row| !row.is_usable) => {
                "This one will not do; choose another.".to_owned()
            }
            Loading::Done => format!("Type to search; {enter} chooses."),
        },
        Panel::Folders(_) => {
            format!(
                "{} chooses a folder, {} opens it, {enter} takes the choice over.",
                key(Action::Toggle),
                key(Action::Right)
            )
        }
        Panel::Guide(guide) if guide.is_watching() => {
            "Enter these values in Encord's form; the new integration is picked up here.".to_owned()
        }
        Panel::Guide(_) => format!("Sign in to Encord first: {esc} goes back to the checks."),
        Panel::Sas(maker) => match maker.state() {
            SasState::Choosing => format!("Choose the terms; {enter} makes the token. Nothing is sent anywhere."),
            SasState::Running(_) => "Making the token.".to_owned(),
            SasState::Made(_) if maker.is_copied() => {
                format!("Copied: paste it into Encord's form. {esc} forgets the token.")
            }
            SasState::Made(_) => format!("{} copies the token; {esc} forgets it.", key(Action::Copy)),
            SasState::Failed(_) => format!("{enter} tries again, {esc} closes."),
        },
        Panel::Cors(review) => match review.state {
            CorsState::Review | CorsState::ReviewAgain => {
                format!("{} changes the account's rules, {} leaves them.", key(Action::Yes), key(Action::No))
            }
            CorsState::Writing(_) => "Writing the rules and trying them.".to_owned(),
            CorsState::Done => format!("{enter} goes back to the checks."),
            CorsState::Failed(_) => format!("{esc} goes back to the checks."),
        },
        Panel::Details(_) => format!("{esc} goes back to the checks."),
        Panel::Overrule(_) => format!("{} goes on anyway, {} stays here.", key(Action::Yes), key(Action::No)),
    }
}
