//! What is under Home's cursor in full, and what can be done now.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use crate::{
    tui::{
        keymap::Mode,
        screens::{
            home::{container_of, is_open},
            render::RenderContext,
        },
    },
    wizard::{
        Wizard,
        action::Action,
        home::list::HomeList,
        saved::{PastRun, SavedConfig},
    },
};

const LABEL: usize = 10;

pub(super) fn foot(wizard: &Wizard, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let home = wizard.home();
    // Where not everything has room, what failed goes first.
    let mut lines = home.problem().map(|problem| look.problem(problem, columns)).unwrap_or_default();
    lines.extend(match (home.config(home.cursor()), home.run(home.cursor())) {
        (Some(found), _) => config(found, wizard, look, columns),
        (_, Some(found)) => run(found, look, columns),
        (None, None) => Vec::new(),
    });
    if let Some(notice) = home.notice() {
        let sign = Span::styled(format!("{} ", look.glyphs().warn), look.theme.warn());
        lines.extend(look.hanging(sign, notice, Style::new(), columns));
    }
    lines.extend(look.next(&next(wizard, look), columns));
    lines
}

fn labelled(label: &str, content: &str, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let label = Span::styled(format!("{label:<LABEL$}"), look.theme.dim());
    look.hanging(label, content, Style::new(), columns)
}

fn config(config: &SavedConfig, wizard: &Wizard, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let room = columns.saturating_sub(LABEL);
    let path = look.cut_path(&config.path.display().to_string(), room);
    let mut lines = labelled("File", &path, look, columns);
    if let Some(problem) = &config.problem {
        let sign = Span::styled(format!("{} ", look.glyphs().bad), look.theme.bad());
        lines.extend(look.hanging(sign, problem, Style::new(), columns));
        return lines;
    }
    let missing = || "not said yet".to_owned();
    lines.extend(labelled("From", &look.cut(&container_of(config).unwrap_or_else(missing), room), look, columns));
    let folder = config.folder.clone().unwrap_or_else(missing);
    lines.extend(labelled("To", &look.cut_path(&folder, room), look, columns));
    let story = |run| story(run, &format!(" ({})", PastRun::began(run)), look);
    let last = config.last_run.as_ref().map_or_else(|| "never run".to_owned(), story);
    lines.extend(labelled("Last run", &last, look, columns));
    if is_open(config, wizard) && wizard.is_unsaved() {
        let save = format!("its changes are not saved; {} saves them", look.key(Action::Save));
        lines.extend(labelled("Open *", &save, look, columns));
    }
    lines
}

fn run(run: &PastRun, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let room = columns.saturating_sub(LABEL);
    let of = format!("{} {} {}", run.run, look.glyphs().dot, run.config);
    let mut lines = labelled("Run", &look.cut(&of, room), look, columns);
    lines.extend(labelled("To", &look.cut_path(&run.folder, room), look, columns));
    lines.extend(labelled("Stands", &story(run, "", look), look, columns));
    let begun = match &run.retry_of {
        Some(earlier) => format!("{}; sends again what failed in {earlier}", run.began()),
        None => run.began(),
    };
    lines.extend(labelled("Begun", &look.cut(&begun, room), look, columns));
    lines
}

/// How a run stands, in a sentence.
fn story(run: &PastRun, date: &str, look: &RenderContext<'_>) -> String {
    let mut story = format!("{}, begun {}{date}", run.standing().word(), run.ago((look.labels.clock)()));
    if run.items > 0 {
        story +=
            &format!(": {} of {} registered", crate::format::count(run.registered), crate::format::count(run.items));
    }
    if run.failed > 0 {
        story += &format!(", {} failed", crate::format::count(run.failed));
    }
    story
}

fn next(wizard: &Wizard, look: &RenderContext<'_>) -> String {
    let home = wizard.home();
    let key = |action| look.key_in(action, Mode::Screen);
    let (enter, new) = (look.key(Action::Next), key(Action::New));
    if let Some(label) = home.opening() {
        return format!("Opening {}.", look.cut(label, 40));
    }
    match (home.config(home.cursor()), home.run(home.cursor())) {
        _ if home.is_searching() && home.found() == 0 => {
            format!("Type less of it. {} ends the search.", look.key(Action::Back))
        }
        (Some(config), _) if config.problem.is_some() => {
            format!("{} opens the file in your editor; it is read again afterwards.", key(Action::OpenEditor))
        }
        (Some(_), _) if home.is_searching() => format!("{enter} opens it. Type part of a name, account or folder."),
        (Some(config), _) if is_open(config, wizard) => format!("{enter} goes back to it; {new} begins a new import."),
        (Some(_), _) => format!("{enter} opens it; {new} begins a new import."),
        (_, Some(run)) if run.is_live => format!("{enter} follows it; whoever works on it goes on."),
        (_, Some(run)) if run.is_open => format!("{enter} goes on where it was interrupted, after a question."),
        (_, Some(_)) => format!("{enter} shows its jobs and what failed."),
        (None, None) if home.shown() == HomeList::Runs => {
            format!("{} goes to the configs; {new} begins a new import.", key(Action::SwitchList))
        }
        (None, None) => format!("{new} begins a new import."),
    }
}
