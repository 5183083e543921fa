//! The sentence at the screen's end: the one thing to do now.

use super::super::parts::Look;
use crate::wizard::{
    Action, Check, CheckState, CorsState, FieldName, Focus, Loading, Panel, Repair, SasState, Status, Step, Wizard,
};

pub(super) fn sentence(wizard: &Wizard, look: &Look<'_>) -> String {
    match wizard.integration().panel() {
        Some(panel) => of_panel(panel, look),
        None => of_form(wizard, look),
    }
}

fn of_form(wizard: &Wizard, look: &Look<'_>) -> String {
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
    let fields = step.fields();
    if fields.contains(&FieldName::Passphrase) && is_empty(FieldName::Passphrase) {
        return match step.focus() {
            Focus::Field(FieldName::Passphrase) => format!("Type the passphrase of the SSH key, then press {enter}."),
            _ => format!("The SSH key is encrypted: {tab} goes to the fields, type its passphrase there."),
        };
    }
    if step.is_discovering() {
        return "Looking for keys and sign-ins on this machine.".to_owned();
    }
    if is_empty(FieldName::Account) {
        return match step.focus() {
            Focus::Field(FieldName::Account) => {
                format!("Type the storage account, or paste a SAS URL or a connection string; then {enter}.")
            }
            _ => format!("Fill in the storage account and the container: {tab} goes to the fields."),
        };
    }
    if is_empty(FieldName::Container) {
        return match step.focus() {
            Focus::Field(FieldName::Container) => format!("Type the container, or {list} lists those there are."),
            _ => format!("Fill in the container: {tab} goes to the fields."),
        };
    }
    let checks = step.checks(wizard.config());
    if checks.iter().any(|check| check.id == "encord.key" && check.state == CheckState::Waiting) {
        return match step.focus() {
            Focus::Field(FieldName::KeyFile) => {
                format!("Type the SSH key's file, or {list} lists the keys found here.")
            }
            _ => format!("Choose the SSH key that Encord knows you by: {tab} goes to the fields."),
        };
    }
    match wizard.status(Step::Integration) {
        Status::Working if in_field => format!("Checking; this takes a moment. {esc} goes to the checks."),
        Status::Working => "Checking; this takes a moment.".to_owned(),
        Status::Ready => ready(&checks, in_field, look),
        Status::Idle | Status::Blocked(_) => match in_field {
            true => in_the_form(wizard, &checks, look),
            false => failed(wizard, &checks, look),
        },
    }
}

fn ready(checks: &[Check], in_field: bool, look: &Look<'_>) -> String {
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

fn in_the_form(wizard: &Wizard, checks: &[Check], look: &Look<'_>) -> String {
    let step = wizard.integration();
    let unchosen = step.chosen(wizard.config()).is_none() && !step.integrations().is_empty();
    match step.focus() {
        Focus::Field(FieldName::Integration) if unchosen => {
            format!("{} lists the integrations in Encord: choose the one for this account.", look.key(Action::Next))
        }
        _ => {
            let failed = checks.iter().find(|check| check.state == CheckState::Fail);
            let name = failed.map_or("a check", |check| check.about().name);
            format!("Failed: {name}. {} goes to the checks, which say what to do.", look.key(Action::Back))
        }
    }
}

/// What to do about the failed check under the cursor, else about the first one.
fn failed(wizard: &Wizard, checks: &[Check], look: &Look<'_>) -> String {
    let at = wizard.integration().check_cursor();
    let is_failed = |check: &&Check| check.state == CheckState::Fail;
    let under_cursor = checks.get(at).filter(is_failed);
    let (fix, details, again) = (look.key(Action::Fix), look.key(Action::Toggle), look.key(Action::Refresh));
    let Some(check) = under_cursor else {
        return match checks.iter().find(is_failed) {
            Some(check) => {
                format!("Failed: {}. {} goes there, {again} checks again.", check.about().name, look.key(Action::Up))
            }
            None => format!("{again} checks again."),
        };
    };
    let overrule = wizard.hints().iter().any(|hint| hint.action == Action::Overrule);
    match &check.repair {
        Some(Repair::Cors(_)) => format!("{fix} shows the rules that are missing and adds them."),
        Some(Repair::SwitchRegion(_)) => format!("{fix} switches to the region that knows this key."),
        Some(Repair::NewIntegration) if wizard.integration().integrations().is_empty() => {
            format!("{fix} shows how to add an integration in Encord.")
        }
        Some(Repair::NewIntegration) => {
            format!("{fix} lists the integrations in Encord: choose the one for this account.")
        }
        None if overrule => {
            format!("{details} says what to do; {again} checks again, {} goes on anyway.", look.key(Action::Overrule))
        }
        None => format!("{details} says what to do; then {again} checks again."),
    }
}

fn of_panel(panel: &Panel, look: &Look<'_>) -> String {
    let key = |action| look.key(action);
    let (enter, esc) = (key(Action::Next), key(Action::Back));
    match panel {
        Panel::Picker(picker) => match picker.state() {
            Loading::Failed(_) => format!("{esc} closes the list; what you know can be typed into the field."),
            Loading::Running(_) => "Reading the list.".to_owned(),
            Loading::Done if picker.total() == 0 => format!("{esc} closes the list."),
            Loading::Done if picker.rows().len() == 0 => "Search for less: Ctrl-U clears what was typed.".to_owned(),
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
            "Fill in Encord's form with these values. The new integration is picked up here.".to_owned()
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
