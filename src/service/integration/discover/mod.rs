//! What is on this machine: keys for Encord, ways to sign in to Azure. Reads files and the environment; runs nothing and
//! sends nothing anywhere.

mod azure_sign_ins;
mod keys;

#[cfg(test)]
#[cfg(unix)]
mod tests;

use std::path::Path;

use crate::wizard::connections::Discovery;

/// Looks up an environment variable; `None` where it is not set or blank.
type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Looks around.
pub(crate) fn discover() -> Discovery {
    let home = etcetera::home_dir().unwrap_or_default();
    look(&home, &|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()))
}

fn look(home: &Path, environment: Environment<'_>) -> Discovery {
    Discovery { keys: keys::find(home, environment), ways: azure_sign_ins::find(home, environment) }
}
