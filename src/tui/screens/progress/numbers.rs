//! How far a run is: the gauge, the counts, the rate and its history, and what holds it up.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    symbols::bar,
    text::{Line, Span},
    widgets::Sparkline,
};

use crate::{
    tui::{
        screens::render::{RenderContext, put, take_top},
        text,
    },
    wizard::{
        action::Action,
        progress::{ProgressStep, snapshot::Snapshot},
    },
};

/// The sparkline for terminals that take ASCII only.
const ASCII_BARS: bar::Set<'static> = bar::Set {
    full: "@",
    seven_eighths: "#",
    three_quarters: "*",
    five_eighths: "+",
    half: "=",
    three_eighths: "-",
    one_quarter: ":",
    one_eighth: ".",
    empty: " ",
};

/// Draws the numbers at the top of an area and gives what is left of it.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, step: &ProgressStep, look: &RenderContext<'_>) -> Rect {
    let columns = usize::from(area.width);
    let snapshot = step.snapshot();
    let is_live = step.is_running() || step.is_watching();
    let mut lines = Vec::new();
    if is_live && snapshot.total == 0 {
        let words = match (step.is_watching(), step.retry_of(), step.is_recorded()) {
            (true, ..) => "The run's record is being read.",
            (false, None, false) => "First the schema is saved and the folder made, then the jobs go out.",
            (false, Some(_), _) => "What failed is gathered, then the jobs go out.",
            (false, None, true) => "The run is taken up where it was interrupted.",
        };
        lines.extend(text::wrap(words, columns).into_iter().map(Line::from));
    } else {
        lines.push(gauge(snapshot, look, columns));
        let counts = counts(snapshot, is_live).join(&format!(" {} ", look.glyphs().dot));
        lines.extend(text::wrap(&counts, columns).into_iter().map(Line::from));
    }
    let mut spark = None;
    if is_live && snapshot.total > 0 {
        let room = match columns {
            0..74 => 16,
            74..100 => 28,
            _ => 48,
        };
        let values = condensed(&snapshot.history, room);
        let width = if snapshot.history.len() < 2 { 0 } else { values.len() };
        spark = (width > 0).then_some((lines.len(), values));
        let before = if width > 0 { " ".repeat(width + 1) } else { String::new() };
        lines.push(Line::from(format!("{before}{}", speed(step).join(&format!(" {} ", look.glyphs().dot)))));
    }
    if is_live {
        lines.extend(holds(step, look, columns));
    }
    let (head, rest) = take_top(area, lines.len());
    put(frame, head, lines);
    if let Some((row, values)) = spark {
        let (_, row) = take_top(head, row);
        let place = Rect { width: u16::try_from(values.len()).unwrap_or(u16::MAX).min(row.width), height: 1, ..row };
        let bars = if look.theme.is_utf8() { bar::NINE_LEVELS } else { ASCII_BARS };
        if row.height > 0 {
            frame.render_widget(Sparkline::default().data(&values).bar_set(bars).style(look.theme.ok()), place);
        }
    }
    rest
}

/// At most so many values, each the mean of as many neighbours; only the first may be of fewer.
fn condensed(history: &[u32], most: usize) -> Vec<u64> {
    let each = history.len().div_ceil(most.max(1)).max(1);
    let mut values: Vec<u64> = history
        .rchunks(each)
        .map(|part| part.iter().map(|value| u64::from(*value)).sum::<u64>() / part.len().max(1) as u64)
        .collect();
    values.reverse();
    values
}

/// Never fuller than the whole, and full only when nothing is open.
fn gauge(snapshot: &Snapshot, look: &RenderContext<'_>, columns: usize) -> Line<'static> {
    let [done_sign, failed_sign, open_sign] = look.glyphs().gauge;
    let room = columns.saturating_sub(7);
    let part = |units: u64| {
        let whole = u128::from(snapshot.total.max(1));
        usize::try_from(u128::from(units) * room as u128 / whole).unwrap_or(room).min(room)
    };
    let done = part(snapshot.done);
    let bad = part(snapshot.finished()).saturating_sub(done).max(usize::from(snapshot.lost() > 0)).min(room - done);
    Line::from(vec![
        Span::styled(done_sign.repeat(done), look.theme.ok()),
        Span::styled(failed_sign.repeat(bad), look.theme.bad()),
        Span::styled(open_sign.repeat(room.saturating_sub(done + bad)), look.theme.dim()),
        Span::styled(format!("{:>5} %", snapshot.percent()), look.theme.title()),
    ])
}

fn counts(snapshot: &Snapshot, is_live: bool) -> Vec<String> {
    let mut parts =
        vec![format!("{} of {} registered", crate::format::count(snapshot.done), crate::format::count(snapshot.total))];
    if snapshot.already > 0 {
        parts.push(format!("{} there before", crate::format::count(snapshot.already)));
    }
    parts.push(format!("{} failed", crate::format::count(snapshot.errors)));
    if snapshot.cancelled > 0 {
        parts.push(format!("{} cancelled", crate::format::count(snapshot.cancelled)));
    }
    if !is_live && snapshot.elapsed > 0 {
        parts.push(text::duration(snapshot.elapsed));
    }
    parts
}

fn speed(step: &ProgressStep) -> Vec<String> {
    let snapshot = step.snapshot();
    let mut parts = Vec::new();
    // Before anything has been finished there is no pace to tell, and later a pause of it is no number either.
    match (snapshot.per_second > 0.0, snapshot.finished()) {
        (true, _) => parts.push(format!("{}/s", text::rate(snapshot.per_second))),
        (false, 0) => parts.push("no item is finished yet".to_owned()),
        (false, _) if snapshot.open() > 0 => parts.push("nothing new in the last moments".to_owned()),
        (false, _) => {}
    }
    parts.extend((snapshot.elapsed > 0).then(|| text::duration(snapshot.elapsed)));
    if let Some(eta) = snapshot.eta().filter(|_| !step.is_paused() && !step.is_stopping()) {
        parts.push(format!("about {} left", text::duration(eta)));
    }
    parts
}

/// What the run waits for, where it is not plain progress.
fn holds(step: &ProgressStep, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let snapshot = step.snapshot();
    let mut lines = Vec::new();
    if step.is_paused() {
        let sign = Span::styled(format!("{} Paused", look.glyphs().warn), look.theme.warn());
        let meanwhile = match snapshot.in_encord() {
            0 => "no job is sent".to_owned(),
            1 => "the job in Encord goes on".to_owned(),
            jobs => format!("{} jobs in Encord go on", crate::format::count(jobs as u64)),
        };
        let words = format!("; {meanwhile}. {} goes on.", look.key(Action::Pause));
        lines.extend(look.hanging(sign, &words, Style::new(), columns));
    }
    let sign = || Span::styled(format!("{} ", look.glyphs().working), look.theme.accent());
    // That it is paused is told already.
    let note = snapshot.note.as_ref().filter(|note| !(step.is_paused() && note.starts_with("Paused")));
    if let Some(note) = note {
        lines.extend(look.fit(look.hanging(sign(), note, Style::new(), columns), 2));
    } else if snapshot.linking {
        let words = "Every item is finished, but Encord still links data; the run ends when Encord says so.";
        lines.extend(look.hanging(sign(), words, Style::new(), columns));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_long_history_is_condensed_from_its_end() {
        for (history, most, expected) in [
            (&[][..], 4, &[][..]),
            (&[1, 2, 3], 4, &[1, 2, 3]),
            (&[9, 1, 3, 5, 7], 3, &[9, 2, 6]),
            (&[u32::MAX; 6], 2, &[u64::from(u32::MAX); 2]),
        ] {
            assert_eq!(condensed(history, most), expected);
        }
    }

    proptest! {
        #![proptest_config(crate::seeds::cases(256))]

        #[test]
        fn a_history_never_takes_more_than_its_room(history in prop::collection::vec(any::<u32>(), 0..200), most in 1_usize..60) {
            let values = condensed(&history, most);
            prop_assert!(values.len() <= most && values.is_empty() == history.is_empty());
        }
    }
}
