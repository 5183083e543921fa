//! The wizard at a terminal.

use std::time::Duration;

use super::{Exit, exit::refuse, open, run::summary, terminal};
use crate::{
    service::Driver,
    store::{self, Home, RunState, config::Config},
    tui::{self, Labels, Theme},
    wizard::{Effect, Event, Problem, Wizard},
};

/// What the demo is called where configs are named.
pub(super) const DEMO: &str = "demo";
/// How long leaving waits for a request that was sent to be answered and put on record.
const PATIENCE: Duration = Duration::from_secs(30);

impl tui::Services for Driver {
    fn carry_out(&mut self, effect: Effect) {
        Driver::carry_out(self, effect);
    }
}

/// The wizard on a config, or on an empty one.
pub(crate) async fn wizard(label: Option<&str>) -> Exit {
    let opened = open::home().and_then(|home| {
        let config = label.map_or_else(|| Ok(begun(&home)), |label| open::config(&home, label))?;
        Ok((home, config))
    });
    match opened {
        Ok((home, config)) => open(home, config, label).await,
        Err(problem) => refuse(&problem),
    }
}

/// Where there is no config, step 1 begins with what the environment says, and what was chosen the last time.
fn begun(home: &Home) -> Config {
    let mut config = Config::default();
    if let Some((encord, azure)) = store::last::load(home) {
        (config.encord, config.azure) = (encord, azure);
    }
    if let Some(domain) = std::env::var("ENCORD_DOMAIN").ok().filter(|domain| !domain.trim().is_empty()) {
        config.encord.domain = domain.trim().to_owned();
    }
    config
}

/// The wizard on a config that is already there. `label` is what the user called it.
pub(crate) async fn open(home: Home, config: Config, label: Option<&str>) -> Exit {
    if let Err(problem) = terminal::needed(label.map(headless_command), &home) {
        return refuse(&problem);
    }
    let (mut driver, mut events) = Driver::new(home, label.unwrap_or("(not saved)"));
    let mut wizard = Wizard::new(config).guided().attended();
    let first = wizard.handle(Event::Open);
    let labels = Labels { headless_command: label.map(headless_command), is_demo: label == Some(DEMO) };
    let options = tui::Options { theme: Theme::from_environment(), labels };
    let left = tui::run(&mut wizard, first, &mut driver, &mut events, &options).await;
    if wizard.progress().is_running() {
        eprintln!("Leaving; what was sent is being put on record...");
        driver.wind_down(PATIENCE).await;
        while let Ok(event) = events.try_recv() {
            wizard.handle(event);
        }
    }
    let exit = match left {
        Ok(tui::Exit::Quit) => Exit::of_wizard(&wizard),
        Ok(tui::Exit::Signal(_)) => Exit::Interrupted,
        Err(error) => {
            return refuse(&Problem::other(format!("The terminal cannot be used: {error}.")));
        }
    };
    say_goodbye(&wizard, label == Some(DEMO));
    exit
}

/// What remains to be known once the screens are gone.
fn say_goodbye(wizard: &Wizard, is_demo: bool) {
    let progress = wizard.progress();
    let Some(run) = progress.run() else { return };
    let snapshot = progress.snapshot();
    let state = progress.outcome().unwrap_or(RunState::Running);
    say!("{}", summary(state, snapshot));
    if let Some(reports) = progress.reports() {
        say!("Report: {}\n        {}", reports.json.display(), reports.csv.display());
    }
    if snapshot.finished() < snapshot.total && !is_demo {
        say!("Go on with: azure-to-encord runs resume {run}");
    }
}

/// What does the same without a terminal.
fn headless_command(label: &str) -> String {
    match label {
        DEMO => "azure-to-encord demo --headless".to_owned(),
        label => format!("azure-to-encord run {} --yes", shell_word(label)),
    }
}

/// A label as a POSIX shell takes it for one word.
fn shell_word(label: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:@%+,=".contains(c);
    match !label.is_empty() && label.chars().all(plain) {
        true => label.to_owned(),
        false => format!("'{}'", label.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::shell_word;

    #[test]
    fn labels_are_quoted_for_the_shell_where_they_must_be() {
        assert_eq!(shell_word("nightly"), "nightly");
        assert_eq!(shell_word("./my configs/a.toml"), "'./my configs/a.toml'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
    }
}
