//! Reading configs, with errors that say where and what was meant.

use std::path::{Path, PathBuf};

use regex::Regex;
use serde::Deserialize;
use serde_json::{Map, Value};
use thiserror::Error;

use super::{Config, Join, Manifest, Source, files, folder, place, saved::text_of};
use crate::{
    access::endpoint,
    manifest::{Kind, metadata::table::Format, rules::Rules},
    schema::{advice_on, check_key, sentences},
    store::{Home, paths::expand_home},
};

/// Why a config cannot be used. The message is meant for the user and says what to do.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

impl ConfigError {
    /// The message without the file's name above it and the lines that are quoted from the file: `At line 3, column 1: …`
    pub fn in_one_line(&self) -> String {
        let is_quoted = |line: &&str| {
            let line = line.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
            line.starts_with(" |") || line.starts_with('|')
        };
        let lines = self.0.lines().filter(|line| !is_quoted(line) && !line.starts_with(HEAD)).map(str::trim);
        lines.collect::<Vec<_>>().join(" ")
    }
}

/// What the message of a fault in a file begins with.
const HEAD: &str = "In the config ";

/// The file that `CONFIG` on the command line means: a path, or the name of a saved config.
///
/// # Errors
/// There is no such file, with the saved configs named.
pub fn find(home: &Home, config: &str) -> Result<PathBuf, ConfigError> {
    let as_path = PathBuf::from(expand_home(config));
    if as_path.is_file() {
        return Ok(as_path);
    }
    let looks_like_a_path = config.contains(['/', '\\']) || config.ends_with(".toml");
    let saved_path = home.configs().join(format!("{config}.toml"));
    if !looks_like_a_path && saved_path.is_file() {
        return Ok(saved_path);
    }
    let names = saved(home);
    let known = match strsim_nearest(config, names.iter().map(String::as_str)) {
        Some(near) => format!("Did you mean '{near}'?"),
        None if names.is_empty() => format!("No config is saved in {} yet.", home.configs().display()),
        None => format!("Saved configs: {}.", names.join(", ")),
    };
    Err(ConfigError(if looks_like_a_path {
        format!("There is no config file '{config}'. Check the path; config.example.toml shows what a config holds.")
    } else {
        format!(
            "There is no config '{config}': no file of that name here, and none saved as {}. {known}",
            saved_path.display()
        )
    }))
}

/// The names of the saved configs, sorted.
pub fn saved(home: &Home) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(home.configs())
        .into_iter()
        .flatten()
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .filter_map(|path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()))
        .collect();
    names.sort();
    names
}

/// Reads and checks a config file, and the schema file that it names, whose keys become the config's. Relative paths of files
/// that the config names are from then on paths from the directory of the config.
///
/// # Errors
/// It or its schema file cannot be read, is not TOML, has an unknown key or a value that cannot be right; with line and column.
pub fn load(path: &Path) -> Result<Config, ConfigError> {
    load_text(&text_of(path)?, path)
}

/// [`load`], of a text that was read from the file already.
///
/// # Errors
/// As [`load`].
pub fn load_text(text: &str, path: &Path) -> Result<Config, ConfigError> {
    let directory = path.parent().unwrap_or(Path::new(""));
    let loaded = parse(text).and_then(|mut config| files::find_beside(&mut config, directory).map(|()| config));
    loaded.map_err(|error| ConfigError(format!("{HEAD}{}:\n{}", path.display(), error.0)))
}

/// Reads and checks a config's text. Files that it names are not looked at.
///
/// # Errors
/// As [`load`].
pub fn parse(text: &str) -> Result<Config, ConfigError> {
    let mut config: Config = toml::from_str(text).map_err(|error| {
        let said = error.message().trim_end();
        let mut message = without_secrets(&match error.span() {
            Some(span) => place::at(text, span, said),
            None => said.to_owned(),
        });
        if let Some(near) = nearest_field(error.message()) {
            message.push_str(&format!("\nDid you mean '{near}'?"));
        }
        ConfigError(message)
    })?;
    check(&config).map_err(|error| match place::of(text, &error.0) {
        Some(span) => ConfigError(without_secrets(&place::at(text, span, &error.0))),
        None => error,
    })?;
    let said = sentences(&advice_on(&keys_as_written(text)));
    config.advice = said.into_iter().map(|sentence| format!("[schema.keys] {sentence}")).collect();
    Ok(config)
}

/// The types by the names that they were given, which a config does not keep.
fn keys_as_written(text: &str) -> Map<String, Value> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Sections {
        schema: Keys,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Keys {
        keys: Map<String, Value>,
    }
    toml::from_str::<Sections>(text).unwrap_or_default().schema.keys
}

fn check(config: &Config) -> Result<(), ConfigError> {
    let fail = |message: String| Err(ConfigError(message));
    if config.version != 1 {
        return fail(format!(
            "version = {} is not known to this program; it reads version = 1. A newer azure-to-encord may have written it.",
            config.version
        ));
    }
    if let Some(account) = config.azure.account.as_deref()
        && !account.is_empty()
        && !account.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        && config.azure.endpoint.is_none()
    {
        return fail(format!(
            "[azure] account = \"{account}\" is not a storage account's name (lower-case letters and digits). \
             For a whole address use endpoint = \"https://…\"."
        ));
    }
    for (key, url) in [("endpoint", &config.azure.endpoint), ("object_url_base", &config.azure.object_url_base)] {
        if let Some(url) = url {
            if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
                return fail(format!(
                    "[azure] {key} must be an address without '?', '#' or a user name. A SAS token belongs into the \
                     variable named by sas_token_env, never into the config."
                ));
            }
            if !matches!(url.scheme(), "http" | "https") {
                return fail(format!("[azure] {key} must begin with https:// (or http:// on this machine)."));
            }
            if let (true, (account, Some(_))) = (endpoint::is_azure(url), endpoint::split(url)) {
                return fail(format!(
                    "[azure] {key} = \"{url}\" goes on after the account. Set {key} = \"{account}\" and the container's name as container."
                ));
            }
        }
    }
    for (env, file, names) in [
        (&config.azure.sas_token_env, &config.azure.sas_token_file, "sas_token_env and sas_token_file"),
        (&config.azure.account_key_env, &config.azure.account_key_file, "account_key_env and account_key_file"),
    ] {
        if env.is_some() && file.is_some() {
            return fail(format!("[azure] has both {names}; keep one."));
        }
    }
    for key in config.schema.keys.keys() {
        if let Err(error) = check_key(key) {
            return fail(format!("[schema.keys] \"{key}\": {error}."));
        }
    }
    for (key, file) in [
        ("[schema] file", &config.schema.file),
        ("[manifest] file", &config.manifest.file),
        ("[manifest.metadata] table", &config.manifest.metadata.table),
    ] {
        if file.as_ref().is_some_and(|file| file.trim().is_empty()) {
            return fail(format!("{key} names no file. Name one, or remove the line."));
        }
    }
    check_types_and_groups(&config.manifest)?;
    if let Err(error) = Rules::new(&config.manifest.rules()) {
        return fail(format!("[manifest] {error}."));
    }
    if let Some(fault) = config.manifest.source_fault() {
        return fail(fault);
    }
    let metadata = &config.manifest.metadata;
    if metadata.sidecar.as_deref().is_some_and(|suffix| suffix.is_empty() || suffix.contains('/')) {
        return fail(
            "[manifest.metadata] sidecar is the end of the names of files, such as \".metadata.json\"; it cannot be empty or hold a '/'."
                .into(),
        );
    }
    if let Some(table) = metadata.table.as_deref()
        && Format::from_name(table).is_none()
    {
        return fail(format!(
            "[manifest.metadata] table = \"{table}\" is no table by its name, which has to end in .csv, .tsv, .jsonl, .ndjson or .json."
        ));
    }
    if config.manifest.source == Source::File && config.manifest.file.as_deref().is_none_or(str::is_empty) {
        return fail(
            "[manifest] source = \"file\" reads a manifest, but file does not say which. Set file = \"manifest.json\"; it is looked \
             for beside this config."
                .into(),
        );
    }
    folder::check(&config.folder).map_err(ConfigError)?;
    if config.folder.cloud_synced
        && let Some(refusal) = super::synced::refusal(config)
    {
        return fail(refusal);
    }
    for (key, value) in [
        ("videos_per_job", config.upload.videos_per_job),
        ("images_per_job", config.upload.images_per_job),
        ("jobs_in_flight", config.upload.jobs_in_flight as u64),
    ] {
        if value == 0 {
            return fail(format!("[upload] {key} = 0 would send nothing; use 1 or more."));
        }
    }
    if config.upload.images_per_job > 500_000 || config.upload.videos_per_job > 500_000 {
        return fail("[upload] Encord takes at most 500,000 items in one job.".into());
    }
    if config.upload.upsert_metadata && !config.upload.skip_duplicate_urls {
        return fail(
            "[upload] upsert_metadata = true has no effect without skip_duplicate_urls = true; set both or neither."
                .into(),
        );
    }
    Ok(())
}

/// What of the rules of types and groups can be right only together with something else.
fn check_types_and_groups(manifest: &Manifest) -> Result<(), ConfigError> {
    let fail = |message: String| Err(ConfigError(message));
    for rule in &manifest.types {
        if rule.settings.is_some() && rule.kind != Kind::TimeSeries {
            return fail(format!(
                "[[manifest.types]] match = \"{}\": settings are for type = \"time-series\", not for \"{}\".",
                rule.pattern, rule.kind
            ));
        }
    }
    for rule in &manifest.groups {
        let place = format!("[[manifest.groups]] match = \"{}\"", rule.pattern);
        if rule.cameras.is_some() && rule.kind != Kind::Scene {
            return fail(format!("{place}: cameras are for type = \"scene\", not for \"{}\".", rule.kind));
        }
        if rule.by.starts_with("column:") && manifest.metadata.table.is_none() {
            return fail(format!(
                "{place}: by = \"{}\" needs the table that has the column: set table under [manifest.metadata].",
                rule.by
            ));
        }
        if rule.by.starts_with("column:") && manifest.metadata.join != Join::Name {
            return fail(format!(
                "{place}: by = \"{}\" needs a table that names blobs: set join = \"name\" under [manifest.metadata].",
                rule.by
            ));
        }
    }
    Ok(())
}

/// A message that quotes the config, with what looks like a secret in it blotted out: somebody may have pasted a token or a
/// key where none belongs, and messages end up in logs.
fn without_secrets(message: &str) -> String {
    let secret = Regex::new(r#"(?i)(sig=|(?:sas_token|token|key|secret|password|passphrase)\s*=\s*["'])[^"'&\s]+"#);
    // In an address, before its host.
    let login = Regex::new(r#"(://)[^/@\s"']+@"#);
    let (Ok(secret), Ok(login)) = (secret, login) else {
        return message.lines().next().unwrap_or_default().to_owned();
    };
    login.replace_all(&secret.replace_all(message, "${1}…"), "${1}…@").into_owned()
}

/// The known key nearest to the unknown one that serde's message names.
fn nearest_field(message: &str) -> Option<String> {
    let mut quoted = message.strip_prefix("unknown ")?.split('`').skip(1).step_by(2);
    let unknown = quoted.next()?.to_owned();
    let known: Vec<&str> = quoted.collect();
    strsim_nearest(&unknown, known.into_iter()).map(str::to_owned)
}

fn strsim_nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_holds_every_key_with_its_default() {
        let text = include_str!("../../../config.example.toml");
        let parsed = parse(text).unwrap();
        assert_eq!(parsed, Config::default());
        // Every key of the contract that this version knows is there, commented out or not.
        let uncommented: String = text
            .lines()
            .map(|line| line.strip_prefix("#: ").unwrap_or(line))
            .fold(String::new(), |all, line| all + line + "\n");
        let full: toml::Table = uncommented.parse().unwrap();
        for (section, keys) in [
            (
                "encord",
                &["domain", "ssh_key_file", "bearer_token_env", "integration", "strict_client_only", "browser_origins"]
                    [..],
            ),
            (
                "azure",
                &[
                    "account",
                    "container",
                    "endpoint",
                    "object_url_base",
                    "auth",
                    "sas_token_env",
                    "sas_token_file",
                    "account_key_env",
                    "account_key_file",
                ],
            ),
            ("schema", &["skip", "coerce", "file", "keys"]),
            ("manifest", &["source", "prefixes", "include", "exclude", "types", "groups", "metadata"]),
            ("folder", &["path", "uuid", "description", "metadata", "cloud_synced"]),
            (
                "upload",
                &[
                    "ignore_individual_file_errors",
                    "skip_duplicate_urls",
                    "upsert_metadata",
                    "videos_per_job",
                    "images_per_job",
                    "jobs_in_flight",
                ],
            ),
        ] {
            for key in keys {
                assert!(full[section].as_table().unwrap().contains_key(*key), "[{section}] {key} is missing");
            }
        }
    }

    #[test]
    fn mistakes_are_placed_and_the_nearest_key_is_named() {
        let message = parse("version = 1\n[azure]\ncontainr = \"x\"\n").unwrap_err().0;
        assert!(message.contains("line 3, column 1"), "{message}");
        assert!(message.contains("Did you mean 'container'?"), "{message}");
        let message = parse("version = 1\n[upload]\njobs_in_flight = \"two\"\n").unwrap_err().0;
        assert!(message.contains("line 3") && message.contains("jobs_in_flight"), "{message}");
        let message = parse("version = 1\n[azure]\nauth = \"sass\"\n").unwrap_err().0;
        assert!(message.contains("Did you mean 'sas'?"), "{message}");
    }

    #[test]
    fn values_that_cannot_be_right_are_refused_with_the_remedy() {
        for (text, part) in [
            ("version = 2", "version = 1"),
            ("version = 1\n[azure]\naccount = \"https://a.b\"", "endpoint"),
            ("version = 1\n[azure]\nendpoint = \"https://a.blob.core.windows.net/?sv=1&sig=abc\"", "sas_token_env"),
            ("version = 1\n[azure]\nendpoint = \"https://a.blob.core.windows.net/media\"", "name as container"),
            ("version = 1\n[schema.keys]\n\"$x\" = \"text\"", "reserved"),
            ("version = 1\n[schema.keys]\nx = \"integer\"", "not a metadata type"),
            ("version = 1\n[schema.keys]\nx = \"integer\"", "line 3, column 5"),
            ("version = 1\n[schema]\nfile = \"\"", "[schema] file names no file"),
            ("version = 1\n[manifest]\nfile = \" \"", "[manifest] file names no file"),
            ("version = 1\n[manifest]\ninclude = [\"a[\"]", "glob"),
            ("version = 1\n[[manifest.types]]\nmatch = \"*\"\ntype = \"text\"\nsettings = {}", "time-series"),
            (
                "version = 1\n[[manifest.types]]\nmatch = \"a.csv\"\ntype = \"time-series\"\nsettings = { channels = { v = { lineWidth = 9 } } }",
                "\"a.csv\": channel \"v\": lineWidth",
            ),
            (
                "version = 1\n[[manifest.groups]]\ntype = \"image-group\"\nmatch = \"*\"\nby = \"column:rig\"",
                "set table under [manifest.metadata]",
            ),
            (
                "version = 1\n[[manifest.groups]]\ntype = \"image-group\"\nmatch = \"*\"\nby = \"column:rig\"\n[manifest.metadata]\ntable = \"t.csv\"\njoin = \"title\"",
                "join = \"name\"",
            ),
            (
                "version = 1\n[[manifest.groups]]\ntype = \"image-group\"\nmatch = \"*\"\nby = \"directory\"\ncameras = \"c.json\"",
                "\"scene\"",
            ),
            ("version = 1\n[[manifest.groups]]\ntype = \"scene\"\nmatch = \"*\"\nby = \"directory\"", "streams"),
            (
                "version = 1\n[[manifest.groups]]\ntype = \"image-group\"\nmatch = \"*\"\nby = \"series-uid\"",
                "dicom-series",
            ),
            ("version = 1\n[manifest]\nmodified_from = \"May\"", "[manifest] modified_from"),
            ("version = 1\n[manifest]\nsource = \"file\"\nfile = \"a\"\nsince = \"last-run\"", "Take since out"),
            (
                "version = 1\n[manifest]\nsource = \"file\"\nfile = \"a\"\n[[manifest.groups]]\ntype = \"image-group\"\nmatch = \"*\"\nby = \"directory\"",
                "[[manifest.groups]] does not go with source = \"file\"",
            ),
            (
                "version = 1\n[manifest]\nsource = \"file\"\nfile = \"a\"\n[manifest.metadata]\nsidecar = \".json\"",
                "[manifest.metadata] sidecar does not go",
            ),
            (
                "version = 1\n[manifest]\nsource = \"file\"\nfile = \"a\"\n[manifest.metadata]\nindex_tags = true",
                "[manifest.metadata] index_tags does not go",
            ),
            (
                "version = 1\n[manifest]\nsource = \"file\"\nfile = \"a\"\nmin_size = 1",
                "[manifest] min_size does not go",
            ),
            (
                "version = 1\n[manifest]\nsource = \"file\"\nfile = \"a\"\ntiers = [\"Hot\"]",
                "[manifest] tiers does not go",
            ),
            ("version = 1\n[manifest]\ntiers = [\"Warm\"]", "access tier"),
            ("version = 1\n[manifest]\nmin_size = 5\nmax_size = 4", "larger than"),
            ("version = 1\n[manifest]\nsource = \"file\"", "file does not say which"),
            ("version = 1\n[upload]\njobs_in_flight = 0", "1 or more"),
            ("version = 1\n[upload]\nskip_duplicate_urls = false\nupsert_metadata = true", "set both"),
            ("version = 1\n[manifest.metadata]\nsidecar = \"\"", "sidecar is the end"),
            ("version = 1\n[manifest.metadata]\ntable = \"labels.xlsx\"", ".jsonl"),
        ] {
            let message = parse(text).unwrap_err().0;
            assert!(message.contains(part), "{text}: {message}");
        }
    }

    #[test]
    fn a_value_that_cannot_be_right_is_shown_where_it_stands() {
        for (text, wanted) in [
            (
                "version = 1\n[azure]\n  account = \"https://a.b\" # x",
                "At line 3, column 3: [azure] account = \"https://a.b\" is not",
            ),
            ("# x\nversion = 2", "At line 2, column 1: version = 2 is not known"),
            ("version = 1\nupload.jobs_in_flight = 0", "At line 2, column 8: [upload] jobs_in_flight = 0"),
            ("version = 1\nupload = { jobs_in_flight = 0 }", "At line 2, column 1: [upload] jobs_in_flight = 0"),
            ("version = 1\n[schema.keys]\na = \"text\"\n\"$x\" = \"text\"", "At line 4, column 1: [schema.keys]"),
            (
                "version = 1\n[folder]\nuuid = \"11111111-1111-4111-8111-111111111111\"\npath = \"a\"",
                "At line 2, column 1: [folder]",
            ),
            (
                "version = 1\n[[manifest.types]]\nmatch = \"a\"\ntype = \"time-series\"\n[[manifest.types]]\nmatch = \"*\"\ntype = \"text\"\nsettings = {}",
                "At line 6, column 1: [[manifest.types]] match",
            ),
            ("version = 1\n[azure]\ncontainr = \"x\"", "At line 3, column 1: unknown field `containr`"),
            ("version = 1\n[azure\n", "At line 2, column "),
            ("version = 1\nversion = 1\n", "At line 2, column 1: duplicate key"),
            ("", "missing field `version`"),
        ] {
            let error = parse(text).unwrap_err();
            let told = error.in_one_line();
            assert!(told.contains(wanted), "{text}: {told}\n{}", error.0);
        }
        let whole = parse("version = 1\n[azure]\ncontainer = \"数据\" x\n").unwrap_err().0;
        assert!(
            whole.starts_with("At line 3, column 18:\n  |\n3 | container = \"数据\" x\n  |                  ^\n"),
            "{whole}"
        );
    }

    #[test]
    fn a_secret_in_the_wrong_place_is_not_repeated() {
        for text in [
            "version = 1\n[azure]\nsas_token = \"sv=2026&sig=SECRET%3D\"",
            "version = 1\n[azure]\naccount_key = \"SECRET==\"",
            "version = 1\n[azure]\ncontainer = \"c?sv=1&sig=SECRET\" x",
            "version = 1\n[azure]\nendpoint = \"https://a.blob.core.windows.net/?sv=1&sig=SECRET\"",
            "version = 1\n[azure]\nendpoint = \"https://me:SECRET@a.blob.core.windows.net/\"",
        ] {
            let message = parse(text).unwrap_err().0;
            assert!(!message.contains("SECRET"), "{message}");
        }
    }
}
