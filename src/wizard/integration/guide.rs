//! Guides through making an integration in Encord's web interface, which no API can do, and waits for it to appear.
//!
//! Source: Encord's guide to its Azure integration.

use uuid::Uuid;

use crate::{
    config::Config,
    error::UserError,
    wizard::{action::Action, connections::Integration, effect::RequestId, rows::moved_in},
};

/// How Encord will sign in to the storage account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GuideMethod {
    /// An account SAS.
    Sas,
    /// The `cord-integrator` enterprise application.
    ServicePrincipal,
}

/// A line of the guide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GuideRow {
    /// The field of Encord's form, or what to do.
    pub label: &'static str,
    /// What to enter.
    pub value: String,
    /// Whether it is worth copying.
    pub is_copied: bool,
}

/// The guide as it stands.
#[derive(Debug, Clone)]
pub struct Guide {
    method: GuideMethod,
    cursor: usize,
    known: Vec<Uuid>,
    pub(super) watch: Option<RequestId>,
    trouble: Option<UserError>,
    copied: Option<&'static str>,
}

impl Guide {
    pub(super) fn new(known: &[Integration], watch: Option<RequestId>) -> Guide {
        Guide {
            method: GuideMethod::Sas,
            cursor: 0,
            known: known.iter().map(|integration| integration.uuid).collect(),
            watch,
            trouble: None,
            copied: None,
        }
    }

    /// How Encord will sign in.
    pub fn method(&self) -> GuideMethod {
        self.method
    }

    /// The place of the cursor.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Whether the program looks for the new integration; it cannot before it is signed in.
    pub fn is_watching(&self) -> bool {
        self.watch.is_some()
    }

    /// Why looking for it failed the last time.
    pub fn trouble(&self) -> Option<&UserError> {
        self.trouble.as_ref()
    }

    /// The label of what was copied last.
    pub fn copied(&self) -> Option<&'static str> {
        self.copied
    }

    /// What to enter where.
    pub fn rows(&self, config: &Config) -> Vec<GuideRow> {
        let row = |label, value: String, is_copied| GuideRow { label, value, is_copied };
        let account = account_name(config).unwrap_or_else(|| "(fill in the account first)".to_owned());
        let app = config.encord.origins().into_iter().next().unwrap_or_default();
        let mut rows = vec![
            row("Open", app, true),
            row("Go to", "Integrations, Add integration, Azure".into(), false),
            row("Name", format!("Azure {account}"), true),
            row("Storage account", account, true),
        ];
        match self.method {
            GuideMethod::Sas => rows.extend([
                row("Authentication", "Account-level SAS".into(), false),
                row("SAS: services, types", "Blob; Container and Object".into(), false),
                row("SAS: permissions", "Read, List; better also Write, Add, Create".into(), false),
                row("SAS: expiry, protocol", "more than a year from now; HTTPS only".into(), false),
            ]),
            GuideMethod::ServicePrincipal => rows.extend([
                row("Authentication", "Service principal (cord-integrator), by consent in Encord's form".into(), false),
                row(
                    "Roles",
                    "Storage Blob Delegator on the account, Storage Blob Data Reader on the container".into(),
                    false,
                ),
                row("Tenant ID", "Azure portal, Microsoft Entra ID, Overview".into(), false),
            ]),
        }
        let strict = if config.encord.strict_client_only { "on" } else { "off" };
        rows.push(row("Strict client-only", format!("{strict} (Advanced settings), as set here"), false));
        rows
    }

    /// What the cursor's row would copy.
    pub(super) fn copy(&mut self, config: &Config) -> Option<String> {
        let row = self.rows(config).into_iter().nth(self.cursor).filter(|row| row.is_copied)?;
        self.copied = Some(row.label);
        Some(row.value)
    }

    pub(super) fn action(&mut self, action: Action, config: &Config) {
        match action {
            Action::Left | Action::Right | Action::Toggle => {
                self.method = match self.method {
                    GuideMethod::Sas => GuideMethod::ServicePrincipal,
                    GuideMethod::ServicePrincipal => GuideMethod::Sas,
                };
                self.cursor = self.cursor.min(self.rows(config).len().saturating_sub(1));
            }
            action => self.cursor = moved_in(self.cursor, action, self.rows(config).len()),
        }
    }

    /// The integration that was not there before, once there is one.
    pub(super) fn appeared(&mut self, result: &Result<Vec<Integration>, UserError>) -> Option<Integration> {
        match result {
            Ok(list) => {
                self.trouble = None;
                list.iter().find(|integration| !self.known.contains(&integration.uuid)).cloned()
            }
            Err(problem) => {
                self.trouble = Some(problem.clone());
                None
            }
        }
    }
}

/// The storage account's name, as Encord's form asks for it.
pub(super) fn account_name(config: &Config) -> Option<String> {
    let azure = &config.azure;
    match (&azure.endpoint, &azure.account) {
        (_, Some(account)) if !account.is_empty() => Some(account.clone()),
        (Some(endpoint), _) => {
            let in_path = endpoint.path().split('/').find(|segment| !segment.is_empty());
            let in_host = endpoint.host_str().and_then(|host| host.split('.').next());
            in_path.or(in_host).map(str::to_owned)
        }
        _ => None,
    }
}
