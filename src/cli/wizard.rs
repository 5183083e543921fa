//! The wizard at a terminal.

use std::time::Duration;

use super::{Exit, exit::refuse, open, run::summary, terminal};
use crate::{
    service::Driver,
    store::{self, Home, RunState, config::Config},
    tui::{self, Labels, Theme},
    wizard::{Effect, Event, Problem, ProgressStep, Wizard},
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
    let (keys, mouse) = match open::home().and_then(|own| open::keys(&own)) {
        Ok(keys) => keys,
        Err(problem) => return refuse(&problem),
    };
    let (mut driver, mut events) = Driver::new(home, label.unwrap_or("(not saved)"));
    let mut wizard = Wizard::new(config).guided().attended();
    let first = wizard.handle(Event::Open);
    let labels = Labels { headless_command: label.map(headless_command), is_demo: label == Some(DEMO), keys };
    let options = tui::Options { theme: Theme::from_environment(), labels, mouse };
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
    for line in goodbye(wizard.progress(), is_demo) {
        say!("{line}");
    }
}

/// How the run stands, where its reports are, and how it goes on from the shell.
fn goodbye(progress: &ProgressStep, is_demo: bool) -> Vec<String> {
    let Some(run) = progress.run().filter(|_| !progress.is_refused()) else { return Vec::new() };
    let snapshot = progress.snapshot();
    if progress.is_watching() && !snapshot.watched {
        return Vec::new();
    } else if progress.is_watching() {
        return vec![format!(
            "Run {run} goes on in another process. azure-to-encord runs show {run} tells how it stands."
        )];
    }
    let state = progress.outcome().unwrap_or(RunState::Running);
    let mut lines = vec![summary(state, snapshot)];
    if let Some(reports) = progress.reports() {
        lines.push(format!("Report: {}", reports.html.display()));
        if let Some(failed) = &reports.failed {
            lines.push(format!("Failed: {}", failed.display()));
        }
    }
    let is_open = match &snapshot.sync {
        Some(counts) => !counts.state.is_final(),
        None => progress.outcome().is_none() || snapshot.jobs.iter().any(|job| !job.state.is_final()),
    };
    match (is_demo, is_open) {
        (false, true) => lines.push(format!("Go on with: azure-to-encord runs resume {run}")),
        (false, false) if progress.may_retry() => {
            lines.push(format!("Send what failed again: azure-to-encord runs retry {run}"));
        }
        (true, _) | (false, false) => {}
    }
    lines
}

/// What does the same without a terminal.
pub(crate) fn headless_command(label: &str) -> String {
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
    use super::{goodbye, shell_word};
    use crate::wizard::{Outbox, ProgressStep};

    #[test]
    fn a_run_that_is_left_names_the_way_to_go_on_and_the_demo_none() {
        let resumed = ProgressStep::resume("20260401-1".into(), &mut Outbox::default());
        let told = goodbye(&resumed, false);
        assert_eq!(told.last().unwrap(), "Go on with: azure-to-encord runs resume 20260401-1");
        assert!(!goodbye(&resumed, true).iter().any(|line| line.contains("resume")));
        let watched = ProgressStep::watch("20260401-1".into(), &mut Outbox::default());
        assert!(goodbye(&watched, false).is_empty() && goodbye(&ProgressStep::default(), false).is_empty());
    }

    #[test]
    fn labels_are_quoted_for_the_shell_where_they_must_be() {
        assert_eq!(shell_word("nightly"), "nightly");
        assert_eq!(shell_word("./my configs/a.toml"), "'./my configs/a.toml'");
        assert_eq!(shell_word("it's"), r"'it'\''s'");
    }
}
