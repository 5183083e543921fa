//! What a repair would change of the account's CORS rules.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use crate::{
    endpoints::cors::describe,
    tui::screens::{integration::panels::answers, render::RenderContext},
    wizard::{
        Wizard,
        integration::panel::{CorsReview, CorsState},
    },
};

/// In at most so many lines: what stays as it is gives way to what changes.
pub(super) fn lines(
    review: &CorsReview,
    wizard: &Wizard,
    look: &RenderContext<'_>,
    columns: usize,
    height: usize,
) -> Vec<Line<'static>> {
    let mut head = Vec::new();
    if review.state == CorsState::ReviewAgain {
        let sign = Span::styled(format!("{} ", look.glyphs().warn), look.theme.warn());
        let words = "Somebody changed the rules meanwhile, so nothing was written. This would be the change now:";
        head.extend(look.hanging(sign, words, Style::new(), columns));
    }
    let account = wizard.config().azure.account_url().unwrap_or_default();
    let label = |name: &str| Span::styled(format!("{name:<12}"), look.theme.accent());
    head.extend(look.hanging(label("Account"), &account, Style::new(), columns));
    let origins = if review.state == CorsState::Done { "Now served" } else { "Missing" };
    head.extend(look.hanging(label(origins), &review.plan.missing.join(", "), Style::new(), columns));
    head.push(Line::default());
    let foot = foot(review, look, columns);
    let (kept, changed): (Vec<_>, Vec<_>) = describe(&review.plan).into_iter().partition(|line| line.sign == ' ');
    for line in changed {
        let style = if line.sign == '+' { look.theme.ok() } else { look.theme.warn() };
        head.extend(look.hanging(Span::styled(format!("{} ", line.sign), style), &line.text, style, columns));
    }
    let others = match kept.len() {
        0 => "There are no other rules.".to_owned(),
        1 => "The other rule stays as it is.".to_owned(),
        some => format!("The other {some} rules stay as they are."),
    };
    head.extend(look.hanging(Span::raw("  "), &others, look.theme.dim(), columns));
    for rule in kept {
        let lines = look.hanging(Span::raw("    "), &rule.text, look.theme.dim(), columns);
        if head.len() + lines.len() + foot.len() > height {
            break;
        }
        head.extend(lines);
    }
    let mut lines = look.fit(head, height.saturating_sub(foot.len()));
    lines.extend(foot);
    lines
}

fn foot(review: &CorsReview, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let mut lines = vec![Line::default()];
    match &review.state {
        CorsState::Review | CorsState::ReviewAgain => lines.push(answers(look, "change the rules", "leave them")),
        CorsState::Writing(_) => {
            let sign = Span::styled(format!("{} ", look.glyphs().working), look.theme.accent());
            lines.extend(look.hanging(
                sign,
                "Writing the rules, reading them back, trying them",
                Style::new(),
                columns,
            ));
        }
        CorsState::Done => {
            let sign = Span::styled(format!("{} ", look.glyphs().ok), look.theme.ok());
            lines.extend(look.hanging(sign, "Written, read back and tried.", Style::new(), columns));
        }
        CorsState::Failed(problem) => lines.extend(look.problem(problem, columns)),
    }
    lines
}
