//! The validation rules for manifests that no import checks.

use std::{io, path::Path};

use serde_json::{Map, Value};

use crate::{
    cli::open,
    config::Config,
    error::UserError,
    manifest::values::{ValidationRules, Values},
    service::manifest::writable::writable,
};

/// Validation rules from a config or from a schema file; without either, the defaults.
pub(super) fn rules_for(config: Option<&str>, schema: Option<&Path>) -> Result<ValidationRules, UserError> {
    if let Some(label) = config {
        let config = open::config(&open::home()?, label)?;
        return Ok(config_rules(&config));
    }
    let Some(path) = schema else { return Ok(ValidationRules::default()) };
    let text = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    let schema: Option<Map<String, Value>> = serde_json::from_slice(&text).map_err(|error| {
        UserError::config(format!("{} is not a metadata schema: {error}.", path.display()))
            .hint("azure-to-encord schema show CONFIG --json prints one, as Encord serves it.")
    })?;
    // Encord returns null for an organisation without a schema.
    let schema = schema.unwrap_or_default();
    Ok(ValidationRules { values: Some(Values { schema, whole: true, coerce: false }), ..ValidationRules::default() })
}

pub(super) fn unreadable(path: &Path, error: &io::Error) -> UserError {
    let message = format!("{} cannot be read: {error}.", path.display());
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied | io::ErrorKind::IsADirectory => {
            UserError::config(message)
        }
        _ => UserError::other(message),
    }
}

/// Validation rules of a config. The organisation's schema is not available here, only the config's keys.
pub(super) fn config_rules(config: &Config) -> ValidationRules {
    let schema = &config.schema;
    let values = if schema.skip { None } else { Values::of_keys(&schema.keys, schema.coerce) };
    let writable = writable(&config.azure.clone().into());
    ValidationRules { strict: config.encord.strict_client_only, values, base: config.azure.container_url(), writable }
}
