//! Step 1.

use crate::{
    format::count,
    plain::describe::{
        panels,
        screen::{Command, Kind, Question, Screen},
    },
    wizard::{
        Wizard,
        action::Action,
        check::{Check, CheckState},
        integration::{
            Focus,
            fields::{FieldKind, FieldName},
        },
    },
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
    screen.waits |= checks.iter().any(|check| check.state == CheckState::Running);
    if screen.waits {
        let finished = checks.iter().filter(|check| check.state.is_final()).count() as u64;
        if finished > 0 {
            screen.progress =
                Some(format!("{} of {} checks are finished.", count(finished), count(checks.len() as u64)));
        }
        return;
    }
    screen.line(result(&checks));
    checks.iter().for_each(|check| self::check(check, screen));
    if step.focus() == Focus::Checks {
        screen.folded("Check", checks.len() as u64, step.check_cursor() as u64, |place| {
            let check = checks.get(usize::try_from(place).ok()?)?;
            Some(format!("{}, {}", check.about().name, state(check.state)))
        });
    }
}

/// How all of them stand, in one sentence.
fn result(checks: &[Check]) -> String {
    let number = |state| checks.iter().filter(|check| check.state == state).count() as u64;
    let told = |state, one: &str, many: &str| {
        let number = number(state);
        (number > 0).then(|| format!("{} {}", count(number), if number == 1 { one } else { many }))
    };
    let parts: Vec<String> = [
        told(CheckState::Fail, "check fails", "checks fail"),
        told(CheckState::Pass, "check passes", "checks pass"),
        told(CheckState::Warn, "to look at", "to look at"),
        told(CheckState::Waiting, "waits", "wait"),
        told(CheckState::Skipped, "skipped", "skipped"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() { "Nothing was checked.".to_owned() } else { format!("{}.", parts.join(", ")) }
}

fn field(name: FieldName, wizard: &Wizard, screen: &mut Screen) {
    let step = wizard.integration();
    let away = step.distance_to(Focus::Field(name));
    let action = if away < 0 { Action::FocusPrevious } else { Action::FocusNext };
    let there = || vec![Command::Act(action); usize::try_from(away.unsigned_abs()).unwrap_or_default()];
    let then = |action| there().into_iter().chain([Command::Act(action)]).collect();
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
            screen.questions.push(Question::new(label, kind).value(value).helped(name.key()));
        }
        FieldKind::Choice => {
            let switch = Question::choice(label, then(Action::Toggle)).value(format!("{value}; choose to switch"));
            screen.questions.push(switch.helped(name.key()));
        }
        FieldKind::Pick => {
            let pick = Question::choice(label, then(Action::Browse)).value(format!("{value}; choose for a list"));
            screen.questions.push(pick.helped(name.key()));
        }
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
        CheckState::Warn => "to look at",
        CheckState::Fail => "failed",
        CheckState::Skipped => "skipped",
    }
}

fn check(check: &Check, screen: &mut Screen) {
    let name = check.about().name;
    let word = match check.state {
        CheckState::Fail => "Failed",
        CheckState::Warn => "To look at",
        _ => return,
    };
    screen.line(format!("{word}: {name}. {}", check.detail));
    let fix = check.fix.iter().flat_map(|fix| fix.lines());
    screen.lines.extend(fix.map(|fix| format!("What to do about {name}: {fix}")));
}
