//! Configs merged into texts.

use super::*;

const OLD: &str = r#"# The nightly import.
version = 1   # never another

[azure]
account = 'acme'           # ours
container = "media"
# A SAS from the vault.
sas_token_env = "SAS"

[schema.keys]
site = "string"   # old name
camera = { enum = ["b", "a"] }

[manifest]
prefixes = [
  "raw/", # this year
  # and the last
  "old/",
]
exclude = [ "*.tmp","*.bak" ]

# Sensors are time series.
[[manifest.types]]
match = "imu/**/*.csv"
type = "time-series"

# Rigs.
[[manifest.groups]]
type = "image-group"   # four cameras
match = "rigs/**"
by = "directory"

# Metadata from paths.
[manifest.metadata]
path = "site-{site}/{rest}"
constants = { project = "p", tags = [1, 2] }

[upload]
jobs_in_flight = 4
#: images_per_job = 500
"#;

fn edited(old: &str, change: impl FnOnce(&mut Config)) -> String {
    let mut config = parse(old).unwrap();
    change(&mut config);
    merge(old, &config, Path::new("/nowhere")).unwrap()
}

fn changes(old: &str, change: impl FnOnce(&mut Config)) -> Vec<String> {
    let new = edited(old, change);
    let diff = similar::TextDiff::from_lines(old, &new);
    let changed = diff.iter_all_changes().filter(|change| change.tag() != similar::ChangeTag::Equal);
    changed.map(|change| format!("{}{}", change.tag(), change.value().trim_end())).collect()
}

#[test]
fn nothing_changes_where_nothing_is_changed() {
    assert_eq!(edited(OLD, |_| {}), OLD);
    let example = include_str!("../../../../config.example.toml");
    assert_eq!(edited(example, |_| {}), example);
    assert_eq!(edited("version=1", |_| {}), "version=1");
}

#[test]
fn values_change_in_their_places() {
    let changed = changes(OLD, |config| {
        config.azure.container = "media2".into();
        config.azure.sas_token_env = None;
        config.azure.sas_token_file = Some("/vault/sas".into());
        config.upload.jobs_in_flight = 2;
        config.manifest.exclude = vec!["*.tmp".into(), "*.old".into(), "*.bak".into()];
        config.manifest.prefixes.remove(0);
        config.schema.keys.insert("lux".into(), serde_json::from_value("number".into()).unwrap());
        config.schema.keys.insert("camera".into(), serde_json::from_value(serde_json::json!({"enum": ["a", "b", "c"]})).unwrap());
    });
    assert_eq!(changed, [""]);
}
