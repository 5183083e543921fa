//! The error for a wizard without a terminal.

use std::io::IsTerminal;

use crate::{error::UserError, store::paths::Home};

/// Saved configs named in the message.
const MAX_NAMED: usize = 5;

/// Checks that the wizard can be shown. `instead` is the equivalent headless command, if there is a config.
///
/// # Errors
/// Input or output is not a terminal, or the terminal cannot show the wizard. The hint names a command to use.
pub(super) fn require(instead: Option<String>, home: &Home) -> Result<(), UserError> {
    let why = if std::env::var("TERM").is_ok_and(|term| term == "dumb") {
        "TERM=dumb: this terminal cannot show it"
    } else if !std::io::stdin().is_terminal() {
        "it is not at a terminal here: its input comes from elsewhere"
    } else if !std::io::stdout().is_terminal() {
        "it is not at a terminal here: its output goes elsewhere"
    } else {
        return Ok(());
    };
    let instead = instead.unwrap_or_else(|| without_config(&crate::store::configs::find::saved_names(home)));
    Err(UserError::config(format!("The wizard needs a terminal; {why}.")).hint(format!(
        "With --accessible it asks in plain lines, which need no such terminal. Without questions, use: {instead}"
    )))
}

fn without_config(saved: &[String]) -> String {
    let command = "azure-to-encord run CONFIG --yes, or --dry-run to see the plan only.";
    let more = if saved.len() > MAX_NAMED { ", …" } else { "" };
    match saved {
        [] => format!("{command} config.example.toml shows what a config holds."),
        _ => format!("{command} Saved configs: {}{more}.", saved.get(..MAX_NAMED).unwrap_or(saved).join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::without_config;

    #[test]
    fn the_hint_names_a_command_and_the_saved_configs() {
        assert!(without_config(&[]).contains("config.example.toml"));
        let many: Vec<String> = (0..9).map(|number| format!("site{number}")).collect();
        assert!(without_config(&many[..2]).ends_with("Saved configs: site0, site1."));
        assert!(without_config(&many).ends_with("site4, …."), "{}", without_config(&many));
    }
}
