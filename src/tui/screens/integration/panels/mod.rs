//! What lies over step 1's form.

mod cors;
mod folders;
mod guide;
mod picker;
mod sas;

use ratatui::{
    Frame,
    layout::Rect,
    style::{Modifier, Style},
    text::{Line, Span},
};

use crate::{
    tui::{
        screens::{
            integration::checks,
            overlay::boxed,
            render::{RenderContext, put},
        },
        text,
    },
    wizard::{
        Wizard,
        check::about,
        integration::{
            panel::{Details, Panel},
            picker::PickerKind,
        },
    },
};

/// The widest a panel gets inside.
const WIDEST: usize = 96;
/// The highest a list gets inside.
const HIGHEST: usize = 26;

/// Draws the panel, if there is one, over an area.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) {
    let Some(panel) = wizard.integration().panel() else { return };
    let columns = usize::from(area.width.saturating_sub(4)).min(WIDEST);
    let height = usize::from(area.height.saturating_sub(2));
    let title = title(panel);
    // What is behind takes no keys now.
    let behind = Style::new().add_modifier(Modifier::DIM).remove_modifier(Modifier::BOLD | Modifier::REVERSED);
    frame.buffer_mut().set_style(area, behind);
    let sized = |frame: &mut Frame<'_>, rows: usize| boxed(frame, area, title, columns, rows, look);
    match panel {
        Panel::Picker(picker) => {
            // By all the rows, so that nothing moves while one types.
            let inside = sized(frame, (picker.total() + 6).clamp(10, HIGHEST).min(height));
            picker::draw(frame, inside, picker, look);
        }
        Panel::Folders(browser) => {
            let inside = sized(frame, height.min(HIGHEST));
            folders::draw(frame, inside, browser, wizard, look);
        }
        Panel::Guide(guide) => {
            let lines = guide::lines(guide, wizard, look, columns);
            let inside = sized(frame, lines.len());
            put(frame, inside, guide::window(lines, usize::from(inside.height), look));
        }
        Panel::Sas(maker) => {
            let lines = sas::lines(maker, wizard, look, columns);
            let inside = sized(frame, lines.len());
            put(frame, inside, look.fit(lines, usize::from(inside.height)));
        }
        Panel::Cors(review) => {
            let lines = cors::lines(review, wizard, look, columns, height);
            let inside = sized(frame, lines.len());
            put(frame, inside, look.fit(lines, usize::from(inside.height)));
        }
        Panel::Details(details) => {
            let lines = in_full(*details, wizard, look, columns);
            let inside = sized(frame, lines.len());
            put(frame, inside, scrolled(lines, details.scroll, usize::from(inside.height), look));
        }
        Panel::Overrule(ids) => {
            let whole = overrule(ids, look, columns, true);
            let lines = if whole.len() <= height { whole } else { overrule(ids, look, columns, false) };
            let inside = sized(frame, lines.len());
            put(frame, inside, look.fit(lines, usize::from(inside.height)));
        }
    }
}

/// What a panel is called.
pub(crate) fn title(panel: &Panel) -> &'static str {
    match panel {
        Panel::Picker(picker) => match picker.kind() {
            PickerKind::Regions => "Encord's regions",
            PickerKind::Keys => "SSH keys on this machine",
            PickerKind::Integrations => "Cloud integrations in Encord",
            PickerKind::SignIn => "Ways to sign in to Azure",
            PickerKind::Containers => "Containers of the account",
        },
        Panel::Folders(_) => "Folders to import",
        Panel::Guide(_) => "A new integration in Encord",
        Panel::Sas(_) => "A SAS for Encord",
        Panel::Cors(_) => "CORS rules of the storage account",
        Panel::Details(details) => about(details.id).name,
        Panel::Overrule(_) => "Go on anyway?",
    }
}

fn in_full(details: Details, wizard: &Wizard, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let all = wizard.integration().checks(wizard.config());
    all.iter().find(|check| check.id == details.id).map_or_else(Vec::new, |check| checks::in_full(check, look, columns))
}

/// As many lines as fit, so many scrolled away, and where that is. There is no scrolling beyond the end.
fn scrolled(lines: Vec<Line<'static>>, scroll: usize, height: usize, look: &RenderContext<'_>) -> Vec<Line<'static>> {
    if lines.len() <= height {
        return lines;
    }
    let rows = height.saturating_sub(1);
    look.in_view(rows);
    let first = scroll.min(lines.len() - rows);
    let (total, last) = (lines.len(), first + rows);
    let mut shown: Vec<_> = lines.into_iter().skip(first).take(rows).collect();
    let dash = look.glyphs().dash;
    shown.push(Line::styled(format!("lines {}{dash}{last} of {total}", first + 1), look.theme.dim()));
    shown
}

fn overrule(ids: &[&'static str], look: &RenderContext<'_>, columns: usize, with_reasons: bool) -> Vec<Line<'static>> {
    let title = match ids {
        [_] => "This check failed:".to_owned(),
        several => format!("These {} checks failed:", several.len()),
    };
    let mut lines = vec![look.title(title)];
    let sign = |name: &str| Span::styled(format!("{} {name}", look.glyphs().bad), look.theme.bad());
    if with_reasons {
        for about in ids.iter().map(|id| about(id)) {
            let name = sign(&format!("{:14}  ", about.name));
            lines.extend(look.hanging(name, about.why, Style::new(), columns));
        }
    } else {
        let names: Vec<&str> = ids.iter().map(|id| about(id).name).collect();
        lines.extend(look.hanging(sign(""), &names.join(", "), Style::new(), columns));
    }
    lines.push(Line::default());
    let then = "The items can be registered all the same, but may not open in Encord until this is put right. \
                That you went on is recorded with the run.";
    lines.extend(text::wrap(then, columns).into_iter().map(Line::from));
    lines.push(Line::default());
    lines.push(answers(look, "go on anyway", "stay"));
    lines
}

/// `y change the rules    n leave them`
fn answers(look: &RenderContext<'_>, yes: &'static str, no: &'static str) -> Line<'static> {
    use crate::wizard::action::Action::{No, Yes};
    Line::from(vec![
        Span::styled(look.key(Yes), look.theme.key()),
        Span::raw(format!(" {yes}    ")),
        Span::styled(look.key(No), look.theme.key()),
        Span::raw(format!(" {no}")),
    ])
}
