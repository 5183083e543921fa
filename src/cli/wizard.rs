//! The wizard at a terminal.

use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;

use crate::{
    cli::{
        exit::{Exit, refuse},
        open,
        run::summary,
        signals, terminal,
        text::{mention, tell},
    },
    config::Config,
    error::UserError,
    plain,
    run::state::RunState,
    service::driver::Driver,
    store::{self, paths::Home, runs::RunStore},
    tui::{self, screens::Labels, theme::Theme},
    wizard::{
        Wizard,
        effect::{Effect, Event},
        home::open_config::headless_command,
        progress::ProgressStep,
    },
};

/// What the demo is called where configs are named.
pub(super) const DEMO: &str = "demo";
/// How long leaving waits for a request that was sent to be answered and put on record.
const PATIENCE: Duration = Duration::from_secs(30);

impl tui::app::Services for Driver {
    fn carry_out(&mut self, effect: Effect) {
        Driver::carry_out(self, effect);
    }
}

/// The wizard on a config, or on an empty one.
pub(crate) async fn wizard(label: Option<&str>, lines: bool) -> Exit {
    let opened = open::home().and_then(|home| {
        let fresh = begun(&home);
        let wizard = match label {
            Some(label) => Wizard::new(open::config(&home, label)?).named(label).with_home(fresh),
            None if has_something(&home) => Wizard::new(fresh).at_home(),
            None => Wizard::new(fresh.clone()).with_home(fresh),
        };
        Ok((home, Box::new(wizard)))
    });
    match opened {
        Ok((home, wizard)) => show(home, wizard, label, lines).await,
        Err(problem) => refuse(&problem),
    }
}

/// Whether Home has anything to show. A record that cannot be read is for Home to tell of.
fn has_something(home: &Home) -> bool {
    let has_runs = || {
        home.data().join("runs.db").is_file()
            && RunStore::open(home).and_then(|store| store.runs()).is_ok_and(|runs| !runs.is_empty())
    };
    !crate::store::configs::find::saved_names(home).is_empty() || has_runs()
}

/// Where there is no config, step 1 begins with what the environment says, and what was chosen the last time.
fn begun(home: &Home) -> Config {
    let mut config = Config::default();
    if let Some((encord, azure)) = store::last_connection::load(home) {
        (config.encord, config.azure) = (encord, azure);
    }
    if let Some(domain) = std::env::var("ENCORD_DOMAIN").ok().filter(|domain| !domain.trim().is_empty()) {
        config.encord.domain = domain.trim().to_owned();
    }
    config
}

/// The wizard on the demo's config.
pub(super) async fn demo(home: Home, config: Config, lines: bool) -> Exit {
    show(home, Box::new(Wizard::new(config)), Some(DEMO), lines).await
}

/// Whether `--accessible` or `ACCESSIBLE` asks for plain lines instead of screens.
fn wants_lines(is_asked: bool) -> bool {
    is_asked || std::env::var("ACCESSIBLE").is_ok_and(|value| !matches!(value.trim(), "" | "0" | "false" | "no"))
}

/// The wizard in plain lines; it needs no terminal.
async fn in_lines(home: Home, wizard: Box<Wizard>, label: Option<&str>) -> Exit {
    let (mut driver, mut events) = Driver::new(home, label.unwrap_or("(not saved)"));
    let mut wizard = Box::new(wizard.guided().attended());
    let first = wizard.handle(Event::Open);
    let carry_out = |effect| driver.carry_out(effect);
    let left = Box::pin(plain::repl::run(&mut wizard, first, carry_out, &mut events, signals::asked)).await;
    wind_down(&mut wizard, &driver, &mut events).await;
    say_goodbye(&wizard, label == Some(DEMO));
    match left {
        plain::repl::Exit::Quit => Exit::of_wizard(&wizard),
        plain::repl::Exit::Stopped => Exit::Interrupted,
    }
}

/// Waits until what was sent is on record.
async fn wind_down(wizard: &mut Wizard, driver: &Driver, events: &mut UnboundedReceiver<Event>) {
    if wizard.is_busy() {
        mention!("Leaving; what was sent is being put on record...");
        driver.wind_down(PATIENCE).await;
        while let Ok(event) = events.try_recv() {
            wizard.handle(event);
        }
    }
}

async fn show(home: Home, wizard: Box<Wizard>, label: Option<&str>, lines: bool) -> Exit {
    if wants_lines(lines) {
        return in_lines(home, wizard, label).await;
    }
    if let Err(problem) = terminal::needed(label.map(command), &home) {
        return refuse(&problem);
    }
    let (keys, mouse) = match open::home().and_then(|own| open::keys(&own)) {
        Ok(keys) => keys,
        Err(problem) => return refuse(&problem),
    };
    let (mut driver, mut events) = Driver::new(home, label.unwrap_or("(not saved)"));
    let mut wizard = Box::new(wizard.guided().attended().keyed(keys.names()));
    let first = wizard.handle(Event::Open);
    let is_demo = label == Some(DEMO);
    let labels = Labels { headless_command: is_demo.then(|| command(DEMO)), is_demo, keys, ..Labels::default() };
    let options = tui::app::Options { theme: Theme::from_environment(), labels, mouse };
    let left = tui::app::run(&mut wizard, first, &mut driver, &mut events, &options).await;
    wind_down(&mut wizard, &driver, &mut events).await;
    let exit = match left {
        Ok(tui::app::Exit::Quit) => Exit::of_wizard(&wizard),
        Ok(tui::app::Exit::Signal(_)) => Exit::Interrupted,
        Err(error) => {
            return refuse(&UserError::other(format!("The terminal cannot be used: {error}.")));
        }
    };
    say_goodbye(&wizard, label == Some(DEMO));
    exit
}

/// What remains to be known once the screens are gone.
fn say_goodbye(wizard: &Wizard, is_demo: bool) {
    for line in goodbye(wizard.progress(), is_demo) {
        tell!("{line}");
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
            // What was cancelled is no failure, and not in it.
            let label = if snapshot.cancelled > 0 { "What failed, as a manifest" } else { "To send again" };
            lines.push(format!("{label}: {}", failed.display()));
        }
    }
    let is_open = match &snapshot.sync {
        Some(counts) => !counts.state.is_final(),
        None => progress.outcome().is_none() || snapshot.jobs.iter().any(|job| !job.state.is_final()),
    };
    match (is_demo, is_open) {
        (false, true) => lines.push(format!("Go on with: azure-to-encord runs resume {run}")),
        (false, false) if progress.may_retry() => {
            let what = if snapshot.cancelled > 0 { "failed or was cancelled" } else { "failed" };
            lines.push(format!("Send what {what} again: azure-to-encord runs retry {run}"));
        }
        (true, _) | (false, false) => {}
    }
    lines
}

/// What does the same without a terminal.
fn command(label: &str) -> String {
    match label {
        DEMO => "azure-to-encord demo --headless".to_owned(),
        label => headless_command(label),
    }
}

#[cfg(test)]
mod tests {
    use super::goodbye;
    use crate::wizard::{outbox::Outbox, progress::ProgressStep};

    #[test]
    fn a_run_that_is_left_names_the_way_to_go_on_and_the_demo_none() {
        let resumed = ProgressStep::resume("20260401-1".into(), &mut Outbox::default());
        let told = goodbye(&resumed, false);
        assert_eq!(told.last().unwrap(), "Go on with: azure-to-encord runs resume 20260401-1");
        assert!(!goodbye(&resumed, true).iter().any(|line| line.contains("resume")));
        let watched = ProgressStep::watch("20260401-1".into(), &mut Outbox::default());
        assert!(goodbye(&watched, false).is_empty() && goodbye(&ProgressStep::default(), false).is_empty());
    }
}
