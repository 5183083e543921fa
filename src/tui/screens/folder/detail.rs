//! The folder under the cursor, looked at closely.

use ratatui::{
    style::Style,
    text::{Line, Span},
};
use serde_json::{Map, Value};

use crate::{
    tui::screens::{folder::warning, render::RenderContext},
    wizard::{
        Wizard,
        destination::{FolderCounts, FolderDetails, FolderRole},
    },
};

const LABEL: usize = 10;

/// What is known of it, the most important first.
pub(super) fn lines(wizard: &Wizard, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let step = wizard.folder();
    let Some(row) = step.current() else { return Vec::new() };
    let mut lines = vec![look.title(look.cut(&row.name, columns))];
    if let Some(problem) = step.tree().problem().filter(|_| step.search().is_none()) {
        lines.extend(look.problem(problem, columns));
        return lines;
    }
    match step.details(row.uuid) {
        Some(Ok(details)) => lines.extend(read(details, look, columns)),
        Some(Err(problem)) => lines.extend(look.problem(problem, columns)),
        None => {
            if row.role == FolderRole::User {
                lines.extend(user(look, columns));
            }
            if !row.description.is_empty() {
                lines.extend(entry("About", &row.description, look, columns));
            }
            if step.is_peeking(row.uuid) {
                lines.push(Line::styled("reading…", look.theme.dim()));
            }
            lines.extend(entry("Id", &row.uuid.to_string(), look, columns));
        }
    }
    lines
}

fn entry(label: &str, content: &str, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let label = Span::styled(format!("{label:<LABEL$}"), look.theme.dim());
    look.fit(look.hanging(label, content, Style::new(), columns), 4)
}

fn user(look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let words = "Your role here is 'user': Encord may refuse to add items. Ask one of the folder's admins if it does.";
    warning(words, look, columns)
}

fn read(details: &FolderDetails, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut add = |label: &str, content: &str| {
        if !content.is_empty() {
            lines.extend(entry(label, content, look, columns));
        }
    };
    if let Some(counts) = &details.counts {
        add("Holds", &holds(counts, look));
    }
    if let Some(url) = &details.remote_url {
        add("Mirrors", url);
    }
    if details.role == FolderRole::User {
        lines.extend(user(look, columns));
    }
    let mut add = |label: &str, content: &str| {
        if !content.is_empty() {
            lines.extend(entry(label, content, look, columns));
        }
    };
    add("About", &details.description);
    let day = details.created_at.split('T').next().unwrap_or_default();
    add(
        "Made",
        &[day, details.owner.as_str()].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" by "),
    );
    if details.role == FolderRole::Admin {
        add("Role", "admin");
    }
    if !details.metadata.is_empty() {
        add("Metadata", &metadata(&details.metadata));
    }
    add("Id", &details.folder.uuid.to_string());
    lines
}

/// `1,200 items: 1,100 images, 100 videos · 2 folders · 3.2 GB`
fn holds(counts: &FolderCounts, look: &RenderContext<'_>) -> String {
    let mut items = crate::format::counted(counts.items, "item", "items");
    let kinds = counts.by_kind.iter().map(|(kind, number)| format!("{} {kind}", crate::format::count(*number)));
    let kinds: Vec<String> = kinds.collect();
    if !kinds.is_empty() {
        items = format!("{items}: {}", kinds.join(", "));
    }
    let mut parts = vec![items, crate::format::counted(counts.folders, "folder", "folders")];
    parts.extend((counts.bytes > 0).then(|| crate::format::bytes(counts.bytes)));
    parts.extend(
        (counts.tombstones > 0).then(|| format!("{} whose file is gone", crate::format::count(counts.tombstones))),
    );
    parts.join(&format!(" {} ", look.glyphs().dot))
}

/// `site=berlin, lux=310.5`
pub(super) fn metadata(metadata: &Map<String, Value>) -> String {
    let pairs = metadata.iter().map(|(key, value)| match value {
        Value::String(text) => format!("{key}={text}"),
        other => format!("{key}={other}"),
    });
    pairs.collect::<Vec<_>>().join(", ")
}
