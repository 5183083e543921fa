//! Names of saved configs.

use crate::config::error::ConfigError;

/// Refuses a name under which no config can be saved: other than letters `a` to `z`, digits, `-`, `_` and `.`; a name that begins
/// with `.` or `-` or ends with `.` or `.toml`; more than 100 characters; what Windows or this program's command line takes for
/// something else.
///
/// # Errors
/// With what is wrong and what to do.
pub(crate) fn check_name(name: &str) -> Result<(), ConfigError> {
    let fail = |message: String| Err(ConfigError(message));
    if name.is_empty() {
        return fail("A config needs a name to be saved under, such as nightly.".into());
    }
    if let Some(other) = name.chars().find(|c| !c.is_ascii_alphanumeric() && !"-_.".contains(*c)) {
        return fail(format!(
            "The name '{}' has {} in it. Use letters (a to z), digits, '-', '_' and '.'.",
            name.escape_debug(),
            if other == ' ' { "a space".into() } else { format!("'{}'", other.escape_debug()) }
        ));
    }
    if name.starts_with(['.', '-']) || name.ends_with('.') {
        return fail(format!("The name '{name}' cannot begin with '.' or '-', or end with '.'."));
    }
    if name.to_ascii_lowercase().ends_with(".toml") {
        return fail(format!("Leave out the ending: '{}' is saved as that name with .toml.", &name[..name.len() - 5]));
    }
    if name.len() > LONGEST_NAME {
        return fail(format!("The name has {} characters; up to {LONGEST_NAME} are possible.", name.len()));
    }
    let stem = name.split('.').next().unwrap_or_default().to_ascii_lowercase();
    let is_port = (stem.starts_with("com") || stem.starts_with("lpt"))
        && stem.len() == 4
        && stem.ends_with(|c: char| c.is_ascii_digit() && c != '0');
    if DEVICES.contains(&stem.as_str()) || is_port {
        return fail(format!("The name '{name}' is a device on Windows; use another."));
    }
    // Of two spellings that differ in size only some systems make one file.
    if name.eq_ignore_ascii_case("keys") {
        return fail(format!(
            "The name '{name}' would make keys.toml, which holds your own keys; use another, such as my-{name}."
        ));
    }
    if COMMANDS.contains(&name) {
        return fail(format!("The name '{name}' is a command of this program; use another, such as my-{name}."));
    }
    Ok(())
}

/// The longest name of a saved config, in characters: with its ending and the date of a deletion it stays well below the 255 that
/// file systems take.
const LONGEST_NAME: usize = 100;

/// Devices that Windows sees behind these names, whatever their ending.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// Commands of this program, which go before configs on its command line.
const COMMANDS: [&str; 12] =
    ["check", "completions", "config", "demo", "explain", "help", "man", "manifest", "run", "runs", "schema", "wizard"];
