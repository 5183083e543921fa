//! What step 1 checks on both sides.

use super::{IntegrationStep, Side};
use crate::{
    store::config::Config,
    wizard::{CHECKS, Check, CheckState, Problem, about},
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
        let mut checks = vec![key, login, self.integration_check(config)];
        checks.extend(self.azure_checks());
        checks
    }

    /// Lets these checks fail, as far as they may.
    pub(in crate::wizard) fn overrule(&mut self, ids: impl IntoIterator<Item = &'static str>) {
        self.overruled.extend(ids.into_iter().filter(|id| about(id).may_be_overruled));
    }

    /// The checks that have failed and are overruled, in order.
    pub fn despite(&self) -> Vec<&'static str> {
        CHECKS
            .iter()
            .map(|about| about.id)
            .filter(|id| self.overruled.contains(id) && self.azure_failed(id).is_some())
            .collect()
    }

    fn azure_failed(&self, id: &str) -> Option<&Check> {
        self.azure_checks.iter().find(|check| check.id == id && check.state == CheckState::Fail)
    }

    /// The first failure that is not overruled.
    pub(super) fn azure_failure(&self) -> Option<Problem> {
        let ids = CHECKS.iter().map(|about| about.id).filter(|id| !self.overruled.contains(id));
        let check = ids.filter_map(|id| self.azure_failed(id)).next()?;
        let what = format!("{}: {}", check.about().name, check.detail);
        Some(Problem { what, said: None, hint: check.fix.clone(), class: check.class })
    }

    fn azure_checks(&self) -> impl Iterator<Item = Check> {
        CHECKS.iter().filter(|about| about.id.starts_with("azure.")).map(|about| {
            let known = self.azure_checks.iter().find(|check| check.id == about.id).cloned();
            known.unwrap_or_else(|| check(about.id, side_state(&self.container), "", None))
        })
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
    Check { fix, ..Check::new(id, state, detail) }
}

fn failed(id: &'static str, problem: &Problem) -> Check {
    let detail = match &problem.said {
        Some(said) => format!("{} {said}", problem.what),
        None => problem.what.clone(),
    };
    check(id, CheckState::Fail, detail, problem.hint.clone())
}
