//! What is asked during a run and at its end.

use ratatui::{
    Frame,
    layout::Rect,
    text::{Line, Span},
};

use crate::{
    tui::{
        screens::{
            overlay::boxed,
            render::{RenderContext, put},
        },
        text,
    },
    wizard::{
        action::Action,
        progress::{ProgressStep, dialogs::Ask, outcome::so_far_words},
    },
};

pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, step: &ProgressStep, look: &RenderContext<'_>) {
    let Some(ask) = step.ask() else { return };
    let columns = usize::from(area.width.saturating_sub(6)).min(70);
    let (title, lines) = match ask {
        Ask::Cancel => ("Cancel in Encord?", cancel(step, look, columns)),
        Ask::Resume(place) => ("Go on with the run?", resume(step, place, look, columns)),
        Ask::Retry(place) => ("Send what failed again?", retry(step, place, look, columns)),
    };
    let inside = boxed(frame, area, title, columns, lines.len(), look);
    let height = usize::from(inside.height);
    // What the keys do comes last and must be seen.
    let mut lines = lines;
    let mut place = 0;
    while lines.len() > height && place < lines.len() {
        if lines.get(place).is_some_and(|line| line.width() == 0) {
            lines.remove(place);
        } else {
            place += 1;
        }
    }
    put(frame, inside, look.fit(lines, height));
}

fn paragraph(words: &str, columns: usize) -> Vec<Line<'static>> {
    text::wrap(words, columns).into_iter().map(Line::from).collect()
}

fn keys(yes: &str, no: &str, look: &RenderContext<'_>) -> Line<'static> {
    let key = |action| Span::styled(look.key(action), look.theme.key());
    Line::from(vec![
        key(Action::Next),
        Span::raw(format!(" {yes}    ")),
        key(Action::Back),
        Span::raw(format!(" {no}")),
    ])
}

fn cancel(step: &ProgressStep, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let jobs = step.snapshot().in_encord();
    if !step.may_cancel() {
        let mut lines = paragraph("There is nothing to cancel any more: Encord has ended every job it had.", columns);
        let key = Span::styled(look.key(Action::Next), look.theme.key());
        lines.extend([Line::default(), Line::from(vec![key, Span::raw(" closes this")])]);
        return lines;
    }
    let what = crate::format::counted(jobs as u64, "job is", "jobs are");
    let open: u64 = step
        .snapshot()
        .jobs
        .iter()
        .filter(|job| !job.state.is_final() && job.job.is_some())
        .map(|job| job.count.saturating_sub(job.done.saturating_add(job.errors).saturating_add(job.cancelled)))
        .sum();
    let mut lines = vec![look.title(format!("{what} still at work in Encord."))];
    lines.extend(paragraph(
        &format!(
            "Cancelling ends them there; up to {} are then not registered. What is registered stays. It cannot be taken \
             back, but what was cancelled can be sent again.",
            crate::format::counted(open, "item", "items")
        ),
        columns,
    ));
    lines.extend([Line::default(), keys("cancels them in Encord", "keeps them", look)]);
    lines
}

/// The answers, and what the chosen one means.
fn choices<'a>(
    answers: impl Iterator<Item = (&'a str, &'a str)>,
    chosen: usize,
    look: &RenderContext<'_>,
    columns: usize,
) -> Vec<Line<'static>> {
    let mut lines = Vec::new();
    let mut told = Vec::new();
    for (place, (label, meaning)) in answers.enumerate() {
        let is_chosen = place == chosen;
        let glyphs = look.glyphs();
        let (cursor, sign) = if is_chosen { (glyphs.cursor, glyphs.chosen) } else { (" ", glyphs.unchosen) };
        let line = Line::raw(format!("{cursor} {sign} {label}"));
        lines.push(if is_chosen { look.bar(&line) } else { line });
        if is_chosen {
            told = look.hanging(Span::raw("    "), meaning, look.theme.dim(), columns);
        }
    }
    // Always as much room, so that the answers do not jump.
    told.truncate(3);
    told.resize(3, Line::default());
    lines.extend(told);
    lines
}

fn resume(step: &ProgressStep, place: usize, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let snapshot = step.snapshot();
    let so_far = so_far_words(snapshot.total, snapshot.done, snapshot.errors, snapshot.cancelled);
    let mut lines: Vec<_> = text::wrap(&so_far, columns).into_iter().map(|line| look.title(line)).collect();
    lines.extend(paragraph(
        "Jobs that wait are sent, and those that Encord has are followed. What is registered is left alone.",
        columns,
    ));
    let doubts = step.doubts();
    if !doubts.is_empty() {
        let jobs: Vec<String> = step.in_doubt().iter().map(u32::to_string).collect();
        let jobs = if jobs.len() > 8 { format!("{} jobs", jobs.len()) } else { format!("Job {}", jobs.join(", ")) };
        let words = format!(
            "{jobs}: sent, but no answer came, so nobody knows whether Encord has it. Look into the folder in Encord, then choose:"
        );
        lines.push(Line::default());
        lines.extend(paragraph(&words, columns));
        lines.extend(choices(doubts.iter().map(|it| (it.label(), it.meaning())), place, look, columns));
    } else {
        lines.push(Line::default());
    }
    lines.push(keys("goes on", "does nothing", look));
    lines
}

fn retry(step: &ProgressStep, place: usize, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let snapshot = step.snapshot();
    let lost = crate::format::counted(snapshot.lost(), "item", "items");
    let of = match (snapshot.errors, snapshot.cancelled) {
        (_, 0) => "that failed".to_owned(),
        (0, 1) => "that was cancelled".to_owned(),
        (0, _) => "that were cancelled".to_owned(),
        (failed, cancelled) => {
            format!("({} failed, {} cancelled)", crate::format::count(failed), crate::format::count(cancelled))
        }
    };
    let folder = step.destination().map(|(path, _)| format!(" into {path}")).unwrap_or_default();
    let changes = step.changes();
    let are = if snapshot.lost() == 1 { "is" } else { "are" };
    let different = if changes.len() > 1 { " What should be different?" } else { "" };
    let again = snapshot.sent_once_more();
    let besides = match again {
        0 => ", and nothing else".to_owned(),
        again => format!(
            ", and with {} {} more of the cancelled jobs, registered already: Encord does not tell which those are",
            if snapshot.lost() == 1 { "it" } else { "them" },
            crate::format::count(again)
        ),
    };
    let sent = crate::format::counted(snapshot.lost() + again, "item", "items");
    let mut lines =
        paragraph(&format!("The {lost} {of} {are} sent{folder} as a new run{besides}.{different}"), columns);
    lines.push(Line::default());
    match changes.as_slice() {
        [only] => {
            lines.extend(paragraph(only.meaning(), columns));
            lines.push(Line::default());
        }
        changes => lines.extend(choices(changes.iter().map(|it| (it.label(), it.meaning())), place, look, columns)),
    }
    lines.push(keys(&format!("sends {sent}"), "sends nothing", look));
    lines
}

/// What leaving means while a run goes on: what is under way, and what becomes of it.
pub(crate) fn leaving(step: &ProgressStep, look: &RenderContext<'_>) -> (&'static str, String) {
    let run = step.run().map(|run| text::clean(run).into_owned());
    if step.is_sync() {
        let then = match (look.labels.is_demo, run) {
            (true, _) => "This is the demo: its services end with it.".to_owned(),
            (false, None) => "The sync has not begun. Nothing is left half done.".to_owned(),
            (false, Some(run)) => {
                format!("It goes on in Encord by itself. azure-to-encord runs resume {run} follows it again.")
            }
        };
        return ("The folder is still being synced.", then);
    }
    let then = match (look.labels.is_demo, run) {
        (true, _) => "This is the demo: its services end with it, so the run cannot be taken up again.".to_owned(),
        (false, None) => "No job was sent yet. Nothing is left half done.".to_owned(),
        (false, Some(run)) => format!(
            "Jobs that Encord already has go on there; the rest waits. All is on record:\n\
             azure-to-encord runs resume {run}\n\
             takes it up again from any terminal of this machine, and so does azure-to-encord from its Home."
        ),
    };
    ("The upload is still under way.", then)
}
