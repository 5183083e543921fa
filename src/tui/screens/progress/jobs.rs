//! The jobs of a run.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    run::status::JobStatus,
    tui::{
        screens::render::{Align, Column, RenderContext, put},
        text,
    },
    wizard::progress::ProgressStep,
};

/// Where it is narrower, the ages go below the table.
const WIDE: usize = 74;

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, step: &ProgressStep, look: &RenderContext<'_>) {
    let (snapshot, cursor) = (step.snapshot(), step.job_cursor());
    let columns = usize::from(area.width);
    // Where it is narrow, the words of the states are cut, never the numbers.
    let (job, kind, state, number, done) = match columns {
        0..WIDE => (4, 12, 12, 6, "Done"),
        WIDE..100 => (5, 14, 19, 7, "Done"),
        _ => (6, 16, 22, 10, "Registered"),
    };
    let mut shape = vec![
        Column::new("Job", job, Align::Right),
        Column::new("Type", kind, Align::Left),
        Column::new("State", state, Align::Left),
        Column::new(done, number, Align::Right),
        Column::new("Failed", 6, Align::Right),
        Column::new("Items", 6, Align::Right),
    ];
    if columns >= WIDE {
        shape.push(Column::new("Age", 7, Align::Right));
    }
    if snapshot.jobs.is_empty() {
        let words = if step.outcome().is_some() { "  No job was sent." } else { "  No job was sent yet." };
        put(frame, area, vec![Line::styled(words, look.theme.dim())]);
        return;
    }
    let mut lines = vec![look.header(&shape)];
    let height = usize::from(area.height).saturating_sub(1);
    let first = usize::try_from(look.first_row(cursor as u64, snapshot.jobs.len() as u64, height)).unwrap_or_default();
    for (place, job) in snapshot.jobs.iter().enumerate().skip(first).take(height) {
        let standing = JobStatus::of(job.state, job.errors, step.outcome().is_none());
        let (sign, style) = look.theme.job(standing);
        let failed = job.errors.saturating_add(job.cancelled);
        let failed_style = if failed > 0 { look.theme.bad() } else { Style::new() };
        let cells = [
            (job.batch.to_string(), Style::new()),
            (job.kind.name().to_owned(), Style::new()),
            (format!("{sign} {}", standing.word()), style),
            (crate::format::count(job.done), Style::new()),
            (crate::format::count(job.errors), failed_style),
            (crate::format::count(job.count), Style::new()),
            (job.age.map(text::duration).unwrap_or_default(), look.theme.dim()),
        ];
        lines.push(look.row(&shape, &cells, place == cursor));
    }
    put(frame, area, lines);
}

/// What the table has no room for, of the job under the cursor.
pub(super) fn detail(step: &ProgressStep, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let Some(job) = step.snapshot().jobs.get(step.job_cursor()) else { return Vec::new() };
    let label = |name: &str| Span::styled(format!("{name:<10}"), look.theme.dim());
    let id = job.job.map_or_else(|| "none yet".to_owned(), |id| id.to_string());
    let mut lines = vec![Line::from(vec![label("Encord id"), Span::raw(id)])];
    if let Some(age) = job.age.filter(|_| columns < WIDE) {
        lines.push(Line::from(vec![label("Age"), Span::raw(text::duration(age))]));
    }
    if let Some(message) = &job.message {
        lines.extend(look.hanging(label("Message"), message, Style::new(), columns));
    }
    lines
}
