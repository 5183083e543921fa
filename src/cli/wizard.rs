//! Runs the wizard, on screens or in plain lines.

use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;

use crate::{
    cli::{
        exit::{Exit, refuse},
        open::{self, DEMO},
        run_summary::summary,
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

/// Maximum time to wait on exit for pending requests to finish and be recorded.
const EXIT_TIMEOUT: Duration = Duration::from_secs(30);

impl tui::app::Services for Driver {
    fn carry_out(&mut self, effect: Effect) {
        Driver::carry_out(self, effect);
    }
}

/// Runs the wizard on a config, or without one.
pub(crate) async fn wizard(label: Option<&str>, is_plain: bool) -> Exit {
    let opened = open::home().and_then(|home| {
        let template = initial_config(&home);
        let wizard = match label {
            Some(label) => Wizard::new(open::config(&home, label)?).named(label).with_home(template),
            None if has_something(&home) => Wizard::new(template).at_home(),
            None => Wizard::new(template.clone()).with_home(template),
        };
        Ok((home, Box::new(wizard)))
    });
    match opened {
        Ok((home, wizard)) => show(home, wizard, label, is_plain).await,
        Err(problem) => refuse(&problem),
    }
}

/// Whether Home has anything to show. An unreadable `runs.db` does not count.
fn has_something(home: &Home) -> bool {
    let has_runs = || {
        home.data().join("runs.db").is_file()
            && RunStore::open(home).and_then(|store| store.runs()).is_ok_and(|runs| !runs.is_empty())
    };
    !crate::store::configs::find::saved_names(home).is_empty() || has_runs()
}

/// The initial config: the last connection, then `ENCORD_DOMAIN`.
fn initial_config(home: &Home) -> Config {
    let mut config = Config::default();
    if let Some((encord, azure)) = store::last_connection::load(home) {
        (config.encord, config.azure) = (encord, azure);
    }
    if let Some(domain) = std::env::var("ENCORD_DOMAIN").ok().filter(|domain| !domain.trim().is_empty()) {
        config.encord.domain = domain.trim().to_owned();
    }
    config
}

/// Runs the wizard on the demo's config.
pub(super) async fn demo(home: Home, config: Config, is_plain: bool) -> Exit {
    show(home, Box::new(Wizard::new(config)), Some(DEMO), is_plain).await
}

/// Whether `--accessible` or `ACCESSIBLE` asks for plain mode.
fn wants_plain_mode(is_requested: bool) -> bool {
    is_requested || std::env::var("ACCESSIBLE").is_ok_and(|value| !matches!(value.trim(), "" | "0" | "false" | "no"))
}

/// Runs the wizard in plain mode; needs no terminal.
async fn run_plain(home: Home, wizard: Box<Wizard>, label: Option<&str>) -> Exit {
    let (mut driver, mut events) = Driver::new(home, label.unwrap_or("(not saved)"));
    let mut wizard = Box::new(wizard.guided().attended());
    let first = wizard.handle(Event::Open);
    let carry_out = |effect| driver.carry_out(effect);
    let left = Box::pin(plain::repl::run(&mut wizard, first, carry_out, &mut events, signals::stop_signal)).await;
    wind_down(&mut wizard, &driver, &mut events).await;
    print_exit_summary(&wizard, label == Some(DEMO));
    match left {
        plain::repl::Exit::Quit => Exit::of_wizard(&wizard),
        plain::repl::Exit::Stopped => Exit::Interrupted,
    }
}

/// Waits until pending requests are recorded.
async fn wind_down(wizard: &mut Wizard, driver: &Driver, events: &mut UnboundedReceiver<Event>) {
    if wizard.is_busy() {
        mention!("Leaving; what was sent is being put on record...");
        driver.wind_down(EXIT_TIMEOUT).await;
        while let Ok(event) = events.try_recv() {
            wizard.handle(event);
        }
    }
}

async fn show(home: Home, wizard: Box<Wizard>, label: Option<&str>, is_plain: bool) -> Exit {
    if wants_plain_mode(is_plain) {
        return run_plain(home, wizard, label).await;
    }
    if let Err(problem) = terminal::require(label.map(command), &home) {
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
    print_exit_summary(&wizard, label == Some(DEMO));
    exit
}

/// Prints the state of the run after the screens are closed.
fn print_exit_summary(wizard: &Wizard, is_demo: bool) {
    for line in exit_summary(wizard.progress(), is_demo) {
        tell!("{line}");
    }
}

/// The status of the run, the paths of its reports, and the command that continues it.
fn exit_summary(progress: &ProgressStep, is_demo: bool) -> Vec<String> {
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
            // The manifest of failed items does not contain cancelled items.
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

/// The command that does the same without the wizard.
fn command(label: &str) -> String {
    match label {
        DEMO => "azure-to-encord demo --headless".to_owned(),
        label => headless_command(label),
    }
}

#[cfg(test)]
mod tests {
    use super::exit_summary;
    use crate::wizard::{outbox::Outbox, progress::ProgressStep};

    #[test]
    fn the_exit_summary_names_the_resume_command_except_in_the_demo() {
        let resumed = ProgressStep::resume("20260401-1".into(), &mut Outbox::default());
        let lines = exit_summary(&resumed, false);
        assert_eq!(lines.last().unwrap(), "Go on with: azure-to-encord runs resume 20260401-1");
        assert!(!exit_summary(&resumed, true).iter().any(|line| line.contains("resume")));
        let watched = ProgressStep::watch("20260401-1".into(), &mut Outbox::default());
        assert!(exit_summary(&watched, false).is_empty() && exit_summary(&ProgressStep::default(), false).is_empty());
    }
}
