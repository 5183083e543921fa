//! What does the same without the wizard: the config as TOML, and the command.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};
use unicode_segmentation::UnicodeSegmentation;

use crate::{
    tui::{
        screens::{
            render::{RenderContext, put, take_bottom, take_top},
            upload::window,
        },
        text,
    },
    wizard::{
        Wizard,
        action::Action,
        plan::{Plan, equivalent::config_text},
        upload::Equivalent,
    },
};

pub(super) fn draw(
    frame: &mut Frame<'_>,
    area: Rect,
    wizard: &Wizard,
    plan: &Plan,
    shown: Equivalent,
    look: &RenderContext<'_>,
) {
    let columns = usize::from(area.width);
    let mut head = vec![look.title("The same without the wizard")];
    head.extend(command(wizard, plan, look, columns));
    head.push(Line::default());
    let (copy, back) = (look.key(Action::Copy), look.key(Action::Back));
    let next = match shown.is_copied {
        true => format!("The config was copied; {back} goes back to the plan."),
        false => format!("{copy} copies the config, which holds no secrets; {back} goes back to the plan."),
    };
    let foot = look.next(&next, columns);
    let (body, foot_area) = take_bottom(area, foot.len());
    put(frame, foot_area, foot);
    let (head_area, body) = take_top(body, head.len());
    put(frame, head_area, head);
    let entries = config_text(wizard.config()).lines().map(|line| broken(line, columns, look)).collect();
    put(frame, body, window(entries, shown.scroll, usize::from(body.height), look));
}

/// The command that carries the plan out, and what it would not do.
fn command(wizard: &Wizard, plan: &Plan, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let flags = plan.flags();
    // After an edit the command would do something else than the review says.
    let known = look.labels.headless_command.as_ref().filter(|_| !wizard.is_edited());
    let mut lines = match known {
        Some(command) => {
            let name = Span::styled("Command  ", look.theme.accent());
            look.hanging(name, &format!("{command}{flags}"), Style::new(), columns)
        }
        None if look.labels.is_demo => {
            let words = format!("With a config of your own: azure-to-encord run NAME --yes{flags}");
            look.hanging(Span::styled("Command  ", look.theme.accent()), &words, Style::new(), columns)
        }
        None => {
            let save = look.key(Action::Save);
            let words = format!("Save it as a config first ({save}), then: azure-to-encord run NAME --yes{flags}");
            look.hanging(Span::styled("Command  ", look.theme.accent()), &words, Style::new(), columns)
        }
    };
    if !plan.schema_edits.is_empty() {
        let sign = Span::styled(format!("{} ", look.glyphs().warn), look.theme.warn());
        let words =
            "What you changed in step 2 besides the keys of the config is done from here only: no config can say it.";
        lines.extend(look.hanging(sign, words, Style::new(), columns));
    }
    lines
}

/// A line of a config, every character where it belongs; what is longer than a line goes on below, indented.
fn broken(line: &str, columns: usize, look: &RenderContext<'_>) -> Vec<Line<'static>> {
    const INDENT: &str = "    ";
    let style = if line.starts_with('[') { look.theme.title() } else { Style::new() };
    let (mut lines, mut open) = (Vec::new(), String::new());
    for grapheme in text::clean(line).graphemes(true) {
        if !open.is_empty() && text::width(&open) + text::width(grapheme) > columns {
            lines.push(Line::styled(std::mem::replace(&mut open, INDENT.to_owned()), style));
        }
        open.push_str(grapheme);
    }
    lines.push(Line::styled(open, style));
    lines
}
