//! What is said where something needs a terminal and there is none.

use std::io::IsTerminal;

use crate::{error::UserError, store::paths::Home};

/// So many saved configs are named.
const NAMED: usize = 5;

/// Whether the wizard can be shown here; `instead` is the command line that does the same without it, if there is a config.
///
/// # Errors
/// Input or output is no terminal, or one that cannot show it. Says which command to use.
pub(super) fn needed(instead: Option<String>, home: &Home) -> Result<(), UserError> {
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
    let more = if saved.len() > NAMED { ", …" } else { "" };
    match saved {
        [] => format!("{command} config.example.toml shows what a config holds."),
        _ => format!("{command} Saved configs: {}{more}.", saved.get(..NAMED).unwrap_or(saved).join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::without_config;

    #[test]
    fn a_command_and_the_saved_configs_are_named() {
        assert!(without_config(&[]).contains("config.example.toml"));
        let many: Vec<String> = (0..9).map(|number| format!("site{number}")).collect();
        assert!(without_config(&many[..2]).ends_with("Saved configs: site0, site1."));
        assert!(without_config(&many).ends_with("site4, …."), "{}", without_config(&many));
    }
}
