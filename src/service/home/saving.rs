//! Saving a config so that what its file says besides stays.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use similar::{ChangeTag, TextDiff};

use crate::{
    config::{self, Config, error::ConfigError},
    error::UserError,
    service::session::Session,
    store::{
        configs::saved,
        paths::{Home, expand_home},
    },
    wizard::saved::{DiffLine, OpenedConfig, SavePreview, SaveTo, Stamp},
};

/// How many lines that stay are shown around those that do not.
const CONTEXT: usize = 2;

/// What is there, and what would be there.
struct Prepared {
    path: PathBuf,
    label: String,
    before: Option<String>,
    after: String,
}

impl Prepared {
    fn stamp(&self) -> Option<Stamp> {
        self.before.as_deref().map(stamp)
    }
}

pub(crate) fn stamp(text: &str) -> Stamp {
    Stamp(saved::stamp_of(text.as_bytes()))
}

pub(crate) fn refusal(error: ConfigError) -> UserError {
    UserError::config(error.0)
}

/// What saving would change. Writes nothing.
pub(crate) fn preview(
    session: &Session,
    to: &SaveTo,
    config: &Config,
    opened: Option<&Stamp>,
) -> Result<SavePreview, UserError> {
    let prepared = prepare(session, to, config)?;
    let stamp = prepared.stamp();
    Ok(SavePreview {
        overwrites: stamp.is_some() && stamp.as_ref() != opened,
        lines: difference(prepared.before.as_deref().unwrap_or_default(), &prepared.after),
        stamp,
        path: prepared.path,
        text: prepared.after,
    })
}

/// Saves, unless the file is another than the one that was seen; from now on runs are recorded under its name.
pub(crate) fn save(
    session: &Session,
    to: &SaveTo,
    config: &Config,
    seen: Option<&Stamp>,
) -> Result<OpenedConfig, UserError> {
    let prepared = prepare(session, to, config)?;
    let Prepared { path, label, before, after } = &prepared;
    let again = "Look at the difference again, and save then if it is what you want.";
    match (prepared.stamp().as_ref(), seen) {
        (Some(_), None) => {
            return Err(UserError::config(format!(
                "{} has come into being since the difference was shown. Nothing was written.",
                path.display()
            ))
            .hint(again));
        }
        (None, Some(_)) => {
            return Err(UserError::config(format!(
                "{} is not there any more: somebody has moved or deleted it since the difference was shown. Nothing was written.",
                path.display()
            ))
            .hint(again));
        }
        (found, seen) if found != seen => {
            return Err(UserError::config(format!(
                "{} is not what it was when the difference was shown: somebody else has changed it. Nothing was written.",
                path.display()
            ))
            .hint(again));
        }
        _ => {}
    }
    if before.as_ref() != Some(after) {
        saved::replace(path, after).map_err(|error| UserError {
            source_message: Some(error.to_string()),
            hint: Some(match error.kind() {
                ErrorKind::AlreadyExists => again.to_owned(),
                _ => "Check the disk's free space and the permissions of the file and its directory, or save it under another name."
                    .to_owned(),
            }),
            ..UserError::other(format!("The config cannot be saved as {}.", path.display()))
        })?;
    }
    let config = crate::store::configs::load::load_text(after, path).map_err(refusal)?;
    session.set_config_label(label);
    Ok(OpenedConfig { label: label.clone(), path: path.clone(), config: Box::new(config), stamp: stamp(after) })
}

fn prepare(session: &Session, to: &SaveTo, config: &Config) -> Result<Prepared, UserError> {
    let (path, label) = place(&session.home, to)?;
    let directory = path.parent().unwrap_or(Path::new(""));
    let before = match saved::is_there(&path) {
        true => Some(saved::text_of(&path).map_err(refusal)?),
        false => None,
    };
    let after = match &before {
        Some(text) if !says_nothing(text) => config::edit::merge(text, config, directory).map_err(|error| {
            // Its text is at fault, or the config.
            match config::parse::parse(text) {
                Err(fault) => UserError {
                    source_message: Some(fault.in_one_line()),
                    ..UserError::config(format!(
                        "{} is there already and is no config that can be read.",
                        path.display()
                    ))
                }
                .hint("Mend it in an editor, or save under another name."),
                Ok(_) => refusal(error),
            }
        })?,
        _ => template(session)
            .and_then(|text| config::edit::merge(&text, config, directory).ok())
            .map_or_else(|| config::edit::template(config, directory), Ok)
            .map_err(refusal)?,
    };
    Ok(Prepared { path, label, before, after })
}

/// A text that holds at most blank lines.
fn says_nothing(text: &str) -> bool {
    text.trim().is_empty()
}

/// The text of the config at hand: its comments go with a copy under another name.
fn template(session: &Session) -> Option<String> {
    let path = crate::service::home::find(&session.home, &session.config_label()).ok()?;
    saved::text_of(&path).ok()
}

/// The file, and what its config is called from then on.
fn place(home: &Home, to: &SaveTo) -> Result<(PathBuf, String), UserError> {
    match to {
        SaveTo::Name(name) => {
            crate::config::name::check_name(name).map_err(refusal)?;
            Ok((saved::file_of(home, name), name.clone()))
        }
        SaveTo::File(file) => {
            let text = file.to_string_lossy();
            if text.trim().is_empty() {
                return Err(
                    UserError::config("No file is named to save the config in.").hint("Name one, such as site.toml.")
                );
            }
            let path = PathBuf::from(expand_home(text.trim()));
            let path = std::path::absolute(&path).unwrap_or(path);
            if path.is_dir() {
                return Err(UserError::config(format!("{} is a directory, not a file.", path.display()))
                    .hint("Name a file in it, such as site.toml."));
            }
            let label = saved::name_of(home, &path).unwrap_or_else(|| text.trim().to_owned());
            Ok((path, label))
        }
    }
}

/// The lines that differ, with those around them.
fn difference(before: &str, after: &str) -> Vec<DiffLine> {
    if before == after {
        return Vec::new();
    }
    let diff = TextDiff::from_lines(before, after);
    let mut lines = Vec::new();
    let mut shown = 0;
    let total = diff.old_slices().len();
    for group in diff.grouped_ops(CONTEXT) {
        let first = group.first().map_or(0, |op| op.old_range().start);
        if first > shown {
            lines.push(DiffLine::Skipped(first - shown));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let text = change.value().trim_end_matches(['\n', '\r']).to_owned();
            lines.push(match change.tag() {
                ChangeTag::Equal => DiffLine::Same(text),
                ChangeTag::Delete => DiffLine::Removed(text),
                ChangeTag::Insert => DiffLine::Added(text),
            });
        }
        shown = group.last().map_or(shown, |op| op.old_range().end);
    }
    if total > shown {
        lines.push(DiffLine::Skipped(total - shown));
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tokio::sync::mpsc;

    use super::*;

    fn session() -> (tempfile::TempDir, Session) {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::below(dir.path());
        (dir, Session::new(home, "(not saved)".into(), mpsc::unbounded_channel().0))
    }

    fn named(container: &str) -> Config {
        let mut config = Config::default();
        config.azure.container = container.into();
        config
    }

    #[test]
    fn a_config_is_saved_as_it_was_shown_and_opened_again() {
        let (_dir, session) = session();
        let to = SaveTo::Name("nightly".into());
        let shown = preview(&session, &to, &named("a"), None).unwrap();
        assert!(!shown.overwrites && shown.stamp.is_none() && !shown.path.exists());
        assert!(shown.lines.iter().all(|line| matches!(line, DiffLine::Added(_))), "{:?}", shown.lines);
        let opened = save(&session, &to, &named("a"), None).unwrap();
        assert_eq!((opened.label.as_str(), &*opened.config), ("nightly", &named("a")));
        assert_eq!(fs::read_to_string(&opened.path).unwrap(), shown.text);
        assert_eq!(session.config_label(), "nightly");

        // A comment of the user's stays, and only what changes is shown.
        let text = shown.text.replace("[azure]", "[azure] # mine") + "# 1\n# 2\n# 3\n";
        fs::write(&opened.path, &text).unwrap();
        let mine = stamp(&text);
        let shown = preview(&session, &to, &named("b"), Some(&mine)).unwrap();
        assert!(!shown.overwrites && shown.text.contains("[azure] # mine\ncontainer = \"b\"\n"));
        let same = |text: &str| DiffLine::Same(text.into());
        assert_eq!(
            shown.lines,
            [
                DiffLine::Skipped(4),
                same("# The container, and how this program signs in to list it."),
                same("[azure] # mine"),
                DiffLine::Removed("container = \"a\"".into()),
                DiffLine::Added("container = \"b\"".into()),
                same("# 1"),
                same("# 2"),
                DiffLine::Skipped(1),
            ]
        );
        assert!(preview(&session, &to, &named("b"), Some(&opened.stamp)).unwrap().overwrites);
        assert_eq!(preview(&session, &to, &named("a"), Some(&mine)).unwrap().lines, []);

        // Under another name its comments go with it; the first one stays.
        let copy = save(&session, &SaveTo::Name("copy".into()), &named("c"), None).unwrap();
        assert!(fs::read_to_string(&copy.path).unwrap().contains("[azure] # mine\ncontainer = \"c\""));
        assert_eq!(fs::read_to_string(&opened.path).unwrap(), text);
    }

    #[test]
    fn what_somebody_else_changed_is_not_overwritten() {
        let (_dir, session) = session();
        let to = SaveTo::Name("a".into());
        let opened = save(&session, &to, &named("a"), None).unwrap();
        let theirs = "version = 1\n# theirs\n";
        fs::write(&opened.path, theirs).unwrap();
        for (seen, part) in [(Some(&opened.stamp), "somebody else has changed it"), (None, "come into being")] {
            let problem = save(&session, &to, &named("b"), seen).unwrap_err();
            assert!(problem.summary.contains(part) && problem.hint.is_some(), "{problem}");
            assert_eq!(fs::read_to_string(&opened.path).unwrap(), theirs);
        }
        fs::remove_file(&opened.path).unwrap();
        let problem = save(&session, &to, &named("b"), Some(&opened.stamp)).unwrap_err();
        assert!(problem.summary.contains("not there any more") && !opened.path.exists(), "{problem}");
        fs::write(&opened.path, "[azure\n").unwrap();
        let problem = save(&session, &to, &named("b"), None).unwrap_err();
        assert!(
            problem.summary.contains("no config") && problem.source_message.unwrap().contains("line 1"),
            "{}",
            problem.summary
        );
    }

    #[test]
    fn files_elsewhere_are_saved_too_and_places_that_are_none_refused() {
        let (dir, session) = session();
        let file = dir.path().join("deep/er/site.toml");
        let opened = save(&session, &SaveTo::File(file.clone()), &named("a"), None).unwrap();
        assert_eq!((opened.label.as_str(), &opened.path), (file.to_str().unwrap(), &file));
        let inside = session.home.configs().join("x.toml");
        assert_eq!(save(&session, &SaveTo::File(inside), &named("a"), None).unwrap().label, "x");
        for (to, part) in [
            (SaveTo::Name("../x".into()), "'/'"),
            (SaveTo::File(dir.path().to_owned()), "is a directory"),
            (SaveTo::File(PathBuf::from(" ")), "No file"),
        ] {
            let problem = save(&session, &to, &named("a"), None).unwrap_err();
            assert!(problem.summary.contains(part), "{problem}");
        }
        let mut bad = named("a");
        bad.azure.account = Some("Not An Account".into());
        let problem = preview(&session, &SaveTo::Name("y".into()), &bad, None).unwrap_err();
        assert!(problem.summary.contains("storage account's name"), "{problem}");
    }
}
