//! Where the items come from, by which rules; and the form in which rules are changed.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    config::{
        Config,
        manifest::{Join, Manifest, Since, Source},
    },
    tui::{
        keymap::Mode,
        screens::render::{RenderContext, put, put_cursor},
    },
    wizard::{Wizard, action::Action, manifest::rule_form::RuleField},
};

const LABEL: usize = 10;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) {
    let (config, columns) = (wizard.config(), usize::from(area.width));
    let form = wizard.manifest().rules();
    let mut lines = vec![look.title("Source")];
    lines.extend(look.hanging(Span::raw("  "), &place(config), Style::new(), columns));
    lines.push(Line::default());
    lines.push(look.title("Rules"));
    let mut cursor = None;
    for rule in RuleField::ALL {
        let has_focus = form.has_keyboard() && form.focus() == rule;
        let field = form.field(rule).filter(|_| form.has_keyboard());
        let Some(field) = field else {
            let value = rule.value(&config.manifest);
            let label = Span::styled(format!("  {:<LABEL$}", rule.label()), look.theme.dim());
            let style = if value.is_empty() { look.theme.dim() } else { Style::new() };
            let value = if value.is_empty() { rule.when_empty() } else { &value };
            lines.extend(look.fit(look.hanging(label, value, style, columns), 4));
            continue;
        };
        let mark = if has_focus { look.glyphs().cursor } else { " " };
        let style = if has_focus { look.theme.accent() } else { Style::new() };
        let label = Span::styled(format!("{mark} {:<LABEL$}", rule.label()), style);
        let (value, at) = look.field(field, false, columns.saturating_sub(LABEL + 3));
        let value = match field.text().is_empty() {
            true => Span::styled(look.cut(rule.when_empty(), columns.saturating_sub(LABEL + 3)), look.theme.dim()),
            false => Span::raw(value),
        };
        if has_focus {
            cursor = Some((LABEL + 2 + at, lines.len()));
        }
        lines.push(Line::from(vec![label, value]));
    }
    if form.has_keyboard() {
        lines.push(Line::default());
        match form.problem() {
            Some(problem) => {
                let sign = Span::styled(format!("{} ", look.glyphs().bad), look.theme.bad());
                let problem = format!("{}: {problem}.", form.focus().label());
                lines.extend(look.hanging(sign, &problem, look.theme.title(), columns));
            }
            None => lines.extend(look.hanging(Span::raw("  "), form.focus().help(), look.theme.dim(), columns)),
        }
        let (enter, back) = (look.key(Action::Next), look.key(Action::Back));
        let next = format!(
            "{enter} applies the rules to what is listed; it lists again only where they reach further. {back} leaves them."
        );
        lines.extend(look.next(&next, columns));
    } else if form.is_changed() {
        let sign = Span::styled(format!("{} ", look.glyphs().warn), look.theme.warn());
        let told = format!("Changed and not applied: {}.", look.key(Action::EditRules));
        lines.extend(look.hanging(sign, &told, Style::new(), columns));
    } else {
        let key = look.key(Action::EditRules);
        lines.push(Line::styled(format!("  {key} changes them"), look.theme.dim()));
    }
    lines.push(Line::default());
    for (label, value) in others(&config.manifest) {
        let label = Span::styled(format!("  {label:<LABEL$}"), look.theme.dim());
        lines.extend(look.fit(look.hanging(label, &value, Style::new(), columns), 4));
    }
    put(frame, area, look.fit(lines, usize::from(area.height)));
    if let (Some((column, row)), Mode::Text) = (cursor, look.mode) {
        put_cursor(frame, area, column, row);
    }
}

/// The source in words.
pub(super) fn place(config: &Config) -> String {
    let file = config.manifest.file.as_deref().unwrap_or_default();
    let azure = &config.azure;
    match config.manifest.source {
        Source::Container => format!("{} at {}", azure.container, azure.account_url().unwrap_or_default()),
        Source::File => format!("the file {file}"),
        Source::Inventory => format!("the inventory reports in {file}"),
    }
}

/// Source and rules in a line.
pub(super) fn brief(config: &Config, look: &RenderContext<'_>) -> String {
    let manifest = &config.manifest;
    let mut parts = vec![match manifest.source {
        Source::Container => config.azure.container.clone(),
        Source::File | Source::Inventory => place(config),
    }];
    for rule in RuleField::ALL {
        let value = rule.value(manifest);
        if !value.is_empty() {
            parts.push(format!("{} {value}", rule.label().to_lowercase()));
        }
    }
    if parts.len() == 1 {
        parts.push("no rules: all of it".to_owned());
    }
    parts.join(&format!(" {} ", look.glyphs().dot))
}

/// What only the config says, as far as it says something.
fn others(manifest: &Manifest) -> Vec<(&'static str, String)> {
    let mut entries = Vec::new();
    let types = manifest.types.iter().map(|rule| format!("{} is {}", rule.pattern, rule.kind));
    let types: Vec<_> = types.collect();
    entries.push(match types.is_empty() {
        true => ("Types", "by extension, then content type".to_owned()),
        false => ("Types", types.join("; ")),
    });
    let groups = manifest.groups.iter().map(|rule| format!("{}: {} by {}", rule.kind, rule.pattern, rule.by));
    let groups: Vec<_> = groups.collect();
    entries.push(match groups.is_empty() {
        true => ("Groups", "DICOM files by directory".to_owned()),
        false => ("Groups", groups.join("; ")),
    });
    let mut only = Vec::new();
    only.extend(manifest.min_size.map(|bytes| format!("from {} on", crate::format::bytes(bytes))));
    only.extend(manifest.max_size.map(|bytes| format!("up to {}", crate::format::bytes(bytes))));
    only.extend(manifest.modified_from.as_ref().map(|time| format!("changed since {time}")));
    only.extend(manifest.modified_before.as_ref().map(|time| format!("changed before {time}")));
    only.extend(Some(manifest.tiers.join(", ")).filter(|tiers| !tiers.is_empty()).map(|tiers| format!("in {tiers}")));
    only.extend(manifest.since.map(|Since::LastRun| "new since the last run".to_owned()));
    if !only.is_empty() {
        entries.push(("Only", only.join("; ")));
    }
    let metadata = &manifest.metadata;
    let mut sources = Vec::new();
    sources.extend(metadata.table.as_ref().map(|table| {
        let by = match metadata.join {
            Join::Name => "name",
            Join::Title => "title",
            Join::Url => "URL",
        };
        format!("{table}, joined by {by}")
    }));
    sources.extend(metadata.sidecar.as_ref().map(|end| format!("sidecar files *{end}")));
    sources.extend(metadata.blob_metadata.then(|| "blob headers".to_owned()));
    sources.extend(metadata.index_tags.then(|| "index tags".to_owned()));
    let constants = metadata.constants.keys().cloned().collect::<Vec<_>>().join(", ");
    sources.extend(Some(constants).filter(|keys| !keys.is_empty()).map(|keys| format!("constants {keys}")));
    if !sources.is_empty() {
        entries.push(("Metadata", sources.join("; ")));
    }
    entries
}
