//! What step 1 checks on both sides.

use super::{IntegrationStep, Side};
use crate::{
    store::config::Config,
    wizard::{Check, CheckState, ContainerFacts, Problem},
};

impl IntegrationStep {
    /// The checks of this step, in order, whatever their state.
    pub fn checks(&self, config: &Config) -> Vec<Check> {
        let key = match &self.key {
            None => check("encord.key", side_state(&self.encord), "the key for signing in", None),
            Some(Ok(key)) => {
                check("encord.key", CheckState::Pass, format!("{} from {}", key.fingerprint, key.source), None)
            }
            Some(Err(problem)) => failed("encord.key", problem),
        };
        let login = match &self.encord {
            Side::Up(list) => check(
                "encord.login",
                CheckState::Pass,
                format!("signed in to {}, integrations: {}", config.encord.domain, list.len()),
                None,
            ),
            Side::Down(problem) if matches!(self.key, Some(Ok(_))) => failed("encord.login", problem),
            other => check("encord.login", side_state(other), format!("sign in to {}", config.encord.domain), None),
        };
        let container = match &self.container {
            Side::Up(facts) if facts.empty => check(
                "azure.container",
                CheckState::Warn,
                format!("{} can be listed but is empty", config.azure.container),
                Some("Check the container's name, or the prefixes under [manifest].".to_owned()),
            ),
            Side::Up(facts) => check(
                "azure.container",
                CheckState::Pass,
                format!("{} can be listed at {}", config.azure.container, facts.account_url),
                None,
            ),
            Side::Down(problem) => failed("azure.container", problem),
            other => check("azure.container", side_state(other), "list the container", None),
        };
        vec![key, login, self.integration_check(config), container, self.read_check()]
    }

    /// Reading is Encord's part; that this program can do it too is a good sign, no condition.
    fn read_check(&self) -> Check {
        const ID: &str = "azure.read";
        match &self.container {
            Side::Up(ContainerFacts { read: Some(Ok(())), .. }) => {
                check(ID, CheckState::Pass, "its first blob can be read", None)
            }
            Side::Up(ContainerFacts { read: Some(Err(problem)), .. }) => {
                Check { state: CheckState::Warn, ..failed(ID, problem) }
            }
            Side::Up(_) => check(ID, CheckState::Waiting, "there is no blob to read", None),
            other => check(ID, side_state(other), "read a blob", None),
        }
    }

    pub(super) fn integration_check(&self, config: &Config) -> Check {
        const ID: &str = "encord.integration";
        let Side::Up(list) = &self.encord else {
            return check(ID, side_state(&self.encord), "the integration through which Encord reads the files", None);
        };
        match (self.chosen(config), config.encord.integration.as_deref()) {
            (Some(chosen), _) => check(ID, CheckState::Pass, format!("{} ({})", chosen.title, chosen.uuid), None),
            (None, _) if list.is_empty() => check(
                ID,
                CheckState::Fail,
                "Encord shows no cloud integration to this user",
                Some(
                    "Create one in Encord (Integrations, Add integration, Azure), or ask its admin to add you."
                        .to_owned(),
                ),
            ),
            (None, Some(wanted)) => {
                let titles: Vec<_> = list.iter().map(|integration| format!("'{}'", integration.title)).collect();
                let twins = list.iter().filter(|integration| integration.title == wanted).count() > 1;
                let seen = if twins {
                    format!("several integrations are called '{wanted}'")
                } else {
                    format!("Encord shows no integration '{wanted}' to this user")
                };
                let fix = if twins {
                    "Name it by its UUID under [encord] integration.".to_owned()
                } else {
                    format!("There are {}. Set [encord] integration to one of them.", titles.join(", "))
                };
                check(ID, CheckState::Fail, seen, Some(fix))
            }
            (None, None) => check(
                ID,
                CheckState::Fail,
                "none chosen yet",
                Some("Choose one, or set [encord] integration to its title.".to_owned()),
            ),
        }
    }
}

fn side_state<T>(side: &Side<T>) -> CheckState {
    match side {
        Side::Running(_) => CheckState::Running,
        _ => CheckState::Waiting,
    }
}

fn check(id: &'static str, state: CheckState, detail: impl Into<String>, fix: Option<String>) -> Check {
    Check { id, state, detail: detail.into(), fix }
}

fn failed(id: &'static str, problem: &Problem) -> Check {
    let detail = match &problem.said {
        Some(said) => format!("{} {said}", problem.what),
        None => problem.what.clone(),
    };
    check(id, CheckState::Fail, detail, problem.hint.clone())
}
