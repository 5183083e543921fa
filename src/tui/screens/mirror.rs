//! Step 3 where the folder mirrors a place in the storage: nothing is listed here.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    tui::screens::render::{RenderContext, put, take_bottom},
    wizard::{Wizard, action::Action, folder::mirror},
};

pub(super) fn manifest(frame: &mut Frame<'_>, area: Rect, wizard: &Wizard, look: &RenderContext<'_>) {
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

/// What of the config is not used, then what such a folder cannot do.
fn notes(config: &crate::config::Config, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
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
