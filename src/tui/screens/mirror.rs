//! Steps 3 and 5 where the folder mirrors a place in the storage: nothing is listed here, and no jobs are sent.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::parts::{Look, put, take_bottom};
use crate::{
    schema::describe,
    wizard::{Action, Mirror, Plan, Wizard, mirror},
};

const LABEL: usize = 13;

/// Step 3.
pub(super) fn manifest(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &Look<'_>) {
    let columns = usize::from(area.width);
    let config = wizard.config();
    let mirror = match mirror::mirror(config) {
        Ok(mirror) => mirror,
        Err(problem) => {
            put(frame, area, look.fit(look.problem(&problem, columns), usize::from(area.height)));
            return;
        }
    };
    let metadata = format!("Metadata: {}.", mirror::metadata_words(&mirror));
    let mut lines = vec![
        look.title("Encord lists it itself"),
        Line::from(look.cut_path(&mirror.remote_url, columns)),
        Line::from(look.cut(&metadata, columns)),
        Line::default(),
    ];
    lines.extend(notes(config, look, columns));
    let enter = look.key(Action::Next);
    let next = look.next(&format!("Nothing is listed here. {enter} goes on to the folder."), columns);
    let (body, foot) = take_bottom(area, next.len());
    put(frame, body, look.fit(lines, usize::from(body.height)));
    put(frame, foot, next);
}

/// Step 5.
pub(super) fn review(frame: &mut Frame<'_>, area: Rect, plan: &Plan, mirror: &Mirror, look: &Look<'_>) {
    let columns = usize::from(area.width);
    let entry = |name: &str, content: &str| {
        let label = Span::styled(format!("{name:<LABEL$}"), look.theme.accent());
        look.hanging(label, content, Style::new(), columns)
    };
    let again = plan.destination.create.is_empty();
    let folder = match (again, plan.destination.items) {
        (false, _) if plan.destination.create.len() > 1 => {
            let above = plan.destination.create.len() as u64 - 1;
            let above = crate::numbers::counted(above, "folder", "folders");
            format!("a cloud-synced folder will be created, and {above} above it")
        }
        (false, _) => "a cloud-synced folder will be created".to_owned(),
        (true, None) => "exists, is synced again".to_owned(),
        (true, Some(items)) => {
            format!("exists, holds {}, is synced again", crate::numbers::counted(items, "item", "items"))
        }
    };
    let mut lines = entry("Mirrors", &mirror.remote_url);
    lines.extend(entry("Destination", &format!("{} ({folder})", plan.destination.path())));
    lines.extend(entry("Metadata", &mirror::metadata_words(mirror)));
    let changes: Vec<String> =
        plan.schema.changes.iter().map(|change| format!("{}: {}", change.key, describe(&change.then))).collect();
    if !changes.is_empty() {
        lines.extend(entry("Schema", &changes.join(&format!(" {} ", look.glyphs().dot))));
    }
    lines.extend(entry("Integration", &format!("{} ({})", plan.integration.title, plan.integration.uuid)));
    lines.extend(entry("Encord", &plan.domain));
    lines.push(Line::default());
    lines.extend(notes(&plan.config, look, columns));
    let enter = look.key(Action::Next);
    let what = if again { "syncs the folder again" } else { "makes the folder and starts the sync" };
    let mut foot = Vec::new();
    for note in &plan.destination.notes {
        let sign = Span::styled(format!("{} ", look.glyphs().warn), look.theme.warn());
        foot.extend(look.hanging(sign, note, Style::new(), columns));
    }
    if !plan.despite.is_empty() {
        let names: Vec<&str> = plan.despite.iter().map(|id| crate::wizard::about(id).name).collect();
        let sign = Span::styled(format!("{} ", look.glyphs().warn), look.theme.warn());
        let words = format!("Going on although these checks failed: {}.", names.join(", "));
        foot.extend(look.hanging(sign, &words, Style::new(), columns));
    }
    foot.extend(look.next(&format!("{enter} {what}; nothing has been changed so far."), columns));
    let (body, foot_area) = take_bottom(area, foot.len());
    put(frame, body, look.fit(lines, usize::from(body.height)));
    put(frame, foot_area, foot);
}

/// What of the config is not used, then what such a folder cannot do.
fn notes(config: &crate::store::config::Config, look: &Look<'_>, columns: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    for sentence in mirror::warnings(config) {
        let sign = Span::styled(format!("{} ", look.glyphs().warn), look.theme.warn());
        lines.extend(look.hanging(sign, &sentence, Style::new(), columns));
    }
    for sentence in mirror::LIMITS {
        let sign = Span::styled(format!("{} ", look.glyphs().dot), look.theme.dim());
        lines.extend(look.hanging(sign, sentence, Style::new(), columns));
    }
    lines
}
