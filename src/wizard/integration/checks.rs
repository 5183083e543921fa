//! The checks of step 1: those of Encord's side are drawn from its answer, those of Azure's side come from the services.

use url::Url;

use crate::{
    config::Config,
    endpoints::region,
    error::ErrorKind,
    wizard::{
        check::{CHECKS, Check, CheckState, Repair},
        integration::{IntegrationStep, Side, guide::account_name},
    },
};

/// An organisation can have very many integrations; a sentence names so many of them.
const MOST_TITLES: usize = 8;

impl IntegrationStep {
    /// The checks of this step, in order, whatever their state.
    pub fn checks(&self, config: &Config) -> Vec<Check> {
        let mut checks =
            vec![self.key_check(), self.domain_check(config), self.login_check(config), self.integration_check(config)];
        let azure = CHECKS.iter().filter(|about| about.id.starts_with("azure."));
        checks.extend(azure.map(|about| {
            let known = self.azure_checks.iter().find(|check| check.id == about.id);
            known.cloned().unwrap_or_else(|| Check::new(about.id, side_state(&self.container), ""))
        }));
        checks
    }

    fn key_check(&self) -> Check {
        const ID: &str = "encord.key";
        match &self.key {
            None if self.encord == Side::Unset && self.is_guided => {
                Check::new(ID, CheckState::Waiting, "no key chosen yet")
            }
            None => Check::new(ID, side_state(&self.encord), "the key for signing in"),
            Some(Err(problem)) => Check::failed(ID, problem),
            Some(Ok(key)) => match &key.warning {
                None => Check::new(ID, CheckState::Pass, format!("{} from {}", key.fingerprint, key.source)),
                Some((seen, fix)) => {
                    Check::new(ID, CheckState::Warn, format!("{} from {}: {seen}", key.fingerprint, key.source))
                        .fix(fix)
                }
            },
        }
    }

    fn domain_check(&self, config: &Config) -> Check {
        const ID: &str = "encord.domain";
        let domain = &config.encord.domain;
        if let Some(other) = self.other_region.as_deref().and_then(region::of) {
            let here = region::of(domain).map_or(domain.as_str(), |region| region.name);
            return Check::new(ID, CheckState::Fail, format!("the key is known in {}, not in {here}", other.name))
                .fix(format!("Use {} instead.", other.api))
                .repair(Repair::SwitchRegion(other.api.to_owned()))
                .class(ErrorKind::Config);
        }
        match (region::of(domain), Url::parse(domain)) {
            (Some(region), _) => Check::new(ID, CheckState::Pass, format!("{} ({})", region.name, region.api)),
            (None, Ok(url)) if url.has_host() && url.query().is_none() => {
                let origins = config.encord.origins().join(", ");
                Check::new(ID, CheckState::Pass, format!("{domain}, a domain of your own; pages at {origins}"))
            }
            (None, Ok(url)) if url.query().is_some() => Check::new(
                ID,
                CheckState::Fail,
                "there is more behind the host than an API's address has",
            )
            .fix("Leave out everything from the '?' on: https://api.encord.com (EU), https://api.us.encord.com (US).")
            .class(ErrorKind::Config),
            (None, _) => Check::new(ID, CheckState::Fail, format!("\"{domain}\" is not an address"))
                .fix("Encord's API is https://api.encord.com (EU) or https://api.us.encord.com (US).")
                .class(ErrorKind::Config),
        }
    }

    fn login_check(&self, config: &Config) -> Check {
        const ID: &str = "encord.login";
        match &self.encord {
            Side::Up(list) => Check::new(
                ID,
                CheckState::Pass,
                format!("signed in to {}, integrations: {}", config.encord.domain, list.len()),
            ),
            Side::Down(problem) if matches!(self.key, Some(Ok(_))) => Check::failed(ID, problem),
            other => Check::new(ID, side_state(other), format!("sign in to {}", config.encord.domain)),
        }
    }

    pub(super) fn integration_check(&self, config: &Config) -> Check {
        const ID: &str = "encord.integration";
        let Side::Up(list) = &self.encord else {
            return Check::new(ID, side_state(&self.encord), "the integration through which Encord reads the files");
        };
        let fail = |seen: String, fix: String| {
            Check::new(ID, CheckState::Fail, seen).fix(fix).repair(Repair::NewIntegration).class(ErrorKind::Config)
        };
        match (self.chosen(config), config.encord.integration.as_deref()) {
            (Some(chosen), _) => {
                let account = account_name(config).unwrap_or_else(|| "this account".to_owned());
                let detail = format!(
                    "{} ({}); Encord does not tell which account it reads, so see that it is the one for {account}",
                    chosen.title, chosen.uuid
                );
                Check::new(ID, CheckState::Pass, detail)
            }
            (None, _) if list.is_empty() => fail(
                "Encord shows no cloud integration to this user".into(),
                "Create one in Encord (Integrations, Add integration, Azure), or ask its admin to add you.".into(),
            ),
            (None, Some(wanted)) => {
                let named = list.iter().take(MOST_TITLES).map(|integration| format!("'{}'", integration.title));
                let mut titles: Vec<_> = named.collect();
                if let more @ 1.. = list.len().saturating_sub(MOST_TITLES) {
                    titles.push(format!("{more} more"));
                }
                if list.iter().filter(|integration| integration.title == wanted).count() > 1 {
                    return fail(
                        format!("several integrations are called '{wanted}'"),
                        "Name it by its UUID under [encord] integration.".into(),
                    );
                }
                fail(
                    format!("Encord shows no integration '{wanted}' to this user"),
                    format!("There are {}. Set [encord] integration to one of them.", titles.join(", ")),
                )
            }
            (None, None) => {
                fail("none chosen yet".into(), "Choose one, or set [encord] integration to its title.".into())
            }
        }
    }
}

fn side_state<T>(side: &Side<T>) -> CheckState {
    match side {
        Side::Running(_) => CheckState::Running,
        _ => CheckState::Waiting,
    }
}
