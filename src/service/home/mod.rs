//! The saved configs and past runs, as Home lists and changes them.

pub(crate) mod saving;

use std::{collections::HashMap, path::PathBuf};

use crate::{
    config::{Config, error::ConfigError},
    error::UserError,
    run::state::RunState,
    service::{
        home::saving::{refusal, stamp},
        problems::store_problem,
        session::Session,
        tasks::Tasks,
    },
    store::{
        configs::saved,
        paths::Home,
        runs::{RunStore, lock::RunLock, overview::RunGlance},
    },
    wizard::{
        effect::RequestId,
        home::messages::{HomeReply, HomeRequest},
        saved::{HomePage, OpenedConfig, PastRun, SavedConfig},
    },
};

/// The label of runs of a config that is not saved.
const UNSAVED: &str = "(not saved)";

/// Begins a request about saved configs and past runs.
pub(super) fn carry_out(tasks: &mut Tasks, id: RequestId, request: HomeRequest) {
    match request {
        HomeRequest::Read => tasks.reply_blocking(id, |session| HomeReply::Read(Box::new(page(&session.home)))),
        HomeRequest::OpenConfig { label } => {
            tasks.reply_blocking(id, move |session| HomeReply::ConfigOpened(open(session, &label)));
        }
        HomeRequest::NameRuns { label } => tasks.session.set_config_label(label.as_deref().unwrap_or(UNSAVED)),
        HomeRequest::DuplicateConfig { name, copy } => {
            tasks.reply_blocking(id, move |session| HomeReply::Changed(duplicate(&session.home, &name, &copy)));
        }
        HomeRequest::DeleteConfig { name } => {
            tasks.reply_blocking(id, move |session| HomeReply::Changed(delete(&session.home, &name)));
        }
        HomeRequest::ForgetRun { run } => {
            tasks.reply_blocking(id, move |session| HomeReply::Changed(forget(&session.home, &run)));
        }
        HomeRequest::PreviewSave { to, config, opened } => tasks.reply_blocking(id, move |session| {
            HomeReply::SavePreview(saving::preview(session, &to, &config, opened.as_ref()))
        }),
        HomeRequest::SaveConfig { to, config, seen } => tasks.reply_blocking(id, move |session| {
            HomeReply::ConfigSaved(saving::save(session, &to, &config, seen.as_ref()))
        }),
    }
}

/// What is there. What of it cannot be read keeps nothing else from being shown.
pub fn page(home: &Home) -> HomePage {
    let (runs, problem) = match past_runs(home) {
        Ok(runs) => (runs, None),
        Err(problem) => (Vec::new(), Some(problem)),
    };
    let mut last = HashMap::new();
    // The newest come first.
    for run in &runs {
        last.entry(run.config.as_str()).or_insert(run);
    }
    let of = |name: &String| {
        let path = saved::file_of(home, name);
        // A config in the list may have been named by its path, too.
        let by_path = path.to_str().and_then(|path| last.get(path));
        let run = last.get(name.as_str()).into_iter().chain(by_path).max_by_key(|run| &run.started);
        SavedConfig { last_run: run.map(|run| PastRun::clone(run)), ..glance(name, path) }
    };
    let configs = crate::store::configs::find::saved_names(home).iter().map(of).collect();
    HomePage { configs, runs, problem }
}

/// What a list tells of a saved config.
fn glance(name: &str, path: PathBuf) -> SavedConfig {
    let (found, problem) = match saved::text_of(&path) {
        Err(error) => (None, Some(error.in_one_line())),
        Ok(text) => match crate::store::configs::load::load_text(&text, &path) {
            Ok(config) => (Some(places_of(&config)), None),
            // What can be made out of it tells which config it is.
            Err(error) => (toml::from_str(&text).ok().map(|table| guessed(&table)), Some(error.in_one_line())),
        },
    };
    let [account, container, folder] = found.unwrap_or_default();
    SavedConfig { name: name.to_owned(), path, account, container, folder, problem, last_run: None }
}

/// Account, container and folder.
fn places_of(config: &Config) -> [Option<String>; 3] {
    let azure = &config.azure;
    let folder = config.folder.path.clone().or_else(|| config.folder.uuid.map(|uuid| uuid.to_string()));
    [azure.account_name().or_else(|| azure.account_url()), Some(azure.container.clone()), folder]
        .map(|text| text.filter(|text| !text.trim().is_empty()))
}

fn guessed(table: &toml::Table) -> [Option<String>; 3] {
    let text = |section: &str, key: &str| {
        let text = table.get(section)?.get(key)?.as_str()?;
        // A token that was pasted into the wrong place is not shown.
        Some(text.to_owned()).filter(|text| !text.is_empty() && !text.contains('?') && !text.contains("sig="))
    };
    [text("azure", "account"), text("azure", "container"), text("folder", "path")]
}

/// The runs on record, newest first.
fn past_runs(home: &Home) -> Result<Vec<PastRun>, UserError> {
    // A record that is not there yet need not be made to be looked at.
    if !home.data().join("runs.db").exists() {
        return Ok(Vec::new());
    }
    let runs = RunStore::open(home).and_then(|store| store.glance()).map_err(|error| store_problem(&error))?;
    Ok(runs.into_iter().map(|run| past_run(home, run)).collect())
}

fn past_run(home: &Home, run: RunGlance) -> PastRun {
    PastRun {
        // Only these can have an owner, and a lock is a file to be opened.
        is_live: (run.is_open || run.state == RunState::Running) && RunLock::is_held(home, &run.id),
        run: run.id,
        config: run.config,
        folder: run.folder,
        state: run.state,
        is_open: run.is_open,
        cancelled: run.cancelled,
        registered: run.registered,
        failed: run.failed,
        items: run.items,
        started: run.started,
        retry_of: run.retry_of,
    }
}

/// The file that Home or the user means: a saved config of this name goes before a file of the same name.
pub(super) fn find(home: &Home, label: &str) -> Result<PathBuf, ConfigError> {
    let is_name = !label.contains(['/', '\\']);
    let path = saved::file_of(home, label);
    if is_name && path.is_file() { Ok(path) } else { crate::store::configs::find::find(home, label) }
}

/// Reads a saved config, or a file by its path; from now on runs are recorded under its name.
pub(super) fn open(session: &Session, label: &str) -> Result<OpenedConfig, UserError> {
    let label = label.trim();
    if label.is_empty() {
        return Err(UserError::config("No config is named.").hint("Name a saved config, or a file by its path."));
    }
    let path = find(&session.home, label).map_err(refusal)?;
    let path = std::path::absolute(&path).unwrap_or(path);
    let text = saved::text_of(&path).map_err(refusal)?;
    let config = crate::store::configs::load::load_text(&text, &path).map_err(|error| {
        let (_, quoted) = error.0.split_once('\n').unwrap_or(("", &error.0));
        UserError {
            source_message: Some(quoted.to_owned()),
            ..UserError::config(format!("{} cannot be used.", path.display()))
        }
        .hint("Mend that place in an editor, then open it again. `config.example.toml` shows every setting.")
    })?;
    let label = saved::name_of(&session.home, &path).unwrap_or_else(|| label.to_owned());
    session.set_config_label(&label);
    Ok(OpenedConfig { label, path, config: Box::new(config), stamp: stamp(&text) })
}

/// Copies a saved config, comments and all.
pub(super) fn duplicate(home: &Home, name: &str, copy: &str) -> Result<Box<HomePage>, UserError> {
    saved::duplicate(home, name, copy.trim()).map_err(refusal)?;
    Ok(Box::new(page(home)))
}

/// Takes a saved config off the list; its file is kept in `deleted` beside the others.
pub(super) fn delete(home: &Home, name: &str) -> Result<Box<HomePage>, UserError> {
    saved::delete(home, name).map_err(refusal)?;
    Ok(Box::new(page(home)))
}

/// Takes a run off the record.
pub(super) fn forget(home: &Home, run: &str) -> Result<Box<HomePage>, UserError> {
    RunStore::open(home).and_then(|mut store| store.forget(home, run)).map_err(|error| store_problem(&error))?;
    Ok(Box::new(page(home)))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tokio::sync::mpsc;

    use super::*;
    use crate::config;
    use crate::{
        manifest::{batch::Batch, kind::Kind},
        run::{new_run::NewRun, state::BatchState},
    };

    fn new_run(id: &str) -> NewRun {
        NewRun {
            id: id.to_owned(),
            config: "demo".into(),
            domain: "http://127.0.0.1:1".into(),
            config_text: "version = 1".into(),
            folder: uuid::Uuid::from_u128(7),
            folder_path: "Raw".into(),
            integration: uuid::Uuid::from_u128(8),
            options: config::upload::Upload::default().options(),
            jobs_in_flight: 2,
            despite: Vec::new(),
            sync: None,
        }
    }

    fn with(configs: &[(&str, &str)]) -> (tempfile::TempDir, Home) {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::below(dir.path());
        fs::create_dir_all(home.configs()).unwrap();
        for (name, text) in configs {
            fs::write(saved::file_of(&home, name), text).unwrap();
        }
        (dir, home)
    }

    const SITE: &str =
        "version = 1\n[azure]\naccount = \"acme\"\ncontainer = \"media\"\n[folder]\npath = \"Raw/2026\"\n";

    #[test]
    fn configs_are_told_with_their_places_their_faults_and_their_last_runs() {
        let broken = SITE.replace("[folder]", "[foldr]\nx = 1\n[folder]");
        let (_dir, home) = with(&[
            ("b", SITE),
            ("a", "version = 1\n[azure]\nendpoint = \"http://127.0.0.1:1/devstoreaccount1\"\n"),
            ("broken", &broken),
            ("none", "[azure"),
        ]);
        fs::write(home.configs().join("c.toml"), b"\xff").unwrap();
        assert_eq!(page(&home).problem, None);
        assert!(!home.data().exists(), "looking makes nothing");
        let mut store = RunStore::open(&home).unwrap();
        let path = saved::file_of(&home, "b").to_str().unwrap().to_owned();
        for (id, config) in [("1", "b"), ("2", "b"), ("3", "other"), ("4", "b.toml")] {
            store.create(&NewRun { config: config.into(), ..new_run(id) }, &[]).unwrap();
        }
        let found = page(&home);
        let told: Vec<_> = found
            .configs
            .iter()
            .map(|config| {
                let text = |text: &Option<String>| text.clone().unwrap_or("-".into());
                format!(
                    "{} {} {} {}",
                    config.name,
                    text(&config.account),
                    text(&config.container),
                    text(&config.folder)
                )
            })
            .collect();
        assert_eq!(
            told,
            ["a devstoreaccount1 - -", "b acme media Raw/2026", "broken acme media Raw/2026", "c - - -", "none - - -"]
        );
        let problem = |at: usize| found.configs[at].problem.clone().unwrap_or_default();
        assert_eq!((problem(0), problem(1)), (String::new(), String::new()));
        assert!(problem(2).starts_with("At line 5, column 2: unknown field `foldr`"), "{}", problem(2));
        assert!(problem(2).ends_with("Did you mean 'folder'?"), "{}", problem(2));
        assert!(problem(3).contains("not UTF-8") && problem(4).starts_with("At line 1, column"), "{}", problem(4));
        let last = |found: &HomePage| found.configs[1].last_run.as_ref().map(|run| run.run.clone());
        assert_eq!(last(&found).as_deref(), Some("2"));
        store.create(&NewRun { config: path, ..new_run("5") }, &[]).unwrap();
        assert!(["2", "5"].contains(&last(&page(&home)).unwrap().as_str()));
        assert_eq!(found.runs.iter().map(|run| run.run.as_str()).collect::<Vec<_>>(), ["4", "3", "2", "1"]);
    }

    #[test]
    fn runs_tell_who_works_on_them_and_whether_they_can_go_on() {
        let (_dir, home) = with(&[]);
        let mut store = RunStore::open(&home).unwrap();
        let batches = [Batch { kind: Kind::Image, first: 0, count: 10 }];
        for id in ["done", "left", "live"] {
            store.create(&new_run(id), &batches).unwrap();
            fs::create_dir_all(home.run(id)).unwrap();
        }
        let mut row = store.batches("done").unwrap().remove(0);
        (row.state, row.done) = (BatchState::Done, 10);
        store.save_batch("done", &row, None).unwrap();
        store.set_state("done", RunState::Done).unwrap();
        let lock = RunLock::take(&home, "live").unwrap();
        let told = |home: &Home| {
            let found = page(home);
            found.runs.into_iter().map(|run| (run.run, run.is_live, run.is_open)).collect::<Vec<_>>()
        };
        let row = |id: &str, is_live, is_open| (id.to_owned(), is_live, is_open);
        assert_eq!(told(&home), [row("live", true, true), row("left", false, true), row("done", false, false)]);
        assert_eq!(page(&home).runs[2].registered, 10);
        assert_eq!(page(&home).runs[0].ago(time::OffsetDateTime::now_utc()), "just now");
        let problem = forget(&home, "live").unwrap_err();
        assert!(problem.summary.contains("right now"), "{problem}");
        drop(lock);
        assert_eq!(forget(&home, "live").unwrap().runs.len(), 2);
        assert!(forget(&home, "live").unwrap_err().summary.contains("no run 'live'"));
    }

    #[test]
    fn a_damaged_record_of_runs_leaves_the_configs() {
        let (_dir, home) = with(&[("a", SITE)]);
        fs::create_dir_all(home.data()).unwrap();
        fs::write(home.data().join("runs.db"), "no database at all, but long enough ".repeat(100)).unwrap();
        let found = page(&home);
        assert_eq!(found.configs.len(), 1);
        assert!(found.problem.unwrap().summary.contains("damaged"));
        assert_eq!(page(&home).problem, None);
    }

    #[test]
    fn a_config_is_opened_by_name_or_path_and_faults_are_shown_where_they_are() {
        let (dir, home) = with(&[("site", SITE), ("broken", "version = 1\n[azure]\n  containr = \"x\"\n")]);
        let session = Session::new(home.clone(), String::new(), mpsc::unbounded_channel().0);
        let opened = open(&session, "site").unwrap();
        assert_eq!((opened.label.as_str(), opened.stamp), ("site", stamp(SITE)));
        assert_eq!(session.config_label(), "site");
        let file = dir.path().join("other.toml");
        fs::write(&file, SITE).unwrap();
        assert_eq!(open(&session, file.to_str().unwrap()).unwrap().label, file.to_str().unwrap());
        assert_eq!(open(&session, saved::file_of(&home, "site").to_str().unwrap()).unwrap().label, "site");
        let problem = open(&session, "broken").unwrap_err();
        assert!(problem.summary.ends_with("broken.toml cannot be used."), "{problem}");
        let said = problem.source_message.unwrap();
        assert!(
            said.starts_with("At line 3, column 3:\n  |\n3 |   containr = \"x\"\n  |   ^^^^^^^^\nunknown field"),
            "{said}"
        );
        assert_eq!(session.config_label(), "site", "what cannot be opened changes nothing");
        assert!(open(&session, "sitte").unwrap_err().summary.contains("Did you mean 'site'?"));
        assert!(open(&session, " ").unwrap_err().summary.contains("No config is named"));
        let page = duplicate(&home, "site", "copy").unwrap();
        assert_eq!(
            page.configs.iter().map(|config| config.name.as_str()).collect::<Vec<_>>(),
            ["broken", "copy", "site"]
        );
        assert_eq!(delete(&home, "copy").unwrap().configs.len(), 2);
        assert!(delete(&home, "copy").unwrap_err().summary.contains("any more"));
    }
}
