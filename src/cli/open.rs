//! What most commands begin with: the directories and the config.

use std::io::IsTerminal as _;

use crate::{
    store::{Home, config, keys},
    tui::Keymap,
    wizard::Problem,
};

/// Where configs and runs lie.
pub(crate) fn home() -> Result<Home, Problem> {
    Home::from_environment().map_err(|error| Problem::config(error.to_string()))
}

/// The config that `CONFIG` on the command line means.
pub(crate) fn config(home: &Home, label: &str) -> Result<config::Config, Problem> {
    config::find(home, label).and_then(|path| config::load(&path)).map_err(|error| Problem::config(error.0))
}

/// Both; what is good to know of the config is said on stderr.
pub(crate) fn home_and_config(label: &str) -> Result<(Home, config::Config), Problem> {
    let home = home()?;
    let config = config(&home, label)?;
    advise(&config);
    Ok((home, config))
}

/// The keys of the wizard with the user's own among them, and whether the mouse is on.
pub(crate) fn keys(home: &Home) -> Result<(Keymap, bool), Problem> {
    let file = keys::load(home).map_err(|error| Problem::config(wrapped(&error.0)))?;
    let keymap = Keymap::new(&file).map_err(|wrong| {
        let lines: Vec<String> = wrong.iter().map(ToString::to_string).collect();
        Problem::config(wrapped(&format!("In {}:\n{}", home.keys().display(), lines.join("\n"))))
            .hint("azure-to-encord config keys prints all actions with their keys.")
    })?;
    Ok((keymap, file.mouse))
}

/// Broken between words where a terminal would break it anywhere; what is quoted of a file stays as it is.
fn wrapped(text: &str) -> String {
    let columns = std::io::stderr().is_terminal().then(|| crossterm::terminal::size().ok()).flatten();
    in_columns(text, columns.map_or(usize::MAX, |(columns, _)| usize::from(columns).max(20)))
}

fn in_columns(text: &str, columns: usize) -> String {
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.chars().count() <= columns || line.contains(" | ") {
            lines.push(line.to_owned());
            continue;
        }
        let parts = crate::tui::wrapped(line, columns - 2);
        lines.extend(parts.into_iter().enumerate().map(|(place, part)| match place {
            0 => part,
            _ => format!("  {part}"),
        }));
    }
    lines.join("\n")
}

/// Says on stderr what is good to know of a config that is sound.
pub(crate) fn advise(config: &config::Config) {
    for sentence in &config.advice {
        eprintln!("Note: {sentence}");
    }
}

#[cfg(test)]
mod tests {
    use super::in_columns;

    #[test]
    fn long_lines_are_broken_between_words_and_quoted_ones_stay() {
        let text = "In keys.toml:\nline 2, column 8: 'w' is bound to new here, and to skip-schema by default.\n2 | new = [\"w\"] # this line is longer than it";
        let told = in_columns(text, 40);
        assert_eq!(
            told.lines().collect::<Vec<_>>(),
            [
                "In keys.toml:",
                "line 2, column 8: 'w' is bound to new",
                "  here, and to skip-schema by default.",
                "2 | new = [\"w\"] # this line is longer than it",
            ]
        );
        assert_eq!(in_columns(text, usize::MAX), text);
    }
}
