//! Step 1.

use super::{Do, Kind, Question, Screen, panels};
use crate::{
    numbers::count,
    wizard::{Action, Check, CheckState, FieldKind, FieldName, Focus, Wizard},
};

pub(super) fn step(wizard: &Wizard, screen: &mut Screen) {
    let step = wizard.integration();
    let checks = step.checks(wizard.config());
    if let Some(panel) = step.panel() {
        return panels::panel(panel, wizard, screen);
    }
    screen.waits = step.is_discovering();
    for name in step.fields() {
        field(name, wizard, screen);
    }
    screen.lines.extend(step.input_problem().map(|(name, why)| format!("Problem with {}: {why}.", name.label())));
    for check in checks.iter().filter(|check| check.state.is_final()) {
        self::check(check, screen);
    }
    screen.waits |= checks.iter().any(|check| check.state == CheckState::Running);
    let open = |state| checks.iter().filter(|check| check.state == state).count() as u64;
    if !screen.waits {
        let [ok, warned, failed] = [CheckState::Pass, CheckState::Warn, CheckState::Fail].map(open).map(count);
        screen.line(format!("Checks: {ok} ok, {warned} worth a look, {failed} failed."));
    }
    if step.focus() == Focus::Checks && !screen.waits {
        screen.rows("Check", checks.len() as u64, step.check_cursor() as u64, |place| {
            let check = checks.get(usize::try_from(place).ok()?)?;
            Some(format!("{}, {}", check.about().name, state(check.state)))
        });
    }
}

fn field(name: FieldName, wizard: &Wizard, screen: &mut Screen) {
    let step = wizard.integration();
    let away = step.distance_to(Focus::Field(name));
    let action = if away < 0 { Action::FocusPrevious } else { Action::FocusNext };
    let there = || vec![Do::Act(action); usize::try_from(away.unsigned_abs()).unwrap_or_default()];
    let then = |action| there().into_iter().chain([Do::Act(action)]).collect();
    let label = name.label();
    let typed = step.field(name).filter(|_| name.kind() == FieldKind::Text);
    let value = match typed {
        Some(field) if step.is_masked(name) && !field.text().is_empty() => "a secret, kept in memory only".to_owned(),
        Some(field) => field.text().to_owned(),
        None => step.value(name, wizard.config()),
    };
    let value = if value.is_empty() { "empty".to_owned() } else { value };
    match name.kind() {
        FieldKind::Text => {
            let is_secret = matches!(name, FieldName::Passphrase | FieldName::Credential);
            let kind = Kind::Text { before: there(), after: Vec::new(), is_secret };
            screen.questions.push(Question { key: None, name: label.to_owned(), value: Some(value), kind });
        }
        FieldKind::Choice => {
            screen
                .questions
                .push(Question::choice(label, then(Action::Toggle)).value(format!("{value}; choose to switch")));
        }
        FieldKind::Pick => screen.questions.push(Question::choice(label, then(Action::Browse)).value(value)),
    }
    if name.has_list() && name.kind() != FieldKind::Pick {
        screen.questions.push(Question::choice(format!("{label}, from a list"), then(Action::Browse)));
    }
}

pub(super) fn state(state: CheckState) -> &'static str {
    match state {
        CheckState::Waiting => "waiting",
        CheckState::Running => "running",
        CheckState::Pass => "ok",
        CheckState::Warn => "worth a look",
        CheckState::Fail => "failed",
        CheckState::Skipped => "skipped",
    }
}

fn check(check: &Check, screen: &mut Screen) {
    screen.line(format!("Check {}: {}. {}", check.about().name, state(check.state), check.detail));
    if matches!(check.state, CheckState::Fail | CheckState::Warn) {
        let name = check.about().name;
        screen.line(format!("Why {name} matters: {}", check.about().why));
        let fix = check.fix.iter().flat_map(|fix| fix.lines());
        screen.lines.extend(fix.map(|fix| format!("What to do about {name}: {fix}")));
    }
}
