//! Home.

use crate::{
    format::count,
    plain::describe::screen::{Question, Screen},
    wizard::{
        Wizard,
        home::{list::HomeList, panel::HomePanel},
        saved::{PastRun, SavedConfig},
    },
};

pub(super) fn over(wizard: &Wizard) -> Option<&'static str> {
    Some(match wizard.home().panel()? {
        HomePanel::Duplicate(_) => "A copy of a config",
        HomePanel::Delete { .. } => "Delete a config?",
        HomePanel::Forget(_) => "Forget a run?",
        HomePanel::Resume(_) => "Resume a run?",
    })
}

pub(super) fn page(wizard: &Wizard, screen: &mut Screen) {
    let home = wizard.home();
    if let Some(panel) = home.panel() {
        return self::panel(panel, screen);
    }
    screen.waits = !home.is_read() || home.opening().is_some();
    screen.lines.extend(home.opening().map(|label| format!("Opening {label}.")));
    screen.lines.extend(home.notice().map(str::to_owned));
    if let Some(problem) = home.problem() {
        screen.problem(problem);
    }
    if home.is_read() {
        let [configs, runs] = [HomeList::Configs, HomeList::Runs].map(|list| count(home.total(list) as u64));
        screen.line(format!("Saved configs: {configs}. Past runs: {runs}."));
    }
    let (noun, row): (_, fn(&Wizard, usize) -> Option<String>) = match home.shown() {
        HomeList::Configs => ("Config", |wizard, place| wizard.home().config(place).map(config)),
        HomeList::Runs => ("Run", |wizard, place| wizard.home().run(place).map(run)),
    };
    if home.is_searching() {
        screen.line(format!("{} match the search.", count(home.found() as u64)));
        screen.questions.push(Question::search(home.search().text()));
    }
    screen.rows(noun, home.found() as u64, home.cursor() as u64, |place| row(wizard, usize::try_from(place).ok()?));
}

fn config(config: &SavedConfig) -> String {
    if let Some(problem) = &config.problem {
        return format!("{}, cannot be read: {problem}", config.name);
    }
    let said = |part: &Option<String>| part.clone().unwrap_or_else(|| "not said yet".to_owned());
    let last =
        config.last_run.as_ref().map_or_else(|| "never run".to_owned(), |run| format!("last run {}", story(run)));
    let (account, container, folder) = (said(&config.account), said(&config.container), said(&config.folder));
    format!("{}, account {account}, container {container}, folder {folder}, {last}", config.name)
}

fn run(run: &PastRun) -> String {
    let retry =
        run.retry_of.as_ref().map(|earlier| format!(", sends again what failed in {earlier}")).unwrap_or_default();
    format!("{}, config {}, to {}, {}{retry}", run.run, run.config, run.folder, story(run))
}

fn story(run: &PastRun) -> String {
    let state = run.standing().word();
    let [registered, items, failed] = [run.registered, run.items, run.failed].map(count);
    format!(
        "{state}, begun {}, {registered} of {items} registered, {failed} failed",
        run.ago(time::OffsetDateTime::now_utc())
    )
}

fn panel(panel: &HomePanel, screen: &mut Screen) {
    match panel {
        HomePanel::Duplicate(form) => {
            screen.line(format!("A copy of {}.", form.of()));
            screen.lines.extend(form.problem().map(|problem| format!("Problem: {problem}")));
            screen.questions.push(Question::text_field("Name of the copy", form.name().text(), Vec::new(), Vec::new()));
        }
        HomePanel::Delete { name, path } => {
            screen.line(format!(
                "The config {name} is deleted with its file {}. Its runs stay on record.",
                path.display()
            ));
        }
        HomePanel::Forget(run) => screen.line(format!("The record of this run is deleted: {}.", self::run(run))),
        HomePanel::Resume(run) => {
            screen.line(format!("This run goes on where it was interrupted: {}.", self::run(run)));
        }
    }
}
