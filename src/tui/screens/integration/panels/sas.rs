//! Makes the SAS that Encord's form asks for.

use ratatui::{
    style::Style,
    text::{Line, Span},
};
use secrecy::ExposeSecret;

use crate::{
    config::azure::AuthKind,
    tui::{screens::render::RenderContext, text},
    wizard::{
        Wizard,
        action::Action,
        integration::sas_maker::{SasMaker, SasState},
    },
};

const LABEL: usize = 14;

pub(super) fn lines(maker: &SasMaker, wizard: &Wizard, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let wish = maker.wish();
    let rights = if wish.may_write { "Read, List, Write, Add, Create" } else { "Read, List" };
    let lifetime = lifetime(wish.days);
    let mut lines = vec![
        choice(maker, 0, "Rights", rights, look),
        choice(maker, 1, "Lasts", &lifetime, look),
        Line::from(vec![
            Span::raw(format!("  {:<LABEL$}", "Always")),
            Span::styled(
                look.cut("containers and objects of the Blob service, https only", columns - LABEL - 2),
                look.theme.dim(),
            ),
        ]),
        Line::default(),
    ];
    let mut warn = |sentence: &str| {
        let sign = Span::styled(format!("{} ", look.glyphs().warn), look.theme.warn());
        lines.extend(look.hanging(sign, sentence, Style::new(), columns));
    };
    let is_open = matches!(maker.state(), SasState::Choosing | SasState::Failed(_));
    if is_open && maker.is_short() {
        warn("When the token ends, every file registered through it stops opening. Take more than a year.");
    }
    if is_open && !wish.may_write {
        warn("Without Write, Add and Create Encord can neither re-encode videos nor make image sequences.");
    }
    if matches!(maker.state(), SasState::Choosing) && wizard.integration().sign_in() != AuthKind::AccountKey {
        warn("Only an account key can sign such a token: sign in to Azure with one first.");
    }
    match maker.state() {
        SasState::Choosing => {}
        SasState::Running(_) => lines.push(Line::from(format!("Making it{}", look.glyphs().ellipsis))),
        SasState::Failed(problem) => lines.extend(look.problem(problem, columns)),
        SasState::Made(token) => {
            lines.push(look.title("Shown once: copy it now. It is kept nowhere."));
            lines.extend(text::wrap(token.expose_secret(), columns).into_iter().map(Line::from));
            lines.push(Line::default());
            lines.push(match maker.is_copied() {
                true => Line::from(vec![
                    Span::styled(format!("{} ", look.glyphs().ok), look.theme.ok()),
                    Span::raw("handed to the terminal's clipboard"),
                ]),
                false => Line::from(vec![
                    Span::styled(look.key(Action::Copy), look.theme.key()),
                    Span::raw(" copies it into the terminal's clipboard"),
                ]),
            });
        }
    }
    while lines.last().is_some_and(|line| line.width() == 0) {
        lines.pop();
    }
    lines
}

fn choice(maker: &SasMaker, row: usize, name: &str, value: &str, look: &RenderContext<'_>) -> Line<'static> {
    let is_open = matches!(maker.state(), SasState::Choosing | SasState::Failed(_));
    let [open, close] = look.glyphs().choice;
    match is_open && maker.row() == row {
        true => Line::from(vec![
            Span::styled(format!("{} {name:<LABEL$}", look.glyphs().cursor), look.theme.accent()),
            Span::raw(format!("{open} {value} {close}")),
        ]),
        false => Line::from(format!("  {name:<LABEL$}{value}")),
    }
}

fn lifetime(days: u32) -> String {
    match (days % 365, days / 365) {
        (0, 1) => "1 year".to_owned(),
        (0, years) => format!("{years} years"),
        _ => format!("{days} days"),
    }
}
