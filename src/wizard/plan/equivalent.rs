//! What does the same without the wizard: the config as text, and the command.

use toml::{Table, Value};

use crate::{config::Config, wizard::plan::Plan};

/// A config as TOML: what differs from the defaults, which is what somebody would write who knows them. Holds no secret, since a
/// config holds none.
pub fn config_text(config: &Config) -> String {
    // A config is made of nothing that TOML cannot say.
    let (Ok(mut table), Ok(defaults)) = (Table::try_from(config), Table::try_from(Config::default())) else {
        return toml::to_string(config).unwrap_or_default();
    };
    prune(&mut table, &defaults);
    let mut text = Table::from_iter([("version".to_owned(), Value::from(config.version))]);
    text.extend(table);
    toml::to_string(&text).unwrap_or_default()
}

fn prune(table: &mut Table, defaults: &Table) {
    table.retain(|key, value| match (value, defaults.get(key)) {
        (Value::Table(value), Some(Value::Table(default))) => {
            prune(value, default);
            !value.is_empty()
        }
        (value, default) => default != Some(value),
    });
}

impl Plan {
    /// The flags that `run` needs to do the same with this plan's config, with a space before each.
    pub fn flags(&self) -> String {
        self.despite.iter().map(|id| format!(" --despite {id}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse::parse;

    const RICH: &str = r#"
version = 1
[encord]
domain = "https://api.us.encord.com"
integration = "Azure 試験"
[azure]
account = "acme"
container = "raw"
auth = "sas"
sas_token_env = "SAS"
[schema.keys]
site = "varchar"
lux = "number"
weather = { enum = ["fog", "sun"] }
[manifest]
prefixes = ["a/", "b \"c\"/"]
exclude = ["**/*.tmp"]
[[manifest.types]]
match = "**/*.bin"
type = "video"
[[manifest.groups]]
type = "image-group"
match = "**/*.png"
by = "directory"
[manifest.metadata]
path = "site-{site}/{rest}"
constants = { lux = 3, day = 2024-05-01, deep = { a = [1, "x"] } }
[folder]
path = "Raw/2026"
metadata = { a = 1 }
[upload]
skip_duplicate_urls = false
videos_per_job = 7
gigabytes_per_job = 3
"#;

    #[test]
    fn what_is_written_means_the_same_and_names_no_default() {
        for text in [RICH, "version = 1", include_str!("../../../config.example.toml")] {
            let config = parse(text).unwrap_or_else(|error| panic!("{error}: {text}"));
            let written = config_text(&config);
            let read = parse(&written).unwrap_or_else(|error| panic!("{error}: {written}"));
            assert_eq!(Config { advice: Vec::new(), ..read }, Config { advice: Vec::new(), ..config }, "{written}");
        }
        assert_eq!(config_text(&Config::default()), "version = 1\n");
        let mut config = Config::default();
        config.upload.upsert_metadata = true;
        assert_eq!(config_text(&config), "version = 1\n\n[upload]\nupsert_metadata = true\n");
    }
}
