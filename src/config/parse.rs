//! Reading configs, with errors that say where and what was meant.

use regex::Regex;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::{
    config::{Config, check::check, error::ConfigError, nearest::nearest, place},
    schema::advice::{advice_on, sentences},
};

/// Reads and checks a config's text. Files that it names are not looked at.
///
/// # Errors
/// The text is not TOML, has an unknown key or a value that cannot be right; with line and column.
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
    // To read the text a second time doubles the work, and lists read many configs.
    let written = if config.schema.keys.is_empty() { Map::new() } else { keys_as_written(text) };
    let said = sentences(&advice_on(&written));
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
    nearest(&unknown, known.into_iter()).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_holds_every_key_with_its_default() {
        let text = include_str!("../../config.example.toml");
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
                    "gigabytes_per_job",
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
