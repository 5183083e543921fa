//! How step 1 stands: what is missing, what is in the way, what was overruled.

use crate::{
    config::Config,
    error::UserError,
    wizard::{
        check::{Check, CheckState, about},
        integration::{IntegrationStep, Side, capitalised},
        step::Status,
    },
};

impl IntegrationStep {
    /// The failed checks that the user goes on despite.
    pub fn despite(&self, config: &Config) -> Vec<&'static str> {
        let failed = self.checks(config).into_iter().filter(|check| check.state == CheckState::Fail);
        failed.map(|check| check.id).filter(|id| self.overruled.contains(id)).collect()
    }

    /// Goes on although these checks fail, as far as they may be overruled, until the settings change.
    pub(crate) fn overrule(&mut self, ids: impl IntoIterator<Item = &'static str>) {
        self.overruled.extend(ids.into_iter().filter(|id| about(id).may_be_overruled));
    }

    pub(crate) fn status(&self, config: &Config) -> Status {
        let is_running = matches!(self.encord, Side::Running(_)) || matches!(self.container, Side::Running(_));
        if is_running || self.discovering.is_some() {
            return Status::Working;
        }
        if let Some((name, why)) = self.input_problem() {
            return Status::Blocked(UserError::config(format!("{}: {why}.", name.label())));
        }
        match (&self.key, &self.encord, &self.container) {
            (Some(Err(problem)), _, _) | (_, Side::Down(problem), _) | (_, _, Side::Down(problem)) => {
                return Status::Blocked(problem.clone());
            }
            _ => {}
        }
        if let Some(missing) = self.missing(config) {
            return Status::Blocked(missing);
        }
        if matches!(self.encord, Side::Unset) || matches!(self.container, Side::Unset) {
            return Status::Idle;
        }
        let in_the_way = |check: &Check| check.state == CheckState::Fail && !self.overruled.contains(&check.id);
        match self.checks(config).into_iter().find(in_the_way) {
            None => Status::Ready,
            Some(check) => {
                let what = match check.id.starts_with("azure.") {
                    true => format!("{}: {}", check.about().name, check.detail),
                    false => capitalised(&check.detail),
                };
                Status::Blocked(UserError { summary: what, source_message: None, hint: check.fix, kind: check.class })
            }
        }
    }

    /// What has to be filled in before anything can be checked.
    pub(super) fn missing(&self, config: &Config) -> Option<UserError> {
        let (plain, in_config) = match () {
            () if config.azure.account_url().is_none() && !self.has_secret(config) => {
                ("the storage account", "No storage account is named. Set account (or endpoint) under [azure].")
            }
            () if config.azure.container.is_empty() && !self.has_secret(config) => {
                ("the container", "No container is named. Set container under [azure].")
            }
            () if self.is_guided && self.form.lacks_secret() => ("where the secret is, or paste it", ""),
            () if self.is_guided && self.key.is_none() && self.encord == Side::Unset => ("the SSH key", ""),
            () => return None,
        };
        Some(match self.is_guided {
            true => UserError::config(format!("Fill in {plain}.")),
            false => UserError::config(in_config),
        })
    }

    /// Whether a secret is named, which may itself name the account and the container. A user at the screen is asked for both.
    pub(super) fn has_secret(&self, config: &Config) -> bool {
        let azure = &config.azure;
        let places = [&azure.sas_token_env, &azure.sas_token_file, &azure.account_key_env, &azure.account_key_file];
        !self.is_guided && places.into_iter().any(Option::is_some)
    }

    /// The failed checks that stand in the way and may be overruled; none if another failure stands in the way as well.
    pub fn may_overrule(&self, config: &Config) -> Vec<&'static str> {
        let checks = self.checks(config);
        let failed: Vec<_> =
            checks.iter().filter(|check| check.state == CheckState::Fail).map(|check| check.id).collect();
        let open = checks.iter().any(|check| check.state == CheckState::Running);
        match !open && failed.iter().all(|id| about(id).may_be_overruled) {
            true => failed.into_iter().filter(|id| !self.overruled.contains(id)).collect(),
            false => Vec::new(),
        }
    }
}
